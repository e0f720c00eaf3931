"""The same 200 calls of all endpoints before and after a change.

    python -m bench.recorded record FILE [--url URL]
    python -m bench.recorded replay FILE [--url URL]

`record` writes every result to FILE as JSON. `replay` calls again, prints the values that differ, and exits with 1 if
one differs by more than the noise of batching. Without --url the app runs in this process, on the CPU, with its default
settings. Calls are made one after another, since what else is in a batch changes the last digits of a result.

Times are not compared, nor are the figures of /status, which depend on the machine. Keys that only one side has are
passed over, and calls that one side does not offer are counted, so that an older commit can be compared through --url.
"""

import argparse
import hashlib
import json
import math
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from gradio_client import Client
from gradio_client.exceptions import AppError, ValidationError

import app
from bench import ours
from bench.recorded_calls import calls

# Batches of other shapes change float32 sums in the last digits; int8 kernels may round an activation the other way.
RELATIVE, ABSOLUTE = 1e-4, 1e-5
TIMES = ("seconds",)
OF_THE_MACHINE = ("/status",)


@contextmanager
def served() -> Iterator[str]:
    """The page in this process; its address."""
    demo = app.build(ours.cache())
    _, url, _ = demo.launch(prevent_thread_lock=True, quiet=True, show_error=True)
    try:
        yield url
    finally:
        demo.close()


def results(url: str) -> list[Any]:
    """What the server at `url` returns for each of `calls()`, a refusal as its message; progress goes to stderr."""
    client = Client(url, verbose=False)
    found = []
    for number, (endpoint, arguments) in enumerate(calls()):
        print(f"\r{number + 1} {endpoint:<24}", end="", file=sys.stderr)
        try:
            result = client.predict(api_name=endpoint, **arguments)
        except (AppError, ValidationError, ValueError) as error:
            result = {"refused": str(error)}
        except TypeError:
            # An argument that an older version does not have.
            result = None
        found.append(sorted(result) if endpoint in OF_THE_MACHINE else _plain(result))
    print(file=sys.stderr)
    return found


def _plain(value: Any) -> Any:
    """`value` as JSON holds it, less its times; a file that was downloaded as the hash of its bytes."""
    if isinstance(value, dict):
        return {key: _plain(each) for key, each in value.items() if key not in TIMES}
    if isinstance(value, list | tuple):
        return [_plain(each) for each in value]
    if isinstance(value, str) and value.startswith("/") and (path := Path(value)).is_file():
        return hashlib.sha256(path.read_bytes()).hexdigest()
    return value


def differences(before: Any, after: Any, path: str = "") -> Iterator[tuple[str, Any, Any]]:
    """Each value of two results that is not the same, with its path in them."""
    if isinstance(before, dict) and isinstance(after, dict) and ("refused" in before) == ("refused" in after):
        for key in before.keys() & after.keys():
            yield from differences(before[key], after[key], f"{path}.{key}")
    elif isinstance(before, list) and isinstance(after, list) and len(before) == len(after):
        for number, pair in enumerate(zip(before, after, strict=True)):
            yield from differences(*pair, f"{path}[{number}]")
    elif before != after:
        yield path, before, after


def is_noise(before: Any, after: Any) -> bool:
    """Whether two values are numbers that differ by no more than batching explains."""
    numbers = all(isinstance(each, int | float) and not isinstance(each, bool) for each in (before, after))
    return numbers and math.isclose(before, after, rel_tol=RELATIVE, abs_tol=ABSOLUTE)


def compare(before: list[Any], after: list[Any]) -> int:
    """Print what differs, and return how many calls differ by more than noise."""
    same = noisy = missing = 0
    for (endpoint, arguments), old, new in zip(calls(), before, after, strict=True):
        if old is None or new is None:
            missing += 1
            continue
        found = list(differences(old, new))
        wrong = [each for each in found if not is_noise(*each[1:])]
        same += not found
        noisy += bool(found) and not wrong
        if wrong:
            print(f"{endpoint} {json.dumps(arguments, ensure_ascii=False, default=str)[:100]}: {len(wrong)} values")
            for path, one, other in wrong[:3]:
                print(f"    {path}: {str(one)[:80]!r} -> {str(other)[:80]!r}")
    print(f"{len(after)} calls: {same} the same to the last digit, {noisy} within the noise of batching,", end=" ")
    different = len(after) - same - noisy - missing
    print(f"{different} different, {missing} not offered on one side")
    return different


def main() -> None:
    """Record or replay. Exits with 1 where a result differs."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("verb", choices=("record", "replay"))
    parser.add_argument("file", type=Path)
    parser.add_argument("--url", default="", help="the address of a server that runs already")
    given = parser.parse_args()
    if given.url:
        found = results(given.url)
    else:
        with served() as url:
            found = results(url)
    if given.verb == "record":
        given.file.write_text(json.dumps(found, ensure_ascii=False, indent=1), encoding="utf-8")
        return
    sys.exit(compare(json.loads(given.file.read_text(encoding="utf-8")), found) > 0)


if __name__ == "__main__":
    main()
