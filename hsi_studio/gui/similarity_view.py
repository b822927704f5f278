"""How alike the texts of the classes are, as a small matrix."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QEvent, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QHelpEvent, QImage, QPainter, QPaintEvent
from PySide6.QtWidgets import QHBoxLayout, QToolTip, QVBoxLayout, QWidget

from hsi_studio.app.live_texts import LiveTexts
from hsi_studio.core.colormaps import lut
from hsi_studio.gui.shades import mixed
from hsi_studio.gui.widgets import muted, named, section
from hsi_studio.live.text_service import Texts

TOO_ALIKE = 0.95
"""Cosine of the raw vectors above which two texts can hardly be told apart."""

_SIDE = 112
_PAIRS = 3
_NUMBERS_UP_TO = 6
_LEAST_RULED = 6.0
"""Width of a cell, in pixels, below which lines would hide what they part."""
_COLORMAP = "inferno"


class SimilarityView(QWidget):
    """Matrix of cosines between the raw vectors, the closest pairs, and a warning above 0.95.

    `below` is the place for what else can be asked of the texts.
    """

    def __init__(self, texts: LiveTexts) -> None:
        super().__init__()
        self.matrix = named(_Matrix(), "Similarity of the descriptions")
        self.pairs = muted("")
        self.pairs.setTextFormat(Qt.TextFormat.RichText)
        self.pairs.setAlignment(Qt.AlignmentFlag.AlignTop)
        row = QHBoxLayout()
        row.setSpacing(10)
        row.addWidget(self.matrix)
        self.below = QVBoxLayout()
        beside = QVBoxLayout()
        beside.addWidget(self.pairs)
        beside.addStretch(1)
        beside.addLayout(self.below)
        row.addLayout(beside, 1)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 8, 4, 0)
        column.setSpacing(6)
        column.addWidget(section("How alike the texts are"))
        column.addLayout(row)
        texts.changed.connect(self.show_texts)
        self.setVisible(False)
        if texts.texts is not None:
            self.show_texts(texts.texts)

    def show_texts(self, texts: Texts) -> None:
        """Show the similarities of the texts."""
        names, cosines = texts.embeddings.names, texts.embeddings.similarity()
        self.setVisible(len(names) > 1)
        self.matrix.show_cosines(names, cosines)
        lines = [_pair_text(names[i], names[j], value) for value, i, j in closest(cosines, _PAIRS)]
        self.pairs.setText("<br>".join(lines))


def closest(cosines: NDArray[np.float32], count: int) -> list[tuple[float, int, int]]:
    """Return (cosine, row, col) of the most similar pairs, the closest first."""
    rows, cols = np.triu_indices(len(cosines), 1)
    order = np.argsort(-cosines[rows, cols], kind="stable")[:count]
    return [(float(cosines[rows[k], cols[k]]), int(rows[k]), int(cols[k])) for k in order]


def _pair_text(one: str, other: str, value: float) -> str:
    text = f"{one} ~ {other} <b>{value:.2f}</b>"
    return f"⚠ {text}: hardly told apart" if value > TOO_ALIKE else text


class _Matrix(QWidget):
    def __init__(self) -> None:
        super().__init__()
        self._names: tuple[str, ...] = ()
        self._cosines: NDArray[np.float32] = np.zeros((0, 0), np.float32)
        self.setFixedSize(_SIDE, _SIDE)
        self.setMouseTracking(True)

    def sizeHint(self) -> QSize:
        return QSize(_SIDE, _SIDE)

    def show_cosines(self, names: tuple[str, ...], cosines: NDArray[np.float32]) -> None:
        self._names, self._cosines = names, cosines
        self.update()

    def paintEvent(self, _event: QPaintEvent) -> None:
        count = len(self._names)
        if not count:
            return
        painter = QPainter(self)
        low = float(self._cosines.min())
        share = (self._cosines - low) / max(1 - low, 1e-6)
        rgb = lut(_COLORMAP)[np.clip(share * 255, 0, 255).astype(np.intp)]
        image = QImage(rgb.tobytes(), count, count, 3 * count, QImage.Format.Format_RGB888)
        painter.drawImage(QRectF(self.rect()), image)
        if self.width() / count >= _LEAST_RULED:
            painter.setPen(mixed(self.palette(), 0.15))
            for cell, _, _ in self._cells():
                painter.drawRect(cell)
        if count <= _NUMBERS_UP_TO:
            self._paint_numbers(painter, share)

    def _paint_numbers(self, painter: QPainter, share: NDArray[np.float32]) -> None:
        for cell, row, col in self._cells():
            painter.setPen(QColor("black" if share[row, col] > 0.6 else "white"))
            text = f"{self._cosines[row, col]:.2f}".removeprefix("0")
            painter.drawText(cell, Qt.AlignmentFlag.AlignCenter, text)

    def _cells(self) -> Iterator[tuple[QRectF, int, int]]:
        count = len(self._names)
        side = self.width() / count
        for row in range(count):
            for col in range(count):
                yield QRectF(col * side, row * side, side, side), row, col

    def event(self, event: QEvent) -> bool:
        if isinstance(event, QHelpEvent) and self._names:
            side = self.width() / len(self._names)
            row, col = int(event.pos().y() // side), int(event.pos().x() // side)
            if 0 <= row < len(self._names) and 0 <= col < len(self._names):
                text = f"{self._names[row]} ~ {self._names[col]}: {self._cosines[row, col]:.2f}"
                QToolTip.showText(event.globalPos(), text, self)
            return True
        return super().event(event)
