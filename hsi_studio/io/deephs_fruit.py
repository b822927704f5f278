"""DeepHS-Fruit (Varga, Makowski and Zell, IJCNN 2021, arXiv:2104.09808): ripening fruit, annotated in JSON.

A folder ``annotations`` holds files such as ``train_only_labeled_v2.json``, ``train_all_v2.json``,
``val_v2.json`` and ``test_v2.json``, each one object::

    {"info": {"createdAt": …},
     "cameras": [{"id": "VIS", "name": …, "wavelengths": [nm, …]}, …],
     "days": [{"id": "day_01", "date": …}, …],
     "records": [{"id": 0, "fruit": "Avocado", "side": "front", "day": "day_03", "camera_type": "VIS",
                  "files": {"header_file": "Avocado/VIS/day_03/avocado_day_03_13_front.hdr",
                            "data_file": "….bin"}}, …],
     "annotations": [{"id": 0, "record_id": 0, "init_weight": g, "end_weight": g, "storage_days": n,
                      "firmness": g/cm², "sugar_content": °Brix (sweet fruit only), "comment": …,
                      "ripeness_state": "unripe" | "perfect" | "overripe",
                      "ripeness_state_fine": "unripe" | "ripe" | "perfect" | "near_overripe" | "overripe"},
                     …]}

Record numbers count within one file. The images are ENVI files without wavelengths; those stand with the
camera. Front and back of a fruit, on any day, are images of one object.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from hsi_studio.errors import CubeFileError, UsageError
from hsi_studio.io.guard import shown
from hsi_studio.io.image_entry import ImageEntry

_MOST_BYTES = 200_000_000
# What a file of another form leads to; JSON can nest deeper than Python, and tell numbers larger than floats.
_MALFORMED = (KeyError, TypeError, ValueError, AttributeError, OverflowError, RecursionError)
_KEYS = ("fruit", "camera_type")
_FILE = re.compile(r"(?P<split>train|val|test)\w*?(?:_v(?P<version>\d+))?\.json", re.IGNORECASE)
# avocado_day_03_13_front: the number of the fruit, which is the same on every day of one series.
_NAME = re.compile(r"(?P<series>day_(?:m\d+_)?)\d+(?P<later>(?:_m\d+)?)_(?P<number>\d+)_(?:front|back)$")


@dataclass(frozen=True)
class FruitChoice:
    """Which images of DeepHS-Fruit, and what their class is.

    Parameters
    ----------
    fruit, camera : str, optional
        Such as ``Avocado`` and ``VIS``; needed where there are several.
    target : str
        Key of an annotation.
    """

    fruit: str | None = None
    camera: str | None = None
    target: str = "ripeness_state"


def annotation_files(path: Path) -> list[Path]:
    """Return the annotation files of a folder, or of one file; of several versions the newest."""
    if path.suffix.lower() == ".json":
        return [path]
    folder = path if path.name == "annotations" else path / "annotations"
    found = {file: match for file in sorted(folder.glob("*.json")) if (match := _FILE.fullmatch(file.name))}
    newest = max((int(match["version"] or 1) for match in found.values()), default=1)
    return [file for file, match in found.items() if int(match["version"] or 1) == newest]


def read_fruit(files: Sequence[Path], choice: FruitChoice) -> list[ImageEntry]:
    """Return the images of a fruit and a camera; those without an annotation have no class.

    Raises
    ------
    CubeFileError
        When a file is damaged.
    UsageError
        When fruit or camera must be chosen, or nothing fits the choice.
    """
    records: dict[Path, tuple[dict[str, Any], ImageEntry]] = {}
    for file in files:
        try:
            for record, entry in _entries(file, choice.target):
                known = records.get(entry.path)
                if known is None or known[1].class_name is None:
                    records[entry.path] = record, entry
        except _MALFORMED as error:
            reason = shown(f"{type(error).__name__}: {error}")
            raise CubeFileError(
                f"{file.name} is no annotation file of DeepHS-Fruit ({reason})",
                "check the path or copy it again",
            ) from error
    for key, wanted, option in zip(
        _KEYS, (choice.fruit, choice.camera), ("--fruit", "--camera"), strict=True
    ):
        records = _chosen(records, key, wanted, option)
    return [entry for _, entry in sorted(records.values(), key=lambda pair: pair[1].path)]


def _chosen(
    records: dict[Path, tuple[dict[str, Any], ImageEntry]], key: str, wanted: str | None, option: str
) -> dict[Path, tuple[dict[str, Any], ImageEntry]]:
    values = sorted({record[key] for record, _ in records.values()})
    if wanted is None and len(values) == 1:
        return records
    fits = [value for value in values if wanted is not None and value.lower() == wanted.lower()]
    if not fits:
        told = "holds several" if wanted is None else f"has no {wanted}"
        raise UsageError(f"The set {told}: {', '.join(values)}", f"choose one with {option}")
    return {path: pair for path, pair in records.items() if pair[0][key] == fits[0]}


def _entries(file: Path, target: str) -> Iterator[tuple[dict[str, Any], ImageEntry]]:
    if file.stat().st_size > _MOST_BYTES:
        raise CubeFileError(f"{file.name} is too large for annotations", "check the path")
    content = json.loads(file.read_text(encoding="utf-8"))
    wavelengths = {camera["id"]: tuple(map(float, camera["wavelengths"])) for camera in content["cameras"]}
    classes = {one["record_id"]: one.get(target) for one in content["annotations"]}
    _require_target(content["annotations"], target, file)
    match = _FILE.fullmatch(file.name)
    root = file.parent.parent if file.parent.name == "annotations" else file.parent
    for record in content["records"]:
        if not all(isinstance(record[key], str) for key in _KEYS):
            raise TypeError(f"{' and '.join(_KEYS)} are texts")
        value = classes.get(record["id"])
        yield (
            record,
            ImageEntry(
                root / record["files"]["header_file"],
                record["files"]["header_file"],
                None if value is None else str(value),
                _object(record),
                match["split"].lower() if match else None,
                wavelengths.get(record["camera_type"], ()),
            ),
        )


def _require_target(annotations: Sequence[dict[str, Any]], target: str, file: Path) -> None:
    known = {key: None for one in annotations for key in one if key not in ("id", "record_id")}
    if annotations and target not in known:
        raise UsageError(
            f"the annotations of {file.name} have no {target}", f"choose --target from {', '.join(known)}"
        )


def _object(record: dict[str, Any]) -> str:
    """Return the fruit that a record shows: kind, series and number, whatever the day and the side."""
    stem = Path(record["files"]["header_file"]).stem
    match = _NAME.search(stem)
    if match is None:
        return stem
    return f"{record['fruit']} {match['series']}{match['later']} {match['number']}"
