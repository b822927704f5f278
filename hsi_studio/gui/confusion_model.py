"""The confusion matrix as a table: truth in rows, decisions in columns, then recall and F1 of each class."""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QPersistentModelIndex, Qt
from PySide6.QtGui import QBrush, QColor

from hsi_studio.app.comparison import Comparison
from hsi_studio.core.classes import ClassEntry
from hsi_studio.gui.spectrum_list import color_icon
from hsi_studio.gui.theme import Theme

FIGURES = ("Recall", "F1")
"""Columns after those of the classes, in percent."""

_NO_CLASS = "no class"
_NONE = "none"
_STRONGEST = 0.45
"""Share of the colour in a cell that holds its whole row; with more, figures are hard to read on it."""

Index = QModelIndex | QPersistentModelIndex
Role = Qt.ItemDataRole


class ConfusionModel(QAbstractTableModel):
    """Rows and columns are places in `Comparison.classes`, from 1; column 0 is "no class"."""

    def __init__(self) -> None:
        super().__init__()
        self.comparison: Comparison | None = None
        self.shares = False
        self._rows: tuple[int, ...] = ()
        self._columns: tuple[int, ...] = ()

    def show(self, comparison: Comparison | None) -> None:
        """Show a comparison; the cells stay where its classes are those of the one before."""
        rows = () if comparison is None else comparison.rows
        columns = () if comparison is None else comparison.columns
        same = (rows, columns) == (self._rows, self._columns)
        if not same:
            self.beginResetModel()
        self.comparison, self._rows, self._columns = comparison, rows, columns
        if not same:
            self.endResetModel()
        elif rows:
            last = self.index(len(rows) - 1, self.columnCount() - 1)
            self.dataChanged.emit(self.index(0, 0), last)

    def set_shares(self, shares: bool) -> None:
        """Show percent of each row, or numbers of pixels."""
        self.shares = shares
        self.show(self.comparison)

    def cell(self, index: Index) -> tuple[int, int] | None:
        """Return (truth, decision) as places of classes; None for a cell of figures."""
        if not index.isValid() or index.column() >= len(self._columns):
            return None
        return self._rows[index.row()], self._columns[index.column()]

    def words(self, truth: int, found: int) -> str:
        """Return what a cell says, as a sentence."""
        assert self.comparison is not None
        count = self.comparison.count(truth, found)
        pixels = f"{count:,} pixel{'' if count == 1 else 's'}".replace(",", "\u202f")
        some = f"{pixels} of {self._name(truth)}"
        if found == 0:
            return f"{some} {'has' if count == 1 else 'have'} no class"
        return f"{some} rightly called so" if truth == found else f"{some} called {self._name(found)}"

    # What the view asks

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008
        return 0 if parent.isValid() else len(self._rows)

    def columnCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008
        return 0 if parent.isValid() or not self._rows else len(self._columns) + len(FIGURES)

    def data(self, index: Index, role: int = Role.DisplayRole) -> Any:
        if role == Role.TextAlignmentRole:
            return Qt.AlignmentFlag.AlignCenter
        cell = self.cell(index)
        if cell is None:
            return self._figure(index) if role in (Role.DisplayRole, Role.AccessibleTextRole) else None
        match role:
            case Role.DisplayRole:
                return self._text(*cell)
            case Role.ToolTipRole | Role.AccessibleTextRole:
                return self.words(*cell)
            case Role.BackgroundRole:
                return self._shade(*cell)
        return None

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = Role.DisplayRole) -> Any:
        across = orientation == Qt.Orientation.Horizontal
        if across and section >= len(self._columns):
            return FIGURES[section - len(self._columns)] if role == Role.DisplayRole else None
        place = (self._columns if across else self._rows)[section]
        entry = self._entry(place)
        if role == Role.DisplayRole:
            number = _NONE if entry is None else str(entry.id)
            return number if across else f"{number} {self._name(place)}"
        if role == Role.DecorationRole and entry is not None:
            return color_icon(QColor(*entry.color))
        if role in (Role.ToolTipRole, Role.AccessibleTextRole):
            return f"{_NO_CLASS}: rejected or not classified" if entry is None else self._name(place)
        return None

    def _text(self, truth: int, found: int) -> str:
        count = 0 if self.comparison is None else self.comparison.count(truth, found)
        if not count:
            return ""
        return f"{100 * self._share(truth, found):.0f}" if self.shares else str(count)

    def _share(self, truth: int, found: int) -> float:
        assert self.comparison is not None
        assert self.comparison.figures is not None
        row = self.comparison.figures.confusion[truth]
        return float(row[found]) / max(1, int(row.sum()))

    def _shade(self, truth: int, found: int) -> QBrush:
        colors = Theme.current()
        color = QColor(colors.good if truth == found else colors.bad)
        color.setAlphaF(_STRONGEST * self._share(truth, found) ** 0.5)
        return QBrush(color)

    def _figure(self, index: Index) -> str:
        assert self.comparison is not None
        assert self.comparison.figures is not None
        one = self.comparison.figures.per_class[index.row()]
        value = (one.recall, one.f1)[index.column() - len(self._columns)]
        return f"{100 * value:.0f} %"

    def _entry(self, place: int) -> ClassEntry | None:
        return None if place == 0 or self.comparison is None else self.comparison.classes[place - 1]

    def _name(self, place: int) -> str:
        entry = self._entry(place)
        return _NO_CLASS if entry is None else entry.name
