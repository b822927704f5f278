"""A cube's properties in words, the same in the window and on the command line."""

from __future__ import annotations

from hsi_studio.core.cube import Cube


def summary(cube: Cube) -> str:
    """Return one line: size, type and range of wavelengths."""
    parts = [f"{cube.rows} × {cube.cols} × {cube.bands}", str(cube.dtype)]
    if cube.wavelengths_nm is not None:
        parts.append(f"{cube.wavelengths_nm.min():.0f}–{cube.wavelengths_nm.max():.0f} nm")
    return " · ".join(parts)


def facts(cube: Cube) -> tuple[tuple[str, str], ...]:
    """Return (what, value) for everything that the file told about itself; unknown things are left out."""
    bad = 0 if cube.bad_bands is None else int(cube.bad_bands.sum())
    georef = cube.georef
    rows = (
        ("File", str(cube.path or "")),
        ("Format", cube.format + (f", {cube.interleave}" if cube.interleave else "")),
        ("Size", f"{cube.rows} rows × {cube.cols} columns × {cube.bands} bands"),
        ("Values", _values(cube)),
        ("Wavelengths", _wavelengths(cube)),
        ("Bad bands", f"{bad} of {cube.bands}" if bad else ""),
        ("Scale factor", f"{cube.scale_factor:g}" if cube.scale_factor != 1 else ""),
        ("No-data value", "" if cube.nodata is None else f"{cube.nodata:g}"),
        ("Coordinates", "" if georef is None else georef.crs_name or "unnamed system"),
        ("Pixel size", "" if georef is None else " × ".join(f"{side:g}" for side in georef.pixel_size)),
        ("Classes", "" if cube.classes is None else ", ".join(entry.name for entry in cube.classes)),
        ("Band axis", "" if cube.band_axis is None else f"{AXES[cube.band_axis]} (inferred)"),
        ("Fingerprint", cube.fingerprint),
        *(("Note", note) for note in cube.notes),
    )
    return tuple((what, value) for what, value in rows if value)


AXES = ("first", "middle", "last")


def _values(cube: Cube) -> str:
    if cube.quantity == "value":
        return f"{cube.dtype}; the file does not say what they measure"
    return f"{'class ids' if cube.quantity == 'class' else cube.quantity}, stored as {cube.dtype}"


def _wavelengths(cube: Cube) -> str:
    if cube.wavelengths_nm is None:
        return "unknown"
    text = f"{cube.wavelengths_nm.min():.1f} to {cube.wavelengths_nm.max():.1f} nm"
    if cube.fwhm_nm is None:
        return text
    return f"{text}, {float(cube.fwhm_nm.mean()):.1f} nm wide on average"
