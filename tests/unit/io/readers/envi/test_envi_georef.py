"""Map info and coordinate system strings."""

from pathlib import Path

import numpy as np
import pytest
import rasterio

from hsi_studio.core.georef import GeoReference
from hsi_studio.io.readers.envi_georef import georeference
from hsi_studio.io.readers.envi_header import parse_header

PSEUDO_MERCATOR = rasterio.crs.CRS.from_epsg(3857).to_wkt()


def georef_of(map_info: str, more: str = "") -> tuple[GeoReference | None, str | None]:
    return georeference(parse_header(Path("x.hdr"), f"ENVI\nmap info = {{{map_info}}}\n{more}"))


@pytest.mark.parametrize(
    ("rest", "crs"),
    [
        ("UTM, 1, 1, 5e5, 4e6, 30, 30, 13, North, WGS-84, units=Meters", "EPSG:32613"),
        ("UTM, 1, 1, 5e5, 4e6, 30, 30, 7, South, WGS-84", "EPSG:32707"),
        ("utm, 1, 1, 5e5, 4e6, 30, 30, 13, North, North America 1983", "EPSG:26913"),
        ("UTM, 1, 1, 5e5, 4e6, 30, 30, 13, North, NAD-27", "EPSG:26713"),
        ("UTM, 1, 1, 5e5, 4e6, 30, 30, 33, North, ETRS89", "EPSG:25833"),
        ("UTM, 1, 1, 5e5, 4e6, 30, 30, 33, North", "EPSG:32633"),
        ("Geographic Lat/Lon, 1, 1, 11.5, 48.1, 0.01, 0.01, WGS-84, units=Degrees", "EPSG:4326"),
        ("Geographic Lat/Lon, 1, 1, 11.5, 48.1, 0.01, 0.01, North America 1983", "EPSG:4269"),
    ],
)
def test_projections_by_name(rest: str, crs: str) -> None:
    georef, note = georef_of(rest)
    assert georef is not None
    assert georef.crs_name == crs
    assert note is None


@pytest.mark.parametrize(
    ("reference", "corner"), [("1, 1", (1000, 2000)), ("1.5, 1.5", (985, 2015)), ("3, 2", (940, 2030))]
)
def test_the_reference_pixel_counts_from_1_at_the_outer_corner(
    reference: str, corner: tuple[float, float]
) -> None:
    georef, _ = georef_of(f"UTM, {reference}, 1000, 2000, 30, 30, 13, North, WGS-84")
    assert georef is not None
    assert georef.to_map(0, 0) == pytest.approx(corner)
    assert georef.to_map(1, 1) == pytest.approx((corner[0] + 30, corner[1] - 30))


def test_a_rotated_image_turns_about_its_reference_pixel() -> None:
    georef, _ = georef_of("UTM, 3, 2, 1000, 2000, 30, 20, 13, North, WGS-84, rotation=53.0")
    assert georef is not None
    assert georef.to_map(1, 2) == pytest.approx((1000, 2000))
    assert georef.pixel_size == pytest.approx((30, 20))
    a, b, _, d, e, _ = georef.transform
    assert a * b + d * e == pytest.approx(0)  # rows stay at right angles to columns
    assert np.degrees(np.arctan2(d, a)) == pytest.approx(53)


def test_positions_agree_with_gdal(shared_data: Path) -> None:
    from hsi_studio.io import open_cube

    for data in sorted((shared_data / "pycoal_avirisng").glob("ang*.img")):
        with rasterio.open(data, driver="ENVI") as theirs:
            ours = open_cube(data).georef
            assert ours is not None
            assert ours.transform == pytest.approx(tuple(theirs.transform)[:6])
            assert ours.crs_name == f"EPSG:{theirs.crs.to_epsg()}"


def test_the_coordinate_system_string_decides() -> None:
    georef, note = georef_of(
        "Mercator, 1, 1, 0, 0, 10, 10", f"coordinate system string = {{{PSEUDO_MERCATOR}}}"
    )
    assert georef is not None
    assert georef.crs_name == "EPSG:3857"
    assert note is None


def test_a_damaged_coordinate_system_string_falls_back_to_map_info() -> None:
    georef, _ = georef_of(
        "UTM, 1, 1, 5e5, 4e6, 30, 30, 13, North, WGS-84", "coordinate system string = {PROJCS[oops}"
    )
    assert georef is not None
    assert georef.crs_name == "EPSG:32613"


def test_arbitrary_positions_have_no_crs_and_no_note() -> None:
    georef, note = georef_of("Arbitrary, 1, 1, 0, 0, 0.5, 0.5, 0, North")
    assert georef == GeoReference((0.5, 0, 0, 0, -0.5, 0))
    assert note is None


@pytest.mark.parametrize(
    "info", ["Swiss Grid, 1, 1, 0, 0, 10, 10", "UTM, 1, 1, 0, 0, 9, 9, 77, North, WGS-84"]
)
def test_unknown_projections_keep_the_transform_and_say_so(info: str) -> None:
    georef, note = georef_of(info)
    assert georef is not None
    assert georef.crs_wkt is None
    assert note is not None
    assert info.partition(",")[0] in note


@pytest.mark.parametrize(
    "info", ["UTM", "UTM, 1, 1, x, 2, 30, 30", "UTM, 1, 1, 1, 2, 0, 30", "UTM, 1, 1, 1, 2, 30, inf", ",,,,,,"]
)
def test_unusable_map_info_gives_no_position_and_a_note(info: str) -> None:
    georef, note = georef_of(info)
    assert georef is None
    assert note is not None
    assert "map info" in note
