"""The project in the window: begun by itself, named, opened again, moved, and never laid on another image."""

import os
import subprocess
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import numpy as np
import pytest
from pytestqt.qtbot import QtBot

from hsi_studio.app import scratch
from hsi_studio.app.jobs import JobQueue
from hsi_studio.app.labelling import Labelling
from hsi_studio.app.opening import Opener, OpenRequest
from hsi_studio.app.project_session import ProjectSession
from hsi_studio.app.scratch import Scratches, spoken_time
from hsi_studio.app.session import Session
from hsi_studio.app.view_values import lost_layers, view_values
from hsi_studio.core.classes import ClassRaster, ClassTable
from hsi_studio.core.labels import Labels
from hsi_studio.core.project import Edit
from hsi_studio.core.view import SingleBand, ViewSpec
from hsi_studio.core.window import Window
from hsi_studio.io import OpenOptions
from hsi_studio.io.project import ProjectFile


@dataclass
class Desk:
    """What a window has of it all."""

    session: Session
    labelling: Labelling
    jobs: JobQueue
    project: ProjectSession
    opener: Opener
    qtbot: QtBot
    errors: list[Exception]

    def settle(self) -> None:
        self.qtbot.waitUntil(lambda: not self.jobs.jobs, timeout=60_000)
        self.qtbot.wait(20)

    def open_cube(self, path: Path, options: OpenOptions | None = None) -> None:
        self.opener.open(OpenRequest(path, options or OpenOptions()))
        self.settle()

    def open_project(self, path: Path) -> None:
        self.project.open(path)
        self.settle()

    def paint(self, row: int, id: int = 1, title: str = "Brush") -> None:
        assert self.labelling.labels is not None
        edit = self.labelling.labels.change(Window(row, 0, 2, 5), np.full((2, 5), id))
        self.labelling.paint(edit, title)

    def add_classes(self, *names: str) -> None:
        before = self.labelling.classes
        self.labelling.commit(Edit("Add classes", classes=(before, ClassTable.from_names(names))))


@pytest.fixture
def desk(qtbot: QtBot) -> Iterator[Callable[[], Desk]]:
    desks: list[Desk] = []

    def build() -> Desk:
        session, jobs = Session(), JobQueue()
        labelling = Labelling(session)
        project = ProjectSession(session, labelling, jobs)
        errors: list[Exception] = []
        project.failed.connect(lambda _path, _what, error: errors.append(error))
        desks.append(Desk(session, labelling, jobs, project, Opener(session, jobs), qtbot, errors))
        return desks[-1]

    yield build
    for one in desks:
        one.jobs.stop()
        one.project.stop()


@pytest.fixture
def scene(tmp_path: Path, rng: np.random.Generator) -> Path:
    folder = tmp_path / "data"
    folder.mkdir()
    np.save(folder / "scene.npy", rng.random((60, 50, 20), np.float32))
    return folder / "scene.npy"


def _labels(path: Path) -> list[Labels]:
    file = ProjectFile.open(path, read_only=True)
    try:
        return [file.state.labels_of(cube.number) for cube in file.state.cubes]
    finally:
        file.close()


def _unnamed() -> list[Path]:
    return sorted(scratch.folder().glob("[!.]*.hsip"))


def test_work_without_a_project_is_kept_and_found_again(desk: Callable[[], Desk], scene: Path) -> None:
    one = desk()
    one.open_cube(scene)
    assert _unnamed() == []
    one.add_classes("Corn", "Woods")
    one.paint(3)
    one.paint(8, 2)
    assert one.project.wait(5)
    assert one.project.is_unnamed
    found = Scratches()
    found.look()
    one.qtbot.wait(200)
    assert found.found == ()  # in use
    one.project.stop()
    with one.qtbot.waitSignal(found.changed):
        found.look()
    (offered,) = found.found
    assert (offered.subject, offered.pixels) == ("scene.npy", 20)
    again = desk()
    again.open_project(offered.path)
    assert again.labelling.counts == {1: 10, 2: 10}
    assert [entry.name for entry in again.labelling.classes] == ["Corn", "Woods"]
    assert again.project.is_unnamed
    again.project.stop()
    found.discard(offered.path)
    one.qtbot.waitUntil(lambda: found.found == (), timeout=60_000)
    assert list(scratch.folder().iterdir()) == []
    found.stop()


@pytest.mark.parametrize("killed", [False, True])
def test_unnamed_work_is_offered_with_the_time_of_its_last_change(
    desk: Callable[[], Desk], scene: Path, tmp_path: Path, killed: bool
) -> None:
    one = desk()
    one.open_cube(scene)
    one.paint(3)
    assert one.project.wait(5)
    (path,) = _unnamed()
    log = path.with_name(f"{path.name}-wal")
    left = path.read_bytes(), log.read_bytes()
    one.project.stop()
    if killed:  # nothing was brought from the log to the file
        path.write_bytes(left[0])
        log.write_bytes(left[1])
    changed = datetime(2026, 3, 9, 14, 2)
    for file in (path, log):
        if file.exists():
            os.utime(file, (changed.timestamp(),) * 2)
    for _ in range(2):  # looking must not change what is told
        (offered,) = scratch._found()
        assert (offered.pixels, offered.when) == (10, changed)


def test_messages_do_not_name_a_project_that_has_no_name(
    desk: Callable[[], Desk], scene: Path, tmp_path: Path
) -> None:
    one = desk()
    one.open_cube(scene)
    one.paint(3)
    assert one.project.wait(5)
    path = one.project.path
    assert path is not None
    other = desk()
    other.open_project(path)
    assert other.labelling.kept.status == "read-only"
    assert other.labelling.refusal.startswith("The unnamed project can only be looked at")
    other.project.stop()
    path.rename(tmp_path / "elsewhere")
    one.paint(9)
    one.qtbot.waitUntil(lambda: one.labelling.kept.status == "failed", timeout=60_000)
    assert one.labelling.kept.reason.startswith("The unnamed project has been moved or removed")
    (tmp_path / "elsewhere").rename(path)


def test_a_project_without_a_name_vanishes_when_nothing_is_in_it(
    desk: Callable[[], Desk], scene: Path
) -> None:
    one = desk()
    one.open_cube(scene)
    one.paint(3)
    assert one.project.wait(5)
    assert len(_unnamed()) == 1
    one.labelling.undo()
    one.project.stop()
    assert _unnamed() == []


def test_everything_comes_back_with_the_project(
    desk: Callable[[], Desk], scene: Path, tmp_path: Path, rng: np.random.Generator
) -> None:
    np.save(tmp_path / "second.npy", rng.random((30, 40, 10), np.float32))
    one = desk()
    one.project.new(tmp_path / "field.hsip")
    one.settle()
    one.open_cube(scene)
    one.add_classes("Corn", "Woods", "Hay")
    one.labelling.set_active(3)
    for row in range(0, 20, 2):
        one.paint(row, 1 + row % 3, f"Brush {row}")
    one.session.set_view(ViewSpec(SingleBand(7)))
    one.session.set_labels_look(visible=False, opacity=0.4)
    one.session.set_image_visible(False)
    one.open_cube(tmp_path / "second.npy")
    one.paint(0, 2, "Brush second")
    one.session.select(0)
    labels = one.labelling.labels
    one.labelling.undo()
    one.labelling.undo()
    assert one.project.wait(5)
    one.project.stop()

    again = desk()
    again.open_project(tmp_path / "field.hsip")
    assert again.errors == []
    assert [opened.cube.name for opened in again.session.cubes] == ["scene.npy", "second.npy"]
    current = again.session.current
    assert current is not None
    assert current.cube.name == "scene.npy"
    assert current.view == ViewSpec(SingleBand(7))
    assert (current.labels.visible, current.labels.opacity) == (False, 0.4)
    assert not current.image_visible
    assert again.labelling.active == 3
    assert again.labelling.redo_title == "Brush 18"
    again.labelling.redo()
    assert again.labelling.labels == labels
    again.labelling.redo()
    assert again.session.cube is again.session.cubes[1].cube  # where it can be seen
    assert again.labelling.counts == {2: 10}


def test_layers_from_files_come_back_as_they_were_and_move_along_with_their_cube(
    desk: Callable[[], Desk], tmp_path: Path, rng: np.random.Generator
) -> None:
    folder = tmp_path / "data"
    folder.mkdir()
    np.save(folder / "scene.npy", rng.random((20, 30, 8), np.float32))
    truth = rng.integers(0, 4, (20, 30))
    np.savez(folder / "truth.npz", truth=truth, other=np.zeros((20, 30), int))
    one = desk()
    one.project.new(folder / "field.hsip")
    one.settle()
    one.open_cube(folder / "scene.npy")
    one.paint(3)
    over, options = one.session.cube, OpenOptions(variable="truth")
    one.opener.open(OpenRequest(folder / "truth.npz", options, layer_over=over))
    one.settle()
    one.session.update_layer(0, visible=False, opacity=0.3, hidden=frozenset({2}))
    assert one.project.wait(5)
    one.project.stop()
    folder.rename(tmp_path / "moved")

    again = desk()
    again.open_project(tmp_path / "moved" / "field.hsip")
    current = again.session.current
    assert current is not None
    (layer,) = current.layers
    assert isinstance(layer.raster, ClassRaster)
    assert np.array_equal(layer.raster.ids, truth)
    assert (layer.visible, layer.opacity, layer.hidden) == (False, 0.3, {2})
    assert layer.path == tmp_path / "moved" / "truth.npz"
    values = view_values(current)
    again.project.stop()
    layer.path.unlink()

    third = desk()
    third.open_project(tmp_path / "moved" / "field.hsip")
    current = third.session.current
    assert current is not None
    assert current.layers == ()
    assert lost_layers(current, values) == (tmp_path / "moved" / "truth.npz",)


def test_undo_walks_back_to_the_first_step_across_a_restart(
    desk: Callable[[], Desk], scene: Path, tmp_path: Path
) -> None:
    one = desk()
    one.project.new(tmp_path / "long.hsip")
    one.settle()
    one.open_cube(scene)
    for step in range(130):
        one.paint(step % 50, 1 + step % 7, f"Step {step}")
    final = one.labelling.labels
    one.project.stop()
    again = desk()
    again.open_project(tmp_path / "long.hsip")
    assert again.labelling.labels == final
    for step in reversed(range(130)):
        again.qtbot.waitUntil(lambda: again.labelling.undo_title is not None, timeout=60_000)
        assert again.labelling.undo_title == f"Step {step}"
        again.labelling.undo()
    assert again.labelling.labels == Labels(60, 50)
    assert again.labelling.undo_title is None
    for _ in range(130):
        again.qtbot.waitUntil(lambda: again.labelling.redo_title is not None, timeout=60_000)
        again.labelling.redo()
    assert again.labelling.labels == final
    assert again.project.wait(5)
    assert _labels(tmp_path / "long.hsip") == [final]


def test_what_labels_were_made_with_is_found_behind_many_other_steps(
    desk: Callable[[], Desk], scene: Path, tmp_path: Path
) -> None:
    steps, path, tables = 120, tmp_path / "long.hsip", list[ClassTable]()
    first = desk()
    first.project.new(path)
    first.settle()
    first.open_cube(scene)
    first.add_classes("start")
    assert first.labelling.labelled_with is None
    for row in (0, 4):
        first.paint(row)
        tables.append(first.labelling.classes)
        assert first.labelling.labelled_with is tables[-1]
        for number in range(steps):
            first.add_classes(f"after {row}", f"step {number}")
            assert first.labelling.labelled_with is tables[-1]
    first.project.stop()
    second = desk()
    second.open_project(path)
    second.qtbot.waitUntil(lambda: second.labelling.labelled_with == tables[1], timeout=60_000)
    while second.labelling.undo_title != "Brush":
        second.labelling.undo()
        assert second.labelling.labelled_with == tables[1]
    second.labelling.undo()
    second.qtbot.waitUntil(lambda: second.labelling.labelled_with == tables[0], timeout=60_000)
    second.labelling.redo()
    assert second.labelling.labelled_with == tables[1]


def test_the_demo_scene_comes_back_as_such(desk: Callable[[], Desk], tmp_path: Path) -> None:
    one = desk()
    one.opener.open_demo()
    one.settle()
    one.paint(3)
    one.project.save_as(tmp_path / "demo.hsip")
    one.settle()
    assert one.project.wait(5)
    assert one.labelling.state.cubes[0].path == ""
    one.project.stop()
    again = desk()
    again.open_project(tmp_path / "demo.hsip")
    cube = again.session.cube
    assert cube is not None
    assert cube.name == "Indian Pines"
    assert cube.wavelengths_nm is not None
    assert again.labelling.counts == {1: 10}


def test_a_project_moves_together_with_its_cubes(
    desk: Callable[[], Desk], scene: Path, tmp_path: Path
) -> None:
    one = desk()
    one.project.new(scene.parent / "field.hsip")
    one.settle()
    one.open_cube(scene)
    one.paint(3)
    assert one.labelling.state.cubes[0].path == "scene.npy"
    one.project.stop()
    scene.parent.rename(tmp_path / "elsewhere")
    again = desk()
    again.open_project(tmp_path / "elsewhere" / "field.hsip")
    assert again.labelling.counts == {1: 10}


def test_labels_are_laid_on_no_other_image(
    desk: Callable[[], Desk], scene: Path, tmp_path: Path, rng: np.random.Generator
) -> None:
    from hsi_studio.app.project_loading import LoadedProject

    one = desk()
    one.project.new(scene.parent / "field.hsip")
    one.settle()
    one.open_cube(scene)
    one.paint(3)
    one.project.stop()
    original = scene.rename(tmp_path / "moved.npy")
    for values, said in (
        (rng.random((60, 50, 20), np.float32), "other values"),
        (rng.random((61, 50, 20), np.float32), "61 × 50 pixels"),
        (None, "does not exist"),
    ):
        scene.unlink(missing_ok=True)
        if values is not None:
            np.save(scene, values)
        again, loaded = desk(), list[LoadedProject]()
        again.project.opened.connect(loaded.append)
        again.open_project(scene.parent / "field.hsip")
        assert again.session.cubes == ()
        (missing,) = loaded[0].missing
        assert said in str(missing.error)
        again.project.stop()
    again = desk()
    again.open_project(scene.parent / "field.hsip")
    again.open_cube(original)
    assert again.labelling.counts == {1: 10}
    assert again.labelling.state.cubes[0].path == "../moved.npy"
    again.project.stop()
    last = desk()
    last.open_project(scene.parent / "field.hsip")
    assert last.labelling.counts == {1: 10}


def test_a_second_window_may_only_look(desk: Callable[[], Desk], scene: Path) -> None:
    one, other = desk(), desk()
    one.project.new(scene.parent / "field.hsip")
    one.settle()
    one.open_cube(scene)
    one.paint(3)
    assert one.project.wait(5)
    other.open_project(scene.parent / "field.hsip")
    assert other.labelling.counts == {1: 10}
    assert other.labelling.kept.status == "read-only"
    assert "another window" in other.labelling.refusal
    other.paint(9)
    other.labelling.undo()
    assert other.labelling.counts == {1: 10}
    other.project.save_as(scene.parent / "copy.hsip")
    other.settle()
    assert other.errors == []
    assert other.labelling.refusal == ""
    other.paint(9)
    assert other.project.wait(5)
    assert other.labelling.counts == {1: 20}
    assert one.labelling.counts == {1: 10}


def test_save_as_goes_on_in_the_new_file(desk: Callable[[], Desk], scene: Path, tmp_path: Path) -> None:
    one = desk()
    one.open_cube(scene)
    one.paint(3)
    (unnamed,) = (one.project.path,)
    assert unnamed is not None
    one.project.save_as(scene.parent / "field.hsip")
    one.paint(6)
    one.settle()
    assert one.errors == []
    assert one.project.path == scene.parent / "field.hsip"
    assert not unnamed.exists()
    one.paint(9)
    assert one.labelling.state.cubes[0].path == "scene.npy"
    one.project.save_as(tmp_path / "second.hsip")
    one.settle()
    one.paint(12)
    assert one.project.wait(5)
    assert one.labelling.state.cubes[0].path == "data/scene.npy"
    before, after = _labels(scene.parent / "field.hsip"), _labels(tmp_path / "second.hsip")
    assert int((before[0].to_array() > 0).sum()) == 30
    assert after == [one.labelling.labels]
    one.labelling.undo()
    one.labelling.undo()
    assert one.labelling.undo_title == "Brush"
    one.project.stop()
    again = desk()
    again.open_project(tmp_path / "second.hsip")
    assert again.labelling.counts == {1: 20}


def test_what_cannot_be_written_is_saved_elsewhere(
    desk: Callable[[], Desk], scene: Path, tmp_path: Path
) -> None:
    stick = tmp_path / "stick"
    stick.mkdir()
    if subprocess.run(["mount", "-t", "tmpfs", "tmpfs", stick], check=False, capture_output=True).returncode:
        pytest.skip("may not mount")
    one = desk()
    one.project.new(stick / "field.hsip")
    one.settle()
    one.open_cube(scene)
    one.paint(3)
    assert one.project.wait(5)
    subprocess.run(["umount", "-l", stick], check=True)
    one.paint(6)
    assert not one.project.wait(5)
    one.qtbot.waitUntil(lambda: one.labelling.kept.status == "failed", timeout=60_000)
    assert one.labelling.counts == {1: 20}
    one.paint(9)
    one.project.save_as(tmp_path / "rescued.hsip")
    one.settle()
    assert one.errors == []
    one.qtbot.waitUntil(lambda: one.labelling.kept.status == "kept", timeout=60_000)
    one.paint(12)
    assert one.project.wait(5)
    assert _labels(tmp_path / "rescued.hsip") == [one.labelling.labels]
    assert one.labelling.counts == {1: 40}


def test_a_failing_save_as_leaves_everything_as_it_was(
    desk: Callable[[], Desk], scene: Path, tmp_path: Path
) -> None:
    one = desk()
    one.open_cube(scene)
    one.paint(3)
    path = one.project.path
    (tmp_path / "file").write_bytes(b"")
    one.project.save_as(tmp_path / "file" / "field.hsip")
    one.settle()
    assert len(one.errors) == 1
    assert one.project.path == path
    one.paint(6)
    assert one.project.wait(5)
    assert path is not None
    assert _labels(path) == [one.labelling.labels]


def test_a_file_that_is_no_project_leaves_the_open_one_alone(
    desk: Callable[[], Desk], scene: Path, tmp_path: Path
) -> None:
    one = desk()
    one.open_cube(scene)
    one.paint(3)
    (tmp_path / "no.hsip").write_bytes(b"no project at all")
    one.open_project(tmp_path / "no.hsip")
    assert len(one.errors) == 1
    assert one.labelling.counts == {1: 10}
    assert len(one.session.cubes) == 1


@pytest.mark.parametrize(
    ("when", "said"),
    [
        (datetime(2026, 11, 23, 14, 2), "today 14:02"),
        (datetime(2026, 11, 22, 14, 2), "yesterday 14:02"),
        (datetime(2026, 3, 1, 9, 5), "1 March 09:05"),
        (datetime(2025, 3, 1, 9, 5), "1 March 2025 09:05"),
    ],
)
def test_times_are_told_as_people_say_them(when: datetime, said: str) -> None:
    assert spoken_time(when, datetime(2026, 11, 23, 20, 0)) == said
