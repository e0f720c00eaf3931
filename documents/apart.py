"""Reads and rewrites documents in a process of their own, which a hostile file can stall or fill to no harm."""

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
# How long a file may take, in seconds: less than a request has.
SECONDS = 40.0
# How often the work looks whether anybody still waits for it, in seconds.
GLANCE = 0.1
FAILED = "The document could not be read: it is damaged, or asks for more than one may take. Save it again."

log = logging.getLogger(__name__)


def read_document(path: Path, report: Report = ignore) -> Document:
    """The document in the file at `path`. Raises InputError, in words on what is wrong with it."""
    result, _ = apart("read", load(path), path.suffix.lower(), report=report)
    return Document.of(result)


def apart(
    verb: str, data: bytes, ending: str, given: object = None, report: Report = ignore, seconds: float = SECONDS
) -> tuple[Any, bytes]:
    """What `documents.child` answers to `verb`; `report` ends the work by raising. Raises InputError."""
    # One thread is enough, and others would each take their share of the memory that is allowed.
    environment = os.environ | {"OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1"}
    command = [sys.executable, "-m", "documents.child", verb, ending]
    head = json.dumps(given).encode()
    deadline = time.monotonic() + seconds
    pipe = subprocess.PIPE
    # A pipe would have to be fed while it is seen to whether anybody still waits.
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
    told = json.loads(answer[LENGTH.size : LENGTH.size + length])
    if "error" in told:
        raise InputError(told["field"], told["error"])
    return told["result"], answer[LENGTH.size + length :]
