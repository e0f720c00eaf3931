"""The data of the attention view: quantized weights, as many as are quick to send, the rest on request."""

import base64
import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import astuple
from typing import Any

import numpy as np
from numpy.typing import NDArray

from demos.views.heads_off_data import outcome, whole_ranking
from demos.words import localize
from models.explain.attention import MEASURES, Attender, Attention
from models.explain.attention_math import Weights, aggregate, distance, entropy, names, passed_on, rollout, share
from models.explain.reading import Token
from models.runtime.limits import InputError, check_whole
from models.runtime.progress import Report, ignore

MEAN, MAX, ROLLOUT = -1, -2, -3
ALL_LAYERS_BYTES = 80_000
ONE_LAYER_BYTES = 800_000
THUMBNAIL = 16
LINKS = 8


def answer(attender: Attender, wanted: dict[str, Any], report: Report = ignore) -> str:
    """Answer a request of the view: another text to compare with, or more data of the current text.

    Raises InputError if the page requests something that does not exist; an unreadable second text is reported there.
    """
    if wanted.get("rank"):
        return whole_ranking(attender, wanted, report)
    if "off" in wanted:
        return outcome(attender, wanted, report)
    measure = wanted.get("measure", "weights")
    try:
        result = attender(wanted["model"], wanted["text"], wanted["pair"], report)
    except InputError as error:
        if not wanted.get("other"):
            raise
        return json.dumps({"other": True, "refused": localize(error)})
    if wanted.get("other") or wanted.get("again"):
        role = "other" if wanted.get("other") else "again"
        return first(result, wanted["text"], wanted["pair"], wanted["layer"], wanted["head"], role, measure)
    result = result.measured(measure)
    if wanted.get("links"):
        return more(result, wanted["key"], wanted["layer"], ROLLOUT, with_links=True)
    return more(result, wanted["key"], wanted["layer"], wanted["head"], wanted.get("exact") is True)


def first(
    result: Attention,
    text: str,
    text_pair: str,
    layer: int,
    head: int,
    role: str = "",
    measure: str = "weights",
    off: Sequence[Mapping[str, int]] = (),
) -> str:
    """What the view needs to draw `result` at `layer` and `head`: as much of it as travels quickly, by `measure`.

    The view begins with `off` switched off. The `role` "other" marks a text that another one is compared with, "again"
    the same text by another measure. Raises InputError where there is no such layer, head or measure.
    """
    _check(result, layer, head, lowest=-1)
    shares = _shares(result)
    result = result.measured(measure)
    specials = [token.special for token in result.keys]
    square = result.kind != "cross"
    data: dict[str, Any] = {
        "role": role,
        "measure": measure,
        "off": list(off),
        "shares": shares,
        "key": hashlib.sha256(json.dumps([result.run.model, text, text_pair, measure]).encode()).hexdigest()[:16],
        "model": result.run.model,
        "text": text,
        "pair": text_pair,
        "target": result.target,
        "kind": result.kind,
        "tokens": [[_row(token) for token in side] for side in (result.queries, result.keys)],
        "layers": result.layers,
        "heads": result.heads,
        "kvHeads": result.key_value_heads,
        "layer": layer % result.layers,
        "head": head,
        "names": names(result.weights, [token.text for token in result.keys], specials).tolist() if square else [],
        "entropy": _rounded(entropy(result.weights), 2),
        "distance": _rounded(distance(result.weights), 1) if square else [],
        "thumbnails": _thumbnails(result.weights),
    }
    return json.dumps(data | _planes(result, _travelling(result, layer % result.layers, head)))


def more(result: Attention, key: str, layer: int, head: int, exact: bool = False, with_links: bool = False) -> str:
    """The matrices that the view of `key` asked for: one `exact` one as float32, else as in `first`.

    Raises InputError where there is no such layer or head.
    """
    _check(result, layer, head)
    data: dict[str, Any]
    if exact:
        data = {"planes": [[layer, head, 0]], "data": _base64(plane(result, layer, head).astype("<f4"))}
    else:
        data = _planes(result, _travelling(result, layer, head))
    if with_links:
        data["links"] = links(result)
    return json.dumps({"more": True, "key": key, "exact": exact} | data)


def links(result: Attention) -> dict[str, Any]:
    """For each layer and token, the LINKS tokens that it mostly comes from, as rollout sees it, and their shares."""
    layers = passed_on(result.weights.mean(axis=1))
    each = min(LINKS, layers.shape[-1])
    tokens = np.argpartition(layers, -each)[..., -each:]
    shares = np.take_along_axis(layers, tokens, axis=-1)
    coded = np.round(255 * np.sqrt(shares)).astype(np.uint8)
    return {"each": each, "tokens": _base64(tokens.astype("<u2")), "shares": _base64(coded)}


def plane(result: Attention, layer: int, head: int) -> Weights:
    """One matrix; `head` may also be MEAN, MAX, or ROLLOUT up to and with `layer`."""
    if head == ROLLOUT:
        flows: Weights = rollout(result.weights[: layer + 1].mean(axis=1))[-1]
        return flows
    if head in (MEAN, MAX):
        return aggregate(result.weights[layer], "mean" if head == MEAN else "max")
    return result.select(layer, head)


def encode(matrix: Weights) -> tuple[float, NDArray[np.uint8]]:
    """A matrix in bytes and its largest weight: byte = 255 sqrt(weight / largest), so that faint weights stay apart.

    Decoded, a weight is at most 1/255 off.
    """
    largest = float(matrix.max()) or 1.0
    return largest, np.round(255 * np.sqrt(matrix / largest)).astype(np.uint8)


def _shares(result: Attention) -> dict[str, list[list[float]]]:
    """By each measure there is, how much of their weight the words give to the resting tokens, for each head."""
    rests = [token.special for token in result.queries] if result.kind == "cross" else result.resting
    words = [not each for each in rests]
    there = MEASURES if result.value_norms is not None else MEASURES[:1]
    return {each: _rounded(share(result.measured(each).weights, words, result.resting), 3) for each in there}


def _check(result: Attention, layer: object, head: object, lowest: int = 0) -> None:
    check_whole(layer, "Layer", lowest, result.layers - 1)
    check_whole(head, "Head", MAX if result.kind == "cross" else ROLLOUT, result.heads - 1)


def _travelling(result: Attention, layer: int, head: int) -> list[tuple[int, int]]:
    """Which (layer, head) go together: all of a short text, one layer of a longer one, else one head."""
    cells = len(result.queries) * len(result.keys)
    rollouts = result.kind != "cross"
    if result.layers * (result.heads + rollouts) * cells <= ALL_LAYERS_BYTES:
        heads = [*range(result.heads), *([ROLLOUT] if rollouts else [])]
        return [(i, j) for i in range(result.layers) for j in heads]
    asked = [(layer, head)] if head == ROLLOUT else []
    if result.heads * cells <= ONE_LAYER_BYTES:
        return [(layer, j) for j in range(result.heads)] + asked
    return [(layer, head)]


def _planes(result: Attention, which: list[tuple[int, int]]) -> dict[str, Any]:
    coded = [(i, j, *encode(plane(result, i, j))) for i, j in which]
    data = np.concatenate([values.ravel() for *_, values in coded])
    return {"planes": [[i, j, largest] for i, j, largest, _ in coded], "data": _base64(data)}


def _thumbnails(weights: Weights) -> dict[str, Any]:
    """Every head, pooled by maximum to at most THUMBNAIL x THUMBNAIL bytes, each as bright as it can be."""
    small = weights
    for axis in (2, 3):
        length = small.shape[axis]
        starts = np.unique(np.arange(min(length, THUMBNAIL)) * length // min(length, THUMBNAIL))
        small = np.maximum.reduceat(small, starts, axis=axis)
    peaks = small.max(axis=(2, 3), keepdims=True)
    coded = np.round(255 * np.sqrt(small / np.where(peaks > 0, peaks, 1))).astype(np.uint8)
    return {"rows": small.shape[2], "columns": small.shape[3], "data": _base64(coded)}


def _rounded(values: NDArray[np.float32], digits: int) -> list[list[float]]:
    return [[round(value, digits) for value in row] for row in values.tolist()]


def _row(token: Token) -> tuple[Any, ...]:
    return astuple(token)


def _base64(values: NDArray[Any]) -> str:
    return base64.b64encode(np.ascontiguousarray(values).tobytes()).decode()
