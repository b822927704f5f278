"""Damaged ENVI files give one sentence with cause and remedy, and nothing is allocated."""

import gzip
import os
import tracemalloc
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from hsi_studio.core.progress import Progress
from hsi_studio.errors import CubeFileError, HsiError
from hsi_studio.io import open_cube
from hsi_studio.io.options import OpenOptions
from hsi_studio.io.readers.envi import EnviReader

Write = Callable[..., Path]
Counting = NDArray[np.uint16]


@pytest.fixture
def refused(tmp_path: Path, write_envi: Write, counting: Counting) -> Callable[..., str]:
    """Return the message on opening a (4, 5, 6) file with these header fields, less those of `drop`."""

    def message(fields: dict[str, Any] | None = None, drop: tuple[str, ...] = ()) -> str:
        write_envi(tmp_path / "scene.hdr", counting, drop=drop, fields=fields)
        with pytest.raises(CubeFileError) as caught:
            open_cube(tmp_path / "scene.hdr")
        assert caught.value.cause
        assert caught.value.remedy
        return str(caught.value)

    return message


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"lines": 5}, ["5 × 5 × 6 values of 2 bytes (300 bytes)", "scene.img holds 240 bytes", "copy"]),
        ({"header offset": 1}, ["after 1 bytes (241 bytes)", "scene.img holds 240 bytes"]),
        ({"header offset": 10**9}, ["after 1000000000 bytes (1 GB)"]),
        ({"samples": 10**12}, ["4 × 1000000000000 × 6 values", "holds 240 bytes"]),
        ({"samples": 10**30, "lines": 10**30}, ["scene.img holds 240 bytes"]),
        ({"bands": 0}, ["`bands = 0`", "nothing to show", "correct it"]),
        ({"lines": -4}, ["`lines = -4`", "no whole number"]),
        ({"samples": "five"}, ["`samples = five`", "no whole number", "correct it"]),
        ({"samples": "5.5"}, ["`samples = 5.5`"]),
        ({"samples": "nan"}, ["`samples = nan`"]),
        ({"samples": "9" * 5000}, ["`samples = 999"]),
        ({"header offset": "none"}, ["`header offset = none`"]),
        ({"interleave": "bsx"}, ["`interleave = bsx`", "correct it to bil, bip or bsq"]),
        ({"data type": 7}, ["`data type = 7`", "not known", "1, 2, 3, 4, 5, 12, 13, 14, 15"]),
        ({"data type": 6}, ["complex values", "magnitude"]),
        ({"data type": 9}, ["complex values", "magnitude"]),
        ({"data type": "float"}, ["`data type = float`"]),
        ({"byte order": 2}, ["`byte order = 2`", "0 (little-endian) or 1"]),
        ({"major frame offsets": "{0, 16}"}, ["`major frame offsets`"]),
        ({"wavelength": "{400, 500"}, ["no closing brace after `wavelength`", "add the }"]),
    ],
)  # fmt: skip
def test_a_lying_header(refused: Callable[..., str], fields: dict[str, Any], words: list[str]) -> None:
    message = refused(fields)
    assert "scene.hdr" in message
    for word in words:
        assert word in message


@pytest.mark.parametrize("key", ["samples", "lines", "bands", "data type", "interleave"])
def test_a_missing_key(refused: Callable[..., str], key: str) -> None:
    assert refused(drop=(key,)).startswith(f"scene.hdr does not say `{key}`; add a line `{key} = ")


def test_one_band_needs_no_interleave(tmp_path: Path, write_envi: Write, counting: Counting) -> None:
    write_envi(tmp_path / "scene.hdr", counting[:, :, :1], drop=("interleave",))
    np.testing.assert_array_equal(open_cube(tmp_path / "scene.hdr").block(), counting[:, :, :1])


def test_nothing_is_allocated_for_absurd_sizes(refused: Callable[..., str]) -> None:
    refused({"samples": 10**12})  # loads what is imported late
    tracemalloc.start()
    refused({"samples": 10**12, "class names": "{a, b}", "classes": 10**12, "wavelength": "{1, 2}"})
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 1_000_000


def test_truncated_data(tmp_path: Path, write_envi: Write, counting: Counting) -> None:
    data = write_envi(tmp_path / "scene.hdr", counting)
    data.write_bytes(data.read_bytes()[:100])
    with pytest.raises(CubeFileError, match=r"scene\.img holds 100 bytes; copy scene\.img again"):
        open_cube(data)


def test_empty_files(tmp_path: Path, write_envi: Write, counting: Counting) -> None:
    data = write_envi(tmp_path / "scene.hdr", counting)
    data.write_bytes(b"")
    with pytest.raises(CubeFileError, match=r"scene\.img holds 0 bytes"):
        open_cube(data)
    (tmp_path / "scene.hdr").write_bytes(b"")
    for path in (data, tmp_path / "scene.hdr"):
        with pytest.raises(CubeFileError, match=r"scene\.hdr is empty; copy the header again"):
            open_cube(path)


def test_compressed_data(tmp_path: Path, write_envi: Write, counting: Counting) -> None:
    data = write_envi(tmp_path / "scene.hdr", counting, fields={"file compression": 1})
    np.testing.assert_array_equal(open_cube(data).block(), counting)  # the flag alone is a wide-spread lie
    data.write_bytes(gzip.compress(data.read_bytes()))
    with pytest.raises(CubeFileError, match=r"scene\.img is compressed; decompress it"):
        open_cube(data)


@pytest.mark.skipif(os.name == "nt" or os.geteuid() == 0, reason="needs a user whom permissions bind")
@pytest.mark.parametrize("name", ["scene.hdr", "scene.img"])
def test_no_permission(tmp_path: Path, write_envi: Write, counting: Counting, name: str) -> None:
    write_envi(tmp_path / "scene.hdr", counting)
    (tmp_path / name).chmod(0)
    with pytest.raises(CubeFileError, match=rf"{name} may not be read; ask for read permission"):
        open_cube(tmp_path / "scene.hdr")


def test_permission_errors_name_the_file(
    tmp_path: Path, write_envi: Write, counting: Counting, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_envi(tmp_path / "scene.hdr", counting)
    real_open = Path.open

    def forbidden(path: Path, *args: Any, **kwargs: Any) -> Any:
        if path.parent == tmp_path:
            raise PermissionError(13, "Permission denied", str(path))
        return real_open(path, *args, **kwargs)

    monkeypatch.setattr(Path, "open", forbidden)
    with pytest.raises(CubeFileError, match=r"scene\.hdr may not be read; ask for read permission"):
        open_cube(tmp_path / "scene.hdr")


FULL_HEADER = """ENVI
description = {A scene}
samples = 5
lines = 4
bands = 6
header offset = 0
file type = ENVI Standard
data type = 12
interleave = bsq
byte order = 0
default bands = {3, 2, 1}
wavelength units = Nanometers
wavelength = {400, 450, 500, 550, 600, 650}
fwhm = {5, 5, 5, 5, 5, 5}
bbl = {1, 1, 0, 1, 1, 1}
data ignore value = -9999
reflectance scale factor = 10000
map info = {UTM, 1, 1, 5e5, 4e6, 30, 30, 13, North, WGS-84, units=Meters, rotation=10}
coordinate system string = {LOCAL_CS["x"]}
band names = {a, b, c, d, e, f}
class names = {Unclassified, b, c}
class lookup = {0, 0, 0, 1, 2, 3, 4, 5, 6}
major frame offsets = {0, 0}
file compression = 0
"""
WORDS = [
    "0",
    "-1",
    "1e400",
    "nan",
    "inf",
    "9" * 400,
    "{",
    "}",
    "{}",
    "=",
    "ENVI Spectral Library",
    "\0",
    "é",
    "{,,}",
]


@st.composite
def broken_headers(draw: st.DrawFn) -> bytes:
    """Draw a header with some values replaced, some lines gone or moved, and some bytes changed."""
    lines = FULL_HEADER.splitlines()
    for _ in range(draw(st.integers(0, 4))):
        i = draw(st.integers(0, len(lines) - 1))
        key = lines[i].partition("=")[0]
        value = draw(st.one_of(st.sampled_from(WORDS), st.text(max_size=12)))
        lines[i] = draw(st.sampled_from([f"{key}= {value}", f"{key}= {{{value}, {value}}}", value, key]))
    lines = draw(st.one_of(st.just(lines), st.permutations(lines)))
    raw = bytearray("\n".join(lines).encode("utf-8", "replace"))
    for _ in range(draw(st.integers(0, 6))):
        raw[draw(st.integers(0, len(raw) - 1))] = draw(st.integers(0, 255))
    return bytes(raw[: draw(st.integers(0, len(raw)))]) if draw(st.booleans()) else bytes(raw)


@settings(max_examples=150, deadline=None)
@given(raw=broken_headers())
def test_no_header_raises_anything_but_our_error(
    tmp_path_factory: pytest.TempPathFactory, counting: Counting, raw: bytes
) -> None:
    folder = tmp_path_factory.getbasetemp()
    (folder / "broken.hdr").write_bytes(raw)
    (folder / "broken.img").write_bytes(counting.tobytes())
    with suppress(HsiError):
        cube = EnviReader().open(folder / "broken.hdr", OpenOptions(), Progress())
        assert cube.physical(cube.block()).shape == cube.shape
        assert cube.wavelengths_nm is None or cube.wavelengths_nm.shape == (cube.bands,)


def test_the_whole_header_of_the_mutations_opens(tmp_path: Path, counting: Counting) -> None:
    (tmp_path / "broken.hdr").write_text(FULL_HEADER)
    (tmp_path / "broken.img").write_bytes(counting.tobytes())
    cube = open_cube(tmp_path / "broken.hdr")
    assert cube.georef is not None
    assert cube.quantity == "class"


def test_a_header_of_many_braces_and_blanks_is_read_in_linear_time(
    tmp_path: Path, counting: Counting
) -> None:
    (tmp_path / "scene.img").write_bytes(counting.tobytes())
    blanks = " " * 500_000
    (tmp_path / "scene.hdr").write_text(
        FULL_HEADER + blanks + "\n" + "a = {}\n" * 100_000 + "b =" + blanks + "\n" * 9
    )
    assert open_cube(tmp_path / "scene.hdr").shape == (4, 5, 6)


def test_a_huge_file_is_no_header(tmp_path: Path) -> None:
    with (tmp_path / "scene.hdr").open("wb") as file:
        file.write(b"ENVI\n")
        file.truncate(1 << 34)
    with pytest.raises(CubeFileError, match=r"scene\.hdr is too large for an ENVI header"):
        open_cube(tmp_path / "scene.hdr")
