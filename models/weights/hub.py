"""Resolves a model on the Hub to a commit and the hashes of its files."""

import hashlib
import json
import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from models.runtime.progress import Report, Stage
from models.runtime.spec import HubRepository, HubWeights, WeightFile
from models.weights.lock import Locked
from models.weights.mirrors import MirrorError, from_hub, hub_errors

# The files of a model: no code and no pickles.
WEIGHTS = re.compile(r"model(-\d{5}-of-\d{5})?\.safetensors")
OTHERS = (
    "config.json",
    "generation_config.json",
    "model.safetensors.index.json",
    "tokenizer.json",
    "tokenizer_config.json",
    "special_tokens_map.json",
    "added_tokens.json",
    "chat_template.jinja",
    "vocab.json",
    "vocab.txt",
    "merges.txt",
    "source.spm",
    "target.spm",
    "spiece.model",
    "sentencepiece.bpe.model",
)
PICKLES = (".bin", ".pt", ".pth", ".ckpt", ".pkl", ".pickle")


class Refused(MirrorError):
    """A model that must not be loaded from any mirror."""


def resolve(hub: HubWeights, folder: Path, report: Report) -> Locked:
    """Resolve `hub` to its current commit and the hash of each file of the model.

    The Hub reports the hashes of large files; small ones are downloaded to `folder` and hashed. Raises MirrorError if
    the Hub fails, and Refused if the model has no safetensors, lacks the requested GGUF file, or requires custom code.
    """
    from huggingface_hub import HfApi

    report(Stage("Checking", f"{hub.name} on the Hub"))
    with hub_errors(hub.source):
        info = HfApi().model_info(hub.source.repository, revision=hub.source.revision, files_metadata=True, timeout=20)
    siblings = {one.rfilename: one for one in info.siblings or []}
    names = [hub.gguf] if hub.gguf else wanted(list(siblings))
    if hub.gguf and hub.gguf not in siblings:
        there = sorted(name for name in siblings if name.endswith(".gguf"))
        raise Refused(f"{hub.source} is refused: it has no {hub.gguf}, but {', '.join(there) or 'no GGUF file at all'}")
    if not hub.gguf and not any(map(WEIGHTS.fullmatch, names)):
        pickled = [name for name in siblings if name.endswith(PICKLES)]
        has = f"it has {', '.join(pickled[:3])}, which can run code when it is opened" if pickled else "it has none"
        raise Refused(f"{hub.source} is refused: only safetensors are loaded, and {has}")
    commit = HubRepository(hub.source.repository, str(info.sha))
    small = [WeightFile(name, name, siblings[name].size or 0, "") for name in names if siblings[name].lfs is None]
    from_hub(commit, tuple(small), folder, report)
    for file in small:
        if not _announced(folder / file.name, siblings[file.name].blob_id):
            raise MirrorError(f"{hub.source} gave a {file.name} that is not the one it announced")
    for name in ("config.json", "tokenizer_config.json"):
        if (folder / name).is_file() and "auto_map" in _json(folder / name, hub.source):
            raise Refused(f"{hub.source} is refused: its {name} requires custom code")
    files = []
    for name in names:
        large = siblings[name].lfs
        if large is not None:
            files.append(WeightFile(name, name, large.size, large.sha256))
        else:
            content = (folder / name).read_bytes()
            files.append(WeightFile(name, name, len(content), hashlib.sha256(content).hexdigest()))
    return Locked(commit.revision, tuple(sorted(files, key=lambda file: file.name)))


def wanted(names: Sequence[str]) -> list[str]:
    """Select the files of a model from `names`; weights in one file are preferred to shards."""
    weights = ["model.safetensors"] if "model.safetensors" in names else list(filter(WEIGHTS.fullmatch, names))
    others = [name for name in OTHERS if name in names and (name != OTHERS[2] or len(weights) > 1)]
    return [*others, *sorted(weights)]


def _announced(file: Path, blob: str | None) -> bool:
    """Whether `file` has the git hash `blob`."""
    content = file.read_bytes()
    return blob is None or hashlib.sha1(b"blob %d\0%b" % (len(content), content)).hexdigest() == blob


def _json(path: Path, source: HubRepository) -> dict[str, Any]:
    try:
        content: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    except ValueError as error:
        raise MirrorError(f"{source} gave a {path.name} that is no JSON") from error
    return content
