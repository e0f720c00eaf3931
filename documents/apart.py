"""Reads and rewrites documents in a subprocess, which isolates the server from malicious files."""

import json
import logging
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from documents.child import LENGTH
from documents.document import Document
from documents.reading import load
from models.runtime.limits import InputError
from models.runtime.progress import Report, Stage, ignore

ROOT = Path(__file__).parent.parent
# The time limit for a file in seconds, less than that of a request.
SECONDS = 40.0
# How often to check for cancellation, in seconds.
GLANCE = 0.1
FAILED = "The document could not be read: it is damaged, or needs too much memory. Save it again."

log = logging.getLogger(__name__)


def read_document(path: Path, report: Report = ignore) -> Document:
    """The document in the file at `path`. Raises InputError if it cannot be read."""
    result, _ = apart("read", load(path), path.suffix.lower(), report=report)
    return Document.of(result)


def apart(
    verb: str, data: bytes, ending: str, given: object = None, report: Report = ignore, seconds: float = SECONDS
) -> tuple[Any, bytes]:
    """Run `verb` in `documents.child` and return its response; `report` can cancel by raising. Raises InputError."""
    # One thread suffices, and each takes a share of the memory limit.
    environment = os.environ | {"OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1"}
    command = [sys.executable, "-m", "documents.child", verb, ending]
    head = json.dumps(given).encode()
    deadline = time.monotonic() + seconds
    pipe = subprocess.PIPE
    # With a pipe, writing the input would block the checks for cancellation.
    with tempfile.TemporaryFile() as request:
        request.write(LENGTH.pack(len(head)) + head + data)
        request.seek(0)
        child = subprocess.Popen(command, cwd=ROOT, env=environment, stdin=request, stdout=pipe, stderr=pipe)
    with child:
        try:
            while True:
                report(Stage("Reading", "the document"))
                try:
                    answer, complaint = child.communicate(timeout=GLANCE)
                    break
                except subprocess.TimeoutExpired:
                    pass
                if time.monotonic() > deadline:
                    words = f"The document took longer than {seconds:.0f} s to read. Split it, or save it as text."
                    raise InputError("file", words)
        finally:
            # Nothing where it has ended.
            child.kill()
    if child.returncode:
        log.warning("reading a document failed: %s", complaint.decode(errors="replace")[-2_000:])
        raise InputError("file", FAILED)
    (length,) = LENGTH.unpack_from(answer)
    response = json.loads(answer[LENGTH.size : LENGTH.size + length])
    if "error" in response:
        raise InputError(response["field"], response["error"])
    return response["result"], answer[LENGTH.size + length :]
