"""Shorter texts are filled up with the tokenizer's own mark."""

from __future__ import annotations

import pytest
from tokenizers import Tokenizer
from tokenizers.models import WordLevel

from moderator.detectors.classifier import padding_of


@pytest.mark.parametrize(
    ("vocabulary", "wanted"),
    [
        ({"[PAD]": 0, "a": 1}, {"pad_id": 0, "pad_token": "[PAD]"}),
        ({"<s>": 0, "<pad>": 1, "a": 2}, {"pad_id": 1, "pad_token": "<pad>"}),
        ({"a": 0}, {}),
    ],
)
def test_without_a_word_of_the_file_it_is_the_mark_in_the_vocabulary(
    vocabulary: dict[str, int], wanted: dict[str, object]
) -> None:
    assert padding_of(Tokenizer(WordLevel(vocabulary, unk_token="a"))) == wanted


def test_what_the_file_says_comes_first_but_never_a_fixed_length() -> None:
    tokenizer = Tokenizer(WordLevel({"[PAD]": 0, "a": 1, "fill": 2}, unk_token="a"))
    tokenizer.enable_padding(pad_id=2, pad_token="fill", length=128)
    assert padding_of(tokenizer) == {"pad_id": 2, "pad_type_id": 0, "pad_token": "fill"}
