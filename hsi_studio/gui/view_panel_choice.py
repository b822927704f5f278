"""The choice of a composite: presets of the cube and kinds to work out by hand."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QSignalBlocker, Qt, Signal
from PySide6.QtWidgets import QComboBox, QSizePolicy, QVBoxLayout

from hsi_studio.app.session import Session
from hsi_studio.app.view_edit import first_ranges, single_band, three_bands
from hsi_studio.core.cube import Cube
from hsi_studio.core.presets import describe, presets
from hsi_studio.core.view import Composite, PcaComposite, RangeMath, RgbComposite, SingleBand, SpectralIndex
from hsi_studio.gui.view_panel_editor import Editor
from hsi_studio.gui.widgets import named

_KINDS: dict[type[Composite], str] = {
    RgbComposite: "Three bands",
    SingleBand: "Single band",
    PcaComposite: "Principal components",
    SpectralIndex: "Spectral index",
    RangeMath: "Range math",
}
_START: dict[str, Callable[[Cube, Composite], Composite]] = {
    "Three bands": three_bands,
    "Single band": single_band,
    "Range math": lambda cube, composite: first_ranges(cube),  # noqa: ARG005
}
_TIPS = {
    "Range math": "Two ranges of bands, dragged in the spectrum plot, combined into one picture",
    "Spectral index": "An index of the spyndex catalogue that the bands of this cube allow",
}


class CompositeChoice(Editor):
    """A combo box; its text is the preset shown, or the kind of the composite."""

    index_wanted = Signal()
    """Some spectral index is to be shown."""

    def __init__(self, session: Session) -> None:
        super().__init__(session)
        self.combo = named(QComboBox(), "Composite")
        self.combo.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
        self.combo.textActivated.connect(self.choose)
        self._presets: dict[str, Composite] = {}
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(self.combo)

    def choose(self, name: str) -> None:
        """Show the composite of this name in the menu."""
        if self.opened is None:
            return
        if name == _KINDS[SpectralIndex]:
            self.index_wanted.emit()
        elif name in _START:
            self.set_composite(_START[name](self.opened.cube, self.opened.view.composite))
        else:
            self.set_composite(self._presets[name])

    def on_cube(self) -> None:
        cube = self.session.cube
        self._presets = {} if cube is None else presets(cube)
        with QSignalBlocker(self.combo):
            self.combo.clear()
            if cube is not None:
                self._fill(cube)
        self.setEnabled(cube is not None)

    def _fill(self, cube: Cube) -> None:
        made = [name for name in self._presets if name not in _KINDS.values()]
        self.combo.addItems(made)
        if made:
            self.combo.insertSeparator(len(made))
        for name in _KINDS.values():
            if _applies(name, cube, self._presets):
                self.combo.addItem(name)
        for row in range(self.combo.count()):
            self.combo.setItemData(row, _TIPS.get(self.combo.itemText(row)), Qt.ItemDataRole.ToolTipRole)

    def refresh(self) -> None:
        composite, cube = self.composite, self.session.cube
        if composite is None or cube is None:
            return
        named_so = [name for name, preset in self._presets.items() if preset == composite]
        with QSignalBlocker(self.combo):
            self.combo.setCurrentText(named_so[0] if named_so else _KINDS.get(type(composite), ""))
        self.combo.setToolTip(describe(composite, cube))


def _applies(name: str, cube: Cube, offered: dict[str, Composite]) -> bool:
    if name == "Principal components":
        return name in offered
    if name == "Spectral index":
        return cube.wavelengths_nm is not None
    return name == "Single band" or cube.bands > 1
