"""Conversions that need torch, as a separate command, so that the serving process does not import it.

python -m models.engines.convert encoder FOLDER OUT --head sentiment
python -m models.engines.convert tokenizer MODEL.gguf FOLDER
"""

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from models.engines.checkpoint import Checkpoint


def encoder_arguments(checkpoint: Checkpoint, out: Path) -> list[str]:
    """The arguments of `run` that convert the encoder of `checkpoint` into the folder `out`."""
    arguments = ["encoder", str(checkpoint.folder.resolve()), str(out.resolve()), f"--head={checkpoint.head}"]
    arguments += [f"--name={checkpoint.name}", f"--attention={checkpoint.attention}"]
    arguments += [f"--label={label}" for label in checkpoint.labels]
    if checkpoint.adapter is not None:
        arguments.append(f"--adapter={checkpoint.adapter.resolve()}")
    return arguments


def main(arguments: Sequence[str]) -> None:
    """Run the conversion on the command line, passing on its errors."""
    parser = argparse.ArgumentParser(prog="python -m models.engines.convert", description=__doc__.splitlines()[0])
    commands = parser.add_subparsers(required=True, metavar="KIND")
    _add_encoder(commands)
    _add_gguf(commands)
    chosen = parser.parse_args(arguments)
    chosen.convert(chosen)


def _add_encoder(commands: Any) -> None:
    parser = commands.add_parser("encoder", help="an encoder of Transformers, for OpenVINO")
    parser.add_argument("folder", type=Path, help="the folder with the weights as safetensors")
    parser.add_argument("out", type=Path, help="the folder to write")
    parser.add_argument("--head", required=True, help="what the model is for, as in models.runtime.spec.Head")
    parser.add_argument("--name", default="the model", help="how messages call it")
    parser.add_argument("--attention", default="sdpa", help="sdpa or eager")
    parser.add_argument("--label", action="append", default=[], help="a class of its head, in their order")
    parser.add_argument("--adapter", type=Path, help="the folder of an adapter to merge")
    parser.set_defaults(convert=_convert_encoder)


def _convert_encoder(chosen: argparse.Namespace) -> None:
    from models.engines.openvino.conversion import convert

    labels = tuple(chosen.label)
    checkpoint = Checkpoint(chosen.name, chosen.folder, chosen.head, chosen.attention, labels, chosen.adapter)
    convert(checkpoint, chosen.out)


def _add_gguf(commands: Any) -> None:
    from models.engines.torch import gguf_conversion

    for kind, convert, help in (
        ("tokenizer", gguf_conversion.write_tokenizer, "the tokenizer in a GGUF file, as JSON"),
        ("torch", gguf_conversion.write_module, "the model in a GGUF file, as safetensors for Transformers"),
    ):
        parser = commands.add_parser(kind, help=help)
        parser.add_argument("gguf", type=Path, help="the GGUF file")
        parser.add_argument("folder", type=Path, help="the folder to write")
        parser.set_defaults(convert=lambda chosen, convert=convert: convert(chosen.gguf, chosen.folder))


if __name__ == "__main__":
    main(sys.argv[1:])
