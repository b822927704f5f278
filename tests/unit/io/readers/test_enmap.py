"""EnMAP products: an image with METADATA.XML beside it."""

from pathlib import Path

import numpy as np
import pytest
import rasterio

from hsi_studio.core.progress import Progress
from hsi_studio.errors import CubeFileError
from hsi_studio.io.options import OpenOptions
from hsi_studio.io.readers.gdal import GdalReader

pytestmark = pytest.mark.filterwarnings("ignore::rasterio.errors.NotGeoreferencedWarning")

_NAME = "ENMAP01-____{}-DT0000001867_20220724T104526Z_008"


def product(folder: Path, level: str, gains: list[float], offsets: list[float]) -> Path:
    image = folder / f"{_NAME.format(level)}-SPECTRAL_IMAGE.TIF"
    options = {
        "driver": "GTiff",
        "height": 4,
        "width": 5,
        "count": len(gains),
        "dtype": "int16",
        "nodata": -32768,
    }
    with rasterio.open(image, "w", **options) as file:
        file.write(np.full((len(gains), 4, 5), 1000, "i2"))
    band = (
        "<bandID><wavelengthCenterOfBand>{}</wavelengthCenterOfBand><FWHMOfBand>7</FWHMOfBand>"
        "<GainOfBand>{}</GainOfBand><OffsetOfBand>{}</OffsetOfBand></bandID>"
    )
    centres = range(400, 400 + 10 * len(gains), 10)
    bands = "".join(band.format(*values) for values in zip(centres, gains, offsets, strict=True))
    xml = f"<level_X><specific><bandCharacterisation>{bands}</bandCharacterisation></specific></level_X>"
    (folder / f"{_NAME.format(level)}-METADATA.XML").write_text(xml)
    return image


def test_one_gain_is_the_scale_factor(tmp_path: Path) -> None:
    image = product(tmp_path, "L2A", [0.0001] * 3, [0] * 3)
    cube = GdalReader().open(image, OpenOptions(), Progress())
    assert (cube.format, cube.quantity, cube.scale_factor, cube.nodata) == (
        "EnMAP GeoTIFF",
        "reflectance",
        10_000,
        -32768,
    )
    np.testing.assert_array_equal(cube.wavelengths_nm, [400, 410, 420])
    np.testing.assert_array_equal(cube.fwhm_nm, [7, 7, 7])


def test_gains_and_offsets_of_their_own(tmp_path: Path) -> None:
    image = product(tmp_path, "L1C", [0.01, 0.02, 0.03], [-1, 0, 2])
    cube = GdalReader().open(image, OpenOptions(), Progress())
    assert cube.quantity == "radiance"
    np.testing.assert_allclose(cube.spectrum(1, 1), [9, 20, 32], rtol=1e-6)


def test_other_bands_are_not_taken_and_damage_is_told(tmp_path: Path) -> None:
    image = product(tmp_path, "L2A", [0.0001] * 3, [0] * 3)
    metadata = next(tmp_path.glob("*METADATA.XML"))
    metadata.write_text(
        metadata.read_text().replace("</bandCharacterisation>", "<bandID/></bandCharacterisation>")
    )
    assert GdalReader().open(image, OpenOptions(), Progress()).wavelengths_nm is None
    metadata.write_text("<level_X>")
    with pytest.raises(CubeFileError, match=r"METADATA\.XML is damaged"):
        GdalReader().open(image, OpenOptions(), Progress())
