"""What this program is, and the versions of everything in it."""

from __future__ import annotations

import platform
import sys
from importlib.metadata import PackageNotFoundError, version

from PySide6.QtCore import QLibraryInfo, Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QDialog, QDialogButtonBox, QLabel, QPlainTextEdit, QVBoxLayout, QWidget

from hsi_studio import __version__, paths
from hsi_studio.gui.theme import scaled_font
from hsi_studio.gui.widgets import muted, named

_PACKAGES = (
    "PySide6-Essentials", "pyqtgraph", "numpy", "scipy", "spectral", "rasterio", "h5py", "tifffile", "zarr",
    "colour-science", "spyndex", "torch", "transformers",
)  # fmt: skip


class AboutDialog(QDialog):
    """Name, licence and versions; the versions can be copied into a report of a problem."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.setWindowTitle("About hsi_studio")
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.resize(520, 480)
        name = QLabel(f"hsi_studio {__version__}")
        name.setFont(scaled_font(self.font(), 1.6, bold=True))
        view = named(QPlainTextEdit(versions_text()), "Versions")
        view.setReadOnly(True)
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Close)
        copy = buttons.addButton("Copy", QDialogButtonBox.ButtonRole.ActionRole)
        copy.clicked.connect(lambda: QGuiApplication.clipboard().setText(view.toPlainText()))
        buttons.rejected.connect(self.reject)
        column = QVBoxLayout(self)
        column.setContentsMargins(16, 16, 16, 16)
        column.setSpacing(8)
        column.addWidget(name)
        column.addWidget(muted("Look into hyperspectral cubes. BSD 3-Clause licence."))
        column.addWidget(view)
        hint = muted("Reporting a problem? Add this text; <code>hsi-studio doctor</code> tells more.")
        hint.setTextFormat(Qt.TextFormat.RichText)
        column.addWidget(hint)
        column.addWidget(buttons)


def versions_text() -> str:
    """Return what a report of a problem should begin with."""
    lines = [
        f"hsi_studio {__version__}",
        f"Python {sys.version.split()[0]} on {platform.platform()}",
        f"Qt {QLibraryInfo.version().toString()}, platform {QGuiApplication.platformName()}",
        f"Settings in {paths.config_dir()}",
        "",
        *(f"{package} {_version(package)}" for package in _PACKAGES),
    ]
    return "\n".join(lines)


def _version(package: str) -> str:
    try:
        return version(package)
    except PackageNotFoundError:
        return "not installed"
