"""Full disks, protected files and folders, disks that are pulled out."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import numpy as np
import pytest

from hsi_studio.core.labels import Labels
from hsi_studio.core.project import Edit, ProjectState
from hsi_studio.core.window import Window
from hsi_studio.errors import HsiError
from hsi_studio.io.project import ProjectFile, ProjectFileError, check_project

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="protects files as POSIX does")


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A disk of 1 MB in memory."""
    place = tmp_path / "disk"
    place.mkdir()
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=1m", "tmpfs", place], capture_output=True, check=False
    )
    if mounted.returncode:
        pytest.skip("disks may not be mounted here")
    yield place
    subprocess.run(["umount", "-l", place], check=True)


def _noise(project: ProjectFile, number: int) -> Edit:
    """An edit that no compression makes small."""
    ids = np.random.default_rng(number).integers(0, 30_000, (250, 250))
    return Edit(f"Noise {number}", {1: project.state.labels_of(1).change(Window(0, 0, 250, 250), ids)})


def _until_full(project: ProjectFile) -> tuple[Edit, ProjectState, HsiError]:
    """Append until that fails; return the edit that was refused, the state before it and the refusal."""
    for number in range(100):
        edit, before = _noise(project, number), project.state
        try:
            project.append(edit)
        except HsiError as error:
            return edit, before, error
    raise AssertionError("the disk is never full")


def test_full_disk_keeps_what_was_and_takes_the_edit_once_there_is_room(
    small_disk: Path, cube: object, same: Callable, tmp_path: Path
) -> None:
    ballast = small_disk / "ballast"
    ballast.write_bytes(bytes(400_000))
    with closing(ProjectFile.create(small_disk / "field.hsip")) as project:
        project.add_cube(cube)  # type: ignore[arg-type]
        edit, before, error = _until_full(project)
        assert "disk is full" in error.cause
        assert "another disk" in error.remedy
        assert same(project.state, before)
        with pytest.raises(ProjectFileError, match="disk is full"):
            project.append(edit)
        with pytest.raises(HsiError, match="written"):
            project.save_copy(small_disk / "copy.hsip")
        project.save_copy(tmp_path / "copy.hsip")
        ballast.unlink()
        project.append(edit)
        assert same(project.state, before.applied(edit))
    assert check_project(small_disk / "field.hsip").sound
    assert same(ProjectFile.open(tmp_path / "copy.hsip").state, before)
    assert sorted(path.name for path in small_disk.glob("*copy*")) == [".copy.hsip.lock"]


@contextmanager
def _largest_file(size: int) -> Iterator[None]:
    import resource

    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


def test_a_quota_is_told_and_survived(project: ProjectFile, same: Callable) -> None:
    with _largest_file(600_000):
        edit, before, error = _until_full(project)
        assert error.remedy
        assert same(project.state, before)
    project.append(edit)
    assert same(project.state, before.applied(edit))
    assert check_project(project.path).sound


def test_a_removed_file_is_noticed_at_once(
    project: ProjectFile, paint: Callable, same: Callable, nothing: Labels, tmp_path: Path
) -> None:
    state = paint(project, 3)
    project.path.unlink()
    edit = Edit("Brush", {1: nothing.change(Window(0, 0, 1, 1), np.array([[1]]))})
    with pytest.raises(ProjectFileError, match="moved or removed") as caught:
        project.append(edit)
    assert "another name" in caught.value.remedy
    project.save_copy(tmp_path / "rescued.hsip")
    rescued = ProjectFile.open(tmp_path / "rescued.hsip")
    assert same(rescued.state, state)
    assert rescued.depth == project.depth == (4, 4)
    rescued.close()


def test_a_folder_that_comes_back_is_gone_on_with(
    project: ProjectFile, paint: Callable, same: Callable, tmp_path: Path
) -> None:
    paint(project, 1)
    away, folder = tmp_path.with_name(tmp_path.name + "_away"), project.path.parent
    folder.rename(away)
    with pytest.raises(ProjectFileError, match="moved or removed"):
        project.append(Edit("Brush"))
    away.rename(folder)
    state = paint(project, 2)
    assert same(project.state, state)
    assert not project.read_only


def test_a_disk_that_was_plugged_in_again_is_gone_on_with(
    project: ProjectFile, paint: Callable, same: Callable
) -> None:
    """The same files, but others to the system: what is still open leads nowhere."""
    paint(project, 3)
    project.checkpoint()
    _plug_in_again(project.path)
    state = paint(project, 2)
    project.close()
    with closing(ProjectFile.open(project.path)) as again:
        assert not again.read_only
        assert same(again.state, state)
        assert again.depth == (6, 6)


def test_an_older_file_in_its_place_is_not_gone_on_with(project: ProjectFile, paint: Callable) -> None:
    project.checkpoint()
    older = project.path.read_bytes()
    paint(project, 1)
    _plug_in_again(project.path, older)
    with pytest.raises(ProjectFileError, match="replaced by another file"):
        paint(project, 1)


def _plug_in_again(path: Path, content: bytes | None = None) -> None:
    content = path.read_bytes() if content is None else content
    for file in path.parent.glob(f"{path.name}*"):
        file.unlink()
    path.write_bytes(content)


def test_a_protected_folder_can_be_looked_at_and_saved_elsewhere(
    shared_folder: Path, without_rights: Callable, paint: Callable, same: Callable, cube: object
) -> None:
    with closing(ProjectFile.create(shared_folder / "field.hsip")) as project:
        project.add_cube(cube)  # type: ignore[arg-type]
        state = paint(project, 3)
    (shared_folder / ".field.hsip.lock").unlink()
    elsewhere = shared_folder / "elsewhere"
    elsewhere.mkdir()
    elsewhere.chmod(0o777)
    shared_folder.chmod(0o555)
    with without_rights(), closing(ProjectFile.open(shared_folder / "field.hsip")) as looked:
        assert looked.read_only
        assert "may not be written to" in looked.notes[0]
        assert same(looked.state, state)
        with pytest.raises(ProjectFileError, match="looking only"):
            looked.append(Edit("Brush"))
        with pytest.raises(HsiError, match="could not be written"):
            looked.save_copy(shared_folder / "copy.hsip")
        looked.save_copy(elsewhere / "copy.hsip")
        assert same(ProjectFile.open(elsewhere / "copy.hsip").state, state)


def test_what_a_killed_program_left_in_a_protected_folder_is_read(
    shared_folder: Path, without_rights: Callable, paint: Callable, same: Callable, project: ProjectFile
) -> None:
    """A project with strokes that are in SQLite's journal only."""
    project.checkpoint()
    state = paint(project, 3)
    for ending in ("", "-wal"):
        copy = shared_folder / f"field.hsip{ending}"
        copy.write_bytes((project.path.parent / f"field.hsip{ending}").read_bytes())
        copy.chmod(0o644)
    shared_folder.chmod(0o555)
    with without_rights(), closing(ProjectFile.open(shared_folder / "field.hsip")) as looked:
        assert looked.read_only
        assert same(looked.state, state)


def test_a_protected_file_can_be_looked_at(
    shared_folder: Path, without_rights: Callable, cube: object
) -> None:
    path = shared_folder / "field.hsip"
    ProjectFile.create(path).close()
    path.chmod(0o444)
    shared_folder.chmod(0o777)
    (shared_folder / ".field.hsip.lock").chmod(0o666)
    with without_rights(), closing(ProjectFile.open(path)) as looked:
        assert looked.read_only
        assert "may not be written to" in looked.notes[0]
        assert not looked.state.cubes


@pytest.mark.parametrize("name", ["absent.hsip", "absent/field.hsip", "."])
def test_no_file_is_one_sentence(tmp_path: Path, name: str) -> None:
    with pytest.raises(ProjectFileError, match="check the path"):
        ProjectFile.open(tmp_path / name)


def test_a_new_project_needs_a_folder_and_a_free_name(project: ProjectFile) -> None:
    with pytest.raises(HsiError, match="does not exist"):
        ProjectFile.create(project.path.parent / "absent" / "field.hsip")
    with pytest.raises(ProjectFileError, match="exists already"):
        ProjectFile.create(project.path)


def test_a_name_of_an_unreadable_file_is_one_sentence(shared_folder: Path, without_rights: Callable) -> None:
    path = shared_folder / "field.hsip"
    ProjectFile.create(path).close()
    path.chmod(0)
    with without_rights(), pytest.raises(ProjectFileError, match=r"field\.hsip"):
        ProjectFile.open(path)


def test_a_closed_project_says_so(project: ProjectFile) -> None:
    project.close()
    with pytest.raises(ProjectFileError):
        project.append(Edit("Brush"))
    with pytest.raises(ProjectFileError):
        _ = project.state
    assert [path.name for path in project.path.parent.iterdir() if "wal" in path.name] == []
