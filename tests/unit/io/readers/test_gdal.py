"""GeoTIFF and other files that GDAL opens."""

import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import netCDF4
import numpy as np
import pytest
import rasterio
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray
from rasterio.enums import ColorInterp, Resampling
from rasterio.transform import Affine

from hsi_studio.core.cube import Cube
from hsi_studio.core.progress import Progress
from hsi_studio.core.window import Window
from hsi_studio.errors import ChoiceNeeded, CubeFileError, HsiError
from hsi_studio.io.arrays.mapped import MappedSource
from hsi_studio.io.options import OpenOptions
from hsi_studio.io.readers.gdal import GdalReader, GdalSource

AssertReads = Callable[[Cube, NDArray[Any]], None]

pytestmark = pytest.mark.filterwarnings("ignore::rasterio.errors.NotGeoreferencedWarning")


def read(path: Path, **options: Any) -> Cube:
    return GdalReader().open(path, OpenOptions(**options), Progress())


def filled(shape: tuple[int, ...], dtype: str = "f4") -> NDArray[Any]:
    return (np.arange(np.prod(shape)) % 251).reshape(shape).astype(dtype)


def write(path: Path, values: NDArray[Any], **profile: Any) -> None:
    rows, cols, bands = values.shape
    options = {
        "driver": "GTiff",
        "height": rows,
        "width": cols,
        "count": bands,
        "dtype": values.dtype,
        **profile,
    }
    with rasterio.open(path, "w", **options) as file:
        file.write(np.moveaxis(values, 2, 0))


@given(
    dtype=st.sampled_from(["uint8", "int8", "int16", "uint16", "int32", "float32", "float64"]),
    shape=st.tuples(st.integers(1, 40), st.integers(1, 40), st.integers(1, 6)),
    interleave=st.sampled_from(["band", "pixel"]),
    tiled=st.booleans(),
    compress=st.sampled_from([None, "deflate"]),
)
@settings(max_examples=40, deadline=None)
def test_every_type_and_storage_reads_back(
    tmp_path_factory: pytest.TempPathFactory,
    assert_reads: AssertReads,
    *,
    dtype: str,
    shape: tuple[int, int, int],
    interleave: str,
    tiled: bool,
    compress: str | None,
) -> None:
    path = tmp_path_factory.mktemp("tif") / "a b.tif"
    values = filled(shape, dtype)
    tiles = {"tiled": True, "blockxsize": 16, "blockysize": 16} if tiled else {}
    write(path, values, interleave=interleave, compress=compress, **tiles)
    cube = read(path)
    assert_reads(cube, values)
    assert shape[2] == 1 or cube.interleave == {"band": "bsq", "pixel": "bip"}[interleave]


def test_place_and_no_data_are_kept(tmp_path: Path) -> None:
    path = tmp_path / "a.tif"
    write(
        path, filled((4, 5, 2), "i2"), crs="EPSG:32633", transform=Affine(30, 0, 500, 0, -30, 900), nodata=-5
    )
    cube = read(path)
    assert cube.georef is not None
    assert cube.georef.crs_name == "EPSG:32633"
    assert cube.georef.to_map(1, 2) == (560, 870)
    assert cube.nodata == -5
    write(path, filled((4, 5, 2), "i2"))
    assert read(path).georef is None


@pytest.mark.parametrize(
    ("tags", "expected"),
    [
        ([{"wavelength": "0.4", "wavelength_units": "Micrometers"}, {"wavelength": "0.5"}], [400, 500]),
        ([{"WAVELENGTH": "450"}, {"WAVELENGTH": "550"}], [450, 550]),
        ([{"central_wavelength": "450"}, {"central_wavelength": "650"}], [450, 650]),
    ],
)
def test_tags_of_bands(tmp_path: Path, tags: list[dict[str, str]], expected: list[float]) -> None:
    path = tmp_path / "a.tif"
    write(path, filled((3, 3, 2)))
    with rasterio.open(path, "r+") as file:
        for band, own in enumerate(tags, 1):
            file.update_tags(band, bbl=str(band - 1), fwhm=own.get("fwhm", "8"), **own)
    cube = read(path)
    assert cube.wavelengths_nm is not None
    np.testing.assert_allclose(cube.wavelengths_nm, expected)
    np.testing.assert_array_equal(cube.bad_bands, [True, False])


def test_tags_of_the_whole_file(tmp_path: Path) -> None:
    path = tmp_path / "a.tif"
    write(path, filled((3, 3, 3)))
    with rasterio.open(path, "r+") as file:
        file.update_tags(wavelengths="{400, 500,600}", wavelength_units="nm", fwhm="{5,6,7}")
    cube = read(path)
    np.testing.assert_array_equal(cube.wavelengths_nm, [400, 500, 600])
    np.testing.assert_array_equal(cube.fwhm_nm, [5, 6, 7])


def test_tags_of_gdal_3_10(tmp_path: Path) -> None:
    path = tmp_path / "a.tif"
    write(path, filled((3, 3, 2)))
    with rasterio.open(path, "r+") as file:
        for band in (1, 2):
            file.update_tags(band, ns="IMAGERY", CENTRAL_WAVELENGTH_UM=str(band * 0.5), FWHM_UM="0.01")
    cube = read(path)
    np.testing.assert_allclose(cube.wavelengths_nm, [500, 1000])
    np.testing.assert_allclose(cube.fwhm_nm, [10, 10])


def test_wavelengths_in_descriptions(tmp_path: Path) -> None:
    path = tmp_path / "a.tif"
    write(path, filled((3, 3, 2)))
    with rasterio.open(path, "r+") as file:
        file.descriptions = ("Band 1 (412.5 Nanometers)", "Band 2 (500 Nanometers)")
    cube = read(path)
    np.testing.assert_allclose(cube.wavelengths_nm, [412.5, 500])
    assert cube.band_names == ("Band 1 (412.5 Nanometers)", "Band 2 (500 Nanometers)")


def test_scales_and_offsets(tmp_path: Path) -> None:
    path = tmp_path / "a.tif"
    write(path, filled((3, 3, 2), "u2"), nodata=0)
    with rasterio.open(path, "r+") as file:
        file.scales = (0.5, 0.5)
    assert read(path).scale_factor == 2
    with rasterio.open(path, "r+") as file:
        file.scales, file.offsets = (0.5, 0.25), (1, 2)
    cube = read(path)
    np.testing.assert_allclose(cube.spectrum(2, 2), [16 * 0.5 + 1, 17 * 0.25 + 2])
    assert np.isnan(cube.spectrum(0, 0)[0])


def test_palette_becomes_classes(tmp_path: Path) -> None:
    path = tmp_path / "a.tif"
    write(path, filled((3, 3, 1), "u1"), photometric="palette")
    with rasterio.open(path, "r+") as file:
        file.write_colormap(1, {0: (0, 0, 0, 255), 1: (255, 0, 0, 255), 4: (0, 255, 0, 255)})
        file.colorinterp = [ColorInterp.palette]
    classes = read(path).classes
    assert classes is not None
    assert [(entry.id, entry.color) for entry in classes] == [(1, (255, 0, 0)), (4, (0, 255, 0))]


@pytest.mark.parametrize("driver", ["PNG", "JPEG"])
def test_pictures_are_cubes_of_three_bands(tmp_path: Path, driver: str) -> None:
    path = tmp_path / "a.img"
    write(path, filled((16, 16, 3), "u1"), driver=driver)
    cube = read(path)
    assert cube.shape == (16, 16, 3)
    assert cube.wavelengths_nm is None


def test_overviews_are_used(tmp_path: Path) -> None:
    path = tmp_path / "a.tif"
    write(path, np.zeros((256, 256, 2), "f4"), tiled=True, blockxsize=64, blockysize=64)
    with rasterio.open(path, "r+") as file:
        file.build_overviews([4], Resampling.nearest)
    marked = path.read_bytes()
    cube = read(path)
    assert cube.band(0, step=4).shape == (64, 64)
    with rasterio.open(path, overview_level=0) as overview:
        assert overview.shape == (64, 64)
    values = np.ones((256, 256, 2), "f4")
    with rasterio.open(path, "r+") as file:
        file.write(np.moveaxis(values, 2, 0))  # the overview keeps the zeros
    cube = read(path)
    assert len(marked)
    assert cube.band(0, step=2).min() == 1
    assert cube.band(0, step=4).max() == 0


@pytest.mark.parametrize("interleave", ["band", "pixel"])
def test_uncompressed_values_are_mapped(tmp_path: Path, assert_reads: AssertReads, interleave: str) -> None:
    values = filled((30, 40, 6), "u2")
    write(
        tmp_path / "a.tif",
        values,
        interleave=interleave,
        crs="EPSG:32633",
        transform=Affine(1, 0, 2, 0, -1, 3),
    )
    write(tmp_path / "b.tif", values, interleave=interleave, compress="deflate")
    cube = read(tmp_path / "a.tif")
    assert isinstance(cube.source, MappedSource)
    assert cube.format == "GeoTIFF"
    assert_reads(cube, values)
    assert isinstance(read(tmp_path / "b.tif").source, GdalSource)


def test_many_threads_read_at_once(tmp_path: Path) -> None:
    path = tmp_path / "a.tif"
    values = filled((200, 200, 8), "u2")
    write(path, values, compress="deflate", tiled=True, blockxsize=32, blockysize=32)
    cube, failures = read(path), []

    def work(seed: int) -> None:
        rng = np.random.default_rng(seed)
        for row, col in rng.integers(0, 150, (40, 2)):
            window = Window(int(row), int(col), 50, 50)
            if not np.array_equal(cube.block(window), values[window.slices()]):
                failures.append(window)

    threads = [threading.Thread(target=work, args=(seed,)) for seed in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not failures


def test_parts_of_a_file_need_a_choice(tmp_path: Path) -> None:
    path = tmp_path / "a.nc"
    with netCDF4.Dataset(path, "w") as file:
        for name, size in (("y", 4), ("x", 5), ("band", 3)):
            file.createDimension(name, size)
        for name in ("one", "two"):
            file.createVariable(name, "u1", ("band", "y", "x"))[:] = 7
    with pytest.raises(ChoiceNeeded, match="--variable: one, two"):
        read(path)
    assert read(path, variable="two").shape == (4, 5, 3)
    with pytest.raises(CubeFileError, match="no image three; choose one, two"):
        read(path, variable="three")


def test_python_in_a_vrt_does_not_run(tmp_path: Path) -> None:
    write(tmp_path / "a.tif", filled((4, 5, 1)))
    code = f"import pathlib; pathlib.Path({str(tmp_path / 'ran')!r}).touch()"
    (tmp_path / "a.vrt").write_text(
        f"""<VRTDataset rasterXSize="5" rasterYSize="4"><VRTRasterBand dataType="Float32" band="1"
        subClass="VRTDerivedRasterBand"><PixelFunctionType>f</PixelFunctionType>
        <PixelFunctionLanguage>Python</PixelFunctionLanguage><PixelFunctionCode><![CDATA[{code}
def f(*args, **kwargs): pass
]]></PixelFunctionCode><SimpleSource><SourceFilename relativeToVRT="1">a.tif</SourceFilename></SimpleSource>
        </VRTRasterBand></VRTDataset>"""
    )
    with pytest.raises(CubeFileError):
        read(tmp_path / "a.vrt").block()
    assert not (tmp_path / "ran").exists()


def test_web_services_are_not_asked(tmp_path: Path) -> None:
    (tmp_path / "a.xml").write_text(
        "<GDAL_WMS><Service name='TMS'><ServerUrl>http://localhost:9/</ServerUrl></Service></GDAL_WMS>"
    )
    with pytest.raises(CubeFileError, match="no image format"):
        read(tmp_path / "a.xml")


def test_complex_values_are_refused(tmp_path: Path) -> None:
    write(tmp_path / "a.tif", filled((3, 3, 2), "c8"))
    with pytest.raises(CubeFileError, match="complex"):
        read(tmp_path / "a.tif")


@pytest.mark.parametrize(
    "content", [b"", b"text", b"II*\0", b"II*\0" + b"\xff" * 50, b"\x89PNG\r\n\x1a\n" + b"0" * 50]
)
def test_no_image(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "a.tif").write_bytes(content)
    with pytest.raises(CubeFileError):
        read(tmp_path / "a.tif").block()


def test_file_cut_short_after_opening(tmp_path: Path) -> None:
    path = tmp_path / "a.tif"
    write(path, filled((300, 300, 3)))
    cube = read(path)
    with path.open("r+b") as file:
        file.truncate(5000)
    with pytest.raises(CubeFileError):
        cube.block()


@given(data=st.data())
@settings(max_examples=80, deadline=None)
@pytest.mark.filterwarnings("ignore")
def test_any_change_of_bytes_ends_in_a_cube_or_our_error(
    tmp_path_factory: pytest.TempPathFactory, data: st.DataObject
) -> None:
    path = tmp_path_factory.mktemp("fuzz") / "a.tif"
    write(path, filled((8, 9, 3), "u2"), compress=data.draw(st.sampled_from([None, "lzw"])))
    content = bytearray(path.read_bytes())
    for _ in range(data.draw(st.integers(1, 4))):
        content[data.draw(st.integers(0, len(content) - 1))] = data.draw(st.integers(0, 255))
    if data.draw(st.booleans()):
        content = content[: data.draw(st.integers(0, len(content)))]
    path.write_bytes(content)
    try:
        cube = read(path)
        if cube.rows * cube.cols * cube.bands < 10_000_000:
            cube.block()
    except HsiError:
        pass


@pytest.mark.parametrize(
    ("descriptions", "expected"),
    [
        (["450.5", "550.5", "650.5", "750.5"], [450.5, 550.5, 650.5, 750.5]),
        (["0.4505 micrometers", "0.55 um", "0.65 um", "0.75 um"], [450.5, 550.0, 650.0, 750.0]),
        (["1", "2", "3", "4"], None),
        (["2001", "2002", "2003", "2004"], None),
        (["blue", "550.5", "650.5", "750.5"], None),
    ],
)
def test_descriptions_may_be_wavelengths(
    tmp_path: Path, descriptions: list[str], expected: list[float] | None
) -> None:
    write(tmp_path / "a.tif", filled((5, 6, 4)))
    with rasterio.open(tmp_path / "a.tif", "r+") as file:
        file.descriptions = descriptions
    found = read(tmp_path / "a.tif").wavelengths_nm
    assert (None if found is None else found.tolist()) == expected
