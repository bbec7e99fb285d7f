"""Checkpoints of the four shapes that Detoxify publishes, small enough for a test to make: random weights, a tokenizer trained
on the spot, files as Detoxify and Hugging Face write them."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tokenizers import BertWordPieceTokenizer, ByteLevelBPETokenizer, Tokenizer
from tokenizers.models import Unigram
from tokenizers.pre_tokenizers import Metaspace
from tokenizers.trainers import UnigramTrainer

OLD_NAMES = ("toxic", "severe_toxic", "obscene", "threat", "insult", "identity_hate")
NEW_NAMES = ("toxicity", "severe_toxicity", "obscene", "identity_attack", "insult", "threat", "sexual_explicit")
"""The order in which Detoxify's `original`, and its `unbiased` and `multilingual` models hold their labels."""
TOKENS = 64
"""What each of the models can read at once."""

CORPUS = [
    "What a lovely assembly, thank you all so much!",
    "The gate opens at half past three on Friday, bring a coat and a drink.",
    "You are an idiot and nobody likes you, go away.",
    "So proud 😊👏🏽 well done everyone, what a team",
    "Dobra robota, gratulacje dla całej klasy. Très bien, à demain! 谢谢老师",
] * 4


@dataclass(frozen=True)
class Shape:
    """`official` is the name that the published checkpoint asks Hugging Face for."""

    kind: str
    official: str
    model: str
    labels: tuple[str, ...]
    columns: int
    make_tokenizer: Callable[[], Any]


def _bert() -> Any:
    from transformers import BertTokenizer

    trained: Any = BertWordPieceTokenizer()
    trained.train_from_iterator(CORPUS, vocab_size=300, min_frequency=1, show_progress=False)
    return BertTokenizer(vocab=trained.get_vocab(), model_max_length=TOKENS)


def _roberta() -> Any:
    from transformers import RobertaTokenizer

    trained: Any = ByteLevelBPETokenizer()
    marks = ["<s>", "<pad>", "</s>", "<unk>", "<mask>"]
    trained.train_from_iterator(CORPUS, vocab_size=400, min_frequency=1, special_tokens=marks, show_progress=False)
    model = json.loads(trained.to_str())["model"]
    merges: Any = [tuple(pair) for pair in model["merges"]]  # The annotation there says str; what it takes is pairs.
    return RobertaTokenizer(vocab=model["vocab"], merges=merges, model_max_length=TOKENS)


def _albert() -> Any:
    from transformers import AlbertTokenizer

    return AlbertTokenizer(vocab=_pieces(["<pad>", "<unk>", "[CLS]", "[SEP]", "[MASK]"]), model_max_length=TOKENS)


def _xlm_roberta() -> Any:
    from transformers import XLMRobertaTokenizer

    return XLMRobertaTokenizer(vocab=_pieces(["<s>", "<pad>", "</s>", "<unk>"]), model_max_length=TOKENS)


def _pieces(marks: list[str]) -> list[tuple[str, float]]:
    """A sentencepiece vocabulary: pieces with their log probability, the marks first."""
    trained = Tokenizer(Unigram())
    trained.pre_tokenizer = Metaspace()
    trainer = UnigramTrainer(vocab_size=200, special_tokens=marks, unk_token="<unk>", show_progress=False)
    trained.train_from_iterator(CORPUS, trainer)
    return [(piece, score) for piece, score in json.loads(trained.to_str())["model"]["vocab"]]


SHAPES = {
    shape.kind: shape
    for shape in (
        Shape("bert", "bert-base-uncased", "BertForSequenceClassification", OLD_NAMES, 6, _bert),
        Shape("albert", "albert-base-v2", "AlbertForSequenceClassification", OLD_NAMES, 6, _albert),
        Shape("roberta", "roberta-base", "RobertaForSequenceClassification", NEW_NAMES, 16, _roberta),
        Shape("xlm-roberta", "xlm-roberta-base", "XLMRobertaForSequenceClassification", NEW_NAMES, 16, _xlm_roberta),
    )
}


def make_checkpoint(shape: Shape, folder: Path, *, by_official_name: bool = False) -> tuple[Path, Path]:
    """A checkpoint in Detoxify's format and the Hugging Face folder beside it.

    `by_official_name`: as published, where Detoxify itself would ask Hugging Face although a folder is given.
    """
    import torch
    import transformers

    torch.manual_seed(11)
    home = folder / "hf"
    home.mkdir(parents=True)
    tokenizer = shape.make_tokenizer()
    tokenizer.save_pretrained(home)
    config = _config(shape, tokenizer)
    config.save_pretrained(home)
    kind: Any = getattr(transformers, shape.model)
    state = kind(config).state_dict()
    for name in [name for name in state if name.endswith("embeddings.word_embeddings.weight")]:
        # Older libraries saved this beside the weights, so the published checkpoints have it.
        positions = name.replace("word_embeddings.weight", "position_ids")
        state[positions] = torch.arange(config.max_position_embeddings).expand((1, -1)).clone()
    arch = {
        "model_type": shape.official if by_official_name else str(home),
        "model_name": shape.model,
        "tokenizer_name": type(tokenizer).__name__,
        "num_classes": shape.columns,
    }
    settings = {"arch": {"type": "CLASSIFIER", "args": arch}, "dataset": {"args": {"classes": list(shape.labels)}}}
    checkpoint = folder / f"tiny_{shape.kind}.ckpt"
    torch.save({"config": settings, "state_dict": state}, checkpoint)
    return checkpoint, home


def _config(shape: Shape, tokenizer: Any) -> Any:
    import transformers

    behind = tokenizer.pad_token_id + 1 if "roberta" in shape.kind else 0
    more = {"embedding_size": 16, "num_hidden_groups": 1} if shape.kind == "albert" else {}
    return transformers.AutoConfig.for_model(
        shape.kind,
        vocab_size=len(tokenizer),
        hidden_size=32,
        num_hidden_layers=2,
        num_attention_heads=4,
        intermediate_size=64,
        max_position_embeddings=TOKENS + behind,
        type_vocab_size=1 if behind else 2,
        pad_token_id=tokenizer.pad_token_id,
        num_labels=shape.columns,
        initializer_range=0.3,  # The usual 0.02 would give every text the same scores.
        **more,
    )
