"""List items with a title, a quiet second line and a quiet text at the right."""

from __future__ import annotations

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QRect, QSize, Qt
from PySide6.QtGui import QFont, QFontMetrics, QPainter, QPalette
from PySide6.QtWidgets import QStyle, QStyledItemDelegate, QStyleOptionViewItem

SECOND_LINE = Qt.ItemDataRole.UserRole + 1
RIGHT_TEXT = Qt.ItemDataRole.UserRole + 2
FADED = Qt.ItemDataRole.UserRole + 3
_PAD_X, _PAD_Y, _GAP = 8, 5, 2
_SMALL = 0.88

Index = QModelIndex | QPersistentModelIndex


class RichDelegate(QStyledItemDelegate):
    """Paints an item's text with what the roles `SECOND_LINE`, `RIGHT_TEXT` and `FADED` hold."""

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        self.initStyleOption(option, index)
        style = option.widget.style()
        style.drawPrimitive(QStyle.PrimitiveElement.PE_PanelItemViewItem, option, painter, option.widget)
        rect = option.rect.adjusted(_PAD_X, _PAD_Y, -_PAD_X, -_PAD_Y)
        icon = index.data(Qt.ItemDataRole.DecorationRole)
        if icon is not None:
            size = option.decorationSize.height()
            icon.paint(painter, QRect(rect.left(), rect.top(), size, rect.height()))
            rect.setLeft(rect.left() + size + _PAD_X)
        self._paint_texts(painter, option, index, rect)

    def _paint_texts(
        self, painter: QPainter, option: QStyleOptionViewItem, index: Index, rect: QRect
    ) -> None:
        muted = option.palette.color(QPalette.ColorRole.PlaceholderText)
        plain = option.palette.color(QPalette.ColorRole.Text)
        small = _small(option.font)
        right, second = index.data(RIGHT_TEXT) or "", index.data(SECOND_LINE) or ""
        first = QRect(rect)
        painter.save()
        painter.setPen(muted)
        painter.setFont(small)
        if second:
            first.setHeight(option.fontMetrics.height())
            _draw(painter, rect.adjusted(0, first.height() + _GAP, 0, 0), second)
        if right:
            _draw(painter, first, right, Qt.AlignmentFlag.AlignRight)
            first.setRight(first.right() - QFontMetrics(small).horizontalAdvance(right) - _PAD_X)
        painter.setPen(muted if index.data(FADED) else plain)
        painter.setFont(option.font)
        _draw(painter, first, str(index.data(Qt.ItemDataRole.DisplayRole)))
        painter.restore()

    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:
        height = option.fontMetrics.height() + 2 * _PAD_Y
        if index.data(SECOND_LINE):
            height += QFontMetrics(_small(option.font)).height() + _GAP
        return QSize(80, height)


def _small(font: QFont) -> QFont:
    result = QFont(font)
    result.setPointSizeF(font.pointSizeF() * _SMALL)
    return result


def _draw(
    painter: QPainter, rect: QRect, text: str, side: Qt.AlignmentFlag = Qt.AlignmentFlag.AlignLeft
) -> None:
    shown = painter.fontMetrics().elidedText(text, Qt.TextElideMode.ElideMiddle, rect.width())
    painter.drawText(rect, side | Qt.AlignmentFlag.AlignVCenter, shown)
