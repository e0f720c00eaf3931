"""A download of the large language model that is killed on the way: `python -m bench.broken_download`.

A page without any weights is opened in a browser, the large model is chosen, and a message is sent. Once a quarter of
the model has come, the server is killed (SIGKILL). A second server with the same folder goes on, and answers. The
result is what the page shows of the download, and the most that the disk holds for the model.
"""

import os
import re
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

from playwright.sync_api import Browser, Page

from bench.drawing import TIMEOUT, chromium
from bench.results import write
from bench.server import WARMING, Server, started
from models.catalog.bundled import QWEN, QWEN_WEIGHTS

MOST_MB = 1_300
KILLED_AT = 0.25
# The page opens on another reply.
MESSAGE, REPLY = "What is the capital of Japan?", "Tokyo"
SAMPLED_EVERY = 0.1
PATIENCE = 600.0
SHOWN = re.compile(r"Downloading .*?: ([\d,]+) of ([\d,]+) MB")


@dataclass
class Disk:
    """The most bytes that the files below some folders took at any moment."""

    folders: tuple[Path, ...]
    most: int = 0
    _ended: threading.Event = field(default_factory=threading.Event)

    @contextmanager
    def watched(self) -> Iterator[None]:
        """Sample the files until the end of the block."""
        thread = threading.Thread(target=self._sample)
        thread.start()
        try:
            yield
        finally:
            self._ended.set()
            thread.join()

    def _sample(self) -> None:
        while not self._ended.wait(SAMPLED_EVERY):
            self.most = max(self.most, sum(map(_taken, self.folders)))


def _taken(folder: Path) -> int:
    taken = 0
    for parent, _, names in os.walk(folder):
        for name in names:
            # A file may have been moved or deleted since it was listed.
            with suppress(FileNotFoundError):
                taken += os.lstat(os.path.join(parent, name)).st_blocks * 512
    return taken


def ask(page: Page, url: str) -> None:
    """Choose the large model in the chat tab and send the message."""
    page.set_default_timeout(1000 * TIMEOUT)
    page.goto(f"{url}/?tab=chat")
    page.locator("#chat-larger").click()
    page.locator("#chat-larger").wait_for(state="hidden")
    page.locator("#chat-message textarea").fill(MESSAGE)
    page.locator("#chat-send").click()


def megabytes(page: Page) -> int | None:
    """The megabytes that the page says have come, None if it says nothing of a download."""
    found = SHOWN.search(page.locator("body").inner_text())
    return int(found[1].replace(",", "")) if found else None


def killed(browser: Browser, server: Server) -> list[int]:
    """What the page showed until a part of the model had come, when the server and its children are killed."""
    page = browser.new_page()
    ask(page, server.url)
    wanted = KILLED_AT * QWEN_WEIGHTS.nbytes / 1e6
    shown: list[int] = []
    until = time.monotonic() + PATIENCE
    while not shown or shown[-1] < wanted:
        if time.monotonic() > until:
            raise RuntimeError(f"the page shows {shown[-1:]} MB after {PATIENCE:.0f} s")
        if (now := megabytes(page)) is not None and now not in shown[-1:]:
            shown.append(now)
        page.wait_for_timeout(50)
    for process in (server.process, *server.process.children(recursive=True)):
        process.kill()
    page.close()
    return shown


def resumed(browser: Browser, server: Server) -> tuple[list[int], str]:
    """What the page showed of the rest, and the reply."""
    page = browser.new_page()
    ask(page, server.url)
    reply = page.locator("#chat-conversation [data-testid=bot]").last
    shown: list[int] = []
    until = time.monotonic() + PATIENCE
    while time.monotonic() < until:
        if (now := megabytes(page)) is not None and now not in shown[-1:]:
            shown.append(now)
        if reply.count() and REPLY in (text := reply.inner_text()):
            return shown, text
        page.wait_for_timeout(50)
    said = page.locator("#chat-conversation").inner_text()
    raise RuntimeError(f"no reply with {REPLY!r} after {PATIENCE:.0f} s, at {shown[-1:]} MB: {said}")


def main() -> None:
    """Print the table and keep it; exit with 1 where the disk held more than it should."""
    with tempfile.TemporaryDirectory(prefix="glassbox-") as scratch, chromium() as launch:
        browser = launch()
        home, temporary = Path(scratch) / "home", Path(scratch) / "tmp"
        temporary.mkdir()
        os.environ["TMPDIR"] = str(temporary)
        disk = Disk((home, temporary))
        with disk.watched():
            with started(*WARMING, "--home", str(home)) as server:
                before = killed(browser, server)
            kept = _taken(home)
            with started(*WARMING, "--home", str(home)) as server:
                after, reply = resumed(browser, server)
    table = [
        f"| {QWEN.name}, {QWEN_WEIGHTS.nbytes / 1e6:,.0f} MB | |",
        "|---|---|",
        f"| steps that the page showed until the kill | {len(before)}, the last at {before[-1]:,} MB |",
        f"| on disk after the kill, MB | {kept / 1e6:,.0f} |",
        f"| first step shown after the start anew, MB | {after[0]:,} |",
        f"| steps from there on | {len(after)}, the last at {after[-1]:,} MB |",
        f"| most on disk at any moment, pip's temporary files too, MB | {disk.most / 1e6:,.0f} (at most {MOST_MB:,}) |",
        f"| reply | {reply.strip()} |",
        "",
        "`python -m bench.broken_download`: no weights on disk at first; the server and its children are killed.",
    ]
    print("\n".join(table))
    write("A download that is killed", table)
    if disk.most > MOST_MB * 1e6:
        sys.exit(1)


if __name__ == "__main__":
    main()
