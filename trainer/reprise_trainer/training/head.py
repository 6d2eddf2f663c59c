"""How wide the tiles are in which TRL computes logits."""

from __future__ import annotations

from typing import Any

from trl.trainer import utils

# In numbers: rows begin at a cache line.
_LINE = 16
_WIDEST = utils._CHUNKED_LOGPROB_CHUNK_SIZE


def fit_tiles(trainer: Any) -> None:
    """Let a training on the CPU compute its logits in tiles that are as wide as the vocabulary.

    TRL makes them of 32,768 numbers a row, of which a small vocabulary fills the first few: each row is then in pages
    of its own, and all rows fall on the same lines of the caches. The numbers are the same, as all logits of a row are
    in one tile with either width.
    """
    vocabulary = len(trainer.model.get_output_embeddings().weight)
    fits = trainer.args.use_cpu and vocabulary < _WIDEST
    utils._CHUNKED_LOGPROB_CHUNK_SIZE = -(-vocabulary // _LINE) * _LINE if fits else _WIDEST
