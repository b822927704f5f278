"""Panels around the canvas."""

from pytestqt.qtbot import QtBot

from hsi_studio.gui.main_window import MainWindow


def test_a_panel_computes_while_its_tab_is_in_front(demo_window: MainWindow, qtbot: QtBot) -> None:
    docks, plots = demo_window.docks, demo_window.plots
    with qtbot.waitSignal(plots.filled):
        pass
    assert docks["Scatter"].isVisible(), "behind another tab, by Qt's word"
    assert not plots.scatter._model.awake
    for title, scatter, confusion in (
        ("Scatter", True, False),
        ("Confusion", False, True),
        ("Spectra", False, False),
    ):
        docks.show(title)
        qtbot.waitUntil(lambda title=title: docks[title].in_sight)
        qtbot.waitUntil(lambda scatter=scatter: plots.scatter._model.awake == scatter)
        qtbot.waitUntil(lambda confusion=confusion: plots.confusion._comparator._watched == confusion)
    docks.show("Confusion")
    docks.arrange()
    qtbot.waitUntil(lambda: docks["Spectra"].in_sight)
    assert not plots.confusion._comparator._watched
