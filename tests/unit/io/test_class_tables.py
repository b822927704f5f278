"""Class tables in the formats of other programs."""

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hsi_studio.core.classes import ClassEntry, ClassTable
from hsi_studio.core.palette import PALETTE
from hsi_studio.errors import HsiError, UsageError
from hsi_studio.io.class_tables import TABLE_FORMATS, read_class_table, write_class_table
from hsi_studio.paths import resource

_text = st.text(st.characters(exclude_categories=("C", "Z"), include_characters=" "), min_size=1, max_size=12)
# ENVI's lists have no quoting.
_name = _text.map(str.strip).filter(lambda text: text and not set(text) & set("{},;"))


@st.composite
def tables(draw: st.DrawFn) -> ClassTable:
    names = draw(st.lists(_name, min_size=1, max_size=6, unique=True))
    ids = draw(st.lists(st.integers(1, 40), min_size=len(names), max_size=len(names), unique=True))
    level = st.integers(0, 255)
    return ClassTable(
        tuple(
            ClassEntry(id, name, draw(st.tuples(level, level, level)), draw(_text).strip())
            for id, name in zip(ids, names, strict=True)
        )
    )


@settings(max_examples=60, deadline=None)
@given(table=tables(), place=st.integers(0, len(TABLE_FORMATS) - 1))
def test_every_table_is_read_back(
    table: ClassTable, place: int, tmp_path_factory: pytest.TempPathFactory
) -> None:
    one = TABLE_FORMATS[place]
    path = tmp_path_factory.mktemp("table") / f"classes{one.endings[0]}"
    write_class_table(path, table)
    found = read_class_table(path)
    texts = [e.description if one.keeps_texts else "" for e in table]
    wanted = [(e.id, e.name, e.color, text) for e, text in zip(table, texts, strict=True)]
    in_order = sorted(wanted) if path.suffix == ".hdr" else wanted
    assert [(e.id, e.name, e.color, e.description) for e in found] == in_order


@pytest.mark.parametrize("ending", [".csv", ".qml", ".hdr"])
def test_the_shipped_table_survives(ending: str, tmp_path: Path) -> None:
    table = read_class_table(resource("classes", "indian_pines.yaml"))
    write_class_table(tmp_path / f"t{ending}", table)
    found = read_class_table(tmp_path / f"t{ending}")
    assert [(e.id, e.name, e.color) for e in found] == [(e.id, e.name, e.color) for e in table]


def test_a_style_saved_by_qgis(tmp_path: Path) -> None:
    (tmp_path / "style.qml").write_text(
        """<!DOCTYPE qgis PUBLIC 'http://mrcc.com/qgis.dtd' 'SYSTEM'>
<qgis styleCategories="AllStyleCategories" version="3.34.4-Prizren" hasScaleBasedVisibilityFlag="0">
  <pipe>
    <provider><resampling enabled="false"/></provider>
    <rasterrenderer opacity="1" alphaBand="-1" band="1" nodataColor="" type="paletted">
      <colorPalette>
        <paletteEntry alpha="0" label="0" color="#000000" value="0"/>
        <paletteEntry alpha="255" label="Wheat &amp; rye" color="#8dd3c7" value="3"/>
        <paletteEntry alpha="255" label="" color="#1a2b3c" value="7"/>
      </colorPalette>
    </rasterrenderer>
  </pipe>
</qgis>
""",
        encoding="utf-8",
    )
    found = read_class_table(tmp_path / "style.qml")
    assert [(e.id, e.name, e.color) for e in found] == [
        (3, "Wheat & rye", (141, 211, 199)),
        (7, "Class 7", (26, 43, 60)),
    ]


def test_tables_of_european_spreadsheets(tmp_path: Path) -> None:
    (tmp_path / "t.csv").write_bytes(
        '\ufeffName;Colour;Note\r\nWald;10,20,30;x\r\n\r\n"See; tief";;\r\n'.encode()
    )
    found = read_class_table(tmp_path / "t.csv")
    assert [(e.id, e.name) for e in found] == [(1, "Wald"), (2, "See; tief")]
    assert found[1].color == (10, 20, 30)


def test_tables_in_utf_16_are_read_and_other_encodings_refused(tmp_path: Path) -> None:
    text = "id\tname\r\n4\tüberreif\r\n"
    (tmp_path / "t.csv").write_bytes(text.encode("utf-16"))
    assert [(e.id, e.name) for e in read_class_table(tmp_path / "t.csv")] == [(4, "überreif")]
    (tmp_path / "t.csv").write_bytes(text.encode("cp1252"))
    with pytest.raises(HsiError, match="save it as CSV UTF-8"):
        read_class_table(tmp_path / "t.csv")


def test_a_real_classification_header(shared_data: Path) -> None:
    headers = (shared_data / "pycoal_avirisng").glob("*.hdr")
    texts = {header: header.read_text(encoding="latin-1") for header in headers}
    found = [h for h, text in texts.items() if "class names" in text and "{ No data }" not in text]
    assert found
    for header in found:
        names = [entry.name for entry in read_class_table(header)]
        assert len(names) == len(set(names)) > 1, "names that occur twice are numbered"


@pytest.mark.parametrize(
    ("name", "text", "words"),
    [
        ("t.csv", "", "no column name"),
        ("t.csv", "id,name\n1,\n", "Class 1 of t.csv has no name"),
        ("t.csv", "id,name\nx,A\n", "has the id x"),
        ("t.csv", "name,color\nA,red\n", "has the color red"),
        ("t.csv", f"id,name\n{'9' * 5000},A\n", r"has the id 9{60}…; use"),
        ("t.csv", "name\nA\nA\n", "two classes with the name A"),
        ("t.csv", 'name\n"A\n', "line 2"),
        ("t.csv", "name\n", "names no classes"),
        ("t.qml", "<qgis", "no QGIS style"),
        ("t.qml", "<qgis/>", "no style of unique values"),
        ("t.qml", "<!DOCTYPE q [<!ENTITY a 'b'>]><qgis>&a;</qgis>", "no QGIS style"),
        ("t.hdr", "ENVI\nsamples = 3\n", "names no classes"),
        ("t.yaml", "- {name: A, id: 1}\n- {name: B, id: 1}\n", "two classes with the id 1"),
        ("t.yaml", f"- {{name: A, id: {'9' * 5000}}}", r"has the id 9{60}…; use"),
        ("t.yaml", f"- {{name: A, id: '{'9' * 5000}'}}", r"has the id 9{60}…; use"),
        ("t.yaml", "- {name: A, id: [1, 2]}", r"has the id \['1', '2'\]"),
        ("t.yaml", "- {name: A, color: [1, 2, 3, 300]}", "has the color"),
        ("t.yaml", f"- {{name: A, color: [{'7, ' * 5000}]}}", r"has the color \['7', .{1,50}\]; write"),
        ("t.yaml", f"- {{name: A, {'k' * 500}: 1}}", r"the unknown key k{60}…; use"),
        ("t.yaml", "- name: A\n  color:\n  - &a [1, 1]\n  - &b [*a, *a]\n", "an alias or a tag in line 3"),
        ("t.yaml", "- name: A\n  color: *a\n", "an alias or a tag in line 2"),
        ("t.yaml", "- name: A\n- <<: {name: B}\n", "Class 2 of t.yaml has the unknown key <<"),
        ("t.yaml", '- {name: A, id: !!int "x"}', "an alias or a tag in line 1"),
        ("t.yaml", '- {name: A, id: !!bool "zz"}', "an alias or a tag in line 1"),
        ("t.yaml", "[" * 20_000, "t.yaml is no YAML"),
    ],
)
def test_what_is_wrong_is_told(tmp_path: Path, name: str, text: str, words: str) -> None:
    (tmp_path / name).write_text(text, encoding="utf-8")
    with pytest.raises(HsiError, match=words):
        read_class_table(tmp_path / name)


def test_other_endings_and_headers_of_images_are_refused(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="no ending of a class table"):
        read_class_table(tmp_path / "t.txt")
    (tmp_path / "scene.hdr").write_text("ENVI\nsamples = 3\n")
    with pytest.raises(HsiError, match="header of an image"):
        write_class_table(tmp_path / "scene.hdr", ClassTable.from_names(["A"]))
    with pytest.raises(HsiError, match="could not be read"):
        read_class_table(tmp_path / "gone.csv")


def test_classes_without_a_colour_get_one_that_no_other_has(tmp_path: Path) -> None:
    path = tmp_path / "t.csv"
    path.write_text("name,color\nA,\nB,#88ccee\n" + "".join(f"C{n},\n" for n in range(40)), encoding="utf-8")
    found = read_class_table(path)
    assert found[2].color == PALETTE[0]
    assert len({entry.color for entry in found}) == 42


@pytest.mark.parametrize("text", ["2024-02-30", "2024-02-03", "12", "1e3", "0x", "1:30", "yes", "true", "="])
def test_what_looks_like_another_value_in_yaml_is_kept_as_it_stands(text: str, tmp_path: Path) -> None:
    path = tmp_path / "t.yaml"
    path.write_text(f"- name: {text}\n  description: {text}\n", encoding="utf-8")
    [found] = read_class_table(path)
    assert (found.name, found.description) == (text, text)


@pytest.mark.parametrize("nothing", ["", "~", "null"])
def test_an_empty_description_in_yaml_is_none(nothing: str, tmp_path: Path) -> None:
    path = tmp_path / "t.yaml"
    path.write_text(f"- name: A\n  description: {nothing}\n- {{name: B, description: 'null'}}\n")
    assert [entry.description for entry in read_class_table(path)] == ["", "null"]
