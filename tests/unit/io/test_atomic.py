"""Files appear whole or not at all."""

import os
import sys
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
