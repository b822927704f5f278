"""EMIT and PRISMA products, written as their user guides describe them."""

from pathlib import Path
from typing import Any

import h5py
import netCDF4
import numpy as np
import pytest

from hsi_studio.core.cube import Cube
from hsi_studio.core.progress import Progress
from hsi_studio.core.window import Window
from hsi_studio.errors import CubeFileError
from hsi_studio.io.options import OpenOptions
from hsi_studio.io.readers.hdf5 import Hdf5Reader

_SWATH = "HDFEOS/SWATHS/PRS_{}_HCO/Data Fields/"


def read(path: Path, **options: Any) -> Cube:
    return Hdf5Reader().open(path, OpenOptions(**options), Progress())


@pytest.fixture
def emit(tmp_path: Path) -> Path:
    path = tmp_path / "EMIT_L2A_RFL.nc"
    with netCDF4.Dataset(path, "w") as file:
        for name, size in (
            ("downtrack", 8),
            ("crosstrack", 9),
            ("bands", 6),
            ("ortho_y", 11),
            ("ortho_x", 12),
        ):
            file.createDimension(name, size)
        cube = file.createVariable(
            "reflectance", "f4", ("downtrack", "crosstrack", "bands"), fill_value=-9999.0, zlib=True
        )
        cube[:] = np.arange(8 * 9 * 6).reshape(8, 9, 6) / 1000
        cube[0, 0, :] = -9999
        sensor = file.createGroup("sensor_band_parameters")
        for name, values in {
            "wavelengths": np.linspace(381, 2493, 6),
            "fwhm": np.full(6, 8.5),
            "good_wavelengths": [1, 1, 0, 0, 1, 1],
        }.items():
            sensor.createVariable(name, "f4", ("bands",))[:] = values
        sensor["wavelengths"].units = "nm"
        location = file.createGroup("location")
        location.createVariable("glt_x", "i4", ("ortho_y", "ortho_x"))[:] = 0
        location.createVariable("lat", "f8", ("downtrack", "crosstrack"))[:] = 0
        file.geotransform = [10.0, 0.5, 0.0, 50.0, 0.0, -0.5]
        file.spatial_ref = 'GEOGCS["WGS 84"]'
    return path


def test_emit(emit: Path) -> None:
    cube = read(emit)
    assert (cube.format, cube.shape, cube.quantity) == ("EMIT NetCDF", (8, 9, 6), "reflectance")
    assert cube.wavelengths_nm is not None
    assert cube.wavelengths_nm[-1] == 2493
    np.testing.assert_array_equal(np.flatnonzero(cube.bad_bands), [2, 3])
    np.testing.assert_allclose(cube.fwhm_nm, 8.5)
    assert np.isnan(cube.physical(cube.spectrum(0, 0))).all()
    assert cube.georef is None
    assert cube.notes == ()


def test_orthorectified_emit_keeps_its_place(emit: Path) -> None:
    with h5py.File(emit, "a") as file:
        del file["location/glt_x"]
    georef = read(emit).georef
    assert georef is not None
    assert georef.to_map(2, 4) == (12.0, 49.0)


def write_prisma(path: Path, level: str) -> None:
    rng = np.random.default_rng(3)
    with h5py.File(path, "w") as file:
        for half, bands in (("VNIR", 5), ("SWIR", 4)):
            values = rng.integers(0, 65535, (6, bands, 7), dtype=np.uint16)
            file[_SWATH.format(level) + f"{half}_Cube"] = values
        attributes = {
            "List_Cw_Vnir": [900.0, 700.0, 500.0, 0.0, 0.0],
            "List_Cw_Swir": [2400.0, 1600.0, 1000.0, 0.0],
            "List_Fwhm_Vnir": [9.0, 9.0, 9.0, 0.0, 0.0],
            "List_Fwhm_Swir": [12.0, 12.0, 12.0, 0.0],
            "List_Cw_Vnir_Flags": [1, 1, 1, 0, 0],
            "L2ScaleVnirMin": 0.1, "L2ScaleVnirMax": 0.7, "L2ScaleSwirMin": 0.0, "L2ScaleSwirMax": 0.5,
            "Epsg_Code": 32632,
            "Product_ULcorner_easting": 1000.0, "Product_LRcorner_easting": 1180.0,
            "Product_ULcorner_northing": 9000.0, "Product_LRcorner_northing": 8850.0,
        }  # fmt: skip
        if level == "L1":
            attributes = {k: v for k, v in attributes.items() if not k.startswith(("L2", "Epsg", "Product"))}
            attributes |= {
                "ScaleFactor_Vnir": 100.0,
                "ScaleFactor_Swir": 100.0,
                "Offset_Vnir": 1.0,
                "Offset_Swir": 0.0,
            }
        file.attrs.update(attributes)


def test_prisma_joins_its_halves(tmp_path: Path) -> None:
    path = tmp_path / "PRS_L2D.he5"
    write_prisma(path, "L2D")
    cube = read(path)
    assert (cube.format, cube.shape, cube.quantity) == ("PRISMA HDF5", (6, 7, 6), "reflectance")
    np.testing.assert_array_equal(cube.wavelengths_nm, [500, 700, 900, 1000, 1600, 2400])
    np.testing.assert_array_equal(cube.fwhm_nm, [9, 9, 9, 12, 12, 12])
    with h5py.File(path) as file:
        vnir = file[_SWATH.format("L2D") + "VNIR_Cube"][:, 2, :] / 65535 * 0.6 + 0.1
        swir = file[_SWATH.format("L2D") + "SWIR_Cube"][:, 2, :] / 65535 * 0.5
    np.testing.assert_allclose(cube.band(0), vnir, rtol=1e-6)
    np.testing.assert_allclose(cube.band(3), swir, rtol=1e-6)
    mixed = cube.block(Window(1, 2, 3, 4), [3, 0], 2)
    np.testing.assert_array_equal(mixed, np.stack([cube.band(3), cube.band(0)], 2)[1:4, 2:6][::2, ::2])
    assert cube.georef is not None
    assert cube.georef.to_map(0.5, 0.5) == (1000, 9000)
    assert cube.georef.pixel_size == (30, 30)
    assert cube.georef.crs_name == "EPSG:32632"


def test_prisma_level_1_is_radiance(tmp_path: Path) -> None:
    path = tmp_path / "PRS_L1.he5"
    write_prisma(path, "L1")
    cube = read(path)
    with h5py.File(path) as file:
        stored = file[_SWATH.format("L1") + "VNIR_Cube"][0, 2, 0]
    assert cube.quantity == "radiance"
    assert cube.georef is None
    assert cube.spectrum(0, 0)[0] == pytest.approx(stored / 100 - 1, rel=1e-6)


def test_prisma_without_wavelengths_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "PRS_L2D.he5"
    write_prisma(path, "L2D")
    with h5py.File(path, "a") as file:
        del file.attrs["List_Cw_Swir"]
    with pytest.raises(CubeFileError, match="no wavelength for each Swir band"):
        read(path)
    assert read(path, variable="VNIR_Cube", band_axis=1).bands == 5
