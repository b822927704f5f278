"""The bar under the tools: the class to label with, and how the chosen tool works."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QStandardItemModel
from PySide6.QtWidgets import (
    QCheckBox,
    QComboBox,
    QDoubleSpinBox,
    QHBoxLayout,
    QLabel,
    QMenu,
    QSizePolicy,
    QSlider,
    QToolBar,
    QToolButton,
    QWidget,
)
from superqt import QElidingLabel

from hsi_studio.app.labelling import Labelling
from hsi_studio.app.session import Session
from hsi_studio.gui.canvas import Canvas
from hsi_studio.gui.label_options import (
    LARGEST,
    LARGEST_ANGLE,
    LARGEST_TOLERANCE,
    Options,
    ToolOptions,
    Where,
)
from hsi_studio.gui.label_paint import prediction_of
from hsi_studio.gui.label_tools import TITLES
from hsi_studio.gui.swatches import swatch
from hsi_studio.gui.widgets import named, shortened

_SHOWN: dict[str, tuple[str, ...]] = {
    "point": ("where",),
    "brush": ("size", "shape", "where"),
    "eraser": ("size", "shape"),
    "line": ("size", "where"),
    "rectangle": ("where",),
    "polygon": ("where",),
    "lasso": ("where",),
    "flood": ("tolerance", "where"),
    "wand": ("angle", "connected", "where"),
}
_HINTS = {
    "inspect": "Click a pixel for its spectrum; Shift+click collects it",
    "pan": "Drag the image; Space or the middle button do so with any tool",
    "rectangle_spectrum": "Drag a rectangle for its mean spectrum",
    "polygon_spectrum": "Click corners; Enter gives the mean spectrum",
    "point": "Click pixels; Alt+click takes the label away",
    "brush": "Drag; Shift paints only unlabelled pixels, Alt takes the class away, Ctrl+wheel sizes",
    "eraser": "Drag; labels of any class go, except of locked ones",
    "line": "Drag from end to end",
    "rectangle": "Drag from corner to corner",
    "polygon": "Click corners; Enter finishes, Backspace takes one back, Esc cancels",
    "lasso": "Draw around what you mean",
    "flood": "Hold on a colour and turn the wheel; release to label",
    "wand": "Hold on a spectrum and turn the wheel; release to label, Alt takes away",
}
_WHERE: tuple[tuple[Where, str, str], ...] = (
    ("anywhere", "Paint anywhere", "Pixels of other classes are painted over, except of locked ones"),
    ("unlabelled", "Only over unlabelled", "Pixels that have a class keep it"),
    ("predicted", "Only where predicted", "Only pixels that the prediction gives the active class"),
)
_BOX, _HEIGHT = 72, 42
_WIDEST_NAME = 200
_NO_PREDICTION = "There is no prediction over this cube yet"


class OptionsBar(QToolBar):
    """Shows and changes the options of the chosen tool."""

    def __init__(
        self,
        labelling: Labelling,
        session: Session,
        canvas: Canvas,
        options: ToolOptions,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__("Tool options", parent)
        self.setObjectName("toolbar.options")
        self.setMovable(False)
        self.setFixedHeight(_HEIGHT)
        self._labelling, self._session, self._canvas, self._options = labelling, session, canvas, options
        self.active = ClassButton(labelling)
        self.size_slider = _slider("Brush size", 1, 60)
        self.size_box = _number("Brush size", 1, LARGEST, " px", 0)
        self.shape_box = _choice("Brush shape", (("round", "Round"), ("square", "Square")))
        self.angle_box = _number("Spectral angle", 0.1, LARGEST_ANGLE, "°", 1)
        self.connected_box = QCheckBox("Connected")
        self.connected_box.setToolTip("Only pixels connected to the clicked one; otherwise everywhere")
        self.tolerance_box = _number("Tolerance", 1, LARGEST_TOLERANCE, " levels", 0)
        self.where_box = _choice("Where to paint", tuple((key, text) for key, text, _ in _WHERE))
        self._groups = {
            "size": _group("Size", self.size_slider, self.size_box),
            "shape": _group("", self.shape_box),
            "angle": _group("Angle", self.angle_box),
            "connected": _group("", self.connected_box),
            "tolerance": _group("Tolerance", self.tolerance_box),
            "where": _group("", self.where_box),
        }
        self.hint = QElidingLabel()
        self.hint.setProperty("muted", True)
        self.hint.setContentsMargins(8, 0, 0, 0)
        self.hint.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Preferred)
        self._actions = {name: self.addWidget(group) for name, group in self._all_groups().items()}
        self._connect()
        self._show_options(options.now)
        self._show_tool()

    def _all_groups(self) -> dict[str, QWidget]:
        return {"active": self.active, **self._groups, "hint": self.hint}

    def _connect(self) -> None:
        change = self._options.change
        self.size_slider.valueChanged.connect(lambda value: change(size=value))
        self.size_box.valueChanged.connect(lambda value: change(size=int(value)))
        self.shape_box.activated.connect(lambda _: change(shape=self.shape_box.currentData()))
        self.angle_box.valueChanged.connect(lambda value: change(angle=value))
        self.connected_box.toggled.connect(lambda value: change(connected=value))
        self.tolerance_box.valueChanged.connect(lambda value: change(tolerance=value))
        self.where_box.activated.connect(lambda _: change(where=self.where_box.currentData()))
        self._options.changed.connect(self._show_options)
        self._canvas.tool_changed.connect(self._show_tool)
        for signal in (self._session.current_changed, self._session.layers_changed):
            signal.connect(self._offer_prediction)
        self._offer_prediction()

    def _show_options(self, options: Options) -> None:
        widgets = (self.size_slider, self.size_box, self.angle_box, self.tolerance_box, self.connected_box)
        for widget in widgets:
            widget.blockSignals(True)
        self.size_slider.setValue(options.size)
        self.size_box.setValue(options.size)
        self.angle_box.setValue(options.angle)
        self.tolerance_box.setValue(options.tolerance)
        self.connected_box.setChecked(options.connected)
        for widget in widgets:
            widget.blockSignals(False)
        self.shape_box.setCurrentIndex(self.shape_box.findData(options.shape))
        self.where_box.setCurrentIndex(self.where_box.findData(options.where))

    def _show_tool(self) -> None:
        tool = self._canvas.tool
        for name in self._groups:
            self._actions[name].setVisible(name in _SHOWN.get(tool, ()))
        self._actions["active"].setVisible(tool in TITLES and tool != "eraser")
        self.hint.setText(_HINTS[tool])
        self.hint.setToolTip(_HINTS[tool])

    def _offer_prediction(self) -> None:
        current = self._session.current
        there = current is not None and prediction_of(current) is not None
        model = self.where_box.model()
        assert isinstance(model, QStandardItemModel)
        for row, (key, _, tip) in enumerate(_WHERE):
            item = model.item(row)
            item.setEnabled(there or key != "predicted")
            item.setToolTip(tip if item.isEnabled() else _NO_PREDICTION)
        if not there and self._options.now.where == "predicted":
            self._options.change(where="anywhere")


class ClassButton(QToolButton):
    """The class to label with; a click offers the others."""

    def __init__(self, labelling: Labelling) -> None:
        super().__init__()
        self._labelling = labelling
        self.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        self.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        self.setIconSize(QSize(12, 12))
        self.setObjectName("activeClass")
        self.setAccessibleName("Class to label with")
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        menu = QMenu(self)
        menu.aboutToShow.connect(partial(self._fill, menu))
        self.setMenu(menu)
        labelling.active_changed.connect(self._show)
        labelling.classes_changed.connect(self._show)
        self._show()

    def _show(self) -> None:
        entry = next((one for one in self._labelling.classes if one.id == self._labelling.active), None)
        name = "New class" if entry is None else shortened(entry.name, self, _WIDEST_NAME)
        self.setText(f"{name}  ▾")
        self.setIcon(swatch((128, 128, 128) if entry is None else entry.color))
        self.setToolTip(
            "The first label makes a class" if entry is None else f"Labels become {entry.name} (keys 1 to 9)"
        )

    def _fill(self, menu: QMenu) -> None:
        menu.clear()
        for entry in self._labelling.classes:
            action = menu.addAction(
                swatch(entry.color), entry.name, partial(self._labelling.set_active, entry.id)
            )
            action.setCheckable(True)
            action.setChecked(entry.id == self._labelling.active)
        if menu.isEmpty():
            menu.addAction("No class yet: the first label makes one").setEnabled(False)


def _group(text: str, *widgets: QWidget) -> QWidget:
    group = QWidget()
    group.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Preferred)
    row = QHBoxLayout(group)
    row.setContentsMargins(8, 0, 0, 0)
    row.setSpacing(6)
    if text:
        row.addWidget(QLabel(text))
    for widget in widgets:
        row.addWidget(widget)
    return group


def _slider(name: str, least: int, most: int) -> QSlider:
    slider = named(QSlider(Qt.Orientation.Horizontal), name)
    slider.setRange(least, most)
    slider.setFixedWidth(96)
    slider.setFocusPolicy(Qt.FocusPolicy.TabFocus)
    return slider


def _number(name: str, least: float, most: float, unit: str, decimals: int) -> QDoubleSpinBox:
    box = named(QDoubleSpinBox(), name)
    box.setDecimals(decimals)
    box.setRange(least, most)
    box.setSuffix(unit)
    box.setToolTip(name)
    box.setKeyboardTracking(False)
    box.setMinimumWidth(_BOX)
    box.setAlignment(Qt.AlignmentFlag.AlignCenter)
    return box


def _choice(name: str, choices: Sequence[tuple[str, str]]) -> QComboBox:
    box = named(QComboBox(), name)
    for key, text in choices:
        box.addItem(text, key)
    box.setToolTip(name)
    box.setFocusPolicy(Qt.FocusPolicy.TabFocus)
    return box
