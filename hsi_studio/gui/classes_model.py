"""The class table as rows of a view."""

from __future__ import annotations

from collections.abc import Sequence
from enum import IntEnum
from typing import Any, NamedTuple

from PySide6.QtCore import QAbstractTableModel, QMimeData, QModelIndex, QPersistentModelIndex, Qt, Signal

from hsi_studio.app.labelling import Labelling
from hsi_studio.app.legend import Legend, LegendService
from hsi_studio.core.classes import ClassEntry

ENTRY = Qt.ItemDataRole.UserRole + 1
"""The row's `ClassEntry`."""
_KEYS = 9
_MIME = "application/x-hsi-studio-class"
# Put together once: every cell that is painted is asked for them.
_FLAGS = Qt.ItemFlag.ItemIsEnabled | Qt.ItemFlag.ItemIsSelectable | Qt.ItemFlag.ItemIsDragEnabled
_NAME_FLAGS = _FLAGS | Qt.ItemFlag.ItemIsEditable
_Index = QModelIndex | QPersistentModelIndex


class Column(IntEnum):
    """What the columns show."""

    KEY = 0
    SWATCH = 1
    NAME = 2
    SPECTRUM = 3
    PIXELS = 4
    SHARE = 5
    EYE = 6
    LOCK = 7


class ShownRow(NamedTuple):
    """What a row shows, for painting it: asking Qt's model cell by cell takes three times as long."""

    entry: ClassEntry
    key: str
    pixels: str
    share: str
    labelled: bool
    from_words: bool

    def text(self, column: Column) -> str:
        """Return the text of a column, empty for the others."""
        match column:
            case Column.KEY:
                return self.key
            case Column.NAME:
                return self.entry.name
            case Column.PIXELS:
                return self.pixels
            case Column.SHARE:
                return self.share
            case _:
                return ""


class ClassModel(QAbstractTableModel):
    """Rows of the class table; changes that the user wants go out as signals."""

    rename_wanted = Signal(int, str)
    """(id, name)."""
    move_wanted = Signal(int, int)
    """(id, place in the order)."""

    def __init__(self, labelling: Labelling, legends: LegendService) -> None:
        super().__init__()
        self._labelling = labelling
        self._shares: dict[tuple[int, str], str] = {}
        self._map = ""
        self._from_words: frozenset[int] = frozenset()
        self._trust = ""
        self._entries = tuple(labelling.classes)
        self._counts = dict(labelling.counts)
        labelling.classes_changed.connect(self._on_classes)
        labelling.labels_changed.connect(lambda _: self._on_labels())
        legends.changed.connect(self._on_legend)

    @property
    def entries(self) -> Sequence[ClassEntry]:
        """The classes in order."""
        return self._entries

    def shown(self, row: int) -> ShownRow:
        """Return what a row shows."""
        entry = self._entries[row]
        pixels = self._pixels(entry)
        key = str(row + 1) if row < _KEYS else ""
        return ShownRow(
            entry, key, pixels_text(pixels), self._share(entry), bool(pixels), entry.id in self._from_words
        )

    def row_of(self, id: int) -> int:
        """Return the row of a class, -1 for none."""
        return next((row for row, entry in enumerate(self._entries) if entry.id == id), -1)

    def mark_spectra(self, ids: Sequence[int]) -> None:
        """Note that the mean spectra of classes have become others."""
        self._repaint([entry for entry in self._entries if entry.id in ids], Column.SPECTRUM)

    def mark_from_words(self, ids: frozenset[int], trust: str) -> None:
        """Mark classes that are on the map by their words alone; `trust` says how far that can be trusted."""
        if (ids, trust) != (self._from_words, self._trust):
            self._from_words, self._trust = ids, trust
            self._repaint(self._entries, *Column)

    def _on_classes(self) -> None:
        entries = tuple(self._labelling.classes)
        same_rows = [e.id for e in entries] == [e.id for e in self._entries]
        if same_rows:  # selection, scrolling and an open editor stay
            old, self._entries = self._entries, entries
            self._repaint([new for new, before in zip(entries, old, strict=True) if new != before], *Column)
            return
        self.beginResetModel()
        self._entries = entries
        self.endResetModel()

    def _on_labels(self) -> None:
        old, self._counts = self._counts, dict(self._labelling.counts)
        changed = [entry for entry in self._entries if self._counts.get(entry.id) != old.get(entry.id)]
        self._repaint(changed, Column.PIXELS)

    def _on_legend(self, legend: Legend | None) -> None:
        rows = () if legend is None else legend.rows
        self._map = "" if legend is None else legend.raster.name
        old = self._shares
        self._shares = {(row.entry.id, row.entry.name): row.share_text for row in rows}
        changed = [e for e in self._entries if self._share(e) != old.get((e.id, e.name), "")]
        self._repaint(changed, Column.SHARE)

    def _share(self, entry: ClassEntry) -> str:
        """Return how much of the map over the image is of a class; empty where none shows it."""
        return self._shares.get((entry.id, entry.name), "")

    def _repaint(self, entries: Sequence[ClassEntry], *columns: Column) -> None:
        """Paint anew from the first of some classes to the last: the whole list takes a while."""
        rows = [self.row_of(entry.id) for entry in entries]
        if rows:
            self.dataChanged.emit(self.index(min(rows), min(columns)), self.index(max(rows), max(columns)))

    # What Qt asks

    def rowCount(self, parent: _Index = QModelIndex()) -> int:  # noqa: B008
        return 0 if parent.isValid() else len(self._entries)

    def columnCount(self, parent: _Index = QModelIndex()) -> int:  # noqa: B008
        return 0 if parent.isValid() else len(Column)

    def data(self, index: _Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        entry, column = self._entries[index.row()], Column(index.column())
        match role:
            case _ if role == ENTRY:
                found: object = entry
            case Qt.ItemDataRole.DisplayRole:
                found = self.shown(index.row()).text(column)
            case Qt.ItemDataRole.EditRole:
                found = entry.name if column == Column.NAME else None
            case Qt.ItemDataRole.ToolTipRole:
                found = self._tip(column, entry)
            case Qt.ItemDataRole.AccessibleTextRole:
                found = self._spoken(entry)
            case _:
                found = None
        return found

    def _pixels(self, entry: ClassEntry) -> int:
        return self._labelling.counts.get(entry.id, 0)

    def _tip(self, column: Column, entry: ClassEntry) -> str:
        if entry.id in self._from_words and column in (Column.SWATCH, Column.PIXELS, Column.SHARE):
            return f"{entry.name} is on the map from its words alone. {self._trust}"
        eye = "Hide" if entry.visible else "Show"
        unlock = f"Unlock {entry.name}: its labels may be painted over"
        tips = {
            Column.SWATCH: "Colour; double-click to change it",
            Column.SPECTRUM: f"Mean spectrum of the labels of {entry.name}",
            Column.PIXELS: self._pixels_tip(entry),
            Column.SHARE: self._share_tip(entry),
            Column.EYE: f"{eye} the labels of {entry.name}",
            Column.LOCK: unlock if entry.locked else f"Lock {entry.name}: its labels are not painted over",
        }
        return tips.get(column, entry.description or entry.name)

    def _pixels_tip(self, entry: ClassEntry) -> str:
        here, everywhere = (
            c.get(entry.id, 0) for c in (self._labelling.counts, self._labelling.total_counts)
        )
        text = f"{pixels_text(here)} labelled" if here else "No labelled pixels"
        return text if here == everywhere else f"{text} here, {pixels_text(everywhere)} in all cubes"

    def _share_tip(self, entry: ClassEntry) -> str:
        share = self._share(entry)
        if share == "–":
            return f"No pixel of {self._map}"
        return f"{share} of the classified pixels of {self._map}" if share else ""

    def _spoken(self, entry: ClassEntry) -> str:
        pixels = pixels_text(self._pixels(entry))
        states = [
            word for word, applies in (("hidden", not entry.visible), ("locked", entry.locked)) if applies
        ]
        return ", ".join((entry.name, pixels, *states))

    def setData(self, index: _Index, value: Any, role: int = Qt.ItemDataRole.EditRole) -> bool:
        entry = self._entries[index.row()]
        if role != Qt.ItemDataRole.EditRole or str(value).strip() in ("", entry.name):
            return False
        self.rename_wanted.emit(entry.id, str(value))
        return True

    def flags(self, index: _Index) -> Qt.ItemFlag:
        if not index.isValid():
            return Qt.ItemFlag.ItemIsDropEnabled  # between rows only
        return _NAME_FLAGS if index.column() == Column.NAME else _FLAGS

    def supportedDropActions(self) -> Qt.DropAction:
        return Qt.DropAction.MoveAction

    def mimeTypes(self) -> list[str]:
        return [_MIME]

    def mimeData(self, indexes: Sequence[QModelIndex]) -> QMimeData:
        data = QMimeData()
        data.setData(_MIME, str(indexes[0].data(ENTRY).id).encode())
        return data

    def dropMimeData(
        self, data: QMimeData, action: Qt.DropAction, row: int, column: int, parent: _Index
    ) -> bool:  # fmt: skip
        del action, column, parent
        id = int(bytes(data.data(_MIME).data()).decode())
        source, place = self.row_of(id), len(self._entries) if row < 0 else row
        if source >= 0 and place not in (source, source + 1):
            self.move_wanted.emit(id, place - (place > source))
        return False  # the table itself is changed; the view shall not remove what was dragged


def pixels_text(count: int) -> str:
    """Return a count of pixels with thin gaps between thousands."""
    return f"{count:,} px".replace(",", "\u2009") if count else "–"
