"""Labels that are written are read back the same, by us and by other programs."""

import csv
import json
from collections.abc import Callable
from pathlib import Path

import h5py
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from numpy.typing import NDArray
from PIL import Image
from scipy.io import savemat

from hsi_studio.core.classes import ClassEntry, ClassTable
from hsi_studio.core.cube import Cube
from hsi_studio.core.georef import GeoReference
from hsi_studio.core.grid import Grid
from hsi_studio.core.labels import Labels
from hsi_studio.core.window import Window
from hsi_studio.errors import ChoiceNeeded, CubeFileError, HsiError, UsageError
from hsi_studio.io import OpenOptions, open_cube
from hsi_studio.io.label_io.scene import LabelledScene
from hsi_studio.io.labels import FORMATS, read_ids, read_labels, write_labels
from hsi_studio.io.truth import read_truth

MakeCube = Callable[..., Cube]

TABLE = ClassTable(
    (
        ClassEntry(1, "Water", (136, 204, 238)),
        ClassEntry(10, "Corn, no till", (204, 102, 119)),
        ClassEntry(14, "Wald {Öst}", (17, 119, 51)),
    )
)
# UTM zone 16 north, rotated by 20°: EPSG:32616 as text.
_COS, _SIN = 20 * np.cos(np.radians(20)), 20 * np.sin(np.radians(20))


@pytest.fixture(scope="module")
def georef() -> GeoReference:
    from pyproj import CRS

    return GeoReference((_COS, _SIN, 500_000.0, _SIN, -_COS, 4_480_000.0), CRS.from_epsg(32616).to_wkt())


@pytest.fixture
def ids(rng: np.random.Generator) -> NDArray[np.uint16]:
    """An image of more than one tile with regions, single pixels and a hole."""
    ids = np.zeros((300, 280), np.uint16)
    ids[20:60, 30:90], ids[30:40, 40:50] = 10, 0
    ids[250:262, 240:280] = 1
    ids[rng.random(ids.shape) < 0.01] = 14
    return ids


@pytest.fixture
def scene(ids: NDArray[np.uint16], georef: GeoReference, make_cube: MakeCube) -> LabelledScene:
    values = np.arange(300 * 280 * 3, dtype=np.float32).reshape(300, 280, 3)
    cube = make_cube(values, name="scene.img", georef=georef, wavelengths_nm=np.array([450.5, 550, 650]))
    return LabelledScene(Labels.from_array(ids), TABLE, Grid.of(cube), cube)


@pytest.mark.parametrize("ending", [e for one in FORMATS for e in one.endings])
def test_every_format_is_read_back(scene: LabelledScene, tmp_path: Path, ending: str) -> None:
    path = tmp_path / f"labels{ending}"
    files = write_labels(path, scene)
    assert all(file.is_file() for file in files)
    assert sorted(tmp_path.iterdir()) == sorted(files), "nothing else is left"
    found = read_labels(path, scene.grid)
    np.testing.assert_array_equal(found.ids, scene.labels.to_array())
    assert {1, 10, 14} <= {entry.id for entry in found.classes}


@pytest.mark.parametrize("ending", [".tif", ".hdr", ".png", ".json"])
def test_colours_are_kept(scene: LabelledScene, tmp_path: Path, ending: str) -> None:
    write_labels(tmp_path / f"labels{ending}", scene)
    found = read_labels(tmp_path / f"labels{ending}", scene.grid).classes
    assert [found[entry.id].color for entry in TABLE] == [entry.color for entry in TABLE]


@pytest.mark.parametrize("ending", [".json", ".gpkg", ".geojson", ".csv"])
def test_names_are_kept(scene: LabelledScene, tmp_path: Path, ending: str) -> None:
    write_labels(tmp_path / f"labels{ending}", scene)
    found = read_labels(tmp_path / f"labels{ending}", scene.grid).classes
    assert [(e.id, e.name) for e in found] == [(e.id, e.name) for e in TABLE]


@pytest.mark.parametrize("ending", [".tif", ".hdr"])
def test_position_and_names_are_kept_in_rasters(scene: LabelledScene, tmp_path: Path, ending: str) -> None:
    write_labels(tmp_path / f"labels{ending}", scene)
    file = open_cube(tmp_path / f"labels{ending}")
    assert file.georef is not None
    assert scene.grid.georef is not None
    np.testing.assert_allclose(file.georef.transform, scene.grid.georef.transform, rtol=1e-9)
    assert file.georef.crs_name is not None
    assert "32616" in file.georef.crs_name or "16N" in file.georef.crs_name
    assert file.classes is not None
    assert [file.classes[id].name for id in (1, 10, 14)] == ["Water", "Corn; no till", "Wald (Öst)"]


def _lossless_formats() -> st.SearchStrategy[str]:
    return st.sampled_from([".tif", ".hdr", ".png", ".npy", ".npz", ".mat", ".json", ".gpkg", ".geojson"])


@settings(max_examples=40, deadline=None)
@given(
    ids=arrays(
        np.uint16, st.tuples(st.integers(2, 12), st.integers(2, 12)), elements=st.sampled_from([0, 1, 10, 14])
    ),
    ending=_lossless_formats(),
)
def test_any_labels_are_read_back(
    ids: NDArray[np.uint16], ending: str, georef: GeoReference, tmp_path_factory: pytest.TempPathFactory
) -> None:
    path = tmp_path_factory.mktemp("labels") / f"labels{ending}"
    grid = Grid("scene", *ids.shape, georef)
    write_labels(path, LabelledScene(Labels.from_array(ids), TABLE, grid))
    if ending in (".gpkg", ".geojson") and not ids.any():
        with pytest.raises(CubeFileError, match="no polygon"):
            read_labels(path, grid)
    else:
        np.testing.assert_array_equal(read_labels(path, grid).ids, ids)


@pytest.mark.parametrize("ending", [".tif", ".npy", ".json", ".gpkg"])
def test_ids_above_255_are_kept(ending: str, georef: GeoReference, tmp_path: Path) -> None:
    ids = np.array([[0, 300], [32_767, 1]], np.uint16)
    table = ClassTable(tuple(ClassEntry(i, f"Kind {i} of", (9, 8, 7)) for i in (1, 300, 32_767)))
    grid = Grid("scene", 2, 2, georef)
    write_labels(tmp_path / f"l{ending}", LabelledScene(Labels.from_array(ids), table, grid))
    np.testing.assert_array_equal(read_labels(tmp_path / f"l{ending}", grid).ids, ids)


def test_a_png_has_no_place_for_them(georef: GeoReference, tmp_path: Path) -> None:
    table = ClassTable((ClassEntry(300, "A", (9, 8, 7)),))
    scene = LabelledScene(Labels(2, 2), table, Grid("scene", 2, 2, georef))
    with pytest.raises(UsageError, match="up to 255"):
        write_labels(tmp_path / "l.png", scene)
    assert list(tmp_path.iterdir()) == []


# Other programs


def test_rasterio_finds_position_and_colour_table(scene: LabelledScene, tmp_path: Path) -> None:
    import rasterio

    write_labels(tmp_path / "labels.tif", scene)
    with rasterio.open(tmp_path / "labels.tif") as file:
        np.testing.assert_array_equal(file.read(1), scene.labels.to_array())
        assert file.crs.to_epsg() == 32616
        palette = file.colormap(1)
    assert [palette[id][:3] for id in (1, 10, 14)] == [entry.color for entry in TABLE]


def test_spectral_python_reads_the_envi_classification(scene: LabelledScene, tmp_path: Path) -> None:
    from spectral.io import envi

    write_labels(tmp_path / "labels.hdr", scene)
    file = envi.open(tmp_path / "labels.hdr")
    np.testing.assert_array_equal(file.read_band(0), scene.labels.to_array())
    assert file.metadata["file type"].lower() == "envi classification"
    assert file.metadata["class names"][10] == "Corn; no till"
    assert file.metadata["class lookup"][30:33] == ["204", "102", "119"]


def test_scipy_and_numpy_read_arrays_and_names(scene: LabelledScene, tmp_path: Path) -> None:
    from scipy.io import loadmat

    write_labels(tmp_path / "labels.mat", scene)
    write_labels(tmp_path / "labels.npz", scene)
    mat = loadmat(tmp_path / "labels.mat", simplify_cells=True)
    np.testing.assert_array_equal(mat["labels"], scene.labels.to_array())
    assert list(mat["class_names"]) == [entry.name for entry in TABLE]
    with np.load(tmp_path / "labels.npz", allow_pickle=False) as npz:
        np.testing.assert_array_equal(npz["labels"], scene.labels.to_array())
        assert npz["class_ids"].tolist() == [1, 10, 14]
        assert npz["class_names"].tolist() == [entry.name for entry in TABLE]


def test_pillow_sees_an_indexed_picture(scene: LabelledScene, tmp_path: Path) -> None:
    write_labels(tmp_path / "labels.png", scene)
    with Image.open(tmp_path / "labels.png") as image:
        assert image.mode == "P"
        np.testing.assert_array_equal(np.asarray(image), scene.labels.to_array())
        palette = image.getpalette("RGB")
    assert palette is not None
    assert palette[30:33] == [204, 102, 119]


@pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning")  # of pycocotools
def test_cocos_own_tools_decode_every_class(scene: LabelledScene, tmp_path: Path) -> None:
    from pycocotools.coco import COCO

    write_labels(tmp_path / "labels.json", scene)
    coco = COCO(str(tmp_path / "labels.json"))
    ids = np.zeros((300, 280), np.uint16)
    for annotation in coco.loadAnns(coco.getAnnIds()):
        ids[coco.annToMask(annotation) == 1] = annotation["category_id"]
        assert annotation["area"] == int(coco.annToMask(annotation).sum())
    np.testing.assert_array_equal(ids, scene.labels.to_array())
    assert [one["name"] for one in coco.loadCats(coco.getCatIds())] == [entry.name for entry in TABLE]


def test_geojson_follows_its_specification(scene: LabelledScene, tmp_path: Path) -> None:
    write_labels(tmp_path / "labels.geojson", scene)
    content = json.loads((tmp_path / "labels.geojson").read_text(encoding="utf-8"))
    assert "crs" not in content
    lon, lat = content["features"][0]["geometry"]["coordinates"][0][0]
    assert -87.1 < lon < -86.9
    assert 40 < lat < 41
    assert set(content["features"][0]["properties"]) == {"class_id", "class"}


def test_the_table_holds_spectra_under_their_wavelengths(scene: LabelledScene, tmp_path: Path) -> None:
    write_labels(tmp_path / "labels.csv", scene)
    with (tmp_path / "labels.csv").open(newline="", encoding="utf-8") as file:
        rows = list(csv.reader(file))
    assert rows[0] == ["class_id", "class", "row", "col", "450.5 nm", "550 nm", "650 nm"]
    assert len(rows) - 1 == np.count_nonzero(scene.labels.to_array())
    id, name, row, col, *values = rows[-1]
    assert scene.cube is not None
    assert scene.labels.at(int(row), int(col)) == int(id)
    assert TABLE[int(id)].name == name
    assert [float(v) for v in values] == scene.cube.spectrum(int(row), int(col)).tolist()


# Files of others


def test_salinas_a_keeps_its_ids(shared_data: Path) -> None:
    folder = shared_data / "salinasA"
    truth = next(file for file in folder.iterdir() if "gt" in file.name.lower())
    found = read_labels(truth, Grid("SalinasA", 83, 86))
    assert [entry.id for entry in found.classes] == [1, 10, 11, 12, 13, 14]


def test_coco_polygons_and_plain_run_lengths(tmp_path: Path) -> None:
    content = {
        "images": [
            {"id": 5, "file_name": "other.png", "height": 9, "width": 9},
            {"id": 7, "file_name": "scene.png", "height": 4, "width": 6},
        ],
        "categories": [{"id": 2, "name": "Leaf"}, {"id": 3, "name": "Pot"}],
        "annotations": [
            {"image_id": 7, "category_id": 2, "segmentation": [[1, 1, 4, 1, 4, 3, 1, 3]]},
            {"image_id": 7, "category_id": 3, "segmentation": {"size": [4, 6], "counts": [20, 4]}},
            {"image_id": 5, "category_id": 3, "segmentation": {"size": [9, 9], "counts": [0, 81]}},
        ],
    }
    (tmp_path / "a.json").write_text(json.dumps(content))
    expected = np.zeros((4, 6), int)
    expected[1:3, 1:4], expected[:, 5] = 2, 3
    found = read_labels(tmp_path / "a.json", Grid("scene.hdr", 4, 6))
    np.testing.assert_array_equal(found.ids, expected)
    with pytest.raises(ChoiceNeeded) as asked:
        read_labels(tmp_path / "a.json", Grid("field.hdr", 4, 6))
    assert [choice.value for choice in asked.value.choices] == ["other.png", "scene.png"]
    chosen = read_labels(tmp_path / "a.json", Grid("field", 9, 9), OpenOptions(variable="other.png"))
    assert (chosen.ids == 3).all()


def test_polygons_of_names_alone_are_numbered(georef: GeoReference, tmp_path: Path) -> None:
    corners = [georef.to_map(row, col) for row, col in ((0, 0), (0, 2), (3, 2), (3, 0), (0, 0))]
    rest = [georef.to_map(row, col) for row, col in ((0, 2), (0, 4), (3, 4), (3, 2), (0, 2))]
    feature = {"type": "Feature", "geometry": {"type": "Polygon"}}
    content = {
        "type": "FeatureCollection",
        "crs": {"type": "name", "properties": {"name": "urn:ogc:def:crs:EPSG::32616"}},
        "features": [
            {**feature, "geometry": {"type": "Polygon", "coordinates": [ring]}, "properties": {"Label": name}}
            for ring, name in ((corners, "Soil"), (rest, "Grass"))
        ],
    }
    (tmp_path / "a.geojson").write_text(json.dumps(content))
    found = read_labels(tmp_path / "a.geojson", Grid("scene", 3, 4, georef))
    assert [(e.id, e.name) for e in found.classes] == [(1, "Grass"), (2, "Soil")]
    assert found.ids.tolist() == [[2, 2, 1, 1]] * 3


def test_no_data_and_nan_are_unlabelled(tmp_path: Path) -> None:
    values = np.full((3, 4), 2.0, np.float32)
    values[0, 0] = np.nan
    np.save(tmp_path / "a.npy", values)
    assert read_labels(tmp_path / "a.npy", Grid("scene", 3, 4)).ids[0].tolist() == [0, 2, 2, 2]


@pytest.mark.parametrize(
    ("values", "words"),
    [
        (np.zeros((3, 4, 7), np.uint8), "7 bands"),
        (np.zeros((5, 6), np.uint8), "5 × 6 pixels but scene has 3 × 4"),
        (np.full((3, 4), 0.5, np.float32), "not class ids"),
        (np.full((3, 4), -1, np.int16), "not class ids"),
        (np.full((3, 4), 60_000, np.uint16), "not class ids"),
    ],
)
def test_rasters_that_are_no_labels_are_refused(
    tmp_path: Path, values: NDArray[np.generic], words: str
) -> None:
    np.save(tmp_path / "gt.npy", values)
    with pytest.raises(HsiError, match=words):
        read_labels(tmp_path / "gt.npy", Grid("scene", 3, 4))


def _square(class_id: str) -> str:
    ring = "[[0, 0], [0, 1], [1, 1], [0, 0]]"
    geometry = f'{{"type": "Polygon", "coordinates": [{ring}]}}'
    feature = f'{{"type": "Feature", "geometry": {geometry}, "properties": {{"class_id": {class_id}}}}}'
    return f'{{"type": "FeatureCollection", "features": [{feature}]}}'


_COCO = {"images": [{"id": 1, "height": 3, "width": 4}], "categories": [{"id": 1, "name": "a"}]}


@pytest.mark.parametrize(
    ("name", "text", "words"),
    [
        ("a.json", "{", "damaged"),
        ("a.json", "[]", "no COCO file"),
        ("a.json", "[" * 100_000, "damaged"),
        ("a.json", "9" * 5000, "damaged"),
        (
            "a.json",
            f'{{"images": [{{"id": 1, "height": {"9" * 4000}, "width": 1}}], "annotations": [],'
            ' "categories": []}',
            r"labels of 9+\.\.\.9+ × 1 pixels",
        ),
        ("a.json", json.dumps({**_COCO, "annotations": []}).replace("3", "1e999"), "damaged"),
        ("a.json", json.dumps({**_COCO, "images": [], "annotations": []}), "0 images"),
        (
            "a.json",
            json.dumps({**_COCO, "images": [{"id": 1, "height": 10**9, "width": 10**9}], "annotations": []}),
            "1000000000 × 1000000000 pixels but scene has 3 × 4",
        ),
        *(
            (
                "a.json",
                json.dumps(
                    {**_COCO, "annotations": [{"image_id": 1, "category_id": 1, "segmentation": runs}]}
                ),
                "damaged",
            )
            for runs in (
                {"size": [3, 4], "counts": [10**12]},
                {"size": [3, 4], "counts": [-5, 17]},
                {"size": [9, 9], "counts": [81]},
                {"size": [3, 4], "counts": "zzzzzzzzzzzzzzzzz"},
                {"size": [3, 4], "counts": "\u20ac"},
                [[1, 2, 3]],
            )
        ),
        ("a.csv", "class,row\n", "no column col"),
        ("a.csv", "row,col\n", "class or class_id"),
        ("a.csv", "class,row,col\nCorn,1,x\n", "line 2"),
        ("a.csv", "class,row,col\nCorn,3,0\n", "names row 3 in line 2"),
        ("a.csv", "class_id,row,col\n99999,0,0\n", "ids go from 1"),
        ("a.geojson", "{}", "damaged"),
        ("a.geojson", '{"type": "FeatureCollection", "features": ' + "[" * 100_000, "damaged|no polygons"),
        ("a.geojson", _square("9" * 5000), "damaged"),
        ("a.geojson", _square("1e999"), "damaged|no polygons"),
        ("a.geojson", '{"type": "FeatureCollection", "features": []}', "no polygons"),
    ],
)
def test_damaged_files_are_told(
    tmp_path: Path, georef: GeoReference, name: str, text: str, words: str
) -> None:
    (tmp_path / name).write_text(text, encoding="utf-8")
    with pytest.raises(HsiError, match=words):
        read_labels(tmp_path / name, Grid("scene", 3, 4, georef))


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16"])
def test_tables_of_labels_of_any_spreadsheet(tmp_path: Path, encoding: str) -> None:
    text = 'Row;Col;Class\r\n2;1;Grün\r\n0;3;"Laub; trocken"\r\n'
    (tmp_path / "a.csv").write_bytes(text.encode(encoding))
    found = read_labels(tmp_path / "a.csv", Grid("scene", 3, 4))
    assert [entry.name for entry in found.classes] == ["Grün", "Laub; trocken"]
    assert (found.ids[2, 1], found.ids[0, 3], int(found.ids.sum())) == (1, 2, 3)


def test_polygons_elsewhere_and_without_a_position(
    scene: LabelledScene, georef: GeoReference, tmp_path: Path
) -> None:
    write_labels(tmp_path / "a.gpkg", scene)
    far = GeoReference((20, 0, 700_000, 0, -20, 4_480_000), georef.crs_wkt)
    with pytest.raises(CubeFileError, match=r"No polygon of a\.gpkg lies on far"):
        read_labels(tmp_path / "a.gpkg", Grid("far", 300, 280, far))
    nowhere = Grid("nowhere", 300, 280)
    with pytest.raises(CubeFileError, match="no position"):
        read_labels(tmp_path / "a.gpkg", nowhere)
    with pytest.raises(UsageError, match="no position"):
        write_labels(tmp_path / "b.gpkg", LabelledScene(scene.labels, TABLE, nowhere))
    without_system = Grid("bare", 300, 280, GeoReference(far.transform))
    with pytest.raises(UsageError, match="no coordinate system"):
        write_labels(tmp_path / "b.geojson", LabelledScene(scene.labels, TABLE, without_system))
    write_labels(tmp_path / "b.gpkg", LabelledScene(scene.labels, TABLE, without_system))
    np.testing.assert_array_equal(
        read_labels(tmp_path / "b.gpkg", without_system).ids, scene.labels.to_array()
    )


def test_names_that_cannot_be_written(scene: LabelledScene, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="no ending of a format of labels"):
        write_labels(tmp_path / "labels.xyz", scene)
    with pytest.raises(HsiError, match="does not exist"):
        write_labels(tmp_path / "gone" / "labels.json", scene)
    with pytest.raises(HsiError, match="does not exist"):
        read_labels(tmp_path / "gone.tif", scene.grid)


def test_the_cube_is_never_written_over(tmp_path: Path) -> None:
    np.save(tmp_path / "scene.npy", np.zeros((4, 5, 6), np.float32))
    cube = open_cube(tmp_path / "scene.npy")
    with pytest.raises(HsiError, match="belongs to the cube"):
        write_labels(tmp_path / "scene.npy", LabelledScene(Labels(4, 5), TABLE, Grid.of(cube), cube))


def test_a_large_image_needs_no_memory_of_its_size(tmp_path: Path) -> None:
    labels = Labels(60_000, 60_000)
    labels = labels.applied(labels.change(_window(), np.full((3, 3), 10)))
    scene = LabelledScene(labels, TABLE, Grid("large", 60_000, 60_000))
    write_labels(tmp_path / "a.json", scene)
    assert (tmp_path / "a.json").stat().st_size < 2000


def _window() -> Window:
    return Window(59_000, 41_000, 3, 3)


def _store(path: Path, arrays: dict[str, NDArray[np.generic]]) -> Path:
    if path.suffix == ".mat":
        savemat(path, arrays)
    elif path.suffix == ".npz":
        np.savez(path, **arrays)  # type: ignore[arg-type]
    else:
        with h5py.File(path, "w") as file:
            for name, values in arrays.items():
                file[name] = values
    return path


@pytest.mark.parametrize("ending", [".mat", ".npz", ".h5"])
def test_labels_beside_their_cube_are_told_by_their_size(ending: str, tmp_path: Path) -> None:
    truth = np.array([[0, 1, 2, 2], [1, 1, 0, 2], [2, 0, 1, 1]], np.uint8)
    cube = np.arange(72, dtype=np.float32).reshape(3, 4, 6)
    height = np.full((3, 4), 0.5, np.float32)
    file = _store(tmp_path / f"both{ending}", {"X": cube, "y": truth, "height": height, "other": truth[:2]})
    assert open_cube(file).shape == (3, 4, 6)
    np.testing.assert_array_equal(read_labels(file, Grid("scene", 3, 4)).ids, truth)
    np.testing.assert_array_equal(read_ids(file, size=(3, 4)), truth)
    np.testing.assert_array_equal(read_truth(file, (3, 4)), truth)
    np.testing.assert_array_equal(read_ids(file, variable="other"), truth[:2])


@pytest.mark.parametrize("ending", [".mat", ".npz", ".h5"])
def test_of_two_rasters_of_one_size_the_user_chooses(ending: str, tmp_path: Path) -> None:
    first = np.array([[0, 1, 2, 2], [1, 1, 0, 2], [2, 0, 1, 1]], np.uint8)
    file = _store(tmp_path / f"two{ending}", {"train": first, "test": first[::-1].copy()})
    with pytest.raises(ChoiceNeeded, match="holds 2 rasters of 3 × 4") as asked:
        read_labels(file, Grid("scene", 3, 4))
    assert {choice.value for choice in asked.value.choices} == {"train", "test"}
    assert asked.value.option == "variable"
    found = read_labels(file, Grid("scene", 3, 4), OpenOptions(variable="test"))
    np.testing.assert_array_equal(found.ids, first[::-1])


def test_a_folder_is_no_file_of_labels(scene: LabelledScene, tmp_path: Path) -> None:
    write_labels(tmp_path / "labels.hdr", scene)
    for read in (read_ids, lambda path: read_labels(path, scene.grid)):
        with pytest.raises(CubeFileError, match=f"{tmp_path.name} is a folder; name a file"):
            read(tmp_path)


def test_read_ids_is_for_scripts(tmp_path: Path, indian_pines_files: tuple[Path, Path]) -> None:
    ids = read_ids(indian_pines_files[1])
    assert ids.dtype == np.int16
    assert ids.max() == 16
