"""Where and in which format to write labels."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QComboBox, QFormLayout, QHBoxLayout, QLineEdit, QPushButton, QWidget

from hsi_studio.core.grid import Grid
from hsi_studio.gui.dialogs.base import Question
from hsi_studio.gui.dialogs.files import ask_target, patterns
from hsi_studio.gui.widgets import muted, named
from hsi_studio.io.labels import FORMATS, LabelFormat

_HINTS = {
    "GeoTIFF": "Keeps position, class names and colours.",
    "ENVI classification": "Keeps position, class names and colours.",
    "Indexed PNG": "Ids up to 255 with their colours; no position.",
    "NumPy": "Ids alone.",
    "NumPy archive": "Ids and class names.",
    "MATLAB": "Ids and class names.",
    "COCO": "One run-length annotation per class.",
    "GeoPackage polygons": "One polygon per connected region, in the coordinates of the cube.",
    "GeoJSON polygons": "One polygon per connected region, in longitude and latitude.",
    "Table of labelled spectra": "One line per labelled pixel: class, row, column and all bands.",
}


class LabelExportDialog(Question):
    """Format and file for labels."""

    chosen = Signal(object)
    """Target; an existing one may be replaced, the user was asked."""

    def __init__(self, parent: QWidget, grid: Grid, folder: Path) -> None:
        super().__init__(parent, "Export labels", f"Write the labels of {grid.name}.", "Export")
        stem = folder / f"{Path(grid.name).stem}_labels"
        self.formats = [one for one in FORMATS if grid.georef is not None or not one.on_ground]
        self.format = named(QComboBox(), "Format")
        self.format.addItems([one.name for one in self.formats])
        self.target = named(QLineEdit(str(stem.with_name(stem.name + self._now.endings[0]))), "File")
        self.hint = muted("")
        self._lay_out()
        self.format.currentTextChanged.connect(self._on_format)
        self.target.textChanged.connect(self._check)
        self._check()
        self.accepted.connect(lambda: self.chosen.emit(self.path))

    @property
    def path(self) -> Path:
        """The file to write."""
        return Path(self.target.text().strip()).expanduser()

    @property
    def _now(self) -> LabelFormat:
        return self.formats[self.format.currentIndex()]

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
        self.body.addLayout(form)
        self.body.addWidget(self.hint)

    def _on_format(self) -> None:
        self.target.setText(str(self.path.with_suffix(self._now.endings[0])))
        self._check()

    def _check(self) -> None:
        fits = self.path.suffix.lower() in self._now.endings
        there = self.path.exists()
        wrong = f"{self._now.name} files end in {', '.join(self._now.endings)}."
        replaced = f"{self.path.name} exists and will be replaced."
        self.hint.setText(replaced if fits and there else _HINTS[self._now.name] if fits else wrong)
        self.ok.setText("Replace" if there else "Export")
        self.ok.setEnabled(bool(self.target.text().strip()) and fits)

    def _browse(self) -> None:
        filters = [f"{self._now.name} ({patterns(self._now.endings)})"]
        ask_target(self, "Export labels", self.path, filters, lambda path: self.target.setText(str(path)))
