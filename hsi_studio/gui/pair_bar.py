"""The bar of two wordings: which map is shown, and how many pixels differ."""

from __future__ import annotations

import numpy as np
from PySide6.QtWidgets import QHBoxLayout, QWidget

from hsi_studio.app.wording_pair import WordingPair
from hsi_studio.gui.widgets import muted, quiet_button


class PairBar(QWidget):
    """Shows `WordingPair`; hidden while nothing is held."""

    def __init__(self, pair: WordingPair) -> None:
        super().__init__()
        self._pair = pair
        self.side = quiet_button("", "Flip between the maps of two wordings")
        self.side.setCheckable(True)
        self.side.setProperty("toggle", True)
        self.side.setProperty("quiet", False)
        self.side.setFixedWidth(self.side.fontMetrics().horizontalAdvance("A: held") + 20)
        self.text = muted("")
        self.text.setWordWrap(False)
        self.outline = quiet_button("selection", "Select the pixels that differ")
        self.close_pair = quiet_button("x", "Let the held wording go")
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.addWidget(self.side)
        row.addWidget(self.text, 1)
        row.addWidget(self.outline)
        row.addWidget(self.close_pair)
        self.side.clicked.connect(pair.flip)
        self.close_pair.clicked.connect(pair.let_go)
        pair.changed.connect(self.refresh)
        self.refresh()

    def refresh(self) -> None:
        """Show how things stand."""
        pair = self._pair
        self.setVisible(pair.held is not None)
        if pair.held is None:
            return
        flipped = pair.flipped
        count = 0 if flipped is None else int(np.count_nonzero(flipped))
        self.side.setChecked(pair.side == "A")
        self.side.setText("A: held" if pair.side == "A" else "B: now")
        self.side.setEnabled(flipped is not None)
        self.side.setToolTip(f"A is “{pair.held.text or 'no text'}”; X flips between the maps of A and B")
        self.outline.setEnabled(count > 0)
        if flipped is None:
            self.text.setText("reading A…")
            return
        pixels = f"{count:,}".replace(",", "\u202f")
        self.text.setText(f"{pixels} px differ, {100 * count / flipped.size:.1f} %")
