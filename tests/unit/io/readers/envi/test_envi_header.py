"""Headers as people and programs write them."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from hsi_studio.core.cube import Cube
from hsi_studio.io import open_cube
from hsi_studio.io.readers.envi_header import decode

Counting = NDArray[np.uint16]
Opened = Callable[..., Cube]


@pytest.fixture
def opened(tmp_path: Path, write_envi: Callable[..., Path], counting: Counting) -> Callable[..., Cube]:
    """Open a (4, 5, 6) file whose header has the given fields more, and those of `drop` less."""

    def build(fields: dict[str, Any] | None = None, drop: tuple[str, ...] = ()) -> Cube:
        write_envi(tmp_path / "scene.hdr", counting, drop=drop, fields=fields)
        return open_cube(tmp_path / "scene.hdr")

    return build


def test_a_complete_header_gives_no_notes(opened: Opened) -> None:
    cube = opened()
    assert cube.notes == ()
    assert (cube.format, cube.name, cube.quantity, cube.scale_factor) == ("ENVI", "scene.img", "value", 1.0)


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "latin-1", "utf-16"])
def test_line_ends_marks_and_encodings(
    tmp_path: Path, write_envi: Callable[..., Path], counting: Counting, end: str, encoding: str
) -> None:
    write_envi(tmp_path / "scene.hdr", counting, fields={"band names": "{é1, é2, é3, é4, é5, é6}"})
    text = (tmp_path / "scene.hdr").read_text(encoding="utf-8")
    (tmp_path / "scene.hdr").write_bytes(text.replace("\n", end).encode(encoding))
    cube = open_cube(tmp_path / "scene.hdr")
    assert cube.band_names == ("é1", "é2", "é3", "é4", "é5", "é6")
    np.testing.assert_array_equal(cube.block(), counting)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "latin-1", "utf-16"])
def test_decoded_text_has_no_mark_and_plain_line_ends(encoding: str) -> None:
    assert decode("ENVI\r\né\r".encode(encoding)) == "ENVI\né\n"


def test_comments_blank_lines_odd_case_and_lists_over_lines(
    tmp_path: Path, write_envi: Callable[..., Path], counting: Counting
) -> None:
    write_envi(tmp_path / "scene.hdr", counting)
    (tmp_path / "scene.hdr").write_text(
        """
ENVI
; bands = 99
description = {
  samples = 7, said by someone = {
}
SAMPLES=5

  Lines   = 4
bands = 6
Data  Type = 12
Interleave = BSQ
byte_order = 0
header offset = 0
file type = ENVI Standard
sensor type =
Wavelength Units = Nanometers
wavelength =
 {
 400 , 450,
; a comment inside
 500, 550,

 600, 650,
} trailing words
FWHM = {5 5 5
 5 5 5}
"""
    )
    cube = open_cube(tmp_path / "scene.hdr")
    assert cube.notes == ()
    assert cube.wavelengths_nm is not None
    np.testing.assert_array_equal(cube.wavelengths_nm, [400, 450, 500, 550, 600, 650])
    assert cube.fwhm_nm is not None
    np.testing.assert_array_equal(cube.fwhm_nm, [5] * 6)
    np.testing.assert_array_equal(cube.block(), counting)


def test_absent_byte_order_offset_and_type_give_one_note(opened: Opened, counting: Counting) -> None:
    cube = opened(drop=("byte order", "header offset", "file type"))
    assert len(cube.notes) == 1
    assert "byte order" in cube.notes[0]
    assert "header offset" in cube.notes[0]
    np.testing.assert_array_equal(cube.block(), counting)


def test_headers_that_spectral_python_refuses_open_with_one_note(shared_data: Path) -> None:
    for header in sorted((shared_data / "plantcv_corn").glob("*.hdr")):
        cube = open_cube(header)
        assert cube.shape == (31, 43, 580)
        assert len(cube.notes) == 1
        assert cube.wavelengths_nm is not None
        assert cube.wavelengths_nm[0] == pytest.approx(366.551)


def test_wavelengths_widths_and_guessed_units(opened: Opened) -> None:
    lists = {"wavelength": "{0.4, 0.5, 0.6, 0.7, 0.8, 0.9}", "fwhm": "{0.01, 0.01, 0.01, 0.01, 0.01, 0.01}"}
    stated = opened({**lists, "wavelength units": "Micrometers"})
    guessed = opened({**lists, "wavelength units": "Unknown"})
    for cube in (stated, guessed):
        assert cube.wavelengths_nm is not None
        np.testing.assert_allclose(cube.wavelengths_nm, [400, 500, 600, 700, 800, 900])
        assert cube.fwhm_nm is not None
        np.testing.assert_allclose(cube.fwhm_nm, 10)
    assert stated.notes == ()
    assert "guessed µm" in guessed.notes[0]


@pytest.mark.parametrize(
    ("wavelengths", "words"),
    [
        ("{400, 500, 600}", "3 wavelengths for 6 bands"),
        ("{400, NaN, 600, x, 800, 900}", "2 of 6 wavelengths are missing"),
        ("{400, 400, 600, 700, 800, 900}", "occur twice"),
    ],
)
def test_damaged_wavelengths_open_with_a_note(opened: Opened, wavelengths: str, words: str) -> None:
    cube = opened({"wavelength": wavelengths, "wavelength units": "nm"})
    assert words in " ".join(cube.notes)


def test_bad_bands_default_bands_and_names(opened: Opened) -> None:
    cube = opened(
        {
            "bbl": "{0, 1.0, 1, 1, 0.0, 1}",
            "default bands": "{6, 3, 1}",
            "band names": "{a, b, c, d, e, f}",
        }
    )
    assert cube.bad_bands is not None
    assert np.flatnonzero(cube.bad_bands).tolist() == [0, 4]
    assert cube.default_bands == (5, 2, 0)
    assert cube.band_names == ("a", "b", "c", "d", "e", "f")


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"bbl": "{0, 0, 0, 0, 0, 0}"}, "all bands as bad"),
        ({"bbl": "{0, 1}"}, "2 good and bad bands for 6 bands"),
        ({"reflectance scale factor": "0"}, "reflectance scale factor = 0"),
        ({"data ignore value": "none"}, "data ignore value = none"),
    ],
)
def test_senseless_values_are_left_out_with_a_note(
    opened: Opened, fields: dict[str, str], words: str
) -> None:
    cube = opened(fields)
    assert cube.bad_bands is None
    assert cube.scale_factor == 1.0
    assert cube.nodata is None
    assert words in cube.notes[0]


@pytest.mark.parametrize("text", ["{0, 2, 9}", "{1, 2}", "{7}", "{x}"])
def test_senseless_default_bands_are_ignored(opened: Opened, text: str) -> None:
    assert opened({"default bands": text}).default_bands == ()


def test_scale_factor_and_ignore_value_give_reflectance(opened: Opened, counting: Counting) -> None:
    cube = opened({"reflectance scale factor": "10000", "data ignore value": "3"})
    assert (cube.quantity, cube.scale_factor, cube.nodata) == ("reflectance", 10_000.0, 3.0)
    physical = cube.physical(cube.block())
    assert np.isnan(physical[counting == 3]).all()
    np.testing.assert_allclose(physical[counting != 3], counting[counting != 3] / 1e4, rtol=1e-6)


def test_a_changed_header_or_changed_data_changes_the_fingerprint(opened: Opened, tmp_path: Path) -> None:
    prints = [opened().fingerprint, opened().fingerprint, opened({"sensor type": "x"}).fingerprint]
    raw = (tmp_path / "scene.img").read_bytes()
    (tmp_path / "scene.img").write_bytes(raw[:-1] + b"\xff")
    prints.append(open_cube(tmp_path / "scene.img").fingerprint)
    assert prints[0] == prints[1]
    assert len(set(prints)) == 3


def test_class_names_and_colours(opened: Opened) -> None:
    cube = opened({"class names": "{Unclassified, corn, soil}", "class lookup": "{0,0,0, 255,0,300, 0,9,0}"})
    assert cube.classes is not None
    assert [(c.id, c.name, c.color) for c in cube.classes] == [
        (1, "corn", (255, 0, 255)),
        (2, "soil", (0, 9, 0)),
    ]
    assert cube.quantity == "class"
    assert cube.notes == ()


def test_a_named_class_with_id_0_is_told(opened: Opened) -> None:
    cube = opened({"class names": "{corn, soil}"})
    assert cube.classes is not None
    assert [(c.id, c.name) for c in cube.classes] == [(1, "soil")]
    assert "corn" in cube.notes[0]


def test_real_classification_rasters(shared_data: Path) -> None:
    name = "ang20150420t182808_corr_v1e_img_class_4200-4210_70-80.hdr"
    cube = open_cube(shared_data / "pycoal_avirisng" / name)
    assert cube.classes is not None
    assert len(cube.classes) == 1365
    assert cube.classes.entries[0].name == "Acmite NMNH133746 Pyroxene s06av95a=a"
    assert cube.classes.entries[0].color == (255, 0, 0)
    assert cube.block().max() <= cube.classes.entries[-1].id


def test_a_real_scene(shared_data: Path) -> None:
    cube = open_cube(shared_data / "pycoal_avirisng" / "ang20150420t182808_corr_v1e_img_4200-4210_70-80.img")
    assert cube.shape == (10, 10, 432)
    assert cube.bad_bands is not None
    assert cube.bad_bands.sum() == 59
    assert cube.fwhm_nm is not None
    assert cube.fwhm_nm[0] == pytest.approx(5.55165)
    assert cube.georef is not None
    assert cube.georef.crs_name == "EPSG:32612"


def test_what_stands_behind_a_semicolon_is_no_value(opened: Opened, counting: Counting) -> None:
    cube = opened({"lines": "4 ; of 900", "interleave": "bsq ; as written by the camera"}, ("file type",))
    np.testing.assert_array_equal(cube.block(), counting)


def test_braces_inside_a_list(opened: Opened) -> None:
    names = opened(
        {"band names": "{a, {b}, c{1}, d,\n e, f}", "description": "{ never { closed }"}
    ).band_names
    assert names == ("a", "{b}", "c{1}", "d", "e", "f")


def test_band_names_that_do_not_fit_are_left_out_and_said(opened: Opened) -> None:
    cube = opened({"band names": "{red (1, 2), b, c, d, e, f}"})
    assert (cube.band_names, cube.notes) == ((), ("The file lists 7 band names for 6 bands: left out.",))


GAINS = {
    "data gain values": "{0.5, 1, 1.5, 2, 2.5, 3}",
    "data offset values": "{1, 2, 3, 4, 5, 6}",
}


def test_gains_and_offsets_are_applied_where_values_are_read(opened: Opened, counting: Counting) -> None:
    cube = opened(GAINS | {"data ignore value": 7})
    expected = counting * np.arange(0.5, 3.5, 0.5) + np.arange(1, 7)
    expected[counting == 7] = np.nan
    np.testing.assert_allclose(cube.physical(cube.block()), expected)
    np.testing.assert_allclose(cube.physical(cube.band(3, step=2)), expected[::2, ::2, 3])
    assert "data gain values" in cube.notes[0]


def test_one_gain_for_all_bands_leaves_the_values_as_stored(opened: Opened, counting: Counting) -> None:
    cube = opened({"data gain values": "{0.01, 0.01, 0.01, 0.01, 0.01, 0.01}"})
    assert (cube.scale_factor, cube.dtype) == (100.0, np.uint16)
    np.testing.assert_array_equal(cube.block(), counting)


@pytest.mark.parametrize(
    "more",
    [{"reflectance scale factor": 10}, {"data gain values": "{1, x}"}, {"data offset values": "{1, 2}"}],
)
def test_gains_that_make_no_sense_are_left_out_and_said(
    opened: Opened, counting: Counting, more: dict[str, Any]
) -> None:
    cube = opened(GAINS | more)
    np.testing.assert_array_equal(cube.block(), counting)
    assert "left out" in cube.notes[0]
