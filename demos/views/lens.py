"""The lens view: layers and positions of a `Lens`, drawn by the scripts in `assets/lens/`, and the data it is sent."""

from dataclasses import asdict
from typing import Any

from demos.packed import PackedView
from demos.status import describe
from demos.words import say
from models.explain.lens.result import Lens

SCRIPTS = (
    *("tokens/parts.js", "attention/colour.js", "attention/pens.js", "shared/save.js"),
    *("lens/data.js", "lens/figure.js", "lens/view.js"),
)


class LensView(PackedView):
    """Draws a `lens_value`; empty while there is none. What a model or a visitor wrote goes into the page as text."""

    def __init__(self, elem_id: str, render: bool = True) -> None:
        # Gradio makes an unrendered one where an event leaves the view as it is.
        super().__init__({}, "lens/view.html", SCRIPTS, elem_id, render)


def lens_value(found: Lens, asked: bool = False) -> dict[str, Any]:
    """The value of a LensView; `asked` is whether the first followed token is a word that the visitor named.

    Arrays are flat, in the order of their axes; tokens are places in `words`.
    """
    places = {token: place for place, token in enumerate(found.texts)}
    return {
        "model": found.run.model,
        "read": list(found.read),
        "before": found.before,
        "embedding": found.embedding,
        "target": found.target,
        "asked": asked,
        "words": list(found.texts.values()),
        "top": [places[token] for token in found.top.ravel().tolist()],
        "chances": _short(found.chances.ravel().tolist()),
        "followed": [places[token] for token in found.followed.ravel().tolist()],
        "ranks": found.ranks.ravel().tolist(),
        "probabilities": _short(found.probabilities.ravel().tolist()),
    }


def lens_json(found: Lens) -> dict[str, Any]:
    """`found` as scripts get it: a list of layers, each with a list of positions."""
    layers = []
    for row in range(len(found.ranks)):
        positions = []
        for position in range(len(found.read)):
            tops = zip(found.top[row, position].tolist(), found.chances[row, position].tolist(), strict=True)
            ranked = zip(
                found.followed[position].tolist(),
                found.ranks[row, position].tolist(),
                found.probabilities[row, position].tolist(),
                strict=True,
            )
            positions.append(
                {
                    "top": [{"text": found.texts[token], "probability": chance} for token, chance in tops],
                    "followed": [
                        {"text": found.texts[token], "rank": rank, "probability": chance}
                        for token, rank, chance in ranked
                    ],
                }
            )
        layers.append({"layer": found.layer(row), "positions": positions})
    appears = [found.appears(position) for position in range(len(found.read))]
    return {
        **asdict(found.run),
        "read": list(found.read),
        "before": found.before,
        "appears": appears,
        "target": found.target,
        "layers": layers,
    }


def lens_status(found: Lens) -> str:
    """The status line under a lens."""
    rows, positions = found.ranks.shape[:2]
    return describe(found.run, say("{n} states × {positions} positions, one pass", n=rows, positions=positions))


def _short(probabilities: list[float]) -> list[float]:
    return [float(f"{each:.4g}") for each in probabilities]
