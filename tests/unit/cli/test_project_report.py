"""`hsi-studio project report`: the page tells what the project holds, and nothing in it can run."""

from __future__ import annotations

import base64
import io
from collections.abc import Callable
from contextlib import closing
from html.parser import HTMLParser
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from hsi_studio.core import class_edits
from hsi_studio.core.classes import ClassTable
from hsi_studio.core.labels import Labels
from hsi_studio.core.project import Edit, ProjectCube
from hsi_studio.io.project import ProjectFile
from hsi_studio.io.registry import open_cube

SIDE, BANDS = 24, 16
HOSTILE = '"><script>alert(1)</script><img src=x onerror=alert(2)>'
NAMES = ["Corn $\\frac{", f"Woods {HOSTILE}", "日本\u202e 🌽\nx", "<style>*{display:none}"]


class Page(HTMLParser):
    """What a browser would make of the page."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.text = ""
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))

    def handle_data(self, data: str) -> None:
        self.text += data

    def pictures(self) -> list[Image.Image]:
        """Every picture, read from its data URI."""
        sources = [attributes["src"] or "" for tag, attributes in self.tags if tag == "img"]
        assert all(source.startswith("data:image/png;base64,") for source in sources)
        return [Image.open(io.BytesIO(base64.b64decode(source.partition(",")[2]))) for source in sources]


@pytest.fixture
def field(tmp_path: Path) -> Path:
    """A scene with two fields and a class without labels; a second cube whose file is gone."""
    random = np.random.default_rng(3)
    spectra = random.random((2, BANDS)) * 100
    truth = np.broadcast_to(np.repeat([0, 1], SIDE // 2), (SIDE, SIDE))
    np.save(tmp_path / "scene.npy", (spectra[truth] + random.normal(0, 2, (SIDE, SIDE, BANDS))).astype("f4"))
    np.save(tmp_path / "truth.npy", (truth + 1).astype(np.uint8))
    cube = open_cube(tmp_path / "scene.npy")
    labels = np.zeros((SIDE, SIDE), int)
    labels[2:14:2, 3], labels[2:14:2, 20] = 1, 2
    with closing(ProjectFile.create(tmp_path / "field.hsip")) as project:
        project.add_cube(ProjectCube(1, "scene.npy", f"scene {HOSTILE}", cube.fingerprint, SIDE, SIDE))
        project.append(Edit("Add classes", classes=(ClassTable(()), ClassTable.from_names(NAMES))))
        project.append(Edit("Brush", {1: Labels(SIDE, SIDE).change(cube.window, labels)}))
        for text in ("Maize in rows.", f"Maize, {HOSTILE}\nsecond line"):
            project.append(class_edits.describe(project.state.classes, 1, text))
    return tmp_path / "field.hsip"


def test_a_truth_among_others_in_one_file(cli: Callable, field: Path, tmp_path: Path) -> None:
    truth = np.load(tmp_path / "truth.npy")
    np.savez(tmp_path / "truths.npz", old=truth, new=truth[::-1])
    given = ("-o", tmp_path / "report.html", "--truth", tmp_path / "truths.npz", "--method", "lda", "--json")
    refused = cli("project", "report", field, *given)
    assert "choose one with --truth-variable: old, new" in refused.err
    assert not cli("project", "report", field, *given, "--truth-variable", "old").status


def test_the_page_tells_the_project(cli: Callable, field: Path, tmp_path: Path) -> None:
    out = tmp_path / "report.html"
    truth = tmp_path / "truth.npy"
    told = cli("project", "report", field, "-o", out, "--truth", truth, "--method", "lda", "--json").json
    page = Page(out.read_text(encoding="utf-8"))
    (cube,) = told["cubes"]
    assert cube["labelled"] == {NAMES[0]: 6, NAMES[1]: 6}
    assert sum(area["pixels"] for area in cube["map"]) == SIDE**2
    assert cube["agreement"]["overall_accuracy"] > 0.95
    assert np.sum(cube["agreement"]["confusion"]) == SIDE**2 - 12
    assert f"{100 * cube['agreement']['overall_accuracy']:.1f} %" in page.text
    assert [len(one["versions"]) for one in told["classes"]] == [2, 0, 0, 0]
    for text in (*NAMES, "Maize in rows.", f"Maize, {HOSTILE}\nsecond line", cube["fingerprint"], "lda"):
        assert text in page.text
    sizes = [picture.size for picture in page.pictures()]
    assert sizes[:5] == [(SIDE, SIDE)] * 5, "image, labels, map, confidence and truth"
    assert len(sizes) == 6, "and the spectra"


def test_the_pictures_show_labels_and_map_in_class_colours(
    cli: Callable, field: Path, tmp_path: Path
) -> None:
    out = tmp_path / "report.html"
    cli("project", "report", field, "-o", out, "--method", "lda")
    _, labels, mapped, *_ = (
        np.asarray(one.convert("RGB")) for one in Page(out.read_text("utf-8")).pictures()
    )
    first, second = (np.array(entry.color) for entry in ClassTable.from_names(NAMES[:2]))
    assert (labels[2, 3] == first).all()
    assert (labels[2, 20] == second).all()
    left, right = mapped[:, : SIDE // 2].mean(axis=(0, 1)), mapped[:, SIDE // 2 :].mean(axis=(0, 1))
    assert np.abs(left - first).sum() < np.abs(left - second).sum()
    assert np.abs(right - second).sum() < np.abs(right - first).sum()


def test_nothing_in_a_project_can_run_or_load(cli: Callable, field: Path, tmp_path: Path) -> None:
    out = tmp_path / "report.html"
    cli("project", "report", field, "-o", out, "--method", "lda")
    page = Page(out.read_text(encoding="utf-8"))
    tags = [tag for tag, _ in page.tags]
    assert "script" not in tags
    assert tags.count("style") == 1
    assert tags.count("img") == len(page.pictures())
    attributes = {name for _, pairs in page.tags for name in pairs}
    assert not {name for name in attributes if name.startswith("on")} | (attributes & {"href", "srcset"})
    policy = next(pairs["content"] for tag, pairs in page.tags if pairs.get("http-equiv"))
    assert policy is not None
    assert policy.startswith("default-src 'none'")


def test_a_cube_that_is_gone_leaves_the_rest(cli: Callable, field: Path, tmp_path: Path) -> None:
    with closing(ProjectFile.open(field)) as project:
        project.add_cube(ProjectCube(2, "gone.npy", "gone", "0" * 32, SIDE, SIDE))
    out = tmp_path / "report.html"
    told = cli("project", "report", field, "-o", out, "--method", "lda", "--json").json
    here, gone = told["cubes"]
    assert here["trouble"] is None
    assert "gone.npy" in gone["trouble"]
    assert "could not be opened" in Page(out.read_text(encoding="utf-8")).text


def test_labels_of_one_class_make_a_report_without_a_map(cli: Callable, field: Path, tmp_path: Path) -> None:
    with closing(ProjectFile.open(field)) as project:
        labels = project.state.labels_of(1)
        kept = np.where(labels.to_array() == 1, 1, 0)
        project.append(Edit("Erase", {1: labels.change(open_cube(tmp_path / "scene.npy").window, kept)}))
    out = tmp_path / "report.html"
    told = cli("project", "report", field, "-o", out, "--json").json
    assert "label two classes" in told["cubes"][0]["trouble"]
    assert len(Page(out.read_text(encoding="utf-8")).pictures()) == 3, "image, labels and spectra"


@pytest.mark.parametrize(
    ("options", "told"),
    [
        (("-o", "report.pdf"), (2, "end it in .html")),
        (("-o", "r.html", "--method", "magic"), (2, "magic")),
        (("-o", "r.html", "--cube", "7"), (2, "no cube 7")),
        (("-o", "absent/r.html", "--method", "lda"), (1, "does not exist")),
    ],
)
def test_what_cannot_be_is_said_in_a_sentence(
    cli: Callable,
    field: Path,
    monkeypatch: pytest.MonkeyPatch,
    options: tuple[str, ...],
    told: tuple[int, str],
) -> None:
    monkeypatch.chdir(field.parent)
    ended = cli("project", "report", field, *options)
    assert (ended.status, told[1] in ended.err) == (told[0], True), ended.err


def test_a_truth_of_another_size_is_refused(cli: Callable, field: Path, tmp_path: Path) -> None:
    np.save(tmp_path / "small.npy", np.ones((5, 5), np.uint8))
    ended = cli("project", "report", field, "-o", tmp_path / "r.html", "--truth", tmp_path / "small.npy")
    assert ended.status == 2
    assert "5 × 5" in ended.err
