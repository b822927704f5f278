"""Do words matter here? The controls, as bars and in plain words."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import (
    QDialog,
    QDialogButtonBox,
    QFrame,
    QHBoxLayout,
    QLabel,
    QPushButton,
    QScrollArea,
    QVBoxLayout,
    QWidget,
)

from hsi_studio.app.word_controls import WordControls
from hsi_studio.core.classes import ClassTable
from hsi_studio.core.verdict import CHANCE, LOST, Spread, on_labelled, on_unseen
from hsi_studio.errors import HsiError
from hsi_studio.gui.bar_chart import Bar, BarChart
from hsi_studio.gui.widgets import muted, progress_bar, section, show_fraction
from hsi_studio.live.word_controls import Controls

_INTRO = (
    "The same labels are learned from with the real texts, and with what could take their place: texts of "
    "other classes, bare names, made-up words, and vectors that say nothing of each other. Labels of whole "
    "blocks of the image are held back and asked."
)
_NAMES = {
    "real": "Your texts",
    "shuffled": "Shuffled texts",
    "names": "Names alone",
    "nonsense": "Made-up words",
    "one-hot": "No meaning",
}


class WordControlsDialog(QDialog):
    """Shows and runs `WordControls`; the window can be used meanwhile."""

    def __init__(self, parent: QWidget, controls: WordControls, classes: ClassTable) -> None:
        super().__init__(parent)
        self._controls, self._classes = controls, classes
        self.setWindowTitle("Do words matter here?")
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.resize(600, 640)
        self.bar = progress_bar("Controls")
        self.start, self.stop = QPushButton("Measure"), QPushButton("Stop")
        self.verdict = QLabel("")
        self.verdict.setWordWrap(True)
        self.verdict.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self.accuracy = BarChart("Overall accuracy by kind of text")
        self.areas = BarChart("Classes found by their words alone", CHANCE)
        self.results = QWidget()
        self._lay_out()
        controls.progressed.connect(self._show_share)
        controls.busy_changed.connect(self._refresh)
        controls.found.connect(self.show_controls)
        controls.failed.connect(self._on_failure)
        self.start.clicked.connect(self._run)
        self.stop.clicked.connect(controls.cancel)
        self.results.setVisible(False)
        if controls.controls is not None:
            self.show_controls(controls.controls)
        self._refresh(controls.busy)

    def _lay_out(self) -> None:
        self.start.setProperty("primary", True)
        row = QHBoxLayout()
        row.addWidget(self.start)
        row.addWidget(self.stop)
        row.addWidget(self.bar, 20)
        row.addStretch(1)
        inside = QVBoxLayout(self.results)
        inside.setContentsMargins(0, 0, 8, 0)
        inside.setSpacing(8)
        inside.addWidget(section("Overall accuracy on blocks that were held back"))
        inside.addWidget(self.accuracy)
        inside.addWidget(section("AUC of each class, were it without labels"))
        inside.addWidget(self.areas)
        inside.addWidget(muted("The dashed line is chance. Error bars are one standard deviation."))
        inside.addStretch(1)
        scroll = QScrollArea()
        scroll.setWidget(self.results)
        scroll.setWidgetResizable(True)
        scroll.setFrameShape(QFrame.Shape.NoFrame)
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Close)
        buttons.rejected.connect(self.reject)
        column = QVBoxLayout(self)
        column.setContentsMargins(16, 16, 16, 16)
        column.setSpacing(12)
        for widget in (muted(_INTRO), self.verdict):
            column.addWidget(widget)
        column.addLayout(row)
        column.addWidget(scroll, 1)
        column.addWidget(buttons)

    def show_controls(self, found: Controls) -> None:
        """Show what was measured."""
        names = {one.id: one.name for one in self._classes}
        unseen = {names[id]: areas for id, areas in found.unseen.items() if id in names}
        shuffled = Spread.of([one for areas in unseen.values() for one in areas["shuffled"]]).mean
        self.verdict.setText(f"{on_labelled(found.accuracy)}\n\n{on_unseen(unseen)}")
        self.accuracy.show_bars([_share(kind, Spread.of(found.accuracy[kind])) for kind in _NAMES])
        bars = [_area(name, Spread.of(areas["real"])) for name, areas in unseen.items()]
        self.areas.show_bars(
            [*bars, _area("Shuffled texts, all classes", Spread(shuffled, 0.0), strong=False)]
        )
        self.results.setVisible(True)
        self.start.setText("Measure again")

    def _show_share(self, share: float) -> None:
        show_fraction(self.bar, share)

    def _run(self) -> None:
        self.verdict.setText("")
        show_fraction(self.bar, None)
        self._controls.run()

    def _refresh(self, busy: bool) -> None:
        self.start.setVisible(not busy)
        self.stop.setVisible(busy)
        self.bar.setVisible(busy)

    def _on_failure(self, error: Exception) -> None:
        self.verdict.setText(
            str(error) if isinstance(error, HsiError) else f"It could not be measured: {error}"
        )


def _share(kind: str, value: Spread) -> Bar:
    text = f"{100 * value.mean:.1f} ± {100 * value.std:.1f} %" if value.mean == value.mean else "–"
    return Bar(_NAMES[kind], value, text, kind == "real")


def _area(name: str, value: Spread, *, strong: bool = True) -> Bar:
    if value.mean != value.mean:
        return Bar(name, value, "–", strong=False)
    return Bar(name, value, f"{value.mean:.2f}", strong and value.mean >= LOST)
