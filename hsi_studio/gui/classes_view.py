"""The list of classes: one is active; eyes, locks and swatches answer to clicks, rows can be dragged."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QItemSelectionModel, QModelIndex, QPoint, QRect, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QCursor, QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QRegion
from PySide6.QtWidgets import QAbstractItemView, QHeaderView, QStyleOptionViewItem, QTreeView

from hsi_studio.app.class_spectra import ClassSpectraService
from hsi_studio.app.labelling import Labelling
from hsi_studio.gui.classes_delegate import ClassDelegate
from hsi_studio.gui.classes_model import ENTRY, ClassModel, Column
from hsi_studio.gui.rich_list import Index
from hsi_studio.gui.theme import Theme

_WIDTHS = {Column.KEY: 16, Column.SWATCH: 20, Column.SPECTRUM: 44, Column.EYE: 21, Column.LOCK: 21}
_MOST_ROWS = 24
_COUNT, _SHARE = "99 px", "< 0.1 %"
"""What fits into the columns of numbers at the least."""
_TOGGLES = (Column.EYE, Column.LOCK)


class ClassView(QTreeView):
    """Rows of a `ClassModel`."""

    eye_clicked = Signal(int)
    lock_clicked = Signal(int)
    colour_wanted = Signal(int)
    delete_wanted = Signal(int)
    step_wanted = Signal(int, int)
    """(id, rows to move by)."""
    menu_wanted = Signal(int, QPoint)
    """(id, place on the screen). All signals carry the id of a class."""

    def __init__(self, labelling: Labelling, model: ClassModel, spectra: ClassSpectraService) -> None:
        super().__init__()
        self._labelling, self._model = labelling, model
        self._wanted, self._hovered = QRegion(), -1
        self._cells: list[tuple[Column, int, int]] = []
        self.setModel(model)
        self._delegate = ClassDelegate(spectra, self)
        self._delegate.redrawn.connect(model.mark_spectra)
        self.setItemDelegate(self._delegate)
        self.setAccessibleName("Classes")
        self.setRootIsDecorated(False)
        self.setUniformRowHeights(True)
        self.setMouseTracking(True)
        self.setIndentation(0)
        self.setHeaderHidden(True)
        self.setTextElideMode(Qt.TextElideMode.ElideRight)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setEditTriggers(QAbstractItemView.EditTrigger.EditKeyPressed)
        self.setDragDropMode(QAbstractItemView.DragDropMode.InternalMove)
        self.setDefaultDropAction(Qt.DropAction.MoveAction)
        self.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        self.customContextMenuRequested.connect(self._ask_for_menu)
        self._size_columns()
        self.selectionModel().currentRowChanged.connect(self._activate)
        labelling.active_changed.connect(self.show_active)
        model.dataChanged.connect(self._fit_numbers)
        model.modelReset.connect(self._fit_numbers)
        model.modelReset.connect(self.show_active)
        model.modelReset.connect(self.updateGeometry)
        self.show_active()

    def _size_columns(self) -> None:
        header = self.header()
        header.setMinimumSectionSize(8)
        header.setStretchLastSection(False)
        header.setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
        header.setSectionResizeMode(Column.NAME, QHeaderView.ResizeMode.Stretch)
        for column, width in _WIDTHS.items():
            self.setColumnWidth(column, width)
        self._fit_numbers()

    def _fit_numbers(self) -> None:
        """Give the numbers a width that seldom changes: each change lays the list out and paints it anew."""
        rows = [self._model.shown(row) for row in range(self._model.rowCount())]
        for column, least in ((Column.PIXELS, _COUNT), (Column.SHARE, _SHARE)):
            texts = [row.text(column) for row in rows]
            widest = max([least, *texts], key=len) if any(texts) else ""
            self.setColumnWidth(column, self._delegate.width_of(self.font(), widest))
        drawn = any(row.labelled for row in rows)
        self.setColumnWidth(Column.SPECTRUM, _WIDTHS[Column.SPECTRUM] if drawn else 0)

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.FontChange:
            self._fit_numbers()

    def sizeHint(self) -> QSize:
        """Ask for the height of all rows, within reason."""
        rows = min(max(self.model().rowCount(), 4), _MOST_ROWS)
        return QSize(super().sizeHint().width(), rows * max(self.sizeHintForRow(0), 16) + 4)

    def show_active(self) -> None:
        """Select the row of the active class."""
        row = self._model.row_of(self._labelling.active)
        flags = QItemSelectionModel.SelectionFlag.ClearAndSelect | QItemSelectionModel.SelectionFlag.Rows
        index = self.model().index(row, Column.NAME) if row >= 0 else QModelIndex()
        if index != self.currentIndex() or not self.selectionModel().isSelected(index):
            self.selectionModel().setCurrentIndex(index, flags)

    def edit_name(self, id: int) -> None:
        """Let the user type the name of a class."""
        row = self._model.row_of(id)
        if row >= 0:
            index = self.model().index(row, Column.NAME)
            self.setCurrentIndex(index)
            self.setFocus()
            self.edit(index)

    def _activate(self, current: QModelIndex) -> None:
        if current.isValid():
            self._labelling.set_active(current.data(ENTRY).id)

    def _ask_for_menu(self, position: QPoint) -> None:
        index = self.indexAt(position)
        if index.isValid():
            self.menu_wanted.emit(index.data(ENTRY).id, self.viewport().mapToGlobal(position))

    # Events of Qt

    def paintEvent(self, event: QPaintEvent) -> None:
        self._wanted = event.region()
        under = (
            self.indexAt(self.viewport().mapFromGlobal(QCursor.pos())) if self.underMouse() else QModelIndex()
        )
        self._hovered = under.row()
        self._cells = [(c, self.columnViewportPosition(c), self.columnWidth(c)) for c in Column]
        super().paintEvent(event)

    def drawRow(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        """Paint the ground of the row as a whole, and those of its cells that are wanted.

        Qt would paint the ground cell by cell, and all cells where one has changed.
        """
        number = index.row()
        active = self.selectionModel().isSelected(index)
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        if active or number == self._hovered:
            self._paint_ground(painter, QRectF(option.rect), active)
        row, cell = self._model.shown(number), QStyleOptionViewItem(option)
        for column, left, width in self._cells:
            cell.rect = QRect(left, option.rect.top(), width, option.rect.height())
            if self._wanted.intersects(cell.rect):
                self._delegate.paint_cell(painter, cell, column, row)
        painter.restore()

    def _paint_ground(self, painter: QPainter, rect: QRectF, active: bool) -> None:
        tokens = Theme.current()
        painter.setPen(QColor(tokens.accent) if active and self.hasFocus() else Qt.PenStyle.NoPen)
        painter.setBrush(QColor(tokens.selected if active else tokens.hover))
        painter.drawRoundedRect(rect.adjusted(0.5, 0.5, -0.5, -0.5), 4, 4)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        index = self.indexAt(event.position().toPoint())
        if event.button() == Qt.MouseButton.LeftButton and index.column() in _TOGGLES:
            toggled = self.eye_clicked if index.column() == Column.EYE else self.lock_clicked
            toggled.emit(index.data(ENTRY).id)
        else:
            super().mousePressEvent(event)

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        index = self.indexAt(event.position().toPoint())
        if not index.isValid():
            return
        match Column(index.column()):
            case Column.EYE | Column.LOCK:
                self.mousePressEvent(event)
            case Column.SWATCH:
                self.colour_wanted.emit(index.data(ENTRY).id)
            case _:
                self.edit_name(index.data(ENTRY).id)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        index = self.currentIndex()
        step = {Qt.Key.Key_Up: -1, Qt.Key.Key_Down: 1}.get(Qt.Key(event.key()))
        if index.isValid() and step and event.modifiers() == Qt.KeyboardModifier.AltModifier:
            self.step_wanted.emit(index.data(ENTRY).id, step)
        elif index.isValid() and event.key() == Qt.Key.Key_Delete:
            self.delete_wanted.emit(index.data(ENTRY).id)
        else:
            super().keyPressEvent(event)

    def keyboardSearch(self, search: str) -> None:
        """Leave digits and letters to the keys of the window."""
        del search
