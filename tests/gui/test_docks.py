"""Panels around the canvas."""

from pytestqt.qtbot import QtBot

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
