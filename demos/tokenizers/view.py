"""What the tokens of several tokenizers look like side by side, and for scripts."""

from typing import Any

from demos.packed import PackedView
from models.explain.tokenizing import Piece, Split

SCRIPTS = ("tokens/parts.js", "tokenizers/view.js")


class TokenizerView(PackedView):
    """Draws a `tokenizer_value`; what a visitor wrote goes into the page as text."""

    def __init__(self, elem_id: str, render: bool = True) -> None:
        # Gradio makes an unrendered one where an event leaves the view as it is.
        super().__init__({}, "tokenizers/view.html", SCRIPTS, elem_id, render)


def tokenizer_value(text: str, found: tuple[Split, ...]) -> dict[str, Any]:
    """The value of a TokenizerView: each token as its text, its id, its bytes and whether it is unknown."""
    return {
        "characters": len(text),
        "bytes": len(text.encode()),
        "splits": [
            {
                "model": each.model,
                "kind": each.kind,
                "vocabulary": each.vocabulary,
                "tokens": [[piece.text, piece.id, spelled(piece), piece.unknown] for piece in each.pieces],
            }
            for each in found
        ],
    }


def tokens_json(text: str, found: tuple[Split, ...]) -> dict[str, Any]:
    """`found` as scripts get it."""
    return {
        "characters": len(text),
        "bytes": len(text.encode()),
        "tokenizers": [
            {
                "model": each.model,
                "kind": each.kind,
                "vocabulary": each.vocabulary,
                "seconds": each.seconds,
                "count": len(each.pieces),
                "tokens": [
                    {
                        "id": piece.id,
                        "text": piece.text,
                        "bytes": spelled(piece),
                        "start": piece.start,
                        "end": piece.end,
                        "unknown": piece.unknown,
                    }
                    for piece in each.pieces
                ],
            }
            for each in found
        ],
    }


def spelled(piece: Piece) -> str:
    """The bytes of a token, each as two hexadecimal digits."""
    return piece.data.hex(" ").upper()
