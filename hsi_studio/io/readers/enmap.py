"""EnMAP products: the XML file beside the image tells the bands."""

from __future__ import annotations

from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import numpy as np

from hsi_studio.core.source import CubeSource
from hsi_studio.core.wavelengths import parse_numbers, spectral_axis
from hsi_studio.io.arrays.scaling import scaled
from hsi_studio.io.guard import damaged

_IMAGE = "-SPECTRAL_IMAGE"
_METADATA = "-METADATA.XML"


def metadata_beside(path: Path) -> Path | None:
    """Return the METADATA.XML of an EnMAP image ``…-SPECTRAL_IMAGE[_COG].TIF``, or None."""
    stem, found, _ = path.stem.upper().partition(_IMAGE)
    if not found:
        return None
    wanted = f"{stem}{_METADATA}"
    return next((file for file in sorted(path.parent.iterdir()) if file.name.upper() == wanted), None)


def enmap_fields(source: CubeSource, metadata: Path, nodata: float | None) -> dict[str, Any]:
    """Return the fields of `Cube` that the XML tells: centres and widths in nm, gains and offsets.

    Nothing is returned when its bands are not those of the image.

    Raises
    ------
    CubeFileError
        When the XML is damaged.
    """
    with damaged(metadata):
        root = ElementTree.parse(metadata).getroot()
    bands = root.findall(".//bandCharacterisation/bandID")
    if len(bands) != source.shape[2]:
        return {}
    centres, widths, gains, offsets = (
        parse_numbers([band.findtext(name) for band in bands])
        for name in ("wavelengthCenterOfBand", "FWHMOfBand", "GainOfBand", "OffsetOfBand")
    )
    axis = spectral_axis(centres, len(bands), "nm", widths)
    return {
        "format": "EnMAP GeoTIFF",
        "wavelengths_nm": axis.wavelengths_nm,
        "fwhm_nm": axis.fwhm_nm,
        "quantity": "reflectance" if "L2A" in metadata.name.upper() else "radiance",
        "notes": axis.notes,
        **scaled(source, gains, np.nan_to_num(offsets), nodata),
    }
