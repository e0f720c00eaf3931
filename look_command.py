"""`python app.py look`: write the attention of a model on disk over a text as a stand-alone page."""

import argparse
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

import settings
from demos.attention.page import stand_alone
from model_setup import UNUSABLE
from models.catalog.local import head_of, pairs_of
from models.explain.attention import Attender, sources
from models.runtime.cache import ModelCache
from models.runtime.spec import Engine, ModelSpec
from models.weights.disk import found


def parser() -> argparse.ArgumentParser:
    """The command line; what it does not know is a setting of the app."""
    made = argparse.ArgumentParser(
        prog="app.py look",
        description="Write the attention of a model on disk over a text as one HTML file, running no code of its.",
        epilog="The settings of the app, such as --device, can be added. See app.py --help.",
        allow_abbrev=False,
    )
    made.add_argument("--model", type=Path, required=True, help="a folder with safetensors, or a .gguf file")
    made.add_argument("--text", required=True, help="what the model reads")
    made.add_argument("--pair", default="", help="a second text, where the model reads pairs")
    made.add_argument("--cross", action="store_true", help="of an encoder-decoder, the attention between both texts")
    made.add_argument("--out", type=Path, required=True, help="the HTML file to write")
    return made


def main(arguments: Sequence[str], make_cache: Callable[[settings.Settings], ModelCache]) -> None:
    """Write the file. Exits with a message where the model or the text cannot be used."""
    given, rest = parser().parse_known_args(arguments)
    try:
        weights = found(given.model, given.model.resolve().name.removesuffix(".gguf"), "")
        head = head_of(weights)
        engine: Engine = "llama.cpp" if weights.gguf else "torch"
        spec = ModelSpec(weights.name, head, weights, 0, attention="eager", engine=engine, pairs=pairs_of(weights))
        attender = Attender(make_cache(settings.read(rest)), (spec,))
        source = sources((spec,))[-1 if given.cross else 0]
        result = attender(source.name, given.text, given.pair)
        given.out.write_text(stand_alone(result, given.text, given.pair), encoding="utf-8")
    except (*UNUSABLE, ValueError, OSError, MemoryError) as error:
        sys.exit(str(error))
    print(f"{given.out}: {result.layers} layers of {result.heads} heads over {len(result.keys)} tokens")
