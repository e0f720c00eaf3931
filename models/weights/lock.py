"""The lock file: the commit of the first download of a Hub model, and the hashes its files must have since."""

import json
import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from filelock import FileLock

from models.runtime.spec import HubRepository, HubWeights, WeightFile, Weights

VERSION = 1


class LockError(RuntimeError):
    """A lock file cannot be read or written."""


@dataclass(frozen=True)
class Locked:
    """The commit and the files of a model's branch when it was first downloaded."""

    commit: str
    files: tuple[WeightFile, ...]

    def weights(self, hub: HubWeights) -> Weights:
        """`hub` with the trusted hashes."""
        return Weights(
            hub.name, self.files, (HubRepository(hub.source.repository, self.commit),), hub.licence, hub.gguf
        )


@dataclass(frozen=True)
class LockFile:
    """Locked models by repository and branch, as JSON at `path`; an operator can keep that file with the code."""

    path: Path

    def find(self, hub: HubWeights) -> Locked | None:
        """The entry of `hub`, or None before its first download. Raises LockError."""
        entry = self._entries().get(str(hub))
        if entry is None:
            return None
        try:
            files = tuple(
                WeightFile(_plain(name), name, int(file["nbytes"]), str(file["sha256"]))
                for name, file in sorted(entry["files"].items())
            )
            return Locked(str(entry["commit"]), files)
        except (KeyError, TypeError, ValueError, AttributeError) as error:
            raise LockError(
                f"The entry {hub} of {self.path} is not whole ({error!r}): delete it to lock the newest commit."
            ) from error

    def add(self, hub: HubWeights, locked: Locked) -> Locked:
        """Keep `locked` for `hub` unless another process was faster; return what is kept. Raises LockError."""
        try:
            self.path.parent.mkdir(parents=True, exist_ok=True)
            with FileLock(f"{self.path}.lock"):
                found = self.find(hub)
                if found is not None:
                    return found
                files = {file.name: {"nbytes": file.nbytes, "sha256": file.sha256} for file in locked.files}
                entry = {"commit": locked.commit, "licence": hub.licence, "files": files}
                self._write({**self._entries(), str(hub): entry})
                return locked
        except OSError as error:
            raise LockError(
                f"{hub.name} could not be locked in {self.path}: {error.strerror or error}. "
                "Choose a file that can be written with --lock."
            ) from error

    def _entries(self) -> Mapping[str, Any]:
        try:
            content = json.loads(self.path.read_text(encoding="utf-8"))
        except (FileNotFoundError, NotADirectoryError):
            return {}
        except (OSError, ValueError) as error:
            raise LockError(f"The lock file {self.path} cannot be read: {error}.") from error
        if not isinstance(content, dict) or content.get("version") != VERSION:
            raise LockError(f"The lock file {self.path} is not of version {VERSION}, the one that is read here.")
        models = content.get("models")
        if not isinstance(models, dict):
            raise LockError(f"The lock file {self.path} has no table of models.")
        return models

    def _write(self, models: Mapping[str, Any]) -> None:
        written = self.path.with_name(f"{self.path.name}.new")
        content = json.dumps({"version": VERSION, "models": models}, indent=2, sort_keys=True)
        written.write_text(content + "\n", encoding="utf-8")
        os.replace(written, self.path)


def _plain(name: str) -> str:
    if Path(name).name != name:
        raise ValueError(f"{name!r} is no plain file name")
    return name
