"""The subprocess that `documents.apart` starts: it reads one file and returns its text or a rewritten copy."""

import json
import struct
import sys
from dataclasses import asdict
from typing import Any

from models.runtime.limits import InputError

# Memory limit of the process in bytes: several times what a large genuine document needs.
MEMORY_LIMIT = 1_000_000_000
# CPU limit in seconds; the parent's own limit is shorter, but the parent may have died.
CPU_SECONDS = 90
LENGTH = struct.Struct("!Q")
TOO_LARGE = "The document needs more memory than is allowed. Split it, or save it as text."


def limit_itself() -> None:
    """Set the resource limits of this process."""
    try:
        import resource
    except ImportError:
        # Windows has no such limits.
        return
    resource.setrlimit(resource.RLIMIT_DATA, (MEMORY_LIMIT, MEMORY_LIMIT))
    resource.setrlimit(resource.RLIMIT_CPU, (CPU_SECONDS, CPU_SECONDS))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def work(verb: str, ending: str, given: Any, data: bytes) -> tuple[Any, bytes]:
    """Execute `verb` and return a JSON-serializable value and bytes. Raises InputError."""
    if verb == "read":
        from documents.reading import parse

        return asdict(parse(data, ending)), b""
    from documents import rewriting

    if verb == "passages":
        return [asdict(passage) for passage in rewriting.passages(data, ending)], b""
    if verb != "rewrite":
        raise ValueError(f"no verb {verb!r}")
    written = rewriting.rewritten(data, ending, given)
    return {"notes": list(written.notes)}, written.data


def main() -> None:
    """Answer the one request on the standard input, on the standard output."""
    limit_itself()
    verb, ending = sys.argv[1:]
    (length,) = LENGTH.unpack(sys.stdin.buffer.read(LENGTH.size))
    given = json.loads(sys.stdin.buffer.read(length))
    content = b""
    answer: dict[str, Any]
    try:
        result, content = work(verb, ending, given, sys.stdin.buffer.read())
        answer = {"result": result}
    except InputError as error:
        answer = {"field": error.field, "error": str(error)}
    except (MemoryError, RecursionError):
        answer = {"field": "file", "error": TOO_LARGE}
    head = json.dumps(answer).encode()
    sys.stdout.buffer.write(LENGTH.pack(len(head)) + head + content)


if __name__ == "__main__":
    main()
