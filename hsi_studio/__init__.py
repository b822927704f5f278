"""hsi_studio: look into hyperspectral cubes, describe classes in words, watch the map follow."""

__version__ = "0.1.0"
