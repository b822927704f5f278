"""Training of S3FN: a button, and while it runs its loss as a curve, with what can be done about it."""

from __future__ import annotations

import sys
from dataclasses import dataclass, replace
from functools import partial

from PySide6.QtCore import QPointF, QSize, Qt, Signal
from PySide6.QtGui import QActionGroup, QColor, QPainter, QPaintEvent, QPen, QPolygonF
from PySide6.QtWidgets import (
    QHBoxLayout,
    QMenu,
    QPushButton,
    QSizePolicy,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from hsi_studio.app.network_trainer import NetworkTrainer
from hsi_studio.app.settings import DeviceChoice, NetworkMethod
from hsi_studio.gui.shades import channel_color, mixed
from hsi_studio.gui.widgets import named, one_line, quiet_button
from hsi_studio.ml.scene import TrainingStep

_CURVE_HEIGHT = 72
METHODS = {"s3fn": "S3FN, small and fast", "s3fn-paper": "S3FN as published"}
_GPU = {"mps": "Apple GPU"} if sys.platform == "darwin" else {"cuda": "NVIDIA GPU"}
DEVICES = {"": "Automatic: a GPU where there is one", "cpu": "CPU", **_GPU}


@dataclass(frozen=True)
class TrainingChoice:
    """Which network is trained, and on what; an empty device leaves the choice to the program."""

    method: NetworkMethod = "s3fn"
    device: DeviceChoice = ""


class TrainingView(QWidget):
    """Shows `NetworkTrainer`."""

    train_wanted = Signal()
    choice_changed = Signal(object)
    """`TrainingChoice`"""

    def __init__(self, trainer: NetworkTrainer, choice: TrainingChoice) -> None:
        super().__init__()
        self.choice = choice
        self._device = ""
        self.train = QPushButton("Train S3FN")
        self.train.setToolTip("Train the 3D-CNN on the labels; it then joins the live map")
        self.keep, self.discard = QPushButton("Stop and keep"), QPushButton("Discard")
        self.keep.setToolTip("End this stage with what it has learned so far")
        for button in (self.train, self.keep, self.discard):
            # They hide when clicked: with the focus the next field would get the keys of the tools.
            button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.curve = named(LossCurve(), "Loss while training")
        self.text = one_line()
        self.text.setProperty("muted", True)
        row = QHBoxLayout()
        self.more = quiet_button("gear", "Method and device of the training")
        self.more.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        self.more.setStyleSheet("QToolButton::menu-indicator { image: none; }")
        self.more.setMenu(self._menu())
        row.addWidget(self.train)
        row.addWidget(self.more)
        row.addWidget(self.keep)
        row.addWidget(self.discard)
        row.addStretch(1)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 6, 0, 0)
        column.setSpacing(6)
        column.addLayout(row)
        column.addWidget(self.curve)
        column.addWidget(self.text)
        self.train.clicked.connect(self.train_wanted)
        self.keep.clicked.connect(trainer.keep)
        self.discard.clicked.connect(trainer.discard)
        trainer.busy_changed.connect(self._refresh)
        trainer.started.connect(self._on_start)
        trainer.stepped.connect(self.show_step)
        trainer.discarded.connect(lambda: self.text.setText("Discarded; the map is as it was."))
        trainer.trained.connect(lambda _, trained: self._on_trained(trained.seconds))
        self._refresh(False)

    def _menu(self) -> QMenu:
        menu = QMenu(self)
        for field, choices in (("method", METHODS), ("device", DEVICES)):
            if not menu.isEmpty():
                menu.addSeparator()
            menu.addAction(field.capitalize()).setEnabled(False)
            group = QActionGroup(menu)
            for key, text in choices.items():
                action = menu.addAction(text)
                action.setCheckable(True)
                action.setChecked(getattr(self.choice, field) == key)
                action.triggered.connect(partial(self._choose, field, key))
                group.addAction(action)
        return menu

    def _choose(self, field: str, key: str, _checked: bool = True) -> None:
        self.choice = replace(self.choice, **{field: key})  # type: ignore[arg-type]
        self.choice_changed.emit(self.choice)

    def show_step(self, step: TrainingStep) -> None:
        """Add a step to the curve."""
        self.curve.add(step)
        said = "" if step.loss is None else f" · loss {step.loss:.2f}"
        self.text.setText(f"{self._device} · stage {step.stage} of 2: {step.step} of {step.steps}{said}")

    def _on_start(self, device: str) -> None:
        self._device = device.upper()
        self.text.setText(f"Preparing on {self._device}…")

    def _on_trained(self, seconds: float) -> None:
        self.text.setText(f"Trained in {seconds:.0f} s on {self._device}")
        self.text.setToolTip("Labels set from now on tell how far the network is trusted.")

    def _refresh(self, busy: bool) -> None:
        before, now = (self.train, self.more), (self.keep, self.discard, self.curve)
        # First what goes: Qt finds a place for each widget that comes, and all together need a larger panel.
        for widget in before if busy else now:
            widget.hide()
        for widget in now if busy else before:
            widget.show()
        self.curve.clear()
        self.text.setText("Starting…" if busy else "")
        self.text.setToolTip("")


class LossCurve(QWidget):
    """Loss over steps; validation as dots; both stages side by side."""

    def __init__(self) -> None:
        super().__init__()
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setFixedHeight(_CURVE_HEIGHT)
        self.clear()

    def sizeHint(self) -> QSize:
        return QSize(200, _CURVE_HEIGHT)

    def clear(self) -> None:
        """Begin anew."""
        self._losses: dict[int, list[tuple[float, float]]] = {1: [], 2: []}
        self._validation: list[tuple[float, float]] = []
        self.update()

    def add(self, step: TrainingStep) -> None:
        """Add a step."""
        place = step.stage - 1 + step.step / step.steps
        if step.loss is not None:
            self._losses[step.stage].append((place, step.loss))
        if step.validation is not None:
            self._validation.append((place, step.validation))
        self.update()

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.fillRect(self.rect(), mixed(self.palette(), 0.04))
        values = [loss for losses in self._losses.values() for _, loss in losses]
        if not values:
            return
        top = max(values) or 1.0
        painter.setPen(QPen(mixed(self.palette(), 0.25), 1))
        painter.drawLine(QPointF(self.width() / 2, 0), QPointF(self.width() / 2, self.height()))
        for losses in self._losses.values():
            self._paint_line(painter, losses, top, channel_color(self.palette(), "B"))
        self._paint_line(painter, self._validation, top, channel_color(self.palette(), "G"))
        painter.setPen(QPen(channel_color(self.palette(), "G"), 5))
        painter.drawPoints(QPolygonF([self._point(place, loss, top) for place, loss in self._validation]))

    def _paint_line(
        self, painter: QPainter, losses: list[tuple[float, float]], top: float, color: QColor
    ) -> None:
        painter.setPen(QPen(color, 1.5))
        painter.drawPolyline(QPolygonF([self._point(place, loss, top) for place, loss in losses]))

    def _point(self, place: float, loss: float, top: float) -> QPointF:
        return QPointF(place / 2 * self.width(), (1 - min(loss / top, 1.0)) * (self.height() - 6) + 3)
