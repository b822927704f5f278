"""Class tables as QGIS layer styles of a raster with unique values (.qml)."""

from __future__ import annotations

from pathlib import Path
from xml.etree import ElementTree

from hsi_studio.core.classes import ClassTable
from hsi_studio.errors import HsiError
from hsi_studio.io.atomic import atomic_output
from hsi_studio.io.class_entries import class_entries, class_table, distinct_names, hex_color, read_text

_DOCTYPE = "<!DOCTYPE qgis PUBLIC 'http://mrcc.com/qgis.dtd' 'SYSTEM'>\n"


def read_classes(path: Path) -> ClassTable:
    """Read the entries of a paletted renderer; the value 0 is no class.

    Raises
    ------
    HsiError
        When the file is no such style, or an entry is wrong.
    """
    text = read_text(path)
    if "<!ENTITY" in text:  # the style needs none, and they can grow without end
        raise HsiError(f"{path.name} is no QGIS style", "choose a .qml file saved by QGIS")
    try:
        root = ElementTree.fromstring(text)
    except ElementTree.ParseError as error:
        raise HsiError(f"{path.name} is no QGIS style ({error})", "save the style in QGIS again") from error
    items = root.findall(".//rasterrenderer/colorPalette/paletteEntry")
    if not items:
        raise HsiError(
            f"{path.name} is no style of unique values", "choose “Paletted/Unique values” in QGIS and save it"
        )
    told = [_fields(item) for item in items if item.get("value", "").strip() not in ("0", "0.0")]
    return class_table(path, distinct_names(class_entries(path, told)))


def _fields(item: ElementTree.Element) -> dict[str, str]:
    value = item.get("value", "").strip().removesuffix(".0")
    fields = {"id": value, "name": item.get("label", "").strip() or f"Class {value}"}
    return fields | ({"color": item.get("color", "")} if item.get("color") else {})


def write_classes(path: Path, table: ClassTable) -> None:
    """Write a style that QGIS applies to a raster of the class ids; descriptions have no place in it."""
    root = ElementTree.Element("qgis", version="3.28", styleCategories="Symbology")
    pipe = ElementTree.SubElement(root, "pipe")
    renderer = ElementTree.SubElement(
        pipe, "rasterrenderer", type="paletted", band="1", opacity="1", alphaBand="-1", nodataColor=""
    )
    ElementTree.SubElement(renderer, "rasterTransparency")
    palette = ElementTree.SubElement(renderer, "colorPalette")
    for entry in table:
        value, color = str(entry.id), hex_color(entry.color)
        ElementTree.SubElement(
            palette, "paletteEntry", value=value, label=entry.name, color=color, alpha="255"
        )
    ElementTree.SubElement(root, "blendMode").text = "0"
    ElementTree.indent(root)
    with atomic_output(path) as temporary:
        temporary.write_text(
            _DOCTYPE + ElementTree.tostring(root, encoding="unicode") + "\n", encoding="utf-8"
        )
