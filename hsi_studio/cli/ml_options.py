"""Arguments and small steps that the commands of the classifiers share."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import numpy as np
import typer
from numpy.typing import NDArray

from hsi_studio.cli.output import note, progress_bar
from hsi_studio.core.classes import ClassEntry, ClassTable

if TYPE_CHECKING:
    from hsi_studio.ml.classifier import Classifier
    from hsi_studio.ml.label_embeddings import LabelEmbeddings

DEFAULT_ENCODER = "all-MiniLM-L6-v2"


class PoolingChoice(StrEnum):
    """How the vectors of a text's words become one."""

    MEAN = "mean"
    LABEL_PHRASE = "label-phrase"


Encoder = Annotated[str, typer.Option(help="Text encoder: a Hugging Face name or a local folder.")]
Pooling = Annotated[PoolingChoice, typer.Option(help="Average all words, or those that name the class.")]
ProjectEncoder = Annotated[str | None, typer.Option(help="Text encoder [the project's].")]
ProjectPooling = Annotated[PoolingChoice | None, typer.Option(help="How words become one [the project's].")]
Offline = Annotated[bool, typer.Option("--offline", help="Never fetch an encoder from the network.")]
Backbone = Annotated[
    Path | None, typer.Option(help="Model file of a trained S3FN that joins the instant head as an expert.")
]
MOST_SEED = 2**32 - 1
"""What the random generators of scikit-learn take; those of NumPy and torch take more."""

Seed = Annotated[int, typer.Option(min=0, max=MOST_SEED, help="The same seed gives the same model.")]
Device = Annotated[str | None, typer.Option(help="cpu, cuda, cuda:1, mps [a GPU if there is one].")]


def embedded(
    table: ClassTable, encoder: str, pooling: str, offline: bool, *, alike: bool = False
) -> LabelEmbeddings:
    """Read the texts of a class table; remarks go to standard error.

    Raises
    ------
    UsageError
        When two classes have the same text, unless they may be `alike`.
    """
    from hsi_studio.ml.embedding_cache import CachedEncoder
    from hsi_studio.ml.encoders import HuggingFaceEncoder
    from hsi_studio.ml.label_embeddings import embed_classes, require_distinct

    if not alike:
        require_distinct(table)
    opened = HuggingFaceEncoder(
        encoder, pooling="mean" if pooling == "mean" else "label-phrase", offline=offline
    )
    with progress_bar("Reading texts") as progress:
        found = embed_classes(table, CachedEncoder(opened), progress=progress)
    for remark in found.notes:
        note(remark)
    return found


def reworded(model: Classifier, classes: Path, offline: bool) -> Classifier:
    """Return the model with the texts of another class table, read as the model's own were."""
    from dataclasses import replace

    from hsi_studio.errors import UsageError
    from hsi_studio.io.classes_yaml import read_classes

    if model.embeddings is None:
        raise UsageError(f"a model of the method {model.method} knows no words", "leave out --classes")
    table = read_classes(classes)
    own = model.embeddings
    found = embedded(table, own.encoder, own.pooling, offline)
    return model.with_words(table, replace(found, centre=own.centre))


def phrase_vector(model: Classifier, text: str, offline: bool) -> NDArray[np.float32]:
    """Return the vector (1, d) of a free text, read and centred as the texts of the model's classes were."""
    from dataclasses import replace

    from hsi_studio.errors import HsiError
    from hsi_studio.ml.classifier import require_same_encoder

    own = model.embeddings
    if own is None:
        raise HsiError(
            f"a model of the method {model.method} knows no words", "train one with instant or s3fn"
        )
    table = ClassTable((ClassEntry(1, text, (0, 0, 0), text),))
    found = embedded(table, own.encoder, own.pooling, offline)
    require_same_encoder(own, found)
    return replace(found, centre=own.centre).vectors
