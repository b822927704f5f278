"""`hsi-studio embed`: what a text encoder makes of the classes' texts."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from hsi_studio.cli.ml_options import DEFAULT_ENCODER, Encoder, Offline, Pooling, PoolingChoice, embedded
from hsi_studio.cli.options import Json
from hsi_studio.cli.output import print_json, print_table
from hsi_studio.io.classes_yaml import read_classes


def embed(
    classes: Annotated[Path, typer.Argument(help="YAML list of {id, name, color, description}.")],
    *,
    encoder: Encoder = DEFAULT_ENCODER,
    pooling: Pooling = PoolingChoice.MEAN,
    offline: Offline = False,
    as_json: Json = False,
) -> None:
    """Embed class texts and tell how similar they are, as the encoder gives them and after centring.

    A class without a description is read by its name. Texts above 0.95 are hard to tell apart.

    For example:

    - `hsi-studio embed classes.yaml`

    - `hsi-studio embed classes.yaml --encoder bert-large-uncased --pooling label-phrase --json`
    """
    found = embedded(read_classes(classes), encoder, pooling, offline, alike=True)
    if as_json:
        print_json(
            {
                "names": found.names,
                "encoder": found.encoder,
                "pooling": found.pooling,
                "fingerprint": found.fingerprint,
                "dim": found.raw.shape[1],
                "embeddings": found.vectors,
                "similarity": found.similarity(),
                "similarity_centred": found.centred_similarity(),
                "notes": found.notes,
            }
        )
        return
    for title, cosines in (("as read", found.similarity()), ("centred", found.centred_similarity())):
        rows = [
            (name, *(f"{value:.2f}" for value in row)) for name, row in zip(found.names, cosines, strict=True)
        ]
        headings = ("", *(str(place) for place in range(1, len(rows) + 1)))
        print_table(f"Cosine of the texts, {title}", headings, rows)
