"""Icons that are drawn once for each size."""

from __future__ import annotations

from PySide6.QtCore import QRect, QSize, Qt
from PySide6.QtGui import QIcon, QIconEngine, QPainter, QPixmap

_Key = tuple[int, int, float, QIcon.Mode, QIcon.State]


class _Keeper(QIconEngine):
    """Draws an icon once for each size, mode and state: letters of an icon font take 0.2 ms each time."""

    def __init__(self, drawn: QIcon) -> None:
        super().__init__()
        self._drawn = drawn
        self._pictures: dict[_Key, QPixmap] = {}

    def paint(self, painter: QPainter, rect: QRect, mode: QIcon.Mode, state: QIcon.State) -> None:
        device = painter.device()
        ratio = 1.0 if device is None else device.devicePixelRatioF()
        painter.drawPixmap(rect.topLeft(), self._picture(rect.size(), ratio, mode, state))

    def pixmap(self, size: QSize, mode: QIcon.Mode, state: QIcon.State) -> QPixmap:
        """Return the icon in `size` pixels."""
        return self._picture(size, 1.0, mode, state)

    def clone(self) -> QIconEngine:
        return _Keeper(self._drawn)

    def _picture(self, size: QSize, ratio: float, mode: QIcon.Mode, state: QIcon.State) -> QPixmap:
        key = size.width(), size.height(), ratio, mode, state
        found = self._pictures.get(key)
        if found is None:
            found = self._pictures[key] = _drawn(self._drawn, size, ratio, mode, state)
        return found


def kept(icon: QIcon) -> QIcon:
    """Return an icon that looks the same and is drawn no more than once for each size, mode and state."""
    return QIcon(_Keeper(icon))


def _drawn(icon: QIcon, size: QSize, ratio: float, mode: QIcon.Mode, state: QIcon.State) -> QPixmap:
    picture = QPixmap(size * ratio)
    picture.setDevicePixelRatio(ratio)
    picture.fill(Qt.GlobalColor.transparent)
    painter = QPainter(picture)
    icon.paint(painter, QRect(0, 0, size.width(), size.height()), Qt.AlignmentFlag.AlignCenter, mode, state)
    painter.end()
    return picture
