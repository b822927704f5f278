"""The settings of a training run from the options of `train`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from hsi_studio.errors import UsageError

if TYPE_CHECKING:
    from hsi_studio.ml.presets import Preset, Settings


def train_settings(
    *,
    method: str,
    out: Path,
    sizes: Mapping[str, Any],
    added: tuple[bool, bool, bool, bool],
    seed: int,
    device: str | None,
    validation: float | None,
) -> Settings:
    """Return settings.

    Parameters
    ----------
    sizes : mapping
        ``patch``, ``components`` and ``score`` of a network, None where not given.
    added : tuple of bool
        What `Options` takes, in its order.

    Raises
    ------
    UsageError
        When the method is unknown or has no such sizes, the model's name is wrong, or the device absent.
    """
    from hsi_studio.ml.devices import choose_device
    from hsi_studio.ml.methods import method as chosen
    from hsi_studio.ml.methods import on_device
    from hsi_studio.ml.presets import Options, Settings

    preset = _adjusted(method, chosen(method).preset, sizes)
    if out.suffix.lower() != ".safetensors":
        raise UsageError(f"{out.name} is no name of a model", "end it in .safetensors")
    # A device that is asked for must be there, even where the method does not use one.
    place = choose_device(device) if on_device(method) or device is not None else "cpu"
    return Settings(method, preset, Options(*added), seed, place, validation)


def _adjusted(method: str, preset: Preset | None, sizes: Mapping[str, Any]) -> Preset:
    from hsi_studio.ml.presets import FAST

    changed: dict[str, Any] = {key: value for key, value in sizes.items() if value is not None}
    if preset is None:
        if changed:
            raise UsageError(f"the method {method} has no {next(iter(changed))} to choose", "leave it out")
        return FAST
    if "components" in changed:
        changed["variance"] = None
    return replace(preset, **changed)
