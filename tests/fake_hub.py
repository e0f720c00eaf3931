"""A server on this machine that speaks the Hub's protocol, and fails as a test wants."""

import hashlib
import json
import os
import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

import pytest

from models.runtime.spec import HubWeights
from models.weights.store import WeightStore

# Larger files are kept in Git LFS, as the Hub does with all weights.
SMALL = 20_000
ERRORS = {
    "missing": (404, "RepoNotFound"),
    "unknown": (401, "RepoNotFound"),
    "gated": (401, "GatedRepo"),
    "not for you": (403, "GatedRepo"),
    "no revision": (404, "RevisionNotFound"),
    "broken": (500, ""),
}


@dataclass
class FakeHub:
    """Repositories by their names, each a dictionary of files; their commit is the hash of all they hold.

    `fault` is one of `ERRORS` for all requests. Of the large files, the next `breaks` answers end after half of the
    bytes, a `short` one has fewer bytes than announced every time, a `forged` one has others, and `pause` seconds pass
    in the middle. `asked` counts requests by method and path; `ranges` are those for a part of a file.
    """

    repositories: dict[str, dict[str, bytes]] = field(default_factory=dict)
    fault: str = ""
    breaks: int = 0
    short: bool = False
    forged: bool = False
    pause: float = 0.0
    asked: Counter[str] = field(default_factory=Counter)
    ranges: list[str] = field(default_factory=list)
    halfway: threading.Event = field(default_factory=threading.Event)

    def add(self, name: str, folder: Path) -> None:
        """Offer the files in `folder` as the repository `name`."""
        self.repositories[name] = {path.name: path.read_bytes() for path in folder.iterdir() if path.is_file()}

    def commit(self, name: str) -> str:
        """The commit that the repository's main branch is at."""
        files = self.repositories[name]
        return hashlib.sha1(b"".join(key.encode() + files[key] for key in sorted(files))).hexdigest()

    def info(self, name: str) -> dict[str, Any]:
        """The Hub's description of a repository and its files."""
        siblings = [describe(file, content) for file, content in self.repositories[name].items()]
        return {"id": name, "modelId": name, "sha": self.commit(name), "siblings": siblings, "tags": []}


def describe(name: str, content: bytes) -> dict[str, Any]:
    """The Hub's description of one file."""
    reported: dict[str, Any] = {"rfilename": name, "size": len(content), "blobId": git_hash(content)}
    if len(content) > SMALL:
        reported["lfs"] = {"size": len(content), "sha256": hashlib.sha256(content).hexdigest(), "pointerSize": 134}
    return reported


def git_hash(content: bytes) -> str:
    """The hash that git knows `content` by."""
    return hashlib.sha1(b"blob %d\0%b" % (len(content), content)).hexdigest()


class Handler(BaseHTTPRequestHandler):
    """Answers one request; the hub is the server's."""

    protocol_version = "HTTP/1.1"

    @property
    def hub(self) -> FakeHub:
        hub: FakeHub = self.server.hub  # type: ignore[attr-defined]
        return hub

    def do_HEAD(self) -> None:
        self.do_GET()

    def do_GET(self) -> None:
        parts = unquote(urlsplit(self.path).path).strip("/").split("/")
        if parts == [""]:
            self.answer(200, {"Content-Length": "0"}, b"")
            return
        self.hub.asked[f"{self.command} {'/'.join(parts)}"] += 1
        if self.hub.fault:
            self.refuse(*ERRORS[self.hub.fault])
        elif parts[:2] == ["api", "models"]:
            self.send_info("/".join(parts[2:4]), "/".join(parts[5:]) or "main")
        else:
            self.give("/".join(parts[:2]), parts[3], parts[-1])

    def send_info(self, name: str, revision: str) -> None:
        """Answer for the repository `name`."""
        if name not in self.hub.repositories:
            return self.refuse(*ERRORS["missing"])
        if revision not in ("main", self.hub.commit(name)):
            return self.refuse(*ERRORS["no revision"])
        content = json.dumps(self.hub.info(name)).encode()
        return self.answer(200, {"Content-Type": "application/json", "Content-Length": str(len(content))}, content)

    def give(self, name: str, revision: str, file: str) -> None:
        """Answer for one file."""
        if name not in self.hub.repositories:
            return self.refuse(*ERRORS["missing"])
        if revision not in ("main", self.hub.commit(name)):
            return self.refuse(*ERRORS["no revision"])
        content = self.hub.repositories[name].get(file)
        if content is None:
            return self.refuse(404, "EntryNotFound")
        large = len(content) > SMALL
        etag = hashlib.sha256(content).hexdigest() if large else git_hash(content)
        headers = {"X-Repo-Commit": self.hub.commit(name), "ETag": f'"{etag}"', "Accept-Ranges": "bytes"}
        if large:
            headers |= {"X-Linked-Size": str(len(content)), "X-Linked-Etag": f'"{etag}"'}
        if large and self.hub.forged:
            content = bytes(len(content))
        if large and self.hub.short and self.command == "GET":
            content = content[: len(content) // 2]
        first = 0
        if asked := self.headers.get("Range"):
            self.hub.ranges.append(asked)
            first = int(asked.removeprefix("bytes=").split("-")[0])
            headers["Content-Range"] = f"bytes {first}-{len(content) - 1}/{len(content)}"
        headers["Content-Length"] = str(len(content) - first)
        self.answer(206 if first else 200, headers, content[first:], large)
        return None

    def answer(self, status: int, headers: dict[str, str], content: bytes, large: bool = False) -> None:
        """Send it, and break off where that is wanted."""
        self.send_response(status)
        for key, value in headers.items():
            self.send_header(key, value)
        self.end_headers()
        if self.command == "HEAD":
            return
        half = len(content) // 2 if large else len(content)
        self.wfile.write(content[:half])
        self.wfile.flush()
        if large:
            self.hub.halfway.set()
            if self.hub.breaks:
                self.hub.breaks -= 1
                self.close_connection = True
                return
            time.sleep(self.hub.pause)
            self.wfile.write(content[half:])

    def refuse(self, status: int, code: str) -> None:
        """Answer with an error as the Hub does."""
        headers = {"Content-Length": "0", **({"X-Error-Code": code} if code else {})}
        self.answer(status, headers, b"")

    def log_message(self, *_: Any) -> None:
        """Log nothing."""


@contextmanager
def serving(hub: FakeHub) -> Iterator[str]:
    """Serve `hub` and give its address."""
    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        server.hub = hub  # type: ignore[attr-defined]
        server.daemon_threads = True
        threading.Thread(target=server.serve_forever, args=[0.05], daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()


def point_at(address: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Let huggingface_hub, which read HF_ENDPOINT when it was imported, ask another hub; and not for long."""
    monkeypatch.setattr("huggingface_hub.constants.ENDPOINT", address)
    template = address + "/{repo_id}/resolve/{revision}/{filename}"
    monkeypatch.setattr("huggingface_hub.constants.HUGGINGFACE_CO_URL_TEMPLATE", template)
    monkeypatch.setattr("huggingface_hub.utils._http.time.sleep", lambda _: None)
    monkeypatch.setattr("huggingface_hub.file_download.time.sleep", lambda _: None)


def ensure_from(address: str, home: Path, hub: HubWeights) -> None:
    """Fetch `hub` from the hub at `address`, in a process of its own whose environment names that hub."""
    os.environ["HF_ENDPOINT"] = address
    WeightStore(home).ensure(hub)
