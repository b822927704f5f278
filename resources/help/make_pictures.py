"""Makes the pictures of the help page "Labelling": `python resources/help/make_pictures.py`.

They show the program's own window with the demo scene, drawn without a screen.
"""

from __future__ import annotations

import os
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import QEvent, QPoint, QPointF, QRect, Qt
from PySide6.QtGui import QMouseEvent, QPixmap
from PySide6.QtWidgets import QApplication

from hsi_studio.app.settings import load_settings
from hsi_studio.gui.application import create_application
from hsi_studio.gui.main_window import MainWindow
from hsi_studio.gui.theme import Theme

FOLDER = Path(__file__).parent / "pictures"
WIDTH = 620
NONE = Qt.KeyboardModifier.NoModifier


def wait(until: Callable[[], object], seconds: float = 60) -> None:
    """Run the event loop until something is so."""
    end = time.monotonic() + seconds
    while not until() and time.monotonic() < end:
        QApplication.processEvents()
        time.sleep(0.01)


def send(window: MainWindow, kind: QEvent.Type, row: float, col: float) -> None:
    """Send an event of the mouse at a place of the image."""
    point: QPointF = window.canvas.transform.to_widget(row, col)
    button = Qt.MouseButton.LeftButton
    event = QMouseEvent(kind, point, window.canvas.mapToGlobal(point), button, button, NONE)
    QApplication.sendEvent(window.canvas, event)
    QApplication.processEvents()


def drag(window: MainWindow, *way: tuple[float, float]) -> None:
    """Press, move and release."""
    send(window, QEvent.Type.MouseButtonPress, *way[0])
    for place in way[1:]:
        send(window, QEvent.Type.MouseMove, *place)
    send(window, QEvent.Type.MouseButtonRelease, *way[-1])


def save(picture: QPixmap, name: str) -> None:
    """Write a picture that fits the help panel."""
    smooth = Qt.TransformationMode.SmoothTransformation
    picture.scaledToWidth(min(WIDTH, picture.width()), smooth).save(str(FOLDER / name))


def main(settings: Path) -> None:
    """Draw the pictures one after the other."""
    application = create_application()
    theme = Theme(application)
    theme.set_mode("dark")
    window = MainWindow(load_settings(settings)[0], settings, theme)
    window.resize(1340, 900)
    window.show()
    window.files.open_demo()
    wait(lambda: window.session.cube is not None and not window.jobs.jobs)
    for index in range(len(window.session.current.layers)):  # type: ignore[union-attr]
        window.session.update_layer(index, visible=False)
    canvas, labelling = window.canvas, window.labelling
    wait(lambda: window.pictures.overview() is not None)
    classes = [entry.id for entry in labelling.classes]

    def choose(tool: str, number: int) -> None:
        canvas.set_tool(tool)  # type: ignore[arg-type]
        if len(classes) > number:
            labelling.set_active(classes[number])

    choose("point", 1)
    for place in ((30.5, 20.5), (34.5, 31.5), (60.5, 45.5), (20.5, 100.5)):
        drag(window, place)
    choose("brush", 4)
    drag(window, (70.5, 60.5), (74.5, 75.5), (84.5, 82.5))
    choose("wand", 9)
    send(window, QEvent.Type.MouseButtonPress, 40.5, 92.5)
    marks = canvas._scene.marks
    wait(lambda: marks.draft is not None and "px" in marks.draft.text)
    save(canvas.grab(), "labelling-wand.png")
    send(window, QEvent.Type.MouseButtonRelease, 40.5, 92.5)
    wait(lambda: marks.draft is None)
    choose("brush", 4)
    send(window, QEvent.Type.MouseMove, 100.5, 60.5)
    save(window.grab(QRect(QPoint(0, 0), window.size())), "labelling-tools.png")
    menu = window.desk.menu.build(75, 76)
    menu.popup(QPoint(0, 0))
    QApplication.processEvents()
    save(menu.grab(), "labelling-menu.png")
    menu.close()
    window.close()
    window.stop(20)


if __name__ == "__main__":
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    FOLDER.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory() as home:
        for variable in ("XDG_CONFIG_HOME", "XDG_CACHE_HOME", "XDG_DATA_HOME", "XDG_STATE_HOME"):
            os.environ[variable] = home
        main(Path(home) / "settings.json")
