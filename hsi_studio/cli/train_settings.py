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
    backbone: Path | None = None,
) -> Settings:
    """Return settings.

    Parameters
    ----------
    sizes : mapping
        ``patch``, ``components`` and ``score`` of a network, None where not given.
    added : tuple of bool
        What `Options` takes, in its order.
    backbone : Path, optional
        Model file of a network that joins the instant head.

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
    require_model_name(out)
    # A device that is asked for must be there, even where the method does not use one.
    computes = on_device(method) or backbone is not None or device is not None
    place = choose_device(device) if computes else "cpu"
    network = None if backbone is None else _network(method, backbone)
    return Settings(method, preset, Options(*added), seed, place, validation, network)


def require_model_name(path: Path) -> None:
    """Refuse a name of a model that does not end in .safetensors.

    Raises
    ------
    UsageError
        Saying so.
    """
    if path.suffix.lower() != ".safetensors":
        raise UsageError(f"{path.name} is no name of a model", "end it in .safetensors")


def _network(method: str, path: Path) -> bytes:
    from hsi_studio.ml.methods import on_device
    from hsi_studio.ml.model_file import load_classifier

    if method != "instant":
        raise UsageError(f"the method {method} takes no trained network", "leave out --backbone")
    model = load_classifier(path.expanduser())
    if not on_device(model.method):
        raise UsageError(
            f"{path.name} is a model of the method {model.method}, no network", "train one with s3fn"
        )
    return model.to_bytes()


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
