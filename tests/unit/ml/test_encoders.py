"""Texts become vectors: real transformers with random weights, and the default encoder."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import torch

from hsi_studio.core.classes import ClassEntry, ClassTable
from hsi_studio.core.descriptions import ClassText, class_texts, phrase_spans, same_texts
from hsi_studio.core.progress import Progress
from hsi_studio.errors import Cancelled, HsiError, UsageError
from hsi_studio.ml.chunking import chunks
from hsi_studio.ml.embedding_cache import CachedEncoder
from hsi_studio.ml.encoder_files import content_hash
from hsi_studio.ml.encoders import HuggingFaceEncoder, Pooling
from hsi_studio.ml.label_embeddings import embed_classes, require_distinct

Open = Callable[..., HuggingFaceEncoder]


def test_short_texts_get_the_mean_of_the_last_layer(tiny_encoder: Open) -> None:
    encoder = tiny_encoder()
    text = ClassText("corn", "Green corn rises.")
    tokenizer, model = encoder._loaded
    with torch.inference_mode():
        hidden = model(**tokenizer([text.text], return_tensors="pt")).last_hidden_state[0]
    wanted = hidden.mean(0).numpy()
    np.testing.assert_allclose(encoder.encode([text]).vectors[0], wanted / np.linalg.norm(wanted), atol=1e-5)


def test_label_phrase_takes_the_tokens_of_the_name(tiny_encoder: Open) -> None:
    text = ClassText("oak_wood", "Pine wood differs. Oak wood is hard, and oak  wood is brown.")
    encoder = tiny_encoder(pooling="label-phrase")
    tokenizer, model = encoder._loaded
    batch = tokenizer([text.text], return_tensors="pt", return_offsets_mapping=True)
    offsets = batch.pop("offset_mapping")[0].tolist()
    with torch.inference_mode():
        hidden = model(**batch).last_hidden_state[0].numpy()
    occurrences = [(19, 27), (41, 50)]
    assert [text.text[a:b].split() for a, b in occurrences] == [["Oak", "wood"], ["oak", "wood"]]
    means = [
        np.mean([h for h, (c, d) in zip(hidden, offsets, strict=True) if c < b and d > a and d > c], axis=0)
        for a, b in occurrences
    ]
    wanted = np.mean(means, axis=0)
    encoded = encoder.encode([text])
    np.testing.assert_allclose(encoded.vectors[0], wanted / np.linalg.norm(wanted), atol=1e-5)
    assert encoded.notes == ()


def test_label_phrase_falls_back_and_says_so(tiny_encoder: Open) -> None:
    text = ClassText("wheat", "Dry soil is bright.")
    phrase = tiny_encoder(pooling="label-phrase").encode([text])
    np.testing.assert_allclose(phrase.vectors, tiny_encoder().encode([text]).vectors, atol=1e-6)
    assert "wheat" in phrase.notes[0]


def test_long_texts_are_read_to_the_end(tiny_encoder: Open) -> None:
    encoder = tiny_encoder()
    start = "Dry soil is bright. " * 30
    one, other, reversed_ = encoder.encode(
        [
            ClassText("a", start + "Water absorbs the near infrared."),
            ClassText("b", start + "Green corn rises at the red edge."),
            ClassText("c", "Water absorbs the near infrared. " + start),
        ]
    ).vectors
    assert np.abs(one - other).max() > 1e-4
    assert np.abs(one - reversed_).max() < np.abs(one - other).max()


def test_of_a_text_of_50_000_words_every_part_is_read(tiny_bert: Path) -> None:
    encoder = HuggingFaceEncoder(str(tiny_bert))
    sentence = "Green corn rises at the red edge near 700 nm."
    steps: list[float] = []
    text = ClassText("corn", " ".join([sentence] * 5_000))
    encoder.encode([text], Progress(lambda done, _: steps.append(done or 0.0)))
    parts = -(-5_000 // (encoder._limit // encoder._count(sentence)))
    assert len(steps) == -(-parts // 8)  # it can be cancelled between any two
    assert steps == sorted(steps)


def test_a_long_text_gets_the_mean_over_the_tokens_of_all_its_parts(tiny_encoder: Open) -> None:
    encoder = tiny_encoder()
    sentences = [f"Green corn rises at the red edge near {400 + n} nm." for n in range(1_500)]
    text = ClassText("corn", " ".join(sentences))
    parts = chunks(text.text, encoder._count, encoder._limit)
    assert len(parts) > 64
    hidden = np.concatenate([encoder._read([part])[0][0] for part in parts])
    wanted = hidden.mean(0, dtype=np.float64)
    found = encoder.encode([text]).vectors[0]
    np.testing.assert_allclose(found, wanted / np.linalg.norm(wanted), atol=1e-5)


def test_the_cache_tells_the_same_as_the_encoder(tiny_bert: Path, tmp_path: Path) -> None:
    encoder = HuggingFaceEncoder(str(tiny_bert), pooling="label-phrase")
    given = [
        ClassText("oats", "A cereal. " * 3_000),
        ClassText("corn", "Green corn."),
        ClassText("rye", "It."),
    ]
    cached = CachedEncoder(encoder, tmp_path)
    assert cached.encode(given[:2]).notes == encoder.encode(given[:2]).notes
    for _ in range(2):
        assert cached.encode(given).notes == encoder.encode(given).notes


SENTENCES = (
    "Dry soil is bright. ",
    "Corn rises at the red edge. ",
    "Water absorbs the near infrared. ",
)


def test_texts_read_together_are_as_if_read_alone(tiny_encoder: Open) -> None:
    texts = [ClassText(f"class {i}", sentence * (1 + 3 * i)) for i, sentence in enumerate(SENTENCES)]
    together = tiny_encoder().encode(texts).vectors
    alone = np.concatenate([tiny_encoder().encode([text]).vectors for text in texts])
    np.testing.assert_allclose(together, alone, atol=1e-6)


def test_reading_can_be_cancelled(tiny_encoder: Open) -> None:
    with pytest.raises(Cancelled):
        tiny_encoder().encode([ClassText("a", "b")], Progress(is_cancelled=lambda: True))


@pytest.mark.parametrize(
    ("text", "limit"), [("a b c. d e. f.", 4), ("a " * 100, 7), ("a. " * 100, 5), ("", 3), ("abcdef", 2)]
)
def test_chunks_keep_every_word_and_fit(text: str, limit: int) -> None:
    def count(piece: str) -> int:
        return sum(max(1, len(word) // 2) for word in piece.split())

    pieces = chunks(text, count, limit)
    assert all(count(piece) <= limit for piece in pieces)
    assert "".join("".join(pieces).split()) == "".join(text.split())


def test_chunks_end_at_sentences() -> None:
    assert chunks("a b c. d e. f g h i.", lambda piece: len(piece.split()), 5) == ["a b c. d e.", "f g h i."]


def test_empty_text_becomes_the_name() -> None:
    table = ClassTable((ClassEntry(1, "Corn-notill", (0, 0, 0), "  "), ClassEntry(2, "x", (0, 0, 0), "y")))
    assert [text.text for text in class_texts(table)] == ["Corn notill", "y"]


def test_phrases_are_found_whole() -> None:
    assert phrase_spans("Corn-notill", "Popcorn notill; corn notill.") == [(16, 27)]
    assert phrase_spans("wood", "heartwood, wood") == [(11, 15)]


def test_cache_answers_without_the_encoder(tiny_encoder: Open, tmp_path: Path) -> None:
    texts = [ClassText("corn", "Green corn."), ClassText("soil", "Dry soil.")]
    first = CachedEncoder(tiny_encoder(), tmp_path).encode(texts).vectors
    second = tiny_encoder()
    again = CachedEncoder(second, tmp_path).encode(texts[::-1]).vectors[::-1]
    np.testing.assert_array_equal(first, again)
    assert "_loaded" not in second.__dict__


@pytest.mark.parametrize("damage", [b"", b"rubbish", b"\x93NUMPY\x01\x00"])
def test_damaged_cache_files_are_read_again(tiny_bert: Path, tmp_path: Path, damage: bytes) -> None:
    encoder = CachedEncoder(HuggingFaceEncoder(str(tiny_bert)), tmp_path)
    texts = [ClassText("corn", "Green corn.")]
    wanted = encoder.encode(texts).vectors
    for file in tmp_path.iterdir():
        file.write_bytes(damage)
    np.testing.assert_array_equal(encoder.encode(texts).vectors, wanted)


@pytest.mark.parametrize(("one", "other", "equal"), [("mean", "mean", True), ("mean", "label-phrase", False)])
def test_cache_keeps_poolings_apart(
    tiny_bert: Path, tmp_path: Path, one: Pooling, other: Pooling, equal: bool
) -> None:
    texts = [ClassText("corn", "Green corn rises.")]
    vectors = [
        CachedEncoder(HuggingFaceEncoder(str(tiny_bert), pooling=pooling), tmp_path).encode(texts).vectors
        for pooling in (one, other)
    ]
    assert np.array_equal(*vectors) == equal


def test_hash_changes_with_the_weights(tiny_bert: Path, tmp_path: Path) -> None:
    copy = tmp_path / "copy"
    copy.mkdir()
    for file in tiny_bert.iterdir():
        (copy / file.name).write_bytes(file.read_bytes())
    assert content_hash(copy) == content_hash(tiny_bert)
    content = bytearray((copy / "model.safetensors").read_bytes())
    content[-1] ^= 1
    (copy / "model.safetensors").write_bytes(content)
    assert content_hash(copy) != content_hash(tiny_bert)


def test_absent_encoder_says_how_to_get_it() -> None:
    with pytest.raises(HsiError, match="hf download some-org/absent-encoder"):
        HuggingFaceEncoder("some-org/absent-encoder", offline=True)


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("", "no text encoder is named; give all-MiniLM-L6-v2"),
        ("  ", "no text encoder is named"),
        (".", "the folder . holds no text encoder; choose a folder with config.json"),
        ("/no/such/folder", "there is no folder /no/such/folder of a text encoder; check the path"),
    ],
)
def test_what_is_no_encoder_is_told(
    name: str, message: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    with pytest.raises(HsiError, match=message):
        HuggingFaceEncoder(name)


def test_folder_without_tokenizer_is_refused_in_one_sentence(tmp_path: Path) -> None:
    (tmp_path / "config.json").write_text("{}")
    with pytest.raises(HsiError, match=r"could not be loaded; choose a folder with config.json"):
        HuggingFaceEncoder(str(tmp_path)).encode([ClassText("a", "b")])


def test_folder_without_weights_is_refused(tiny_bert: Path, tmp_path: Path) -> None:
    for name in ("config.json", "tokenizer.json", "tokenizer_config.json"):
        (tmp_path / name).write_bytes((tiny_bert / name).read_bytes())
    with pytest.raises(HsiError, match=r"with config.json, tokenizer files and model.safetensors"):
        HuggingFaceEncoder(str(tmp_path)).encode([ClassText("a", "b")])


def test_centring_spreads_the_classes(tiny_encoder: Open, table: ClassTable) -> None:
    found = embed_classes(table, tiny_encoder())
    np.testing.assert_allclose(np.linalg.norm(found.vectors, axis=1), 1, atol=1e-5)
    others = ~np.eye(3, dtype=bool)
    assert found.centred_similarity()[others].mean() < found.similarity()[others].mean()
    np.testing.assert_allclose(found.centred_similarity().sum(), found.centred_similarity().sum().T)


def test_equal_texts_are_told_and_refused(tiny_bert: Path) -> None:
    table = ClassTable(tuple(ClassEntry(i, f"class {i}", (0, 0, 0), t) for i, t in enumerate("aAb", 1)))
    assert same_texts(table) == [("class 1", "class 2")]
    assert "class 1 and class 2" in embed_classes(table, HuggingFaceEncoder(str(tiny_bert))).notes[0]
    with pytest.raises(UsageError, match="class 1 and class 2 have the same description"):
        require_distinct(table)


def test_one_class_keeps_its_vector(tiny_bert: Path) -> None:
    table = ClassTable((ClassEntry(1, "corn", (0, 0, 0), "Green corn."),))
    found = embed_classes(table, HuggingFaceEncoder(str(tiny_bert)))
    np.testing.assert_allclose(np.linalg.norm(found.vectors), 1, atol=1e-5)


def test_default_encoder_is_minilm() -> None:
    texts = [
        ClassText(str(i), t) for i, t in enumerate(("A pine forest.", "A spruce forest.", "A steel bridge."))
    ]
    vectors = HuggingFaceEncoder().encode(texts).vectors
    assert vectors.shape == (3, 384)
    assert vectors[0] @ vectors[1] > vectors[0] @ vectors[2] + 0.2
