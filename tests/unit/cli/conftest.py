"""Runs the real command line in this process."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import pytest

from hsi_studio.cli.app import run
from hsi_studio.core.cube import Cube
from hsi_studio.io.convert import convert


class Result(NamedTuple):
    """What a command left: exit status and what it printed."""

    status: int
    out: str
    err: str

    @property
    def json(self) -> dict[str, Any]:
        """The one JSON object on standard output."""
        value = json.loads(self.out)
        assert isinstance(value, dict)
        return value


@pytest.fixture
def cli(capsys: pytest.CaptureFixture[str]) -> Callable[..., Result]:
    """Run `hsi-studio` with arguments."""

    def call(*arguments: object) -> Result:
        with pytest.raises(SystemExit) as ended:
            run([str(argument) for argument in arguments])
        code = ended.value.code
        assert code is None or isinstance(code, int)
        captured = capsys.readouterr()
        assert "Traceback" not in captured.err
        return Result(code or 0, captured.out, captured.err)

    return call


@pytest.fixture
def scene(make_cube: Callable[..., Cube], tmp_path: Path) -> Path:
    """An ENVI cube 6 × 8 × 20 whose stored value is 1000·row + 100·col + band, scaled by 10."""
    row, col, band = np.ogrid[:6, :8, :20]
    cube = make_cube(
        (1000 * row + 100 * col + band).astype(np.uint16),
        wavelengths_nm=np.linspace(450.0, 925.0, 20),
        scale_factor=10.0,
        nodata=0.0,
        bad_bands=np.arange(20) == 7,
    )
    return convert(cube, tmp_path / "scene.hdr").files[1]
