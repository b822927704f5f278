"""Readers and writers of cubes, spectral libraries and label rasters."""

from hsi_studio.io.options import OpenOptions
from hsi_studio.io.registry import open_cube

__all__ = ["OpenOptions", "open_cube"]
