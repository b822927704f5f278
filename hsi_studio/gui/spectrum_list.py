"""The legend: one row per spectrum with its colour, name, eye and remove button."""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import QAbstractTableModel, QEvent, QModelIndex, QPersistentModelIndex, QSize, Qt, Signal
from PySide6.QtGui import QColor, QIcon, QKeyEvent, QMouseEvent, QPainter, QPixmap
from PySide6.QtWidgets import QAbstractItemView, QHeaderView, QTreeView, QWidget

from hsi_studio.app.spectra_model import Entry, SpectraModel
from hsi_studio.app.spectrum_service import Pixel
from hsi_studio.gui.spectrum_curves import entry_color
from hsi_studio.gui.theme import icon

Index = QModelIndex | QPersistentModelIndex
NAME, EYE, REMOVE = range(3)
_BUTTON_WIDTH = 24
_ICON = 14
_DENSITY = 2  # enough for dense screens


class SpectrumList(QTreeView):
    """Names are edited by double-click or F2; Space hides and Delete removes the selected spectrum."""

    selected = Signal(object)
    """Key of the selected entry, or None."""

    def __init__(self, model: SpectraModel, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._spectra = model
        self._table = _Table(model, self)
        self.setModel(self._table)
        self.setAccessibleName("Collected spectra")
        self.setHeaderHidden(True)
        self.setRootIsDecorated(False)
        self.setUniformRowHeights(True)
        self.setIconSize(QSize(_ICON, _ICON))
        self.setMouseTracking(True)
        self.setStyleSheet("QTreeView::item { border-radius: 0 }")  # one row, not three pills
        self.setTextElideMode(Qt.TextElideMode.ElideRight)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setEditTriggers(
            QAbstractItemView.EditTrigger.DoubleClicked | QAbstractItemView.EditTrigger.EditKeyPressed
        )
        self._size_columns()
        self.clicked.connect(self._on_click)
        self.selectionModel().currentRowChanged.connect(self._on_current)

    @property
    def selected_key(self) -> int | None:
        """Key of the selected entry."""
        return self._table.key(self.currentIndex())

    def _size_columns(self) -> None:
        header = self.header()
        header.setMinimumSectionSize(_BUTTON_WIDTH)
        header.setStretchLastSection(False)
        header.setSectionResizeMode(NAME, QHeaderView.ResizeMode.Stretch)
        for column in (EYE, REMOVE):
            header.setSectionResizeMode(column, QHeaderView.ResizeMode.Fixed)
            header.resizeSection(column, _BUTTON_WIDTH)

    def _on_click(self, index: QModelIndex) -> None:
        if index.column() == EYE:
            self._toggle(index)
        elif index.column() == REMOVE:
            self._remove(index)

    def _toggle(self, index: Index) -> None:
        entry = self._table.entry(index)
        if entry is not None:
            self._spectra.set_visible(entry.key, not entry.visible)

    def _remove(self, index: Index) -> None:
        key = self._table.key(index)
        if key is not None:
            self._spectra.remove(key)

    def _on_current(self) -> None:
        self.selected.emit(self.selected_key)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Space:
            self._toggle(self.currentIndex())
        elif event.key() in {Qt.Key.Key_Delete, Qt.Key.Key_Backspace}:
            self._remove(self.currentIndex())
        else:
            super().keyPressEvent(event)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        super().mousePressEvent(event)
        if not self.indexAt(event.position().toPoint()).isValid():
            self.setCurrentIndex(QModelIndex())

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.PaletteChange and hasattr(self, "_table"):
            self._table.repaint_all()


class _Table(QAbstractTableModel):
    """Rows are the entries of a `SpectraModel`."""

    def __init__(self, spectra: SpectraModel, view: QTreeView) -> None:
        super().__init__(view)
        self._spectra = spectra
        self._view = view
        self._entries = spectra.entries
        spectra.changed.connect(self._follow)

    def entry(self, index: Index) -> Entry | None:
        return self._entries[index.row()] if index.isValid() else None

    def key(self, index: Index) -> int | None:
        entry = self.entry(index)
        return None if entry is None else entry.key

    def repaint_all(self) -> None:
        if self._entries:
            self.dataChanged.emit(self.index(0, NAME), self.index(len(self._entries) - 1, REMOVE))

    def _follow(self) -> None:
        keys, entries = [entry.key for entry in self._entries], self._spectra.entries
        if keys == [entry.key for entry in entries]:
            self._entries = entries
            self.repaint_all()
            return
        selected = self.key(self._view.currentIndex())
        self.beginResetModel()
        self._entries = entries
        self.endResetModel()
        rows = [row for row, entry in enumerate(entries) if entry.key == selected]
        self._view.setCurrentIndex(self.index(rows[0], NAME) if rows else QModelIndex())

    def rowCount(self, parent: Index | None = None) -> int:
        return 0 if parent is not None and parent.isValid() else len(self._entries)

    def columnCount(self, parent: Index | None = None) -> int:  # noqa: ARG002
        return 3

    def flags(self, index: Index) -> Qt.ItemFlag:
        flags = super().flags(index)
        return flags | Qt.ItemFlag.ItemIsEditable if index.column() == NAME else flags

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        entry = self.entry(index)
        if entry is None:
            return None
        if role == Qt.ItemDataRole.ToolTipRole:
            return _tool_tip(entry, index.column())
        if role == Qt.ItemDataRole.AccessibleTextRole and index.column() != NAME:
            return _tool_tip(entry, index.column())
        if index.column() == NAME:
            return self._name(entry, role)
        if role == Qt.ItemDataRole.DecorationRole:
            return _button_icon(entry, index.column())
        return None

    def _name(self, entry: Entry, role: int) -> Any:
        palette = self._view.palette()
        if role == Qt.ItemDataRole.DecorationRole:
            return color_icon(entry_color(entry, palette))
        if role == Qt.ItemDataRole.ForegroundRole and not entry.visible:
            return palette.placeholderText().color()
        if role == Qt.ItemDataRole.EditRole:
            return entry.name
        if role == Qt.ItemDataRole.DisplayRole:
            return entry.name if entry.spectrum is not None else f"{entry.name}  {entry.fraction:.0%}"
        return None

    def setData(self, index: Index, value: Any, role: int = Qt.ItemDataRole.EditRole) -> bool:
        key = self.key(index)
        if role != Qt.ItemDataRole.EditRole or key is None or not str(value).strip():
            return False
        self._spectra.rename(key, str(value))
        return True


def color_icon(color: QColor) -> QIcon:
    """Return a rounded square of one colour."""
    pixmap = QPixmap(_ICON * _DENSITY, _ICON * _DENSITY)
    pixmap.setDevicePixelRatio(_DENSITY)
    pixmap.fill(Qt.GlobalColor.transparent)
    painter = QPainter(pixmap)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(color)
    painter.drawRoundedRect(2, 2, _ICON - 4, _ICON - 4, 2, 2)
    painter.end()
    return QIcon(pixmap)


def _button_icon(entry: Entry, column: int) -> Any:
    if column == REMOVE:
        return icon("x")
    return icon("eye" if entry.visible else "eye-slash")


def _tool_tip(entry: Entry, column: int) -> str:
    if column == EYE:
        return f"Hide {entry.name}" if entry.visible else f"Show {entry.name}"
    if column == REMOVE:
        return f"Remove {entry.name}"
    if entry.spectrum is None:
        return f"{entry.name} is being read"
    if isinstance(entry.place, Pixel):
        return f"Row {entry.place.row}, column {entry.place.col}; double-click to rename"
    return f"Mean of {entry.spectrum.count} pixels ± standard deviation; double-click to rename"
