"""How values become brightness: limits and gamma."""

from __future__ import annotations

import math
from dataclasses import replace

from PySide6.QtCore import QSignalBlocker, Qt
from PySide6.QtWidgets import (
    QCheckBox,
    QComboBox,
    QDoubleSpinBox,
    QHBoxLayout,
    QLabel,
    QSlider,
    QVBoxLayout,
    QWidget,
)
from superqt import QDoubleRangeSlider

from hsi_studio.app.session import Session
from hsi_studio.app.view_service import ViewService
from hsi_studio.core.view import Levels, PcaComposite, RgbComposite, Stretch
from hsi_studio.gui.view_panel_editor import Editor
from hsi_studio.gui.widgets import named, quiet_button

_MODES = {"percentile": "Percentile", "minmax": "Min–max", "fixed": "Fixed values"}
_GAMMA_STEPS = 50  # per factor of 5 up or down
_VALUE_WIDTH = "0.5–99.5 %"


class StretchEditor(Editor):
    """Mode, percentages or values, one pair of limits or one per band, gamma."""

    def __init__(self, session: Session, service: ViewService) -> None:
        super().__init__(session)
        self.service = service
        self.reset = quiet_button("arrow-counter-clockwise", "Reset the stretch to 2–98 %")
        self.mode = named(QComboBox(), "Stretch")
        self.joint = QCheckBox("Joint")
        self.joint.setToolTip("The same limits for red, green and blue")
        self.percent = _percent_slider()
        self.percent_text = self._value_label()
        self.low, self.high = _value_box("Dark at"), _value_box("Bright at")
        self.gamma = named(QSlider(Qt.Orientation.Horizontal), "Gamma")
        self.gamma_text = self._value_label()
        self._percent_row, self._fixed_row = QWidget(), QWidget()
        self._set_up()
        self._lay_out()

    def _set_up(self) -> None:
        for mode, text in _MODES.items():
            self.mode.addItem(text, mode)
        self.gamma.setRange(-_GAMMA_STEPS, _GAMMA_STEPS)
        self.gamma.setToolTip("Gamma: right is brighter, the middle is 1")
        self.mode.activated.connect(lambda: self._set_mode(self.mode.currentData()))
        self.joint.toggled.connect(lambda joint: self._change(joint=joint))
        self.percent.valueChanged.connect(self._set_percent)
        self.low.valueChanged.connect(lambda low: self._change(low=low))
        self.high.valueChanged.connect(lambda high: self._change(high=high))
        self.gamma.valueChanged.connect(lambda step: self._change(gamma=gamma_of(step)))
        self.service.levels_ready.connect(self._fix)
        self.reset.clicked.connect(self._set_default)

    def _lay_out(self) -> None:
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(6)
        top, fixed, percent, gamma = QHBoxLayout(), QHBoxLayout(), QHBoxLayout(), QHBoxLayout()
        top.addWidget(self.mode, 1)
        top.addWidget(self.joint)
        for widget, stretch in ((self.low, 1), (QLabel("–"), 0), (self.high, 1)):
            fixed.addWidget(widget, stretch)
        percent.addWidget(self.percent, 1)
        percent.addWidget(self.percent_text)
        gamma.addWidget(QLabel("Gamma"))
        gamma.addWidget(self.gamma, 1)
        gamma.addWidget(self.gamma_text)
        for row, layout in ((self._percent_row, percent), (self._fixed_row, fixed)):
            layout.setContentsMargins(0, 0, 0, 0)
            row.setLayout(layout)
        column.addLayout(top)
        column.addWidget(self._percent_row)
        column.addWidget(self._fixed_row)
        column.addLayout(gamma)

    def _value_label(self) -> QLabel:
        label = QLabel()
        label.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        label.setMinimumWidth(label.fontMetrics().horizontalAdvance(_VALUE_WIDTH))
        return label

    def on_cube(self) -> None:
        self.setEnabled(self.opened is not None)
        self.reset.setEnabled(self.opened is not None)

    def refresh(self) -> None:
        if self.opened is None:
            return
        stretch, view = self.opened.view.stretch, self.opened.view
        blockers = [
            QSignalBlocker(each)
            for each in (self.mode, self.joint, self.percent, self.low, self.high, self.gamma)
        ]
        self.mode.setCurrentIndex(self.mode.findData(stretch.mode))
        self.joint.setChecked(stretch.joint)
        # True colour is always joint, and one channel has nothing to join.
        several = isinstance(view.composite, RgbComposite | PcaComposite)
        self.joint.setVisible(several and stretch.mode != "fixed")
        self._percent_row.setVisible(stretch.mode == "percentile")
        self._fixed_row.setVisible(stretch.mode == "fixed")
        if stretch.mode == "percentile":
            self.percent.setValue((stretch.low, stretch.high))
            self.percent_text.setText(f"{stretch.low:g}–{stretch.high:g} %")
        elif stretch.mode == "fixed":
            self.low.setValue(stretch.low)
            self.high.setValue(stretch.high)
        self.gamma.setValue(round(math.log(stretch.gamma, 5) * _GAMMA_STEPS))
        self.gamma_text.setText(f"{stretch.gamma:.2f}")
        del blockers

    def _set_mode(self, mode: str) -> None:
        if mode != "fixed":
            self._change(mode=mode, low=Stretch.low, high=Stretch.high)
        elif self.opened is not None:
            self.service.ask_levels(self.opened.cube, self.opened.view)

    def _fix(self, levels: Levels) -> None:
        """Go on with the limits in use as values."""
        low = min(low for low, _ in levels.limits)
        self._change(mode="fixed", low=low, high=max(high for _, high in levels.limits))

    def _set_percent(self, limits: tuple[float, float]) -> None:
        low, high = (round(2 * limit) / 2 for limit in limits)
        if low < high:
            self._change(low=low, high=high)

    def _set_default(self) -> None:
        if self.opened is not None:
            self.session.set_view(replace(self.opened.view, stretch=Stretch()))

    def _change(self, **changes: object) -> None:
        if self.opened is not None:
            stretch = replace(self.opened.view.stretch, **changes)  # type: ignore[arg-type]
            self.session.set_view(replace(self.opened.view, stretch=stretch))


def gamma_of(step: int) -> float:
    """Return the gamma at a step of the slider; equal steps are equal factors."""
    return float(5.0 ** (step / _GAMMA_STEPS))


def _percent_slider() -> QDoubleRangeSlider:
    slider = QDoubleRangeSlider(Qt.Orientation.Horizontal)  # type: ignore[no-untyped-call]
    slider.setRange(0, 100)
    slider.setSingleStep(0.5)
    return named(slider, "Percentiles shown dark and bright")


class _ValueBox(QDoubleSpinBox):
    """Shows as many digits as a value has."""

    def textFromValue(self, value: float) -> str:
        return f"{value:.6g}"


def _value_box(name: str) -> QDoubleSpinBox:
    box = named(_ValueBox(), name)
    box.setToolTip(name)
    box.setRange(-1e12, 1e12)
    box.setDecimals(6)
    box.setKeyboardTracking(False)
    box.setMinimumWidth(60)
    return box
