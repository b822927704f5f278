"""Images of fruit-like objects made from measured spectra: generated, for tests and benchmarks only.

No public set of labelled close-range images comes with the program. What is generated here has
the difficulties of such images (shading, highlights, spread within a class, noise, a background), not their
looks.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from hsi_studio.core.cube import Cube
from hsi_studio.core.source import ArraySource

_AMBIENT = 0.25
_SHINE = 30
_TILT = 0.08
_UP = np.array([0.0, 0.0, 1.0])


@dataclass(frozen=True)
class ObjectLook:
    """How objects look.

    Parameters
    ----------
    side : int
        Rows and columns of an image.
    spread : float
        Largest share of another class's spectrum that is mixed into an object.
    texture : float
        The same within an object, from place to place.
    highlight : float
        Brightness of the mirrored lamp, as a reflectance.
    noise : float
        Standard deviation of a value, as a reflectance.
    """

    side: int = 40
    spread: float = 0.5
    texture: float = 0.2
    highlight: float = 0.6
    noise: float = 0.03


@dataclass(frozen=True, eq=False)
class SyntheticObject:
    """A generated image, its object (rows, cols) and the position of its class."""

    cube: Cube
    inside: NDArray[np.bool_]
    position: int


def synthetic_object(
    spectra: NDArray[np.floating],
    wavelengths_nm: NDArray[np.float64] | None,
    position: int,
    random: np.random.Generator,
    look: ObjectLook | None = None,
) -> SyntheticObject:
    """Generate one image of an object of a class.

    An ellipsoid lit from a random side: Lambert's cosine law with ambient light, and a highlight of the
    lamp's own spectrum. Its spectrum is that of its class mixed with others', tilted along the wavelengths.

    Parameters
    ----------
    spectra : ndarray (classes + 1, bands)
        Reflectance of each class, and of the background.
    position : int
        The class.
    random : numpy.random.Generator
    look : ObjectLook, optional
    """
    look = ObjectLook() if look is None else look
    *own, background = spectra.astype(np.float64)
    normals, inside = _ellipsoid(look.side, random)
    mixed = _mixture(np.array(own), position, inside.shape, random, look)
    lamp = _unit(np.array([*random.normal(0, 0.5, 2), 1.2]))
    cosine = np.clip(normals @ lamp, 0, 1)
    # Blinn's highlight: brightest where the normal halves the angle between lamp and camera.
    mirrored = look.highlight * np.clip(normals @ _unit(lamp + _UP), 0, 1) ** _SHINE
    lit = mixed * (_AMBIENT + (1 - _AMBIENT) * cosine)[..., None] + mirrored[..., None]
    values = np.where(inside[..., None], lit, background * random.uniform(0.8, 1.2))
    values += random.normal(0, look.noise, values.shape)
    cube = Cube(
        ArraySource(np.clip(values, 1e-4, None).astype(np.float32)),
        f"synthetic {position}",
        format="generated",
        wavelengths_nm=wavelengths_nm,
        quantity="reflectance",
    )
    return SyntheticObject(cube, inside, position)


def _ellipsoid(side: int, random: np.random.Generator) -> tuple[NDArray[np.float64], NDArray[np.bool_]]:
    """Return normals (rows, cols, 3) of an ellipsoid seen from above, and where it is."""
    across, along = side * random.uniform(0.25, 0.4, 2)
    middle = side / 2 + random.uniform(-0.08, 0.08, 2) * side
    turn = random.uniform(0, np.pi)
    row, col = np.mgrid[:side, :side] - middle[:, None, None]
    x = (np.cos(turn) * col + np.sin(turn) * row) / across
    y = (np.cos(turn) * row - np.sin(turn) * col) / along
    height = np.sqrt(np.clip(1 - x**2 - y**2, 0, None))
    return np.stack((x, y, height), axis=2), x**2 + y**2 < 1


def _mixture(
    spectra: NDArray[np.float64],
    position: int,
    shape: tuple[int, ...],
    random: np.random.Generator,
    look: ObjectLook,
) -> NDArray[np.float64]:
    """Return reflectance (rows, cols, bands) of an object without light and shade."""
    from scipy.ndimage import gaussian_filter

    others = random.dirichlet(np.ones(len(spectra)))
    field = gaussian_filter(random.normal(size=shape), shape[0] / 10)
    field *= look.texture / max(field.std(), 1e-9) / 2
    share = np.clip(random.uniform(0, look.spread) + field, 0, 0.95)[..., None]
    tilt = 1 + _TILT * random.normal() * np.linspace(-1, 1, spectra.shape[1])
    mixed: NDArray[np.float64] = (spectra[position] * (1 - share) + (others @ spectra) * share) * tilt
    return mixed


def _unit(vector: NDArray[np.float64]) -> NDArray[np.float64]:
    return vector / np.linalg.norm(vector)
