"""Makes what the tabs open on again, of the inputs in `assets/openings/`: `python -m bench.openings [TAB ...]`.

To choose another opening, change the inputs in its file and run this.
"""

import hashlib
import json
import sys
from collections.abc import Iterator, Mapping
from dataclasses import asdict
from typing import Any

import gradio as gr
from pydantic import TypeAdapter

import app
import model_setup
import settings
from demos.assets import ASSETS
from demos.page.openings import FOLDER, Made, made
from demos.tab import Form
from models.catalog.offers import ACCURATE, BUNDLED, LARGE
from models.runtime.cache import ModelCache
from models.runtime.spec import ModelSpec, Weights

OFFERS = BUNDLED.with_more(ACCURATE).with_more(LARGE)
# Digits of a number: more are never seen, and differ from machine to machine.
DIGITS = 6
# What stands between the names of two models that made a result together.
WITH = ", nearest by "


def forms(cache: ModelCache) -> dict[str, Form]:
    """Every tab's form over `cache`, with the bundled models to choose from, the small ones first."""
    with gr.Blocks():
        return {tab.name: tab.show(cache, offers=OFFERS) for tab in app.TABS}


def every() -> list[tuple[str, str, str]]:
    """The tab and the language of each opening there is, and the model by whose name it is kept, if any."""
    found = []
    for path in sorted(FOLDER.glob("*.json")):
        tab, _, rest = path.name.removesuffix(".json").partition(".")
        language, _, by = rest.partition("@")
        found.append((tab, language, by))
    return found


def make(form: Form, inputs: Mapping[str, Any]) -> Made:
    """What the models behind `form` make of `inputs`."""
    assert form.opening is not None, "the tab has an opening"
    result = TypeAdapter(form.opening.kind).dump_python(form.opening.make(**inputs), mode="json")
    known = digests()
    parts = {part for name in named(result) for part in name.split(WITH)}
    return Made(inputs, {name: known[name] for name in sorted(parts & known.keys())}, rounded(result))


def digests() -> dict[str, str]:
    """The digest of every bundled model by its name."""
    return {spec.name: digest(spec) for spec in (*OFFERS.all, *BUNDLED.attention)}


def digest(spec: ModelSpec) -> str:
    """Identifies the bytes of a bundled model: a hash over those of its files and its adapter."""
    if not isinstance(spec.weights, Weights):
        raise ValueError(f"{spec.name} is not bundled: its hashes are not known beforehand.")
    hashes = [file.sha256 for file in spec.weights.files]
    if spec.adapter:
        adapter = ASSETS / "adapters" / spec.adapter / "adapter_model.safetensors"
        hashes.append(hashlib.sha256(adapter.read_bytes()).hexdigest())
    return hashlib.sha256("".join(hashes).encode()).hexdigest()


def named(result: Any) -> Iterator[str]:
    """The names of the models in a result."""
    if isinstance(result, Mapping):
        yield from (value for key, value in result.items() if key == "model")
        for value in result.values():
            yield from named(value)
    elif isinstance(result, list):
        for value in result:
            yield from named(value)


def rounded(result: Any) -> Any:
    """`result` with its numbers to DIGITS significant digits."""
    if isinstance(result, float):
        return float(f"{result:.{DIGITS}g}")
    if isinstance(result, Mapping):
        return {key: rounded(value) for key, value in result.items()}
    return [rounded(each) for each in result] if isinstance(result, list) else result


def main(wanted: list[str]) -> None:
    """Make the openings of the `wanted` tabs, or all."""
    found = forms(model_setup.make_cache(settings.read([])))
    for tab, language, by in every():
        if wanted and tab not in wanted:
            continue
        before = made(tab, language, by)
        assert before is not None, "its file is there"
        text = json.dumps(asdict(make(found[tab], before.inputs)), ensure_ascii=False, separators=(",", ":"))
        path = FOLDER / f"{tab}.{language}{by and '@'}{by}.json"
        path.write_text(text + "\n", encoding="utf-8")
        print(f"{path.name}: {len(text.encode()):,} bytes")


if __name__ == "__main__":
    main(sys.argv[1:])
