"""Small encoders and scenes for the tests of the ml layer."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import torch
from tokenizers import Tokenizer, models, normalizers, pre_tokenizers, processors, trainers
from transformers import BertConfig, BertModel, PreTrainedTokenizerFast, RobertaConfig, RobertaModel

from hsi_studio.core.classes import ClassEntry, ClassTable
from hsi_studio.core.cube import Cube
from hsi_studio.ml.encoders import HuggingFaceEncoder
from hsi_studio.ml.heads import TextHead
from hsi_studio.ml.label_embeddings import LabelEmbeddings, unit
from hsi_studio.ml.model import Model
from hsi_studio.ml.preprocess import Preprocessor
from hsi_studio.ml.s3fn import Architecture, Backbone
from hsi_studio.ml.scene import Scene

SENTENCES = [
    "Dry soil is bright in the short-wave infrared.",
    "Green corn rises at the red edge near 700 nm.",
    "Water absorbs the near infrared. Oak wood and pine wood differ in lignin.",
]


@pytest.fixture(autouse=True)
def one_thread() -> None:
    """Tests share few cores."""
    torch.set_num_threads(1)


@pytest.fixture(scope="session")
def tiny_bert(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Folder of a BERT with random weights that reads 30 tokens at once."""
    tokenizer = Tokenizer(models.WordPiece(unk_token="[UNK]"))
    tokenizer.normalizer = normalizers.BertNormalizer(lowercase=True)
    tokenizer.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
    special = ["[PAD]", "[UNK]", "[CLS]", "[SEP]"]
    tokenizer.train_from_iterator(SENTENCES, trainers.WordPieceTrainer(vocab_size=90, special_tokens=special))
    tokenizer.post_processor = processors.TemplateProcessing(
        single="[CLS] $A [SEP]", special_tokens=[("[CLS]", 2), ("[SEP]", 3)]
    )
    torch.manual_seed(0)
    config = BertConfig(
        vocab_size=tokenizer.get_vocab_size(), hidden_size=16, num_hidden_layers=2, num_attention_heads=2,
        intermediate_size=24, max_position_embeddings=32,
    )  # fmt: skip
    folder = tmp_path_factory.mktemp("tiny_bert")
    BertModel(config).save_pretrained(folder)
    PreTrainedTokenizerFast(
        tokenizer_object=tokenizer, unk_token="[UNK]", pad_token="[PAD]", cls_token="[CLS]", sep_token="[SEP]"
    ).save_pretrained(folder)
    return folder


@pytest.fixture(scope="session")
def tiny_roberta(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Folder of a RoBERTa with random weights that reads 78 tokens at once, by bytes."""
    tokenizer = Tokenizer(models.BPE())
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    special = ["<s>", "<pad>", "</s>", "<unk>"]
    alphabet = pre_tokenizers.ByteLevel.alphabet()
    trainer = trainers.BpeTrainer(vocab_size=300, special_tokens=special, initial_alphabet=alphabet)
    tokenizer.train_from_iterator(SENTENCES, trainer)
    tokenizer.post_processor = processors.RobertaProcessing(("</s>", 2), ("<s>", 0), trim_offsets=True)
    torch.manual_seed(0)
    config = RobertaConfig(
        vocab_size=tokenizer.get_vocab_size(), hidden_size=16, num_hidden_layers=2, num_attention_heads=2,
        intermediate_size=24, max_position_embeddings=82, pad_token_id=1, bos_token_id=0, eos_token_id=2,
    )  # fmt: skip
    folder = tmp_path_factory.mktemp("tiny_roberta")
    RobertaModel(config).save_pretrained(folder)
    PreTrainedTokenizerFast(
        tokenizer_object=tokenizer, unk_token="<unk>", pad_token="<pad>", cls_token="<s>", sep_token="</s>"
    ).save_pretrained(folder)
    return folder


@pytest.fixture(scope="session", params=["tiny_bert", "tiny_roberta"])
def tiny_encoder(request: pytest.FixtureRequest) -> Callable[..., HuggingFaceEncoder]:
    """Opens each of the two tiny encoders, with keywords of `HuggingFaceEncoder`."""
    folder: Path = request.getfixturevalue(request.param)
    return lambda **keywords: HuggingFaceEncoder(str(folder), **keywords)


@pytest.fixture
def table() -> ClassTable:
    """Three classes with texts."""
    return ClassTable(
        tuple(
            ClassEntry(i + 1, name, (10 * i, 20, 30), text)
            for i, (name, text) in enumerate(zip(("soil", "corn", "water"), SENTENCES, strict=True))
        )
    )


def random_embeddings(table: ClassTable, dim: int = 12, seed: int = 5) -> LabelEmbeddings:
    """Return embeddings as some encoder might have made them."""
    raw = unit(np.random.default_rng(seed).standard_normal((len(table), dim)).astype(np.float32))
    names = tuple(entry.name for entry in table)
    return LabelEmbeddings(names, raw, raw.mean(axis=0), "test", "mean", "f" * 32)


@pytest.fixture
def embeddings(table: ClassTable) -> LabelEmbeddings:
    """Embeddings of `table`."""
    return random_embeddings(table)


@pytest.fixture
def scene(make_cube: Callable[..., Cube], table: ClassTable, rng: np.random.Generator) -> Scene:
    """A cube of three vertical stripes with different spectra and noise, 24 of its pixels labelled."""
    spectra = rng.uniform(100, 900, (3, 30))
    stripes = np.repeat(np.arange(3), 12)[None].repeat(30, axis=0)
    values = spectra[stripes] + rng.normal(0, 30, (30, 36, 30))
    ids = np.zeros((30, 36), int)
    for position in range(3):
        for i in range(8):
            ids[3 + 3 * i, 12 * position + 2 + i] = position + 1
    cube = make_cube(values.astype(np.float32), wavelengths_nm=np.linspace(400, 2400, 30))
    return Scene(cube, ids, table)


@pytest.fixture(scope="session")
def random_model() -> Callable[..., Model]:
    """Builds an untrained model for cubes of 30 bands."""

    def build(
        components: int,
        patch: int,
        *,
        paper: bool = False,
        seed: int = 0,
        widths: tuple[int, int, int] = (4, 5, 6),
    ) -> Model:
        torch.manual_seed(seed)
        random = np.random.default_rng(seed)
        weights = random.normal(0, 0.003, (30, components)).astype(np.float32)
        preprocessor = Preprocessor(np.arange(30), np.full(30, 500, np.float32), weights, "pca", "nothing")
        backbone = Backbone(Architecture(components, patch, widths, rectified=paper)).eval()
        classes = ClassTable.from_names(("soil", "corn", "water"))
        texts = random_embeddings(classes)
        head = TextHead(128, texts.vectors, rectified=paper).eval()
        return Model("s3fn", classes, preprocessor, backbone, head, bands=30, embeddings=texts)

    return build
