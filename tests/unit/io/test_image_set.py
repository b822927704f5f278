"""Layouts of image sets: folders, lists, and the annotations of DeepHS-Fruit as they are published."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from hsi_studio.core.cube import Cube
from hsi_studio.errors import CubeFileError, UsageError
from hsi_studio.io.convert import convert
from hsi_studio.io.deephs_fruit import FruitChoice
from hsi_studio.io.image_set import is_image_set, read_image_set


def write(make_cube: Callable[..., Cube], path: Path) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    convert(make_cube(np.ones((3, 4, 5), np.float32)), path)
    return path


def record(number: int, name: str, camera: str = "VIS", fruit: str = "Avocado") -> dict[str, Any]:
    stem = f"{fruit}/{camera}/{name.rsplit('_', 2)[0].split('_', 1)[1]}/{name}"
    return {
        "id": number, "fruit": fruit, "side": name.rsplit("_", 1)[1], "day": "day_03", "camera_type": camera,
        "files": {"header_file": f"{stem}.hdr", "data_file": f"{stem}.bin"},
    }  # fmt: skip


def annotation(number: int, record_id: int, state: str, fine: str) -> dict[str, Any]:
    return {
        "id": number, "record_id": record_id, "init_weight": 220, "end_weight": None, "storage_days": 1,
        "firmness": 800, "comment": None, "ripeness_state": state, "ripeness_state_fine": fine,
    }  # fmt: skip


def write_annotations(folder: Path, name: str, records: list[Any], annotations: list[Any]) -> None:
    cameras = [
        {"id": "VIS", "name": "Specim FX10", "wavelengths": [400.0, 500.0, 600.0]},
        {"id": "NIR", "name": "INNOSPEC RedEye", "wavelengths": [920.0, 1000.0]},
    ]
    content = {"info": {"createdAt": "2022-09-14"}, "cameras": cameras, "days": [], "records": records}
    (folder / "annotations").mkdir(exist_ok=True)
    text = json.dumps(content | {"annotations": annotations})
    (folder / "annotations" / name).write_text(text, encoding="utf-8")


@pytest.fixture
def fruit(tmp_path: Path) -> Path:
    """Annotations in the form of the published ones: numbers count anew in each file."""
    a, b = record(0, "avocado_day_03_13_front"), record(1, "avocado_day_03_13_back")
    c = record(2, "avocado_day_04_16_back", camera="NIR")
    unripe = [annotation(number, number, "unripe", "unripe") for number in (0, 1)]
    write_annotations(tmp_path, "train_only_labeled_v2.json", [a, b], unripe)
    unlabelled = record(3, "avocado_day_02_13_front")
    overripe = annotation(2, 2, "overripe", "near_overripe")
    write_annotations(tmp_path, "train_all_v2.json", [a, b, c, unlabelled], [*unripe, overripe])
    d = record(0, "avocado_day_m2_05_02_front")
    write_annotations(tmp_path, "test_v2.json", [d], [annotation(0, 0, "overripe", "near_overripe")])
    write_annotations(tmp_path, "test.json", [a], [annotation(0, 0, "perfect", "ripe")])
    return tmp_path


def test_deephs_fruit_is_read_as_published(fruit: Path) -> None:
    found = read_image_set(fruit, FruitChoice("avocado", "vis"))
    assert found.layout == "DeepHS-Fruit annotations"
    rows = {entry.path.stem: entry for entry in found.entries}
    assert set(rows) == {
        "avocado_day_03_13_front",
        "avocado_day_03_13_back",
        "avocado_day_02_13_front",
        "avocado_day_m2_05_02_front",
    }
    front, earlier = rows["avocado_day_03_13_front"], rows["avocado_day_02_13_front"]
    assert front.path == fruit / "Avocado/VIS/day_03/avocado_day_03_13_front.hdr"
    assert (front.class_name, front.split) == ("unripe", "train")
    assert (earlier.class_name, earlier.object) == (None, front.object)
    assert rows["avocado_day_03_13_back"].object == front.object
    last = rows["avocado_day_m2_05_02_front"]
    assert (last.class_name, last.split) == ("overripe", "test")
    assert last.object != front.object
    assert front.wavelengths_nm == (400.0, 500.0, 600.0)
    fine = read_image_set(fruit, FruitChoice("Avocado", "NIR", "ripeness_state_fine"))
    assert [entry.class_name for entry in fine.entries] == ["near_overripe"]
    assert fine.entries[0].wavelengths_nm == (920.0, 1000.0)


def test_days_of_all_series_belong_to_their_fruit(tmp_path: Path) -> None:
    names = (
        "mango_day_10_m3_33_back",
        "mango_day_9_m3_33_front",
        "mango_day_9_m3_34_front",
        "mango_day_m4_01_33_back",
        "mango_day_m4_02_33_front",
        "mango_day_01_33_front",
    )
    records = [record(i, name, fruit="Mango") for i, name in enumerate(names)]
    write_annotations(tmp_path, "val_v2.json", records, [])
    entries = {entry.path.stem: entry.object for entry in read_image_set(tmp_path).entries}
    assert entries[names[0]] == entries[names[1]]
    assert entries[names[3]] == entries[names[4]]
    assert len(set(entries.values())) == 4


def test_the_camera_must_be_chosen_where_there_are_two(fruit: Path) -> None:
    with pytest.raises(UsageError, match=r"holds several: NIR, VIS; choose one with --camera\.$"):
        read_image_set(fruit)
    with pytest.raises(UsageError, match="has no Kiwi: Avocado"):
        read_image_set(fruit, FruitChoice("Kiwi"))


def test_targets_that_there_are_none_of_are_told(fruit: Path) -> None:
    with pytest.raises(UsageError, match=r"no hardness; choose --target from .*ripeness_state, ripeness_"):
        read_image_set(fruit, FruitChoice("Avocado", "VIS", "hardness"))
    assert "choose another --target" in read_image_set(fruit, FruitChoice("Avocado", "VIS")).remedy


@pytest.mark.parametrize(
    "text",
    [
        "[]",
        "{}",
        "no json",
        "[" * 100_000,
        "9" * 5000,
        '{"cameras": [], "annotations": [], "records": [{}]}',
        '{"cameras": [{"id": "VIS", "wavelengths": [1%s]}], "annotations": [], "records": []}' % ("0" * 400),
        '{"cameras": [], "annotations": [], "records": [{"id": 1, "fruit": [], "camera_type": "VIS"}]}',
        '{"cameras": [], "annotations": [], "records": [{"id": 1, "fruit": 3, "camera_type": "VIS",'
        ' "files": {"header_file": "a.hdr"}}]}',
    ],
)
def test_damaged_annotations_are_told(tmp_path: Path, text: str) -> None:
    (tmp_path / "annotations").mkdir()
    (tmp_path / "annotations" / "train_v2.json").write_text(text, encoding="utf-8")
    with pytest.raises(CubeFileError, match=r"train_v2\.json is no annotation file"):
        read_image_set(tmp_path)


def test_a_folder_per_class(make_cube: Callable[..., Cube], tmp_path: Path) -> None:
    for name in ("ripe/a.hdr", "ripe/b.hdr", "unripe/a.npy"):
        write(make_cube, tmp_path / name)
    (tmp_path / "unripe" / "notes.txt").write_text("nothing", encoding="utf-8")
    (tmp_path / "empty").mkdir()
    assert is_image_set(tmp_path)
    found = read_image_set(tmp_path)
    assert found.class_names == ("ripe", "unripe")
    assert [entry.path.relative_to(tmp_path).as_posix() for entry in found.entries] == [
        "ripe/a.hdr",
        "ripe/b.hdr",
        "unripe/a.npy",
    ]
    assert len({entry.object for entry in found.entries}) == 3


def test_a_folder_of_images_of_unknown_class(make_cube: Callable[..., Cube], tmp_path: Path) -> None:
    write(make_cube, tmp_path / "a.hdr")
    (entry,) = read_image_set(tmp_path).entries
    assert entry.class_name is None


def test_a_list_with_classes_splits_and_objects(make_cube: Callable[..., Cube], tmp_path: Path) -> None:
    for name in ("x/a.hdr", "x/b.hdr", "c.npy"):
        write(make_cube, tmp_path / name)
    text = "File,Class,split,object\nx/a.hdr,ripe,train,one\nx/b.hdr,ripe,test,one\nc.npy,,,\n"
    (tmp_path / "images.csv").write_text(text, encoding="utf-8-sig")
    for path in (tmp_path, tmp_path / "images.csv"):
        assert is_image_set(path)
        found = read_image_set(path)
        assert [(e.class_name, e.split, e.object) for e in found.entries] == [
            ("ripe", "train", "one"),
            ("ripe", "test", "one"),
            (None, None, "c.npy"),
        ]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
@pytest.mark.parametrize("mark", ",;\t")
def test_lists_of_any_spreadsheet(
    make_cube: Callable[..., Cube], tmp_path: Path, mark: str, encoding: str
) -> None:
    write(make_cube, tmp_path / "a.hdr")
    rows = (("file", "class"), ("a.hdr", "überreif"), ("", ""))
    text = "\r\n".join(mark.join(row) for row in rows)
    (tmp_path / "images.csv").write_bytes(text.encode(encoding))
    (entry,) = read_image_set(tmp_path).entries
    assert (entry.path, entry.class_name) == (tmp_path / "a.hdr", "überreif")


@pytest.mark.parametrize("encoding", ["cp1252", "utf-16-le"])
def test_lists_in_another_encoding_are_told(tmp_path: Path, encoding: str) -> None:
    (tmp_path / "images.csv").write_bytes("file,class\n.,überreif\n".encode(encoding))
    with pytest.raises(CubeFileError, match=r"images\.csv is no text in UTF-8; save it as CSV UTF-8"):
        read_image_set(tmp_path)


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("file,class\n", "lists no images"),
        ("file,class\n,ripe\n", "names no file in line 2"),
        ("image,class\na,b\n", "no column called file"),
        ("file,class\nmissing.hdr,b\n", r"lists missing\.hdr, which does not exist"),
        ("file,split\n.,later\n", "has the split 'later'"),
    ],
)
def test_wrong_lists_are_told(tmp_path: Path, text: str, told: str) -> None:
    (tmp_path / "images.csv").write_text(text, encoding="utf-8")
    with pytest.raises(CubeFileError, match=told):
        read_image_set(tmp_path / "images.csv")


def test_a_cube_is_no_set_and_an_empty_folder_is_told(
    make_cube: Callable[..., Cube], tmp_path: Path, shared_data: Path
) -> None:
    assert not is_image_set(write(make_cube, tmp_path / "a.hdr"))
    (tmp_path / "empty").mkdir()
    with pytest.raises(UsageError, match="holds no images"):
        read_image_set(tmp_path / "empty")
    with pytest.raises(UsageError, match=r"a\.hdr is one file, no set of images"):
        read_image_set(tmp_path / "a.hdr")
    with pytest.raises(CubeFileError, match="does not exist"):
        read_image_set(tmp_path / "absent")
