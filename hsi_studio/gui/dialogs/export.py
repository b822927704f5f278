"""Where and how to write a cube."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QComboBox, QFormLayout, QHBoxLayout, QLineEdit, QPushButton, QWidget

from hsi_studio.core.cube import Cube
from hsi_studio.gui.dialogs.base import Question
from hsi_studio.gui.dialogs.files import ask_target
from hsi_studio.gui.widgets import muted, named

FORMATS = {
    "ENVI": ".hdr",
    "GeoTIFF": ".tif",
    "NumPy": ".npy",
    "Zarr": ".zarr",
}
INTERLEAVES = {
    "as in the file": None,
    "bsq, one band after the other": "bsq",
    "bil, line by line": "bil",
    "bip, pixel by pixel": "bip",
}


class ExportDialog(Question):
    """Format, file and interleave of a cube to write."""

    chosen = Signal(object, object)
    """(target, interleave or None); an existing target may be replaced, the user was asked."""

    def __init__(self, parent: QWidget, cube: Cube, folder: Path) -> None:
        text = f"Write {cube.name} with its wavelengths, bad bands, scale and coordinates."
        super().__init__(parent, "Export cube", text, "Export")
        self._stem = folder / f"{Path(cube.name).stem}_export"
        self.format = named(QComboBox(), "Format")
        self.format.addItems(list(FORMATS))
        self.interleave = named(QComboBox(), "Interleave")
        self.interleave.addItems(list(INTERLEAVES))
        self.target = named(QLineEdit(), "File")
        self.hint = muted("")
        self._lay_out()
        self.format.currentTextChanged.connect(self._on_format)
        self.target.textChanged.connect(self._check)
        self._on_format("ENVI")
        self.accepted.connect(lambda: self.chosen.emit(self.path, INTERLEAVES[self.interleave.currentText()]))

    @property
    def path(self) -> Path:
        """The file or folder to write."""
        return Path(self.target.text().strip()).expanduser()

    def _lay_out(self) -> None:
        browse = QPushButton("Browse…")
        browse.setAutoDefault(False)
        browse.clicked.connect(self._browse)
        row = QHBoxLayout()
        row.addWidget(self.target, 1)
        row.addWidget(browse)
        form = QFormLayout()
        form.addRow("Format", self.format)
        form.addRow("File", row)
        form.addRow("Interleave", self.interleave)
        self.body.addLayout(form)
        self.body.addWidget(self.hint)

    def _on_format(self, name: str) -> None:
        stem = self.path.with_suffix("") if self.target.text() else self._stem
        self.target.setText(str(stem.with_name(stem.name + FORMATS[name])))
        self.interleave.setEnabled(name == "ENVI")
        if name != "ENVI":
            self.interleave.setCurrentIndex(0)

    def _check(self) -> None:
        there = self.path.exists()
        self.hint.setText(f"{self.path.name} exists and will be replaced." if there else "")
        self.ok.setText("Replace" if there else "Export")
        self.ok.setEnabled(bool(self.target.text().strip()))

    def _browse(self) -> None:
        name = self.format.currentText()
        filters = [f"{name} (*{FORMATS[name]})"]
        ask_target(self, "Export cube", self.path, filters, lambda path: self.target.setText(str(path)))
