"""Arrays in memory or in nameless files."""

import os
import shutil
import sys
from collections import namedtuple
from pathlib import Path

import numpy as np
import pytest

from hsi_studio.errors import HsiError
from hsi_studio.io import scratch
from hsi_studio.io.maps import spool
from hsi_studio.io.outputs import require_space
from hsi_studio.io.scratch import mapped, scratch_array
from hsi_studio.paths import cache_dir


def test_small_arrays_are_in_memory() -> None:
    small = scratch_array((10, 20), np.int16)
    assert (small.shape, small.dtype, small.any()) == ((10, 20), np.int16, False)
    assert not isinstance(small, np.memmap)
    assert not cache_dir().exists()


def test_large_arrays_are_on_disk_without_a_name(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(scratch, "_MOST_IN_MEMORY", 1000)
    large = scratch_array((100, 200), np.float32)
    large[50] = 7
    assert isinstance(large, np.memmap)
    assert (large.shape, float(large.sum())) == ((100, 200), 1400.0)
    assert list(cache_dir().iterdir()) == []


@pytest.mark.skipif(sys.platform == "win32", reason="tells no blocks of a file")
@pytest.mark.parametrize("claims", [True, False])
def test_the_space_of_a_mapped_file_is_taken_at_once(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, claims: bool
) -> None:
    if not claims:
        monkeypatch.delattr(os, "posix_fallocate", raising=False)
    with (tmp_path / "file").open("wb+") as file:
        array = mapped(file, (5000, 1001), np.float32)
        assert os.fstat(file.fileno()).st_blocks * 512 >= array.nbytes == 20_020_000
    assert not array.any()


@pytest.mark.skipif(not hasattr(os, "posix_fallocate"), reason="space cannot be claimed ahead here")
def test_a_full_disk_is_told_before_anything_is_written() -> None:
    with pytest.raises(HsiError, match=r"no room for 2000000000.0 GB in .*; free space on its disk"):
        scratch_array((1_000_000_000, 1_000_000_000), np.int16)


def test_a_cache_folder_that_cannot_be_made_is_told(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "file"))
    monkeypatch.setattr(scratch, "_MOST_IN_MEMORY", 0)
    with pytest.raises(HsiError, match="no room"):
        scratch_array((10, 10), np.int16)


@pytest.mark.skipif(not hasattr(os, "posix_fallocate"), reason="space cannot be claimed ahead here")
def test_a_map_whose_disk_fills_up_is_told_before_anything_is_written(tmp_path: Path) -> None:
    import resource

    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (1_000_000, before[1]))  # stands for a disk that is full
    try:
        with pytest.raises(HsiError, match=r"map\.tif could not be written"):
            spool((1000, 1000), tmp_path / "map.tif", np.int16, np.float32)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
    ids, shares = spool((1000, 1000), tmp_path / "map.tif", np.int16, np.float32)
    ids[:], shares[:] = 3, 0.5
    assert (int(ids.sum()), float(shares.max())) == (3_000_000, 0.5)
    assert list(tmp_path.iterdir()) == []


def test_sizes_are_told_in_a_unit_that_fits(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    usage = namedtuple("usage", "total used free")
    monkeypatch.setattr(shutil, "disk_usage", lambda _: usage(10_000, 2_000, 8_000))
    with pytest.raises(HsiError, match=r"Making map\.tif takes 36\.0 kB but its disk has 8\.0 kB free"):
        spool((30, 100), tmp_path / "map.tif", np.int16, np.float32)
    with pytest.raises(HsiError, match=r"takes 8\.6 MB but"):
        require_space(8_600_000, tmp_path / "a.npy", "a.npy")


def test_a_disk_that_tells_no_sizes_is_not_judged_by_them() -> None:
    if not Path("/proc/self").exists():
        pytest.skip("a file system without sizes is needed")
    require_space(1000, Path("/proc/map.tif"), "map.tif")
