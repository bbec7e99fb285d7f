"""A Detoxify checkpoint with random weights, made on the spot: how fast a network runs does not depend on what it has learnt.

The shape is that of bert-base-uncased, which Detoxify's `original` model has:
https://huggingface.co/google-bert/bert-base-uncased/blob/main/config.json (read 2026-11-22).
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from tokenizers import Tokenizer
from tokenizers.models import WordPiece
from tokenizers.normalizers import BertNormalizer
from tokenizers.pre_tokenizers import BertPreTokenizer
from tokenizers.trainers import WordPieceTrainer

from moderator.detectors.toxicity import LABELS

VOCABULARY = 30_522
BERT_BASE: Mapping[str, int] = {
    "hidden_size": 768,
    "num_hidden_layers": 12,
    "num_attention_heads": 12,
    "intermediate_size": 3072,
}
TINY: Mapping[str, int] = {
    "hidden_size": 32,
    "num_hidden_layers": 2,
    "num_attention_heads": 2,
    "intermediate_size": 64,
}
"""For tests."""

_SPECIAL = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"]
_PIECES = 1_500
"""Word pieces learnt from some hundred comments: so few that words fall into as many pieces as with the real vocabulary."""


def word_pieces(tokenizer_json: Path | None, texts: Sequence[str]) -> list[str]:
    """A vocabulary in the order of its numbers: that of a model at hand where it is BERT's kind, or else one of the texts'."""
    if tokenizer_json is not None:
        model: dict[str, Any] = json.loads(tokenizer_json.read_text(encoding="utf-8"))["model"]
        if model.get("type") == "WordPiece" and len(model["vocab"]) <= VOCABULARY:
            return sorted(model["vocab"], key=model["vocab"].__getitem__)
    tokenizer = Tokenizer(WordPiece(unk_token=_SPECIAL[1]))
    tokenizer.normalizer, tokenizer.pre_tokenizer = BertNormalizer(), BertPreTokenizer()
    tokenizer.train_from_iterator(
        texts, WordPieceTrainer(vocab_size=_PIECES, special_tokens=_SPECIAL, show_progress=False)
    )
    vocabulary = tokenizer.get_vocab()
    return sorted(vocabulary, key=vocabulary.__getitem__)


def write_baseline(folder: Path, shape: Mapping[str, int], vocabulary: Sequence[str]) -> tuple[Path, Path]:
    """A checkpoint as Detoxify trains them, and the Hugging Face folder beside it, both in `folder`."""
    import torch
    import transformers

    home = folder / "config"
    home.mkdir(parents=True)
    config = transformers.AutoConfig.for_model("bert", **shape, vocab_size=VOCABULARY, num_labels=len(LABELS))
    config.save_pretrained(home)
    (home / "vocab.txt").write_text("\n".join(vocabulary) + "\n", encoding="utf-8")
    tokenizer: Any = transformers.AutoTokenizer.from_pretrained(home, model_max_length=512)
    tokenizer.save_pretrained(home)
    torch.manual_seed(7)
    models: Any = transformers.AutoModelForSequenceClassification
    arch = {
        "model_type": str(home),
        "model_name": "BertForSequenceClassification",
        "tokenizer_name": "BertTokenizerFast",
        "num_classes": len(LABELS),
    }
    checkpoint = folder / "baseline.ckpt"
    settings = {"arch": {"args": arch}, "dataset": {"args": {"classes": list(LABELS)}}}
    torch.save({"config": settings, "state_dict": models.from_config(config).state_dict()}, checkpoint)
    return checkpoint, home
