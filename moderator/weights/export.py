"""A torch module becomes an ONNX file, in whole numbers where speed counts, and is held against what it was made from."""

from __future__ import annotations

import logging
import warnings
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import ArrayLike

from moderator.errors import ModeratorError

if TYPE_CHECKING:
    import torch
    from onnx import ModelProto

INPUTS = ("input_ids", "attention_mask")
Reader = Callable[[Sequence[str]], ArrayLike]
"""Texts in, numbers out, of shape (texts, …)."""


class NotTheSame(ModeratorError):
    """An exported model does not say what the model it was made from says."""


def export(
    module: torch.nn.Module, path: Path, *, inputs: Sequence[str] = INPUTS, outputs: Sequence[str] = ("logits",)
) -> None:
    """Write `module` to `path` as ONNX in fp32, for any number of texts and tokens.

    The module takes `inputs` by name, int64 of shape (texts, tokens), `token_type_ids` among them where it wants them. It
    returns a tensor, several in the order of `outputs`, or a dict or Hugging Face output that has `outputs` as keys. Build it
    with attn_implementation="eager": onnxruntime knows that form by heart and joins its parts.
    """
    import torch

    with _quietly():
        program: Any = torch.onnx.export(
            _in_order(module.eval(), tuple(inputs), tuple(outputs)),
            tuple(_example(name) for name in inputs),
            input_names=list(inputs),
            output_names=list(outputs),
            dynamic_shapes=(tuple({0: torch.export.Dim.DYNAMIC, 1: torch.export.Dim.DYNAMIC} for _ in inputs),),
            dynamo=True,
            verbose=False,
        )
    path.write_bytes(_bare(program.model_proto).SerializeToString())


def quantize(fp32: Path, int8: Path) -> None:
    """Write `fp32` again with weights of eight bits, the embeddings too: a quarter of the size, about three times as fast.

    Activations are measured at run time, so no example texts are needed. Signed weights in all their range (`reduce_range`
    off) are the fast way of every x86 processor since 2019 and of ARM. Older ones may round differently: `models check` tells.
    """
    from onnx import TensorProto
    from onnxruntime.quantization import QuantType, quantize_dynamic

    with _quietly():
        quantize_dynamic(
            fp32,
            int8,
            per_channel=True,
            reduce_range=False,
            weight_type=QuantType.QInt8,
            extra_options={"MatMulConstBOnly": True, "DefaultTensorType": TensorProto.FLOAT},
        )


def check_same(session: Reader, torch_fn: Reader, texts: Sequence[str], within: float) -> float:
    """The largest difference between two readings of the same texts. Raises NotTheSame where it is above `within`."""
    ours, theirs = (np.asarray(read(texts), dtype=np.float64) for read in (session, torch_fn))
    if ours.shape != theirs.shape:
        raise NotTheSame(f"The exported model answers {ours.shape}, the one it was made from {theirs.shape}.")
    furthest = float(np.abs(ours - theirs).max(initial=0.0))
    if not furthest <= within:  # Not the other way round: what is no number is above every limit.
        raise NotTheSame(
            f"The exported model differs by {furthest:.2g} from the one it was made from; {within:.2g} is allowed. "
            "It is not kept."
        )
    return furthest


def _bare(model: ModelProto) -> ModelProto:
    """The model less the exporter's notes: they name files of this machine, so that no two machines would write the same, and
    their shapes contradict those that the quantizer works out."""
    del model.graph.value_info[:], model.metadata_props[:], model.graph.metadata_props[:]
    graph = model.graph
    for part in (*graph.node, *graph.initializer, *graph.input, *graph.output, *model.functions):
        part.doc_string = ""
        del part.metadata_props[:]
    return model


def _example(name: str) -> torch.Tensor:
    """Two texts of five tokens, the second shorter. One text or one token would be taken for a constant."""
    import torch

    if name == "attention_mask":
        return torch.tensor([[1, 1, 1, 1, 1], [1, 1, 1, 0, 0]])
    return torch.zeros((2, 5), dtype=torch.int64) if name == "token_type_ids" else torch.full((2, 5), 3)


def _in_order(module: torch.nn.Module, inputs: tuple[str, ...], outputs: tuple[str, ...]) -> torch.nn.Module:
    """The module as the exporter wants it: tensors in and out by their place."""
    import torch

    class InOrder(torch.nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.module = module

        def forward(self, *tensors: torch.Tensor) -> tuple[torch.Tensor, ...]:
            return _as_tuple(self.module(**dict(zip(inputs, tensors, strict=True))), outputs)

    return InOrder().eval()


def _as_tuple(said: Any, outputs: tuple[str, ...]) -> tuple[torch.Tensor, ...]:
    if isinstance(said, Mapping):
        return tuple(said[name] for name in outputs)
    return tuple(said) if isinstance(said, tuple | list) else (said,)


@contextmanager
def _quietly() -> Iterator[None]:
    """The exporters warn of their own inner changes, which nobody at a school can act upon."""
    before = logging.root.manager.disable
    logging.disable(logging.WARNING)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            yield
    finally:
        logging.disable(before)
