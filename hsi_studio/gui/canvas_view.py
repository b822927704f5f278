"""A widget that shows pictures and lets the user look around in them."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QPointF, QRectF, QSizeF, Qt, QTimer, Signal
from PySide6.QtGui import (
    QImage,
    QInputDevice,
    QNativeGestureEvent,
    QPainter,
    QPaintEvent,
    QResizeEvent,
    QWheelEvent,
)
from PySide6.QtWidgets import QWidget

from hsi_studio.app.painter import PixelValues
from hsi_studio.app.pictures import Viewport
from hsi_studio.app.render_service import RenderService
from hsi_studio.app.session import OpenCube, Session
from hsi_studio.core.window import Window
from hsi_studio.gui import overlays
from hsi_studio.gui.canvas_scene import Scene, Sight
from hsi_studio.gui.canvas_transform import ViewTransform, allowed_scale
from hsi_studio.gui.label_layer import REACH, LabelLayer

_FIT_BORDER = 5.0
_REST_MS = 120
_NOTCH = 1.25
"""Zoom by one notch of a wheel, which Qt counts as 120."""


class CanvasView(QWidget):
    """Shows the session's current cube with its layers; knows nothing of tools.

    At 100 % an image pixel takes one pixel of the screen.
    """

    zoom_changed = Signal(float)
    """Percent."""
    visible_changed = Signal(object)
    """The `Window` of pixels in sight."""

    def __init__(self, session: Session, service: RenderService, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._session = session
        self._service = service
        self._shape = (0, 0)
        self._transform = ViewTransform()
        self._fits = True
        self._scene = Scene(service)
        self.setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)
        self.setMinimumSize(120, 90)
        self._rest = QTimer(self, singleShot=True, interval=_REST_MS)
        self._rest.timeout.connect(self._come_to_rest)
        service.changed.connect(self._repaint_pictures)
        service.values_ready.connect(self._on_values)
        service.ground_ready.connect(self._on_ground)
        session.view_changed.connect(self._ask_for_values)
        session.current_changed.connect(self._on_cube)
        self._on_cube(session.current)

    @property
    def transform(self) -> ViewTransform:
        """Where the image lies in the widget."""
        return self._transform

    @property
    def visible(self) -> Window:
        """The pixels in sight, in part or whole."""
        return self._sight.visible

    @property
    def zoom(self) -> float:
        """Zoom in percent."""
        return self._transform.scale * self.devicePixelRatioF() * 100

    def fit(self) -> None:
        """Show the whole image, and go on doing so when the widget's size changes."""
        self._look(ViewTransform.fitting(*self._shape, self._size, _FIT_BORDER), fits=True)

    def zoom_to(self, percent: float) -> None:
        """Zoom about the middle."""
        self._zoom(percent / 100 / self.devicePixelRatioF(), self._middle)

    def center_on(self, row: float, col: float) -> None:
        """Bring an image position into the middle."""
        self._look(self._transform.centred(row, col, self._size))

    def drag_by(self, delta: QPointF) -> None:
        """Move the image by widget units."""
        self._look(self._transform.moved(delta))

    def set_label_layer(self, layer: LabelLayer) -> None:
        """Show labels over the image and its layers."""
        self._scene.labels = layer
        layer.changed.connect(self._repaint_labels)
        self._repaint_pictures()

    def set_bare(self, bare: bool) -> None:
        """Show nothing but the image, or everything again."""
        self._scene.bare = bare
        self._repaint_pictures()

    def grab_view(self) -> QImage:
        """Return the part of the image in sight with its layers and marks, in pixels of the screen."""
        sight = self._sight
        area = self._transform.rect(sight.whole).intersected(QRectF(self.rect()))
        ratio = self.devicePixelRatioF()
        image = QImage((area.size() * ratio).toSize(), QImage.Format.Format_ARGB32_Premultiplied)
        image.setDevicePixelRatio(ratio)
        image.fill(Qt.GlobalColor.transparent)
        painter = QPainter(image)
        painter.translate(-area.topLeft())
        self._scene.paint_export(painter, sight)
        painter.end()
        return image

    @property
    def _size(self) -> QSizeF:
        return QSizeF(self.size())

    @property
    def _middle(self) -> QPointF:
        return QPointF(self.width() / 2, self.height() / 2)

    @property
    def _sight(self) -> Sight:
        return Sight(self._transform, *self._shape, self._size)

    def _zoom(self, scale: float, at: QPointF) -> None:
        self._look(self._transform.zoomed(allowed_scale(scale, *self._shape, self._size), at))

    def _look(self, transform: ViewTransform, *, fits: bool = False) -> None:
        if self._session.cube is None:
            return
        self._fits = fits
        before, self._transform = self._transform, transform.kept_in_sight(*self._shape, self._size)
        self._service.set_viewport(Viewport(self.visible, self.zoom / 100))
        self._ask_for_values()
        self._scene.moving = True
        self._rest.start()
        self._repaint_pictures()
        self.visible_changed.emit(self.visible)
        if self._transform.scale != before.scale:
            self.zoom_changed.emit(self.zoom)

    def _on_cube(self, current: OpenCube | None) -> None:
        """Start anew; a cube of the same size is looked at in the same place, for comparison."""
        before = self._shape
        self._shape = (0, 0) if current is None else (current.cube.rows, current.cube.cols)
        self._scene.clear()
        if self._shape == before and not self._fits:
            self._look(self._transform)
        else:
            self.fit()
        self.update()

    def _ask_for_values(self) -> None:
        if self._transform.scale > overlays.VALUES_FROM:
            self._service.request_values(self.visible)
        else:
            self._scene.values = None

    def _come_to_rest(self) -> None:
        self._scene.moving = False
        if self._scene.smooth_is_slow:
            self._repaint_pictures()

    def _on_values(self, values: PixelValues) -> None:
        self._scene.values = values
        self._repaint_pictures()

    def _on_ground(self, metres_per_pixel: float | None) -> None:
        self._scene.metres_per_pixel = metres_per_pixel
        self.update()

    def _repaint_pictures(self) -> None:
        self._scene.frame.invalidate()
        self.update()

    def _repaint_labels(self, window: Window) -> None:
        """Paint a part of the image anew, with the dots that reach beyond it."""
        area = self._transform.rect(window.common(self.visible)).adjusted(-REACH, -REACH, REACH, REACH)
        self._scene.frame.invalidate(area.toAlignedRect())
        self.update(area.toAlignedRect())

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        self._scene.paint(painter, self._sight, self, event.rect())
        painter.end()

    def resizeEvent(self, event: QResizeEvent) -> None:
        if self._fits:
            self.fit()
        else:
            half = QPointF(event.oldSize().width() / 2, event.oldSize().height() / 2)
            self.center_on(*self._transform.to_image(half))

    def wheelEvent(self, event: QWheelEvent) -> None:
        """Zoom at the cursor; two fingers on a touchpad move the image, unless Ctrl is held."""
        ctrl = bool(event.modifiers() & Qt.KeyboardModifier.ControlModifier)
        touchpad = event.device().type() == QInputDevice.DeviceType.TouchPad
        if touchpad and not event.pixelDelta().isNull() and not ctrl:
            self.drag_by(QPointF(event.pixelDelta()))
        elif event.angleDelta().y():
            factor = _NOTCH ** (event.angleDelta().y() / 120)
            self._zoom(self._transform.scale * factor, event.position())
        event.accept()

    def event(self, event: QEvent) -> bool:
        if isinstance(event, QNativeGestureEvent):
            if event.gestureType() == Qt.NativeGestureType.ZoomNativeGesture:
                self._zoom(self._transform.scale * (1 + event.value()), event.position())
                return True
        elif event.type() == QEvent.Type.DevicePixelRatioChange:
            self._look(self._transform, fits=self._fits)
        elif event.type() == QEvent.Type.PaletteChange:
            self._repaint_pictures()
        return super().event(event)
