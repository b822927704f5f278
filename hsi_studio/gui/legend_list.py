"""The classes of a legend: one row each with colour, name, area and eye."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QEvent, QPoint, QSize, Qt, Signal
from PySide6.QtGui import QColor, QGuiApplication, QKeyEvent
from PySide6.QtWidgets import QHeaderView, QMenu, QTreeWidget, QTreeWidgetItem

from hsi_studio.app.legend import LegendRow
from hsi_studio.gui.spectrum_list import color_icon
from hsi_studio.gui.swatches import swatch
from hsi_studio.gui.theme import Theme, icon

NAME, AREA, SHARE, EYE = range(4)
_EYE_WIDTH = 24
_ICON = 14
_RIGHT = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter


class LegendList(QTreeWidget):
    """A click on an eye or Space hides a class, a double-click shows it alone; the menu does both too."""

    hidden_changed = Signal(object)
    """The ids (frozenset) of the classes that the user wants hidden."""

    def __init__(self) -> None:
        super().__init__()
        self._rows: tuple[LegendRow, ...] = ()
        self._items: list[QTreeWidgetItem] = []
        self._hidden: frozenset[int] = frozenset()
        self._from_words: frozenset[int] = frozenset()
        self._trust = ""
        self.setAccessibleName("Classes of the map")
        self.setColumnCount(4)
        self.setHeaderHidden(True)
        self.setRootIsDecorated(False)
        self.setUniformRowHeights(True)
        self.setIconSize(QSize(_ICON, _ICON))
        self.setStyleSheet("QTreeView::item { border-radius: 0; padding: 2px }")  # one row, not four pills
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        self._size_columns()
        self.itemClicked.connect(self._on_click)
        self.itemDoubleClicked.connect(self._on_double_click)
        self.customContextMenuRequested.connect(self._show_menu)

    @property
    def ids(self) -> frozenset[int]:
        """Ids of the classes listed."""
        return frozenset(row.entry.id for row in self._rows)

    def show_rows(self, rows: Sequence[LegendRow]) -> None:
        """List classes."""
        self._rows = tuple(rows)
        self.clear()
        self._items = [_item(row) for row in self._rows]
        self.addTopLevelItems(self._items)
        self._paint()

    def show_hidden(self, hidden: frozenset[int]) -> None:
        """Show which classes are hidden."""
        if hidden != self._hidden:
            self._hidden = hidden
            self._paint()

    def mark_from_words(self, ids: frozenset[int], trust: str) -> None:
        """Hatch classes that are on the map by their words alone; `trust` says how far to rely on them."""
        if (ids, trust) != (self._from_words, self._trust):
            self._from_words, self._trust = ids, trust
            self.show_rows(self._rows)

    def mark(self, class_id: int) -> None:
        """Mark the class under the cursor; none for 0."""
        self.clearSelection()
        for item, row in zip(self._items, self._rows, strict=True):
            if row.entry.id == class_id:
                self.setCurrentItem(item)

    def table(self) -> str:
        """Return the legend as lines of tab-separated columns, for a spreadsheet."""
        lines = ["id\tclass\tpixels\tshare\thectares"]
        for row in self._rows:
            area = "" if row.hectares is None else f"{row.hectares:.6g}"
            lines.append(f"{row.entry.id}\t{row.entry.name}\t{row.pixels}\t{row.share:.6g}\t{area}")
        return "\n".join(lines) + "\n"

    def _size_columns(self) -> None:
        header = self.header()
        header.setMinimumSectionSize(_EYE_WIDTH)
        header.setStretchLastSection(False)
        header.setSectionResizeMode(NAME, QHeaderView.ResizeMode.Stretch)
        for column in (AREA, SHARE):
            header.setSectionResizeMode(column, QHeaderView.ResizeMode.ResizeToContents)
        header.setSectionResizeMode(EYE, QHeaderView.ResizeMode.Fixed)
        header.resizeSection(EYE, _EYE_WIDTH)

    def _paint(self) -> None:
        for item, row in zip(self._items, self._rows, strict=True):
            _paint_item(item, row, hidden=row.entry.id in self._hidden)
            if row.entry.id in self._from_words:
                item.setIcon(NAME, swatch(row.entry.color, hatched=True))
                item.setToolTip(NAME, f"{row.entry.name} is on the map from its words alone. {self._trust}")

    def _row_of(self, item: QTreeWidgetItem | None) -> LegendRow | None:
        return None if item is None else self._rows[self.indexOfTopLevelItem(item)]

    def _on_click(self, item: QTreeWidgetItem, column: int) -> None:
        if column == EYE:
            self._toggle(item)

    def _on_double_click(self, item: QTreeWidgetItem, column: int) -> None:
        if column != EYE:
            self._show_only(item)

    def _toggle(self, item: QTreeWidgetItem | None) -> None:
        row = self._row_of(item)
        if row is not None:
            self.hidden_changed.emit(self._hidden ^ {row.entry.id})

    def _show_only(self, item: QTreeWidgetItem | None) -> None:
        """Hide all other classes; show all again where they are hidden already."""
        row = self._row_of(item)
        if row is not None:
            others = self.ids - {row.entry.id}
            self.hidden_changed.emit(frozenset() if self._hidden == others else others)

    def _show_menu(self, place: QPoint) -> None:
        item = self.itemAt(place)
        row = self._row_of(item)
        menu = QMenu(self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        if row is not None:
            hidden = row.entry.id in self._hidden
            menu.addAction(f"{'Show' if hidden else 'Hide'} {row.entry.name}", lambda: self._toggle(item))
            menu.addAction(f"Show only {row.entry.name}", lambda: self._show_only(item))
        menu.addAction("Show all classes", lambda: self.hidden_changed.emit(frozenset()))
        menu.addSeparator()
        menu.addAction("Copy as a table", lambda: QGuiApplication.clipboard().setText(self.table()))
        menu.popup(self.viewport().mapToGlobal(place))

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Space:
            self._toggle(self.currentItem())
        else:
            super().keyPressEvent(event)

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.PaletteChange and hasattr(self, "_rows"):
            self._paint()


def hectares_text(hectares: float) -> str:
    """Return an area in the unit that keeps its number short."""
    if hectares < 0.01:
        return f"{hectares * 10_000:.3g} m²"
    return f"{hectares:.3g} ha" if hectares < 100 else f"{hectares:,.0f} ha".replace(",", "\u202f")


def _item(row: LegendRow) -> QTreeWidgetItem:
    pixels = f"{row.pixels:,}".replace(",", "\u202f")
    area = pixels if row.hectares is None else hectares_text(row.hectares)
    item = QTreeWidgetItem([row.entry.name, area, row.share_text, ""])
    item.setIcon(NAME, color_icon(QColor(*row.entry.color)))
    known = "" if row.hectares is None else f", {hectares_text(row.hectares)}"
    share = f", {row.share_text} of the classified ones" if row.pixels else ""
    tip = f"{row.entry.name}: {pixels} pixels{share}{known}"
    for column in (NAME, AREA, SHARE):
        item.setToolTip(column, f"{tip}\nDouble-click to show this class alone")
    for column in (AREA, SHARE):
        item.setTextAlignment(column, _RIGHT)
    return item


def _paint_item(item: QTreeWidgetItem, row: LegendRow, *, hidden: bool) -> None:
    """Draw a row in the colours of the theme; a hidden class is quiet."""
    tokens = Theme.current()
    faint = hidden or not row.pixels
    item.setForeground(NAME, QColor(tokens.muted if faint else tokens.text))
    for column in (AREA, SHARE):
        item.setForeground(column, QColor(tokens.muted))
    item.setIcon(EYE, icon("eye-slash" if hidden else "eye", quiet=True))
    item.setToolTip(EYE, f"{'Show' if hidden else 'Hide'} {row.entry.name}")
