"""Files appear whole or not at all."""

import os
import sys
import time
from pathlib import Path

import pytest

from hsi_studio.errors import HsiError
from hsi_studio.io.atomic import atomic_output, atomic_outputs


def test_target_appears_when_the_block_ends(tmp_path: Path) -> None:
    with atomic_output(tmp_path / "a.txt") as temporary:
        temporary.write_text("new")
        assert not (tmp_path / "a.txt").exists()
        assert (temporary.parent, temporary.suffix) == (tmp_path, ".txt")
    assert (tmp_path / "a.txt").read_text() == "new"
    assert [path.name for path in tmp_path.iterdir()] == ["a.txt"]


def test_failure_leaves_the_old_file(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("old")
    with pytest.raises(UnicodeEncodeError), atomic_output(tmp_path / "a.txt") as temporary:
        temporary.write_text("half, then ✗", encoding="ascii")
    assert (tmp_path / "a.txt").read_text() == "old"
    assert [path.name for path in tmp_path.iterdir()] == ["a.txt"]


def test_of_a_pair_none_appears_when_one_is_missing(tmp_path: Path) -> None:
    with (
        pytest.raises(HsiError, match=r"a\.img could not be written"),
        atomic_outputs(tmp_path / "a.img", tmp_path / "a.hdr") as (data, _),
    ):
        data.write_bytes(b"data, but no header")
    assert list(tmp_path.iterdir()) == []


def test_folder_replaces_a_full_folder(tmp_path: Path) -> None:
    for content in ("old", "new"):
        with atomic_output(tmp_path / "a.zarr") as temporary:
            (temporary / "inside").mkdir(parents=True)
            (temporary / "inside" / content).touch()
    assert [path.name for path in tmp_path.rglob("*")] == ["a.zarr", "inside", "new"]


def test_absent_folder_is_told(tmp_path: Path) -> None:
    with (
        pytest.raises(HsiError, match="absent does not exist; create it first"),
        atomic_output(tmp_path / "absent" / "a.txt") as temporary,
    ):
        temporary.write_text("new")


@pytest.mark.skipif(sys.platform == "win32" or os.geteuid() == 0, reason="root may write anywhere")
def test_locked_folder_is_told(tmp_path: Path) -> None:
    tmp_path.chmod(0o500)
    with (
        pytest.raises(HsiError, match="Permission denied"),
        atomic_output(tmp_path / "a.txt") as temporary,
    ):
        temporary.write_text("new")


def test_permissions_are_those_of_a_new_file(tmp_path: Path) -> None:
    with atomic_output(tmp_path / "a.txt") as temporary:
        temporary.touch()
    (tmp_path / "b.txt").touch()
    assert (tmp_path / "a.txt").stat().st_mode == (tmp_path / "b.txt").stat().st_mode


def leftover(folder: Path, name: str, age: float) -> Path:
    """Make what a killed process leaves, last written to `age` seconds ago."""
    path = folder / f".0123abcd.part.{name}" / "inside"
    path.parent.mkdir()
    path.touch()
    for each in (path, path.parent):
        os.utime(each, (time.time() - age,) * 2)
    return path.parent


def test_what_killed_processes_left_of_the_target_is_removed(tmp_path: Path) -> None:
    old, young, other = (
        leftover(tmp_path, "a.zarr", 7200),
        tmp_path / ".12345678.part.a.zarr",
        leftover(tmp_path, "b.zarr", 7200),
    )
    young.write_text("of a process that is writing now")
    with atomic_output(tmp_path / "a.zarr") as temporary:
        temporary.mkdir()
    assert (old.exists(), young.exists(), other.exists()) == (False, True, True)


def test_a_file_does_not_replace_a_folder(tmp_path: Path) -> None:
    (tmp_path / "a.npy").mkdir()
    with (
        pytest.raises(HsiError, match=r"a\.npy is a folder; name a file in it"),
        atomic_output(tmp_path / "a.npy") as file,
    ):
        file.touch()
    assert (tmp_path / "a.npy").is_dir()
