"""Sliders for three bands, or for one with a colour map."""

from __future__ import annotations

from dataclasses import replace

from PySide6.QtCore import QEvent, Qt
from PySide6.QtGui import QPalette
from PySide6.QtWidgets import QGridLayout, QLabel, QVBoxLayout

from hsi_studio.app.session import Session
from hsi_studio.app.view_edit import shown_bands, with_band
from hsi_studio.core.band_axis import BandAxis
from hsi_studio.core.view import SingleBand
from hsi_studio.gui.band_slider import BandSlider, BandTicks
from hsi_studio.gui.shades import Channel, channel_color
from hsi_studio.gui.view_panel_colormap import ColormapChoice
from hsi_studio.gui.view_panel_editor import Editor

_CHANNELS: tuple[Channel, ...] = ("R", "G", "B")
_NAMES = {"R": "Red band", "G": "Green band", "B": "Blue band"}


class _BandRow:
    """Letter, slider and value of one channel, in a grid."""

    def __init__(self, channel: Channel | None, grid: QGridLayout) -> None:
        row = grid.rowCount()
        self.channel = channel
        self.letter = QLabel(channel or "")
        self.slider = BandSlider(channel, "Band" if channel is None else _NAMES[channel])
        self.value = QLabel()
        self.value.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        if channel is None:
            self.letter.hide()
        self.letter.setBuddy(self.slider)
        for column, widget in enumerate((self.letter, self.slider, self.value)):
            grid.addWidget(widget, row, column)

    def set_axis(self, axis: BandAxis) -> None:
        self.slider.set_axis(axis)
        widest = max((axis.text(band) for band in (int(axis.stops[0]), int(axis.stops[-1]))), key=len)
        self.value.setMinimumWidth(self.value.fontMetrics().horizontalAdvance(widest))

    def show(self, axis: BandAxis, band: int) -> None:
        self.slider.set_band(band)
        self.value.setText(axis.text(band))
        self.value.setToolTip(self.slider.toolTip())

    def color_letter(self, palette: QPalette) -> None:
        if self.channel is not None:
            color = channel_color(palette, self.channel).name()
            self.letter.setStyleSheet(f"color: {color}; font-weight: 600")


class _SlidersEditor(Editor):
    """Rows of sliders over one scale."""

    def __init__(self, session: Session, channels: tuple[Channel | None, ...]) -> None:
        super().__init__(session)
        self._axis: BandAxis | None = None
        self._ticks = BandTicks()
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(4)
        grid = QGridLayout()
        grid.setHorizontalSpacing(8)
        grid.setVerticalSpacing(0)
        column.addLayout(grid)
        self.rows = [_BandRow(channel, grid) for channel in channels]
        grid.addWidget(self._ticks, grid.rowCount(), 1)
        for channel, row in enumerate(self.rows):
            row.slider.band_changed.connect(lambda band, channel=channel: self._move(channel, band))
            row.color_letter(self.palette())

    @property
    def sliders(self) -> tuple[BandSlider, ...]:
        """From red to blue, or the only one."""
        return tuple(row.slider for row in self.rows)

    def on_cube(self) -> None:
        cube = self.session.cube
        self._axis = None if cube is None else BandAxis.of(cube)
        if self._axis is not None:
            self._ticks.set_axis(self._axis)
            for row in self.rows:
                row.set_axis(self._axis)

    def refresh(self) -> None:
        opened = self.opened
        bands = () if opened is None else shown_bands(opened.cube, opened.view.composite)
        self.setVisible(len(bands) == len(self.rows))
        if len(bands) == len(self.rows) and self._axis is not None:
            for row, band in zip(self.rows, bands, strict=True):
                row.show(self._axis, band)

    def _move(self, channel: int, band: int) -> None:
        if self.opened is not None:
            self.set_composite(with_band(self.opened.cube, self.opened.view.composite, channel, band))

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.PaletteChange and hasattr(self, "rows"):
            for row in self.rows:
                row.color_letter(self.palette())


class BandsEditor(_SlidersEditor):
    """Three coloured sliders for red, green and blue."""

    def __init__(self, session: Session) -> None:
        super().__init__(session, _CHANNELS)


class SingleBandEditor(_SlidersEditor):
    """One slider and the colour map of a single band."""

    def __init__(self, session: Session) -> None:
        super().__init__(session, (None,))
        self.colormap = ColormapChoice()
        self.colormap.chosen.connect(self._recolor)
        layout = self.layout()
        assert layout is not None
        layout.addWidget(self.colormap)

    def refresh(self) -> None:
        super().refresh()
        if isinstance(self.composite, SingleBand):
            self.colormap.show_name(self.composite.colormap)

    def _recolor(self, name: str) -> None:
        if isinstance(self.composite, SingleBand):
            self.set_composite(replace(self.composite, colormap=name))
