"""The legend of the topmost map: colours, names and areas of its classes, and the scale of its confidence."""

from __future__ import annotations

from PySide6.QtCore import QSize
from PySide6.QtWidgets import QHBoxLayout, QLabel, QVBoxLayout, QWidget

from hsi_studio.app.legend import Legend, LegendService
from hsi_studio.app.live_layers import PREDICTION
from hsi_studio.app.probe import PixelFacts
from hsi_studio.app.session import Session, top_class_layer
from hsi_studio.core.scalars import ScalarRaster
from hsi_studio.gui.legend_list import LegendList, hectares_text
from hsi_studio.gui.legend_scale import ColourScale
from hsi_studio.gui.widgets import muted, named, quiet_button

_WIDTH, _LEAST_WIDTH = 288, 200
_NOTHING = "Classes of the topmost visible map are listed here."


class LegendPanel(QWidget):
    """Shows what `LegendService` counts and changes which classes of the layer are drawn.

    While *only the class under the cursor* is on, the classes that the user has hidden are kept in mind and
    come back when the cursor leaves.
    """

    def __init__(self, session: Session, service: LegendService) -> None:
        super().__init__()
        self._session = session
        self._chosen: frozenset[int] = frozenset()
        self._from_words: tuple[frozenset[int], str] = frozenset(), ""
        self.title = named(QLabel(), "Map of the legend")
        self.title.setProperty("title", True)
        self.only = quiet_button("crosshair", "Show only the class under the cursor")
        self.only.setCheckable(True)
        self.only.setProperty("toggle", True)
        self.every = quiet_button("eye", "Show all classes")
        self.list = LegendList()
        self.total = muted(_NOTHING)
        self.scale = ColourScale()
        self._lay_out()
        self.only.toggled.connect(self.leave)
        self.every.clicked.connect(lambda: self._choose(frozenset()))
        self.list.hidden_changed.connect(self._choose)
        service.changed.connect(self.show_legend)
        session.layers_changed.connect(self._refresh)
        session.current_changed.connect(self._refresh)
        self.show_legend(None)

    def _lay_out(self) -> None:
        head = QHBoxLayout()
        head.addWidget(self.title, 1)
        head.addWidget(self.only)
        head.addWidget(self.every)
        column = QVBoxLayout(self)
        column.setContentsMargins(8, 0, 4, 8)
        column.setSpacing(4)
        column.addLayout(head)
        column.addWidget(self.list, 1)
        column.addWidget(self.total)
        column.addWidget(self.scale)
        column.addStretch()
        self.setMinimumWidth(_LEAST_WIDTH)

    def sizeHint(self) -> QSize:
        return QSize(_WIDTH, super().sizeHint().height())

    def show_legend(self, legend: Legend | None) -> None:
        """Show the classes of a map, or that there is none."""
        self.title.setText("" if legend is None else legend.raster.name)
        self.list.show_rows(() if legend is None else legend.rows)
        self.total.setText(_NOTHING if legend is None else _total(legend))
        for widget in (self.title, self.only, self.every, self.list):
            widget.setVisible(legend is not None)
        self._chosen = self._drawn_without()
        self._mark_words()
        self._refresh()

    def mark_from_words(self, ids: frozenset[int], trust: str) -> None:
        """Hatch classes that are on the live map by their words alone; see `LegendList`."""
        self._from_words = ids, trust
        self._mark_words()

    def _mark_words(self) -> None:
        ids, trust = self._from_words
        self.list.mark_from_words(ids if self.title.text() == PREDICTION else frozenset(), trust)

    def point_at(self, facts: PixelFacts) -> None:
        """Mark the class under the cursor, and draw it alone where that was asked for."""
        self.list.mark(facts.class_id)
        if self.only.isChecked():
            others = self.list.ids - {facts.class_id}
            self._draw_without(others if facts.class_id in self.list.ids else self._chosen)

    def leave(self) -> None:
        """The cursor has left the image."""
        self.list.mark(0)
        self._draw_without(self._chosen)

    def _choose(self, hidden: frozenset[int]) -> None:
        self._chosen = hidden
        self._draw_without(hidden)

    def _draw_without(self, hidden: frozenset[int]) -> None:
        top = self._top()
        if top is not None and self._drawn_without() != hidden:
            self._session.update_layer(top, hidden=hidden)

    def _drawn_without(self) -> frozenset[int]:
        top, current = self._top(), self._session.current
        return frozenset() if top is None or current is None else current.layers[top].hidden

    def _top(self) -> int | None:
        top = None if self._session.current is None else top_class_layer(self._session.current)
        return None if top is None else top[0]

    def _refresh(self) -> None:
        self.list.show_hidden(self._chosen)
        self.every.setEnabled(bool(self._chosen))
        self.scale.show_raster(self._top_numbers())

    def _top_numbers(self) -> ScalarRaster | None:
        layers = () if self._session.current is None else self._session.current.layers
        shown = [layer.raster for layer in layers if layer.visible]
        return next((raster for raster in reversed(shown) if isinstance(raster, ScalarRaster)), None)


def _total(legend: Legend) -> str:
    area = "" if legend.hectares is None else f" · {hectares_text(legend.hectares)}"
    without = f" · {legend.without:,} without a class" if legend.without else ""
    return f"{legend.pixels:,} classified pixels{area}{without}".replace(",", "\u202f")
