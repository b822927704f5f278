"""The searchable list of spectral indices."""

from __future__ import annotations

from dataclasses import replace

from PySide6.QtCore import QSignalBlocker, Qt
from PySide6.QtWidgets import QLineEdit, QListWidget, QListWidgetItem, QVBoxLayout

from hsi_studio.app.session import Session
from hsi_studio.app.view_service import ViewService
from hsi_studio.core.indices import IndexInfo
from hsi_studio.core.view import SpectralIndex
from hsi_studio.errors import UsageError
from hsi_studio.gui.rich_list import SECOND_LINE, RichDelegate
from hsi_studio.gui.view_panel_colormap import ColormapChoice
from hsi_studio.gui.view_panel_editor import Editor
from hsi_studio.gui.widgets import muted, named

_FIRST = "NDVI"
_LIST_HEIGHT = 150


class IndexEditor(Editor):
    """Search field, list, the chosen index's formula, and colour map."""

    def __init__(self, session: Session, service: ViewService) -> None:
        super().__init__(session)
        self._service = service
        self._infos: dict[str, IndexInfo] = {}
        self._asked = self._wanted = False
        self.search = named(QLineEdit(), "Search an index")
        self.search.setPlaceholderText("Search by name or use")
        self.search.setClearButtonEnabled(True)
        self.list = named(QListWidget(), "Spectral indices")
        self.list.setItemDelegate(RichDelegate(self.list))
        self.list.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.list.setFixedHeight(_LIST_HEIGHT)
        self.formula = muted("")
        self.formula.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self.colormap = ColormapChoice()
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(4)
        for widget in (self.search, self.list, self.formula, self.colormap):
            column.addWidget(widget)
        self.search.textChanged.connect(self._filter)
        self.list.currentItemChanged.connect(self._choose)
        self.colormap.chosen.connect(self._recolor)
        service.indices_ready.connect(self._fill)

    def begin(self) -> None:
        """Show the first index worth showing, once it is known which this cube allows."""
        self._wanted = True
        self._ask()

    def on_cube(self) -> None:
        self._asked = self._wanted = False
        self._list(())

    def _ask(self) -> None:
        if self.session.cube is not None and not self._asked:
            self._asked = True
            self._service.ask_indices(self.session.cube)
        elif self._infos:
            self._start()

    def refresh(self) -> None:
        composite = self.composite
        self.setVisible(isinstance(composite, SpectralIndex))
        if not isinstance(composite, SpectralIndex):
            return
        self._ask()
        self.colormap.show_name(composite.colormap)
        info = self._infos.get(composite.name)
        self.formula.setText("Reading the catalogue…" if info is None else f"{info.name} = {info.formula}")
        self._mark(composite.name)

    def _fill(self, infos: tuple[IndexInfo, ...]) -> None:
        self._list(infos)
        self._start()
        self.refresh()

    def _start(self) -> None:
        if self._wanted and self._infos:
            self.set_composite(SpectralIndex(_FIRST if _FIRST in self._infos else next(iter(self._infos))))
        elif self._wanted:
            self._service.failed.emit(UsageError("no index can be computed from the bands of this cube"))
        self._wanted = False

    def _list(self, infos: tuple[IndexInfo, ...]) -> None:
        self._infos = {info.name: info for info in infos}
        with QSignalBlocker(self.list):
            self.list.clear()
            for info in infos:
                item = QListWidgetItem(info.name, self.list)
                item.setData(SECOND_LINE, info.long_name)
                item.setToolTip(f"{info.long_name}\n{info.formula}\n{info.domain}\n{info.reference}")
        self._filter(self.search.text())

    def _filter(self, text: str) -> None:
        words = text.casefold().split()
        for row, info in enumerate(self._infos.values()):
            known = f"{info.name} {info.long_name} {info.domain}".casefold()
            self.list.setRowHidden(row, not all(word in known for word in words))

    def _mark(self, name: str) -> None:
        current = self.list.currentItem()
        if current is not None and current.text() == name:
            return
        for item in self.list.findItems(name, Qt.MatchFlag.MatchExactly):
            with QSignalBlocker(self.list):
                self.list.setCurrentItem(item)
            self.list.scrollToItem(item)

    def _choose(self, item: QListWidgetItem | None) -> None:
        if item is not None and isinstance(self.composite, SpectralIndex):
            self.set_composite(replace(self.composite, name=item.text()))

    def _recolor(self, name: str) -> None:
        if isinstance(self.composite, SpectralIndex):
            self.set_composite(replace(self.composite, colormap=name))
