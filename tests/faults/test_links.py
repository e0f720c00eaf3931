"""Of a link that is opened, nothing stays on the server: no file, no line in the log, nothing in memory.

Seen to fail: Gradio's own sessions kept its texts in memory; with the unpacked link kept (`functools.cache` on
`decode`), logged, or written to a file, the test of that name failed.
"""

import gc
import logging
import os
import secrets
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import httpx
import pytest

from demos.page.links import Link, encode
from tests.faults.machine import Site, wait_until

VISITORS = 20
WRITES = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_APPEND | os.O_TRUNC
CHANGES = {"os.mkdir", "os.rename", "os.link", "os.symlink", "os.truncate", "shutil.move", "tempfile.mkstemp"}


class Auditor:
    """Records what this process writes to the disk while enabled; audit hooks cannot be removed."""

    def __init__(self) -> None:
        self.listening, self.written = False, list[str]()
        sys.addaudithook(self.hear)

    def hear(self, event: str, args: tuple[Any, ...]) -> None:
        """Take one event of the interpreter."""
        if self.listening and (event in CHANGES or (event == "open" and args[2] & WRITES)):
            self.written.append(f"{event} {args[0]}")

    @contextmanager
    def noting(self) -> Iterator[list[str]]:
        """What is written during the block."""
        self.written.clear()
        self.listening = True
        yield self.written
        self.listening = False


def open_link(site: Site, code: str) -> None:
    """Open the page by a link, as so many browsers do."""
    config = httpx.get(site.serving.url + "/config", timeout=60).json()
    ids = {each["props"].get("elem_id"): each["id"] for each in config["components"]}
    opens = next(
        each["id"]
        for each in config["dependencies"]
        if each["inputs"]
        and ids["link-message"] in each["outputs"]
        and "load" in [event for _, event in each["targets"]]
    )
    for visitor in range(VISITORS):
        body = {"data": [code, ""], "fn_index": opens, "session_hash": f"{visitor}"}
        answer = site.visitor.post("/run/predict", body)
        assert "Nothing has run yet" in answer.text


def secret_link() -> tuple[str, str]:
    """A text that nobody else has, and the link that holds it."""
    text = secrets.token_urlsafe(30)
    return text, encode(Link("compare", {"task": "sentiment", "text": text}))


def kept(backwards: list[str]) -> list[str]:
    """Where in this process's memory texts are, given reversed so that the search itself does not match."""
    data = [each.encode() for each in backwards]
    found: list[str] = []
    todo: list[Any] = gc.get_objects()
    seen: set[int] = set()
    while todo:
        holder = todo.pop()
        for each in gc.get_referents(holder):
            if id(each) in seen:
                continue
            seen.add(id(each))
            needles = backwards if isinstance(each, str) else data if isinstance(each, bytes | bytearray) else ()
            if any(one in each[::-1] for one in needles):
                found.append(f"{type(holder)}: {str(holder)[:200]}")
            elif isinstance(each, dict | tuple) and not gc.is_tracked(each):
                todo.append(each)
    return found


def open_and_turn(site: Site) -> list[str]:
    """Open a link, and return its text and its code reversed."""
    text, code = secret_link()
    open_link(site, code)
    return [text[::-1], code[::-1]]


def test_memory(site: Site) -> None:
    """Neither a link's text nor its code is anywhere in the server's memory, though its visitors' pages are open."""
    backwards = open_and_turn(site)

    def forgotten() -> bool:
        gc.collect()
        return not kept(backwards)

    wait_until(forgotten, 60)


@pytest.mark.parametrize("hold", [lambda text: [text], lambda text: {"a": (1, text)}, lambda text: [text.encode()]])
def test_what_is_kept_is_found(hold: Callable[[str], object]) -> None:
    """The search of the test above sees a text in a list, in a tuple of a dict, and in bytes."""
    backwards = secrets.token_urlsafe(30)
    planted = hold(backwards[::-1])
    assert kept([backwards])
    del planted
    assert not kept([backwards])


def test_disk(site: Site) -> None:
    """No file is written, no folder made."""
    open_and_turn(site)
    auditor = Auditor()
    with auditor.noting() as written:
        open_and_turn(site)
    assert written == []


def test_log(site: Site, caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str]) -> None:
    """At the most talkative level, neither what is in the link nor its code is in the log or on the terminal."""
    text, code = secret_link()
    with caplog.at_level(logging.DEBUG):
        open_link(site, code)
    printed = capfd.readouterr()
    said = "\n".join([*map(str, caplog.messages), printed.out, printed.err])
    assert text not in said
    assert code not in said
