"""COCO JSON: one annotation of run lengths per class."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hsi_studio.core.classes import ClassEntry, ClassRaster, ClassTable
from hsi_studio.core.grid import Grid
from hsi_studio.core.labels import MOST_ID, Ids
from hsi_studio.core.palette import default_colors
from hsi_studio.core.progress import Progress
from hsi_studio.errors import Choice, ChoiceNeeded, CubeFileError
from hsi_studio.io.atomic import atomic_output
from hsi_studio.io.guard import damaged, shown
from hsi_studio.io.label_io import rle
from hsi_studio.io.label_io.scene import LabelledScene
from hsi_studio.io.options import OpenOptions

_MOST_BYTES = 256_000_000


def write(path: Path, scene: LabelledScene, progress: Progress) -> tuple[Path, ...]:
    """Write one image and, per class with labels, one annotation of all its pixels as compressed run lengths.

    It is marked ``iscrowd``, COCO's word for an area that need not be one object.
    """
    content = {
        "images": [
            {"id": 1, "file_name": scene.grid.name, "height": scene.grid.rows, "width": scene.grid.cols}
        ],
        "categories": [
            {"id": e.id, "name": e.name, "supercategory": "", "color": list(e.color)} for e in scene.classes
        ],
        "annotations": _annotations(scene, progress),
    }
    with atomic_output(path) as temporary, temporary.open("w", encoding="utf-8") as file:
        json.dump(content, file, ensure_ascii=False)
    return (path,)


def _annotations(scene: LabelledScene, progress: Progress) -> list[dict[str, Any]]:
    rows, cols, ids = scene.pixels()
    shape = scene.grid.rows, scene.grid.cols
    made: list[dict[str, Any]] = []
    for id in np.unique(ids).tolist():
        progress.update(None, "writing")
        inside = ids == id
        r, c = rows[inside], cols[inside]
        box = [int(c.min()), int(r.min()), int(np.ptp(c)) + 1, int(np.ptp(r)) + 1]
        runs = {"size": list(shape), "counts": rle.to_text(rle.lengths_of(r, c, shape))}
        numbers = {"id": len(made) + 1, "image_id": 1, "category_id": id, "iscrowd": 1, "area": len(r)}
        made.append(numbers | {"bbox": box, "segmentation": runs})
    return made


def read(path: Path, grid: Grid, options: OpenOptions, progress: Progress) -> ClassRaster:
    """Read the annotations of one image: run lengths in either form, and polygons; later ones lie on top.

    Raises
    ------
    CubeFileError
        When the file is no COCO JSON or its image has another size; `ChoiceNeeded` when it has several images
        and none has the name of the grid.
    """
    content = _load(path)
    with damaged(path):
        image = _image(path, content, grid, options.variable)
        shape = int(image["height"]), int(image["width"])
        classes = _classes(content["categories"])
        mine = [one for one in content["annotations"] if one["image_id"] == image["id"]]
    if shape != (grid.rows, grid.cols):
        raise CubeFileError(
            f"{path.name} has labels of {shown(shape[0])} × {shown(shape[1])} pixels "
            f"but {grid.name} has {grid.rows} × {grid.cols}",
            "choose the labels that belong to this cube",
        )
    ids = np.zeros(shape, np.uint16)
    for done, annotation in enumerate(mine):
        progress.update(done / len(mine), "reading")
        with damaged(path):
            _paint(ids, annotation, classes)
    return ClassRaster(path.name, ids, classes)


def _load(path: Path) -> Mapping[str, Any]:
    if path.stat().st_size > _MOST_BYTES:
        raise CubeFileError(f"{path.name} is too large for labels of one image", "split it by image")
    with damaged(path):
        content = json.loads(path.read_text(encoding="utf-8"))
    keys = ("images", "annotations", "categories")
    if not isinstance(content, dict) or not all(isinstance(content.get(key), list) for key in keys):
        raise CubeFileError(f"{path.name} is no COCO file", f"it needs the lists {', '.join(keys)}")
    return content


def _image(path: Path, content: Mapping[str, Any], grid: Grid, wanted: str | None) -> Mapping[str, Any]:
    images: Sequence[Mapping[str, Any]] = content["images"]
    stem = Path(grid.name).stem
    for match in (lambda n: n == wanted, lambda n: wanted is None and Path(n).stem == stem):
        named = [image for image in images if match(str(image.get("file_name", "")))]
        if len(named) == 1:
            return named[0]
    if len(images) == 1 and wanted is None:
        return images[0]
    names = [str(image.get("file_name", "")) for image in images]
    choices = [Choice(name, name) for name in names]
    raise ChoiceNeeded(f"{path.name} has labels of {len(names)} images", "variable", choices)


def _classes(categories: Sequence[Mapping[str, Any]]) -> ClassTable:
    entries, defaults = [], default_colors(len(categories))
    for place, one in enumerate(categories):
        id = int(one["id"])
        if not 1 <= id <= MOST_ID:
            raise ValueError(f"a category has the id {id}; ids go from 1 to {MOST_ID}")
        color = one.get("color")
        known = isinstance(color, list) and len(color) == 3 and all(0 <= int(part) <= 255 for part in color)
        shade = tuple(map(int, color)) if known and color else defaults[place]
        entries.append(ClassEntry(id, str(one["name"]), shade))  # type: ignore[arg-type]
    return ClassTable(tuple(entries))


def _paint(ids: Ids, annotation: Mapping[str, Any], classes: ClassTable) -> None:
    try:
        id = classes[int(annotation["category_id"])].id
    except KeyError as error:
        raise ValueError(f"no category has the id {annotation['category_id']}") from error
    segmentation = annotation["segmentation"]
    if isinstance(segmentation, dict):
        ids[_inside(segmentation, (ids.shape[0], ids.shape[1]))] = id
    elif segmentation:
        _paint_polygons(ids, segmentation, id)


def _inside(runs: Mapping[str, Any], shape: tuple[int, int]) -> NDArray[np.bool_]:
    if tuple(runs["size"]) != shape:
        raise ValueError(f"run lengths of an image of {runs['size']} pixels")
    counts = runs["counts"]
    return rle.pixels_of(rle.from_text(counts) if isinstance(counts, str) else counts, shape)


def _paint_polygons(ids: Ids, polygons: Sequence[Sequence[float]], id: int) -> None:
    from rasterio.features import rasterize

    rings = [[*zip(one[::2], one[1::2], strict=True)] for one in polygons]
    shapes = [{"type": "Polygon", "coordinates": [[*ring, ring[0]]]} for ring in rings]
    rasterize(shapes, out=ids, default_value=id)
