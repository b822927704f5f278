"""Band lines and ranges on the plot, as views of the session's composite: dragging them changes it."""

from __future__ import annotations

from dataclasses import replace

from PySide6.QtCore import QObject, QPointF

from hsi_studio.app.session import Session
from hsi_studio.app.view_edit import positions_of, range_at, shown_bands, with_band
from hsi_studio.core.view import RangeMath
from hsi_studio.gui.spectrum_items import BandLine, RangeRegion, side_by_side
from hsi_studio.gui.spectrum_plot import SpectrumPlot


class BandMarks(QObject):
    """Three lines R, G and B, or one grey line, or two ranges A and B, as the composite asks for."""

    def __init__(self, session: Session, plot: SpectrumPlot) -> None:
        super().__init__(plot)
        self._session = session
        self.plot = plot
        self.lines = (BandLine("R"), BandLine("G"), BandLine("B"))
        self.grey = BandLine(None)
        self.ranges = (RangeRegion("A"), RangeRegion("B"))
        for item in (*self.lines, self.grey, *self.ranges):
            plot.addItem(item, ignoreBounds=True)
        for channel, line in enumerate(self.lines):
            line.sigDragged.connect(lambda line, channel=channel: self._on_line(channel, line))
        self.grey.sigDragged.connect(lambda line: self._on_line(0, line))
        for region in self.ranges:
            region.sigRegionChanged.connect(self._on_range)
            region.sigRegionChangeFinished.connect(self._on_range)  # the last move tells only this
        plot.look_changed.connect(self._apply_look)
        for moved in (plot.getViewBox().sigResized, plot.getViewBox().sigXRangeChanged):
            moved.connect(self._place_tags)
        session.view_changed.connect(self.refresh)
        self._apply_look()

    def refresh(self) -> None:
        """Show the composite of the current view."""
        opened, axis = self._session.current, self.plot.band_axis
        composite = None if opened is None else opened.view.composite
        bands = () if opened is None or composite is None else shown_bands(opened.cube, composite)
        used = self.lines if len(bands) == 3 else (self.grey,) if bands else ()
        for line in (*self.lines, self.grey):
            if line not in used or axis is None:
                line.hide()
        if axis is None:
            return
        for line, band in zip(used, bands, strict=True):
            line.show_at(float(axis.positions[band]), f"{axis.positions[band]:.0f}")
        self._show_ranges(composite if isinstance(composite, RangeMath) else None)
        self._place_tags()

    def _show_ranges(self, math: RangeMath | None) -> None:
        axis = self.plot.band_axis
        if math is None or axis is None:
            for region in self.ranges:
                region.hide()
            return
        for region, chosen in zip(self.ranges, (math.a, math.b), strict=True):
            region.show_at(*positions_of(axis, chosen))

    def _on_line(self, channel: int, line: BandLine) -> None:
        opened, axis = self._session.current, self.plot.band_axis
        if opened is None or axis is None:
            return
        composite = with_band(opened.cube, opened.view.composite, channel, axis.nearest(line.value()))
        self._session.set_view(replace(opened.view, composite=composite))
        # A drag that does not reach the next band changes no view: the line snaps back all the same.
        self.refresh()

    def _on_range(self, region: RangeRegion) -> None:
        opened, axis = self._session.current, self.plot.band_axis
        if opened is None or axis is None or not isinstance(opened.view.composite, RangeMath):
            return
        chosen = range_at(axis, *region.getRegion())
        math = opened.view.composite
        math = replace(math, a=chosen) if region.letter == "A" else replace(math, b=chosen)
        self._session.set_view(replace(opened.view, composite=math))
        self.refresh()

    def _apply_look(self) -> None:
        for item in (*self.lines, self.grey, *self.ranges):
            item.set_look(self.plot.palette(), self.plot.devicePixelRatioF())

    def _place_tags(self) -> None:
        view = self.plot.getViewBox()
        for region in self.ranges:
            region.tag.place(view.height(), region.tag.width / 2)
        seen = [line for line in (*self.lines, self.grey) if line.isVisible()]
        x = [view.mapFromView(QPointF(line.value(), 0)).x() for line in seen]
        width = max((line.tag.width for line in seen), default=0.0) + 1
        for line, at, place in zip(seen, x, side_by_side(x, width, view.width()), strict=True):
            # A line that was scrolled out of sight takes its tag along.
            line.tag.place(view.height(), place - at if 0 <= at <= view.width() else 0.0)
