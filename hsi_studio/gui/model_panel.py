"""How the live map is made and shown, and the training of S3FN."""

from __future__ import annotations

from PySide6.QtCore import QSignalBlocker, Qt
from PySide6.QtWidgets import (
    QCheckBox,
    QComboBox,
    QGridLayout,
    QLabel,
    QSizePolicy,
    QSlider,
    QVBoxLayout,
    QWidget,
)

from hsi_studio.app.live_map import MapFollower
from hsi_studio.app.live_options import LiveOptions
from hsi_studio.gui.map_chip import MAP
from hsi_studio.gui.training_view import TrainingView
from hsi_studio.gui.widgets import named, one_line, section
from hsi_studio.live.map_requests import Stage

_ENGINES = {"instant": "Instant", "s3fn": "S3FN", "both": "Both"}
_SURENESS = {
    "confidence": ("Probability", "Probability of the likeliest class"),
    "margin": ("Margin", "Lead of the likeliest class over the second"),
    "certainty": ("Entropy", "1 − entropy of all probabilities: 1 is certain"),
}
_ENGINES_TIP = "Nine experts on classical features, a trained S3FN, or all of them together"
_NO_NETWORK_TIP = "Train S3FN to choose between the nine classical experts, the network, or all of them"
_REJECT_STEPS = 100
_TWO = "A map needs labels of two classes."


class ModelPanel(QWidget):
    """Engine, smoothing, what counts as sure, and from where on a pixel is left without a class.

    `below` is the place for what the map can be asked.
    """

    def __init__(self, follower: MapFollower, training: TrainingView) -> None:
        super().__init__()
        # What is left of the column's height goes to the panel above, which has more to show.
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Maximum)
        self._follower = follower
        self.engine = named(QComboBox(), "Engine")
        for key, text in _ENGINES.items():
            self.engine.addItem(text, key)
        self.smooth = QCheckBox("Smooth along edges")
        self.smooth.setToolTip("A random walker spreads classes within fields and stops at their borders")
        self.words = QCheckBox("Classes from words alone")
        self.words.setToolTip("Classes without labels take part by their descriptions")
        self.sureness = named(QComboBox(), "Confidence")
        for key, (text, tip) in _SURENESS.items():
            self.sureness.addItem(text, key)
            self.sureness.setItemData(self.sureness.count() - 1, tip, Qt.ItemDataRole.ToolTipRole)
        self.reject = named(QSlider(Qt.Orientation.Horizontal), "Reject below")
        self.reject.setRange(0, _REJECT_STEPS)
        self.reject.setToolTip("Pixels that are less sure than this show no class")
        self.reject_text = QLabel()
        self.state = one_line()
        self.state.setProperty("muted", True)
        self.below = QVBoxLayout()
        self._lay_out(training)
        self._connect()
        self.show_options(follower.options)

    def _lay_out(self, training: TrainingView) -> None:
        grid = QGridLayout()
        grid.setColumnStretch(1, 1)
        grid.setHorizontalSpacing(10)
        rows = (("Engine", self.engine), ("Confidence", self.sureness), ("Reject below", self.reject))
        for row, (text, widget) in enumerate(rows):
            label = QLabel(text)
            label.setBuddy(widget)
            grid.addWidget(label, row, 0)
            grid.addWidget(widget, row, 1)
        grid.addWidget(self.reject_text, 2, 2)
        self.reject_text.setMinimumWidth(self.reject_text.fontMetrics().horizontalAdvance("100 %"))
        column = QVBoxLayout(self)
        column.setContentsMargins(8, 6, 8, 8)
        column.setSpacing(6)
        column.addWidget(section("Live map"))
        column.addLayout(grid)
        column.addWidget(self.smooth)
        column.addWidget(self.words)
        column.addWidget(self.state)
        column.addLayout(self.below)
        column.addWidget(training)
        column.addStretch(1)

    def _connect(self) -> None:
        follower = self._follower
        self.engine.activated.connect(lambda: follower.set_options(engine=self.engine.currentData()))
        self.sureness.activated.connect(lambda: follower.set_options(sureness=self.sureness.currentData()))
        self.smooth.toggled.connect(lambda on: follower.set_options(smooth=on))
        self.words.toggled.connect(lambda on: follower.set_options(words_alone=on))
        self.reject.valueChanged.connect(lambda value: follower.set_options(reject=value / _REJECT_STEPS))
        follower.options_changed.connect(self.show_options)
        for changed in (follower.stage_changed, follower.outdated_changed, follower.shown_changed):
            changed.connect(lambda _: self._show_state())
        follower.engine.busy_changed.connect(self._show_state)

    def show_options(self, options: LiveOptions) -> None:
        """Show what is chosen."""
        self.engine.setEnabled(self._follower.has_network)
        self.engine.setToolTip(_ENGINES_TIP if self._follower.has_network else _NO_NETWORK_TIP)
        shown = options.engine if self._follower.has_network else "instant"
        for box, value in ((self.engine, shown), (self.sureness, options.sureness)):
            box.setCurrentIndex(box.findData(value))
        for check, on in ((self.smooth, options.smooth), (self.words, options.words_alone)):
            with QSignalBlocker(check):
                check.setChecked(on)
        with QSignalBlocker(self.reject):
            self.reject.setValue(round(options.reject * _REJECT_STEPS))
        self.reject_text.setText(f"{options.reject:.0%}".replace("%", " %") if options.reject else "off")
        self._show_state()

    def _show_state(self) -> None:
        shown = self._follower.shown
        if shown is None:
            self.state.setText(_before_map(self._follower.stage, asked=MAP in self._follower.engine.busy))
            return
        best = max(shown.map.weights, key=lambda name: shown.map.weights[name])
        text = f"{shown.map.seconds * 1000:.0f} ms · most trusted: {best}"
        if self._follower.outdated:
            text = "Out of date: U brings it up to date." if not self._follower.options.live else "Following…"
        self.state.setText(text)


def _before_map(stage: Stage | None, *, asked: bool) -> str:
    """Return what is going on while there is no map, or what is missing for one."""
    if stage is None:
        return "Reading the scene…" if asked else _TWO
    if asked or not stage.complete:
        return f"{len(stage.experts)} of 9 experts are ready…" if stage.experts else "Reading the scene…"
    return "Ready: label a pixel of two classes."
