"""Two texts as one, word by word."""

from hypothesis import given
from hypothesis import strategies as st

from hsi_studio.core.word_diff import Piece, word_diff

TEXTS = st.text(alphabet="ab ,.\n", max_size=30)


@given(TEXTS, TEXTS)
def test_pieces_make_up_both_texts(old: str, new: str) -> None:
    pieces = list(word_diff(old, new))
    assert "".join(piece.text for piece in pieces if piece.kind != "new") == old
    assert "".join(piece.text for piece in pieces if piece.kind != "gone") == new


def test_words_are_replaced_whole() -> None:
    assert list(word_diff("Young corn , dry", "Young maize , dry")) == [
        Piece("same", "Young "),
        Piece("gone", "corn "),
        Piece("new", "maize "),
        Piece("same", ", dry"),
    ]
