"""Palette, shortcuts, toasts, jobs, layers, start page, help, theme: each on real objects."""

import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QColor, QIcon, QImage, QKeySequence, QPainter, QTextDocumentFragment
from PySide6.QtWidgets import QApplication, QLabel, QPushButton, QStyle, QStyleOptionComboBox
from pytestqt.qtbot import QtBot

from hsi_studio.app.jobs import Job, JobQueue
from hsi_studio.app.session import LabelsLook
from hsi_studio.core.classes import ClassTable
from hsi_studio.core.progress import Progress
from hsi_studio.core.project import Edit
from hsi_studio.errors import HsiError
from hsi_studio.gui.about_dialog import AboutDialog, versions_text
from hsi_studio.gui.action_table import GROUPS, ROWS
from hsi_studio.gui.command_palette import CommandPalette
from hsi_studio.gui.dialogs.choose import axis_shapes
from hsi_studio.gui.fuzzy import ranked, score
from hsi_studio.gui.help_view import HelpView, pages
from hsi_studio.gui.jobs_panel import JobsPanel, duration, job_state
from hsi_studio.gui.main_window import MainWindow
from hsi_studio.gui.notifications import DetailsDialog, tell_unhandled
from hsi_studio.gui.shortcuts_dialog import ShortcutsDialog
from hsi_studio.gui.start_page import StartPage
from hsi_studio.gui.theme import DARK, LIGHT, Theme, Tokens, icon
from hsi_studio.paths import resource

# Actions


def test_action_keys_and_default_shortcuts_are_unique() -> None:
    keys = [row.key for row in ROWS]
    bound = [QKeySequence(row.shortcut).toString() for row in ROWS if row.shortcut]
    assert len(keys) == len(set(keys))
    assert len(bound) == len(set(bound))
    assert all(bound)


def test_every_action_of_a_menu_exists(window: MainWindow) -> None:
    shown = {action for menu in window.menuBar().actions() for action in menu.menu().actions()}  # type: ignore[attr-defined]
    offered = {row.key for row in ROWS if window.commands[row.key] in shown}
    themes = {row.key for row in ROWS if row.key.startswith("theme.")}
    keys_only = {row.key for row in ROWS if row.key.startswith(("view.step_", "class."))}
    assert offered | themes | keys_only == {row.key for row in ROWS}


def test_an_action_that_has_become_impossible_does_nothing(demo_window: MainWindow) -> None:
    labelling = demo_window.labelling
    labelling.commit(Edit("Classes", classes=(labelling.classes, ClassTable.from_names(["Corn", "Oats"]))))
    demo_window.commands.refresh()
    labelling.commit(Edit("Fewer", classes=(labelling.classes, ClassTable.from_names(["Corn"]))))
    demo_window.commands["class.2"].trigger()
    assert labelling.active == 1
    assert not demo_window.commands["class.2"].isEnabled()


def test_rows_of_combo_boxes_are_painted_by_the_style_sheet(demo_window: MainWindow) -> None:
    combo = demo_window.plots.view.choice.combo
    option = QStyleOptionComboBox()
    combo.initStyleOption(option)
    as_menu = combo.style().styleHint(QStyle.StyleHint.SH_ComboBox_Popup, option, combo)
    assert not as_menu, "Fusion's menu paints the chosen row in white on white"


# Palette


def test_a_few_letters_find_a_command() -> None:
    texts = [f"{group}: {row.text}" for group, rows in GROUPS.items() for row in rows]
    assert ranked("fit", texts, str)[0] == "View: Fit"
    assert ranked("opde", texts, str)[0] == "File: Open demo scene"
    assert ranked("", texts, str) == texts
    assert score("xyz", "View: Fit") is None


def test_a_whole_name_comes_before_longer_ones() -> None:
    texts = ["Index: NDVIMNDWI, NDVI-MNDWI Model", "Index: NDVI, Normalized Difference Vegetation Index"]
    assert ranked("ndv", texts, str)[0] == texts[1]


def test_the_palette_runs_the_marked_command(demo_window: MainWindow, qtbot: QtBot) -> None:
    demo_window.commands["help.palette"].trigger()
    palette = next(w for w in QApplication.topLevelWidgets() if isinstance(w, CommandPalette))
    qtbot.keyClicks(palette.line, "index: ndvi")
    qtbot.waitUntil(lambda: palette.list.count() > 0, timeout=180_000)
    assert palette.list.item(0).text().startswith("Index: NDVI")
    qtbot.keyClick(palette.line, Qt.Key.Key_Return)
    view = demo_window.session.view
    assert view is not None
    assert getattr(view.composite, "name", "") == "NDVI"


def test_the_palette_offers_recent_files_and_says_when_nothing_answers(
    window: MainWindow, qtbot: QtBot
) -> None:
    window.recents.remember(Path("/data/orchard.hdr"))
    palette = CommandPalette(window.menus.palette_commands, window)
    qtbot.addWidget(palette)
    palette.show()
    palette.line.setText("orchard")
    assert palette.list.item(0).text() == "Recent: orchard.hdr"
    palette.line.setText("qqqqqq")
    assert palette.list.count() == 0
    assert palette.nothing.isVisible()


# Shortcuts


def test_keys_are_rebound_kept_and_shown(
    demo_window: MainWindow, open_window: Callable[[], MainWindow], qtbot: QtBot
) -> None:
    dialog = ShortcutsDialog(demo_window, {})
    dialog.chosen.connect(demo_window.helping.set_shortcuts)
    dialog.edits["tool.polygon"].setKeySequence(QKeySequence("M"))
    dialog.edits["file.close"].setKeySequence(QKeySequence(""))
    assert dialog.changes() == {"tool.polygon": "M", "file.close": ""}
    dialog.accept()
    demo_window.canvas.setFocus()
    qtbot.keyClick(demo_window.canvas, Qt.Key.Key_M)
    assert demo_window.canvas.tool == "polygon"
    assert "(M)" in demo_window.commands["tool.polygon"].toolTip()
    demo_window.close()
    again = open_window()
    assert again.commands["tool.polygon"].shortcut() == QKeySequence("M")
    assert again.commands["file.close"].shortcut().isEmpty()


def test_two_actions_with_the_same_keys_are_told_and_refused(window: MainWindow, qtbot: QtBot) -> None:
    dialog = ShortcutsDialog(window, {})
    qtbot.addWidget(dialog)
    dialog.edits["tool.polygon"].setKeySequence(QKeySequence("R"))
    assert "Rectangle and Polygon" in dialog.conflict.text()
    assert not dialog.ok.isEnabled()
    line = [row.key for row in ROWS].index("tool.polygon")
    reset = dialog.table.cellWidget(line, 2)
    assert isinstance(reset, QPushButton)
    reset.click()
    assert dialog.conflict.text() == ""
    assert dialog.ok.isEnabled()


def test_reset_all_brings_every_default_back(window: MainWindow, qtbot: QtBot) -> None:
    dialog = ShortcutsDialog(window, {"tool.polygon": "L", "file.open": ""})
    qtbot.addWidget(dialog)
    dialog.reset_all.click()
    assert dialog.changes() == {}
    dialog.filter.setText("polygon")
    assert [row for row in range(dialog.table.rowCount()) if not dialog.table.isRowHidden(row)] == [
        [row.key for row in ROWS].index(key) for key in ("tool.polygon_spectrum", "tool.polygon")
    ]


# Toasts


def test_a_toast_never_takes_the_focus(demo_window: MainWindow, qtbot: QtBot) -> None:
    demo_window.canvas.setFocus()
    demo_window.toaster.tell("Something happened.", "bad")
    qtbot.wait(50)
    assert demo_window.canvas.hasFocus()


def test_errors_stay_and_remarks_go(window: MainWindow, qtbot: QtBot) -> None:
    remark = window.toaster.tell("A remark.")
    window.toaster.tell("An error.", "bad")
    remark._timer.setInterval(10)
    qtbot.waitUntil(lambda: [toast.text for toast in window.toaster.toasts] == ["An error."])


def test_toasts_are_stacked_without_overlap_and_remarks_give_way_first(window: MainWindow) -> None:
    for i in range(6):
        window.toaster.tell(f"Remark {i}")
    assert [toast.text for toast in window.toaster.toasts] == [f"Remark {i}" for i in range(2, 6)]
    for i in range(12):
        window.toaster.tell(f"Error {i:02}, " + "long enough for a second line " * (i % 3), "bad")
    toasts = window.toaster.toasts
    assert [toast.text[:8] for toast in toasts] == [f"Error {i:02}" for i in range(4, 12)]
    boxes = [toast.geometry() for toast in toasts]
    assert not any(a.intersects(b) for i, a in enumerate(boxes) for b in boxes[:i])
    for toast in toasts:
        label = toast.findChild(QLabel)
        assert label is not None
        assert label.height() >= label.heightForWidth(label.width())


def test_a_foreseen_error_is_one_sentence_and_another_has_details(window: MainWindow) -> None:
    foreseen = window.toaster.tell_error("Opening x", HsiError("x.hdr is broken", "mend it"))
    assert (foreseen.text, foreseen.details) == ("x.hdr is broken; mend it.", "")
    other = window.toaster.tell_error("Opening x", KeyError("bands"))
    assert "KeyError" in other.text
    assert "KeyError: 'bands'" in other.details
    other.show_details()
    dialog = next(w for w in QApplication.topLevelWidgets() if isinstance(w, DetailsDialog))
    dialog.reject()


def test_an_unhandled_exception_becomes_a_toast(window: MainWindow, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "excepthook", sys.__excepthook__)
    tell_unhandled(window.toaster)
    try:
        raise ZeroDivisionError("by zero")
    except ZeroDivisionError as error:
        sys.excepthook(type(error), error, error.__traceback__)
    toast = window.toaster.toasts[-1]
    assert "ZeroDivisionError: by zero" in toast.text
    assert "test_shell.py" in toast.details


# Jobs


def test_the_jobs_panel_shows_progress_and_cancels(qtbot: QtBot) -> None:
    jobs = JobQueue()
    panel = JobsPanel(jobs)
    qtbot.addWidget(panel)
    release = threading.Event()

    def work(progress: Progress) -> None:
        while not release.wait(0.005):
            progress.update(0.25, "reading")

    first = jobs.submit(Job("Long work", work))
    second = jobs.submit(Job("Next", work))
    try:
        qtbot.waitUntil(lambda: first.fraction == 0.25)
        newest, oldest = panel.rows
        assert "reading · 25 %" in oldest.state.text()
        assert newest.state.text() == "waiting"
        oldest.cancel.click()
        qtbot.waitUntil(lambda: first.outcome == "cancelled")
        assert oldest.bar.isHidden()
        assert oldest.state.text().startswith("cancelled · ")
        newest.cancel.click()
        qtbot.waitUntil(lambda: second.outcome == "cancelled")
    finally:
        release.set()
        assert jobs.stop()


def test_the_jobs_panel_tells_why_a_job_has_failed(qtbot: QtBot) -> None:
    jobs = JobQueue()
    panel = JobsPanel(jobs)
    qtbot.addWidget(panel)

    def work(_: Progress) -> None:
        raise HsiError("the file x is broken", "mend it")

    with qtbot.waitSignal(jobs.ended):
        jobs.submit(Job("Opening x", work))
    assert panel.rows[0].why.text() == "The file x is broken; mend it."
    assert jobs.stop()


def test_time_left_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    now = 100.0
    monkeypatch.setattr(time, "monotonic", lambda: now)
    job = Job("x", started=0.0)
    job.note(0.05, "drawing")
    assert job_state(job) == "drawing · 5 % · 1 min 40 s", "what came before the first step tells nothing"
    now = 110.0
    job.note(0.25, "drawing")
    assert job_state(job) == "drawing · 25 % · 1 min 50 s · 38 s left"


@pytest.mark.parametrize(
    ("seconds", "text"),
    [(0.04, "0.0 s"), (9.9, "9.9 s"), (59.6, "1 min 0 s"), (125, "2 min 5 s"), (3725, "1 h 2 min")],
)
def test_durations_in_words(seconds: float, text: str) -> None:
    assert duration(seconds) == text


# Cubes and layers


def test_layer_rows_follow_the_session_and_change_it(demo_window: MainWindow) -> None:
    rows = demo_window.layers.rows
    assert [row.name for row in rows] == ["Labels", "Ground truth", "Image"]
    labels, truth, image = rows
    truth.eye.click()
    current = demo_window.session.current
    assert current is not None
    assert current.layers[0].visible
    truth.opacity.setValue(80)
    image.eye.click()
    labels.opacity.setValue(30)
    labels.eye.click()
    current = demo_window.session.current
    assert current is not None
    assert current.layers[0].opacity == pytest.approx(0.8)
    assert not current.image_visible
    assert current.labels == LabelsLook(visible=False, opacity=0.3)
    assert demo_window.layers.rows[0] is labels
    assert not labels.actions()
    truth.actions()[0].trigger()
    assert [row.name for row in demo_window.layers.rows] == ["Labels", "Image"]


def test_the_cubes_list_chooses_the_current_cube(
    demo_window: MainWindow,
    indian_pines_files: tuple[Path, Path],
    wait_for_jobs: Callable[[MainWindow], None],
) -> None:
    demo_window.files.open_paths([indian_pines_files[0]])
    wait_for_jobs(demo_window)
    assert demo_window.cubes.count() == 2
    assert demo_window.cubes.currentRow() == 1
    demo_window.cubes.setCurrentRow(0)
    assert demo_window.session.cube is demo_window.session.cubes[0].cube
    assert demo_window.windowTitle().startswith("Indian Pines —")


# Start page


def test_recent_files_are_opened_and_missing_ones_forgotten(
    qtbot: QtBot, tmp_path: Path, theme: Theme
) -> None:
    there = tmp_path / "there.hdr"
    there.touch()
    page = StartPage()
    qtbot.addWidget(page)
    page.set_recent([str(there), "/gone/away.hdr"])
    page.show()
    chosen: list[str] = []
    forgotten: list[str] = []
    page.open_path.connect(chosen.append)
    page.forget_path.connect(forgotten.append)
    page.recent.setCurrentRow(0)
    qtbot.keyClick(page.recent, Qt.Key.Key_Return)
    page.recent.setCurrentRow(1)
    page.recent.set_missing({"/gone/away.hdr"})
    assert "not there" not in page.recent.item(0).toolTip()
    qtbot.waitUntil(lambda: "not there" in page.recent.item(1).toolTip())
    page.recent._forget()
    assert (chosen, forgotten) == ([str(there)], ["/gone/away.hdr"])


# Help and About


def test_every_help_page_has_a_title_and_links_that_lead_somewhere() -> None:
    names = {page.name for page in pages()}
    assert len(names) >= 6
    for page in pages():
        assert page.title
        links = [part.partition(")")[0] for part in page.text.split("](")[1:]]
        assert all(_leads_somewhere(link, names) for link in links), page.name


def test_help_is_in_the_order_of_a_first_reading() -> None:
    names = [page.name.partition("-")[2] for page in pages()]
    assert names[:4] == ["start", "files", "looking", "spectra"]
    assert names.index("labelling") < names.index("words") < names.index("live")
    assert names[-3:] == ["keys", "references", "troubleshooting"]


def _leads_somewhere(link: str, names: set[str]) -> bool:
    return (
        link.startswith("https://") or link.removesuffix(".md") in names or resource("help", link).is_file()
    )


def test_help_tells_the_keys_that_are_bound() -> None:
    text = next(page.text for page in pages() if page.name == "11-keys")
    for row in ROWS:
        if row.shortcut and not row.shortcut.startswith(("Ctrl+Left", "Ctrl+Right", "Ctrl+Up", "Ctrl+Down")):
            assert row.shortcut.replace("Ctrl+-", "+−").removeprefix("Ctrl") in text, row.key


def test_help_is_searched_and_links_are_followed(qtbot: QtBot, theme: Theme) -> None:
    view = HelpView()
    qtbot.addWidget(view)
    view.show()
    every = view.index.count()
    view.search.setText("savitzky")
    assert 0 < view.index.count() < every
    view.search.setText("no such word anywhere")
    assert view.index.count() == 0
    view.show_page("04-spectra")
    assert view.page.toPlainText().startswith("Spectra")


def test_about_names_the_versions(qapp: QApplication) -> None:
    assert "PySide6" in versions_text()
    assert "numpy" in versions_text()


def test_about_sets_a_command_in_type(window: MainWindow) -> None:
    dialog = AboutDialog(window)
    told = [QTextDocumentFragment.fromHtml(one.text()).toPlainText() for one in dialog.findChildren(QLabel)]
    assert "Reporting a problem? Add this text; hsi-studio doctor tells more." in told
    dialog.close()


# Theme


def _contrast(first: str, second: str) -> float:
    light, dark = sorted((_luminance(first), _luminance(second)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def _luminance(color: str) -> float:
    parts = QColor(color).getRgbF()[:3]
    linear = [c / 12.92 if c <= 0.03928 else ((c + 0.055) / 1.055) ** 2.4 for c in parts]  # type: ignore[operator]
    return float(0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2])


@pytest.mark.parametrize("tokens", [DARK, LIGHT])
def test_text_can_be_read_on_every_surface(tokens: Tokens) -> None:
    """WCAG 2.1, AA: 4.5 for text, 3 for marks."""
    for surface in (tokens.panel, tokens.bar, tokens.raised, tokens.canvas, tokens.selected, tokens.hover):
        assert _contrast(tokens.text, surface) >= 4.5
    for surface in (tokens.panel, tokens.bar, tokens.raised):
        assert _contrast(tokens.muted, surface) >= 4.5
        assert _contrast(tokens.bad, surface) >= 4.5
        assert _contrast(tokens.accent, surface) >= 3
    assert _contrast(tokens.accent_text, tokens.accent) >= 4.5


def test_panels_keep_their_sizes_when_the_theme_changes(
    qtbot: QtBot, demo_window: MainWindow, tmp_path: Path, wait_for_jobs: Callable[[MainWindow], None]
) -> None:
    demo_window.resize(1230, 760)
    qtbot.waitUntil(lambda: demo_window.docks["Confusion"].widget() is demo_window.plots.confusion)
    for number in range(4):
        np.save(tmp_path / f"{number}.npy", np.zeros((4, 5, 30), np.float32))
        demo_window.files.open_paths([tmp_path / f"{number}.npy"])
    wait_for_jobs(demo_window)
    qtbot.wait(100)
    before = [dock.size() for dock in demo_window.docks.all if dock.isVisible()]
    for key in ("theme.light", "theme.dark"):
        demo_window.commands[key].trigger()
        qtbot.wait(100)
        assert [dock.size() for dock in demo_window.docks.all if dock.isVisible()] == before


def test_the_theme_changes_live_and_icons_with_it(demo_window: MainWindow) -> None:
    def colors() -> set[str]:
        image = demo_window.commands["tool.pan"].icon().pixmap(18, 18).toImage()
        points = [image.pixelColor(x, y) for x in range(18) for y in range(18)]
        return {color.name() for color in points if color.alpha() == 255}

    demo_window.commands["theme.light"].trigger()
    assert demo_window.palette().window().color().name() == LIGHT.panel
    assert LIGHT.text in colors()
    demo_window.commands["theme.dark"].trigger()
    assert demo_window.palette().window().color().name() == DARK.panel
    assert DARK.text in colors()
    assert demo_window.settings.theme == "dark"


def test_an_icon_is_drawn_once_for_each_look(theme: Theme) -> None:
    def seen(mode: QIcon.Mode = QIcon.Mode.Normal) -> QImage:
        image = QImage(15, 15, QImage.Format.Format_ARGB32_Premultiplied)
        image.fill(0)
        painter = QPainter(image)
        icon("eye").paint(painter, image.rect(), mode=mode)
        painter.end()
        return image

    theme.set_mode("dark")
    dark, disabled = seen(), seen(QIcon.Mode.Disabled)
    assert icon("eye").cacheKey() == icon("eye").cacheKey()
    assert dark == seen() != disabled
    assert dark == icon("eye").pixmap(15, 15).toImage().convertToFormat(dark.format())
    theme.set_mode("light")
    assert seen() != dark, "icons of the other theme are forgotten"
    theme.set_mode("dark")
    assert seen() == dark


# Dialogs


def test_shapes_of_each_band_axis() -> None:
    # A file of 3 × 4 × 5 values, read with its first axis as bands, is (4, 5, 3).
    assert axis_shapes((4, 5, 3), 0) == [(4, 5, 3), (3, 5, 4), (3, 4, 5)]
    assert axis_shapes((3, 4, 5), 2) == [(4, 5, 3), (3, 5, 4), (3, 4, 5)]
