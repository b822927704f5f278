"""Panels around the canvas."""

from dataclasses import replace

from pytestqt.qtbot import QtBot

from hsi_studio.core.view import BandRange, RangeMath
from hsi_studio.gui.jobs_panel import JobsPanel
from hsi_studio.gui.main_window import MainWindow


def test_a_panel_works_while_its_tab_is_in_front(demo_window: MainWindow, qtbot: QtBot) -> None:
    docks, plots = demo_window.docks, demo_window.plots
    qtbot.waitUntil(lambda: docks["Confusion"].widget() is plots.confusion)
    jobs = docks["Jobs"].widget()
    assert isinstance(jobs, JobsPanel)

    def awake() -> dict[str, bool]:
        return {
            "Scatter": plots.scatter._model.awake,
            "Confusion": plots.confusion._comparator._watched,
            "Jobs": jobs._content.isVisible(),
        }

    assert docks["Scatter"].isVisible(), "behind another tab, by Qt's word"
    assert not any(awake().values())
    for title in ("Scatter", "Jobs", "Confusion", "Spectra"):
        docks.show(title)
        qtbot.waitUntil(lambda title=title: docks[title].in_sight)
        qtbot.waitUntil(lambda title=title: awake() == {name: name == title for name in awake()})
    docks.show("Confusion")
    docks.arrange()
    qtbot.waitUntil(lambda: not any(awake().values()))
    docks["Jobs"].setFloating(True)
    qtbot.waitUntil(lambda: awake()["Jobs"])


def test_spare_height_goes_to_the_view_panel(demo_window: MainWindow, qtbot: QtBot) -> None:
    demo_window.resize(1440, 1300)
    qtbot.waitUntil(lambda: demo_window.docks["View"].widget() is demo_window.plots.view)
    model = demo_window.live.panel
    qtbot.waitUntil(lambda: model.height() <= model.sizeHint().height())
    assert demo_window.plots.view.height() > model.height()


def test_a_panel_that_hides_hands_the_focus_to_the_image(demo_window: MainWindow, qtbot: QtBot) -> None:
    demo_window.helping.show_help()
    qtbot.waitUntil(lambda: demo_window.focusWidget() is demo_window.help.search)
    demo_window.docks["Help"].hide()
    assert demo_window.focusWidget() is demo_window.canvas


def test_the_page_of_help_has_most_of_the_height(demo_window: MainWindow, qtbot: QtBot) -> None:
    help = demo_window.help
    for height in (960, 640):
        demo_window.resize(1440, height)
        demo_window.helping.show_help()
        qtbot.waitUntil(lambda: help.page.isVisible() and help.page.height() > help.index.height())
        qtbot.waitUntil(lambda: not help.page.horizontalScrollBar().maximum())


def test_a_panel_behind_another_comes_to_the_front(demo_window: MainWindow, qtbot: QtBot) -> None:
    docks = demo_window.docks
    docks.toggle(docks["Scatter"])
    qtbot.waitUntil(lambda: docks["Scatter"].in_sight)
    docks.toggle(docks["Scatter"])
    assert docks["Scatter"].isHidden()
    docks["Scatter"].toggleViewAction().trigger()
    qtbot.waitUntil(lambda: docks["Scatter"].in_sight)


def test_numbers_in_the_view_panel_can_be_read(demo_window: MainWindow, qtbot: QtBot) -> None:
    qtbot.waitUntil(lambda: demo_window.docks["View"].widget() is demo_window.plots.view)
    view = demo_window.plots.view
    current = demo_window.session.view
    assert current is not None
    ratio = RangeMath(BandRange(800, 900), BandRange(600, 700))
    demo_window.session.set_view(replace(current, composite=ratio))
    boxes = [box for pair in view.ranges.limits.values() for box in pair]
    qtbot.waitUntil(lambda: all(box.isVisible() for box in boxes))
    for box in boxes:
        assert box.lineEdit().width() > box.fontMetrics().horizontalAdvance(box.text())


def test_no_name_widens_the_window(demo_window: MainWindow, qtbot: QtBot) -> None:
    labelling, before = demo_window.labelling, demo_window.docks["Classes"].width()
    first = labelling.classes.entries[0]
    demo_window.classes.rename(first.id, "A very long name of a class, as some vocabularies have them, " * 3)
    labelling.set_active(first.id)
    demo_window.canvas.set_tool("brush")
    assert demo_window.desk.bar.active.sizeHint().width() < 320
    demo_window.docks.show("Scatter")
    qtbot.waitUntil(lambda: demo_window.docks["Scatter"].in_sight)
    assert demo_window.docks["Classes"].width() == before
