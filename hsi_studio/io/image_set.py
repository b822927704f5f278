"""Folders of images that are classified as wholes: one folder per class, a CSV list, or DeepHS-Fruit."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from hsi_studio.errors import CubeFileError, UsageError
from hsi_studio.io.csv_table import read_csv
from hsi_studio.io.deephs_fruit import FruitChoice, annotation_files, read_fruit
from hsi_studio.io.image_entry import ImageEntry
from hsi_studio.io.readers.capture import CaptureReader
from hsi_studio.io.readers.envi_files import DATA_SUFFIXES, header_of, is_header_name
from hsi_studio.io.readers.zarr_store import is_store
from hsi_studio.io.registry import readers

_FRUIT = "DeepHS-Fruit annotations"
_COLUMNS = ("file", "class", "split", "object")
_PICTURES = {".png", ".jpg", ".jpeg", ".bmp"}


@dataclass(frozen=True)
class ImageSet:
    """Images with what is known of each, in the order of their files.

    Parameters
    ----------
    entries : tuple of ImageEntry
    layout : str
        In words, how they were found.
    """

    entries: tuple[ImageEntry, ...]
    layout: str

    @property
    def remedy(self) -> str:
        """What to do where its classes are too few."""
        if self.layout == _FRUIT:
            return "choose another --target, --fruit or --camera"
        return "put the images of each class into a folder of its own, or list them with their classes"

    @property
    def class_names(self) -> tuple[str, ...]:
        """The classes, in alphabetical order."""
        return tuple(sorted({entry.class_name for entry in self.entries if entry.class_name is not None}))


def is_image_set(path: Path) -> bool:
    """Tell cheaply whether a path is a set of images, and no cube: a folder with one capture is a cube."""
    if not path.is_dir():
        return path.is_file() and path.suffix.lower() in (".csv", ".json")
    if _is_image_folder(path):
        return False
    return len(_images(path)) != 1 or any(path.glob("*.csv")) or not CaptureReader().recognises(path)


def read_image_set(path: Path, choice: FruitChoice | None = None) -> ImageSet:
    """Find the images of a set.

    Parameters
    ----------
    path : Path
        A folder of DeepHS-Fruit with its ``annotations``; a CSV file with the columns ``file`` (relative to
        it) and perhaps ``class``, ``split`` (train, val or test) and ``object`` (images of one thing, which
        must not be divided), or a folder with one such file; a folder with one folder of images per class;
        or a folder of images whose class is unknown.
    choice : FruitChoice, optional
        For DeepHS-Fruit.

    Raises
    ------
    CubeFileError, UsageError
        When nothing of the kind is there.
    """
    if not path.exists():
        raise CubeFileError(f"{path} does not exist", "check the path")
    annotations = annotation_files(path)
    if annotations:
        entries = read_fruit(annotations, choice or FruitChoice())
        return ImageSet(tuple(entries), _FRUIT)
    lists = [path] if path.suffix.lower() == ".csv" else sorted(path.glob("*.csv")) if path.is_dir() else []
    if len(lists) == 1:
        return ImageSet(tuple(_listed(lists[0])), f"the list {lists[0].name}")
    return _by_folder(path)


def _listed(file: Path) -> list[ImageEntry]:
    heads, lines = read_csv(file)
    if "file" not in heads:
        raise CubeFileError(f"{file.name} has no column called file", "name its columns file,class,split")
    entries = [_listed_image(file, number, line) for number, line in lines]
    if not entries:
        raise CubeFileError(f"{file.name} lists no images", "write one per line below the headings")
    return entries


def _listed_image(file: Path, number: int, line: dict[str, str]) -> ImageEntry:
    row = {key: line.get(key, "").strip() for key in _COLUMNS}
    name, split = row["file"], row["split"] or None
    if not name:
        raise CubeFileError(f"{file.name} names no file in line {number}", "correct the list")
    image = file.parent / name
    if not image.exists():
        raise CubeFileError(f"{file.name} lists {name}, which does not exist", "correct the list")
    if split not in (None, "train", "val", "test"):
        raise CubeFileError(f"{file.name} has the split {split!r}", "use train, val and test")
    return ImageEntry(image, name, row["class"] or None, row["object"] or name, split)


def _by_folder(path: Path) -> ImageSet:
    if not path.is_dir():
        raise UsageError(
            f"{path.name} is one file, no set of images", "name its folder, or map one image with predict"
        )
    own = _images(path)
    if own:
        unknown = (ImageEntry(image, image.name, None, image.name) for image in own)
        return ImageSet(tuple(unknown), "a folder of images")
    entries = [
        ImageEntry(image, f"{folder.name}/{image.name}", folder.name, f"{folder.name}/{image.name}")
        for folder in sorted(one for one in path.iterdir() if one.is_dir() and not one.name.startswith("."))
        for image in _images(folder)
    ]
    if not entries:
        raise UsageError(
            f"{path.name} holds no images",
            "put the images of each class into a folder of its own, or list them in a CSV file",
        )
    return ImageSet(tuple(entries), "a folder per class")


def _images(folder: Path) -> list[Path]:
    """Return what looks like an image in a folder; of an ENVI pair its header."""
    suffixes = {suffix for reader in readers() for suffix in reader.suffixes} - _PICTURES
    return [
        path
        for path in sorted(folder.iterdir())
        if not path.name.startswith(".")
        and ((path.suffix.lower() in suffixes and _stands_alone(path)) or _is_image_folder(path))
    ]


def _stands_alone(path: Path) -> bool:
    """Tell whether a file is no half of a pair that its other half stands for."""
    if is_header_name(path):
        described = path.with_suffix("")
        return not described.is_file() or described.suffix.lower() in ("", *DATA_SUFFIXES)
    return path.is_file() and not (path.suffix.lower() in DATA_SUFFIXES and header_of(path) is not None)


def _is_image_folder(path: Path) -> bool:
    """Tell whether a folder is one image: a Zarr store, or a capture with its folder of that name."""
    return is_store(path) or (path / "capture").is_dir()
