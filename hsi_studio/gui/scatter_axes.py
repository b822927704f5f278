"""The searchable list of what an axis of the scatter plot can measure."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from PySide6.QtCore import QSignalBlocker, Signal
from PySide6.QtGui import QEnterEvent, QFocusEvent
from PySide6.QtWidgets import QComboBox, QWidget
from superqt import QSearchableComboBox

from hsi_studio.core.band_axis import BandAxis
from hsi_studio.core.cube import Cube
from hsi_studio.core.indices import IndexInfo
from hsi_studio.core.scatter import PCA_COMPONENTS, Axis, BandValue, Component, IndexValue, axis_names
from hsi_studio.gui.widgets import named

MNF_COMPONENTS = 6
"""As many as `hsi_studio.ml.noise_fractions` fits, whose import the list should not wait for."""

_CHARACTERS = 9


class AxisChoice(QSearchableComboBox):
    """Bands by wavelength, components, and spectral indices once they are known."""

    approached = Signal()
    """The pointer or the keyboard has come to the list, which may soon be open."""
    chosen = Signal(object)
    """The `Axis` that the user has chosen."""

    def __init__(self, name: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._axes: list[Axis] = []
        named(self, name)
        self.setToolTip(f"{name}: a band, a component (PC, MNF) or a spectral index. Type to search.")
        self.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        self.setMinimumContentsLength(_CHARACTERS)
        self.setMaxVisibleItems(20)
        line, found = self.lineEdit(), self.completer_object.popup()
        assert line is not None  # it is made to be searched
        assert found is not None
        found.setProperty("completer", True)
        self.activated.connect(lambda place: self.chosen.emit(self._axes[place]))
        line.editingFinished.connect(lambda: self.setEditText(self.itemText(self.currentIndex())))

    @property
    def axis(self) -> Axis:
        """The axis shown; there is one after `fill`."""
        return self._axes[self.currentIndex()]

    def enterEvent(self, event: QEnterEvent) -> None:
        super().enterEvent(event)
        self.approached.emit()

    def focusInEvent(self, event: QFocusEvent) -> None:
        super().focusInEvent(event)
        self.approached.emit()

    def fill(self, cube: Cube, indices: Sequence[IndexInfo], axis: Axis) -> None:
        """List what a cube offers, and show an axis."""
        self._axes = [*_components(cube), *(IndexValue(info.name) for info in indices), *_bands(cube)]
        with QSignalBlocker(self):
            self.clear()
            self.addItems(axis_names(cube, self._axes))  # type: ignore[no-untyped-call]  # superqt
            if axis in self._axes:
                self.setCurrentIndex(self._axes.index(axis))


def _components(cube: Cube) -> Iterator[Axis]:
    for number in range(min(PCA_COMPONENTS, cube.bands)):
        yield Component("PCA", number)
    for number in range(min(MNF_COMPONENTS, cube.bands)):
        yield Component("MNF", number)


def _bands(cube: Cube) -> Iterator[Axis]:
    for band in BandAxis.of(cube).stops.tolist():
        yield BandValue(band)
