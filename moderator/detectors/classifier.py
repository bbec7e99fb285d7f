"""Scores texts with an ONNX model in a folder: `model.onnx`, `tokenizer.json` and `model.json`.

`model.json` says what the file cannot: {"name": …, "version": …, "labels": […], "max_length": 128}. The model takes `input_ids` and
`attention_mask` (and `token_type_ids` where it asks for them), int64 of shape (texts, tokens), and gives logits of shape
(texts, labels). Neither torch nor transformers is needed.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from itertools import chain
from pathlib import Path
from typing import Any

import numpy as np
from tokenizers import Tokenizer

from moderator.detectors.onnx_folder import ModelCard, open_folder
from moderator.detectors.text import aloud, fold, unmask
from moderator.errors import DetectorError


def padding_of(tokenizer: Tokenizer) -> dict[str, Any]:
    """What the tokenizer fills up shorter texts with: as its file says, or by the mark that its vocabulary has for it.

    BERT's mark has the number 0 and RoBERTa's 1, which counts its places from there.
    """
    if tokenizer.padding:
        return {key: tokenizer.padding[key] for key in ("pad_id", "pad_type_id", "pad_token")}
    for mark in ("[PAD]", "<pad>"):
        if (number := tokenizer.token_to_id(mark)) is not None:
            return {"pad_id": number, "pad_token": mark}
    return {}


_PADDED = 300
"""Characters in a batch, each text counted as long as its longest. Measured on two cores (2026-11-22): 200-300 is quickest by a
third over batches of 16, which spend more on padding than they save."""


_AT_HOME = re.compile(r"'(?=(?:s|t|d|m|ll|re|ve)\b)")
"""The sign in "he'll": taken for a disguise it made every third comment be read twice, and this one as swearing."""
_AS_MEANT = re.compile(r"(?<!\S)(?:\d+(?:st|nd|rd|th|am|pm|[a-z])|[a-z]\d{1,2}|x+)[.,!?;:)]*(?!\S)")
"""Digits and letters side by side that hide no word: "14th", "3pm", "4a", "y5", and kisses. Each made a comment be read twice."""
_COLUMNS = {"input_ids": "ids", "attention_mask": "attention_mask", "token_type_ids": "type_ids"}
"""What a model asks for -> what the tokenizer calls it."""


class OnnxScorer:
    """One session over one model. Safe to call from several threads; a call uses `threads` cores where it has batches enough."""

    is_stand_in, takes_long = False, True

    def __init__(self, folder: Path, threads: int = 1) -> None:
        """Raises ConfigError where a file is missing or does not fit the others."""
        self.folder, self.threads = folder, threads
        opened = open_folder(folder, ModelCard)
        self._session, self._tokenizer, card = opened.session, opened.tokenizer, opened.card
        self._aloud = card.reads == "aloud"
        slopes, offsets = card.slopes_and_offsets()
        self._slopes, self._offsets = np.asarray(slopes), np.asarray(offsets)
        self.name, self.version, self.labels = card.name, card.version, card.labels
        self._tokenizer.enable_truncation(card.max_length)
        self._tokenizer.enable_padding(**padding_of(self._tokenizer))
        self._columns = [
            (node.name, _COLUMNS[node.name]) for node in self._session.get_inputs() if node.name in _COLUMNS
        ]

    def score(self, texts: Sequence[str], *, batch: int = 16) -> list[dict[str, float]]:
        """As ToxicityScorer says. Texts of like length go together, so that little is spent on padding.

        A model that reads aloud meets a text in disguise twice, once with the disguise taken off; the higher score counts.
        """
        forms = [self._forms(text) for text in texts]
        flat = [(form, index) for index, some in enumerate(forms) for form in some]
        flat.sort(key=lambda one: -len(one[0]))
        batches = _in_batches([form for form, _ in flat], batch)
        best: list[list[float]] = [[0.0] * len(self.labels) for _ in texts]
        for (_, index), row in zip(flat, chain.from_iterable(self._all(batches)), strict=True):
            best[index] = list(map(max, best[index], row))
        return [dict(zip(self.labels, row, strict=True)) for row in best]

    def _forms(self, text: str) -> list[str]:
        """How the model is shown a text. A lone surrogate has no bytes, and the tokenizer reads bytes."""
        clean = text.encode("utf-8", "replace").decode("utf-8")
        if not self._aloud:
            return [clean]
        return [aloud(clean).text, unmask(clean).text] if _in_disguise(clean) else [aloud(clean).text]

    def _all(self, batches: list[list[str]]) -> list[list[list[float]]]:
        """The probabilities of every batch. Batches beside one another use cores better than several in one batch do."""
        if self.threads == 1 or len(batches) < 2:
            return [self._probabilities(batch) for batch in batches]
        with ThreadPoolExecutor(self.threads) as pool:
            return list(pool.map(self._probabilities, batches))

    def _probabilities(self, texts: list[str]) -> list[list[float]]:
        encoded = self._tokenizer.encode_batch_fast(texts)
        feed = {
            name: np.array([getattr(one, column) for one in encoded], dtype=np.int64) for name, column in self._columns
        }
        try:
            logits = np.asarray(self._session.run(None, feed)[0], dtype=np.float64)
        except Exception as error:
            raise DetectorError(
                f"{self.name}: the model failed on {len(texts)} texts ({type(error).__name__})"
            ) from error
        if logits.shape != (len(texts), len(self.labels)):
            raise DetectorError(
                f"{self.name}: the model answers {logits.shape}, wanted {(len(texts), len(self.labels))}"
            )
        probabilities: list[list[float]] = (1.0 / (1.0 + np.exp(-(self._slopes * logits + self._offsets)))).tolist()
        return probabilities


def _in_batches(longest_first: Sequence[str], at_most: int) -> list[list[str]]:
    batches: list[list[str]] = []
    for text in longest_first:
        last = batches[-1] if batches else []
        if last and len(last) < at_most and (len(last) + 1) * len(last[0]) <= _PADDED:
            last.append(text)
        else:
            batches.append([text])
    return batches


def _in_disguise(text: str) -> bool:
    """Whether a reader of letters sees other words in it than a reader of signs."""
    folded = fold(text)
    if unmask(text) is folded:
        return False
    doubtful = _AS_MEANT.sub("", folded.text)
    return _letters(unmask(doubtful).text) != _letters(doubtful)


def _letters(text: str) -> str:
    """A text as the tokenizer sees it, words alone, whatever stands between them; a sign at home in its word hides nothing."""
    return " ".join(_AT_HOME.sub("", text).split())
