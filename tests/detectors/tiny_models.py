"""Models small enough for a test to make: an ONNX file written by hand, and a Detoxify checkpoint.

The `onnx` package is no dependency, so the file is put together from protobuf's wire format:
https://github.com/onnx/onnx/blob/main/onnx/onnx.proto (field numbers, read 2026-11-22).
"""

from __future__ import annotations

import json
import struct
from collections.abc import Mapping, Sequence
from pathlib import Path

from tokenizers import Tokenizer
from tokenizers.models import WordLevel
from tokenizers.pre_tokenizers import Whitespace

INT64, FLOAT = 7, 1
VOCABULARY = {"[PAD]": 0, "[UNK]": 1, "nice": 2, "vile": 3, "[CLS]": 4, "[SEP]": 5, "[MASK]": 6, "hell": 7}


def _varint(number: int) -> bytes:
    out = bytearray()
    while number > 127:
        out.append(number & 127 | 128)
        number >>= 7
    return bytes([*out, number])


def _number(field: int, value: int) -> bytes:
    return _varint(field << 3) + _varint(value)


def _bytes(field: int, value: bytes | str) -> bytes:
    raw = value.encode() if isinstance(value, str) else value
    return _varint(field << 3 | 2) + _varint(len(raw)) + raw


def _floats(name: str, shape: Sequence[int], values: Sequence[float]) -> bytes:
    dims = b"".join(_number(1, size) for size in shape)
    return dims + _number(2, FLOAT) + _bytes(8, name) + _bytes(9, struct.pack(f"<{len(values)}f", *values))


def _ints(name: str, values: Sequence[int]) -> bytes:
    return (
        _number(1, len(values))
        + _number(2, INT64)
        + _bytes(8, name)
        + _bytes(9, struct.pack(f"<{len(values)}q", *values))
    )


def _node(kind: str, inputs: Sequence[str], output: str, *attributes: bytes) -> bytes:
    said = b"".join(_bytes(1, name) for name in inputs) + _bytes(2, output) + _bytes(4, kind)
    return said + b"".join(_bytes(5, attribute) for attribute in attributes)


def _int_attribute(name: str, value: int) -> bytes:
    return _bytes(1, name) + _number(3, value) + _number(20, 2)


def _value(name: str, kind: int, dims: Sequence[str]) -> bytes:
    shape = b"".join(_bytes(1, _bytes(2, dim)) for dim in dims)
    return _bytes(1, name) + _bytes(2, _bytes(1, _number(1, kind) + _bytes(2, shape)))


def beyond_its_table(folder: Path, word: str) -> None:
    """The tokenizer knows a word by a number that the model has no row for."""
    path = folder / "tokenizer.json"
    known = json.loads(path.read_text(encoding="utf-8"))
    known["model"]["vocab"][word] = 1_000_000
    path.unlink()
    path.write_text(json.dumps(known), encoding="utf-8")


def write_onnx(
    folder: Path,
    labels: Sequence[str],
    weights: Mapping[str, Sequence[float]],
    max_length: int = 16,
    reads: str = "as_is",
) -> Path:
    """A model whose logits are the sum, over the tokens that are not padding, of each token's row in `weights`.

    `weights` maps words of VOCABULARY to one number a label; what it leaves out counts nothing.
    """
    rows = [value for word in VOCABULARY for value in weights.get(word, [0.0] * len(labels))]
    nodes = [
        _node("Gather", ["table", "input_ids"], "rows", _int_attribute("axis", 0)),  # (texts, tokens, labels)
        _node("Cast", ["attention_mask"], "mask", _int_attribute("to", FLOAT)),
        _node("Unsqueeze", ["mask", "last"], "wide"),
        _node("Mul", ["rows", "wide"], "kept"),
        _node("ReduceSum", ["kept", "tokens"], "logits", _int_attribute("keepdims", 0)),
    ]
    tensors = [_floats("table", (len(VOCABULARY), len(labels)), rows), _ints("last", [2]), _ints("tokens", [1])]
    graph = b"".join(_bytes(1, node) for node in nodes) + _bytes(2, "tiny")
    graph += b"".join(_bytes(5, tensor) for tensor in tensors)
    graph += b"".join(_bytes(11, _value(name, INT64, ("n", "t"))) for name in ("input_ids", "attention_mask"))
    graph += _bytes(12, _value("logits", FLOAT, ("n", "labels")))
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "model.onnx").write_bytes(_number(1, 8) + _bytes(7, graph) + _bytes(8, _number(2, 13)))
    tokenizer = Tokenizer(WordLevel(VOCABULARY, unk_token="[UNK]"))
    tokenizer.pre_tokenizer = Whitespace()
    tokenizer.save(str(folder / "tokenizer.json"))
    card = {"name": "tiny", "version": "7", "labels": list(labels), "max_length": max_length, "reads": reads}
    (folder / "model.json").write_text(json.dumps(card), encoding="utf-8")
    return folder
