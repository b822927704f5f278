"""`hsi-studio labels export`: labels of a project as a file of another program."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from hsi_studio.cli.labels_project import CubeNumber, Project, chosen_cube, grid_of
from hsi_studio.cli.options import Json, Overwrite
from hsi_studio.cli.output import print_result, progress_bar
from hsi_studio.errors import HsiError
from hsi_studio.io.label_io.scene import LabelledScene
from hsi_studio.io.labels import format_of, label_files, write_labels
from hsi_studio.io.outputs import existing, require_outputs
from hsi_studio.io.project import summary


def export(
    project: Project,
    *,
    output: Annotated[Path, typer.Option("-o", "--output", metavar="FILE", help="File to write.")],
    cube: CubeNumber = None,
    overwrite: Overwrite = False,
    as_json: Json = False,
) -> None:
    """Write the labels of a cube in the format of the ending.

    .tif, .hdr (ENVI), .png, .npy, .npz, .mat, .json (COCO), .gpkg and .geojson (polygons), .csv (spectra).
    Position, class names and colours are kept where the format has a place for them. A .csv holds the
    spectra of all labelled pixels. The project may be open in a window.

    For example:

    - `hsi-studio labels export field.hsip -o labels.tif`

    - `hsi-studio labels export field.hsip --cube 2 -o spectra.csv --json`
    """
    project, output = project.expanduser(), output.expanduser()
    name = format_of(output).name
    files = label_files(output)
    require_outputs(files, read=(project,))
    for file in () if overwrite else existing(files):
        raise HsiError(f"{file.name} exists already", "choose another name or pass --overwrite")
    found = summary(project)
    known = chosen_cube(found.state, cube, project)
    grid, opened = grid_of(known, project)
    scene = LabelledScene(found.state.labels_of(known.number), found.state.classes, grid, opened)
    with progress_bar(f"Writing {output.name}") as progress:
        files = write_labels(output, scene, progress)
    labelled = sum(found.pixels[known.number].values())
    cube_facts = {"cube": known.number, "cube_name": known.name} if as_json else {"cube": known.name}
    print_result(cube_facts | {"file": output, "files": files, "format": name, "labelled": labelled}, as_json)
