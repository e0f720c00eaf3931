"""A replica in this process, served as Ray Serve serves one: the same requests, without Ray."""

import contextlib
import socket
import threading
from collections.abc import AsyncIterator, Callable, Iterator, Mapping
from dataclasses import dataclass, field

import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response, StreamingResponse
from starlette.routing import Route

from models.runtime.cache import ModelCache
from replicas.answering import answer
from replicas.routes import DIRECTORY, TASKS

Reply = Callable[[bytes], AsyncIterator[bytes]]


@dataclass
class Served:
    """A replica over `cache`; a test may change how it replies, and how many are said to run."""

    cache: ModelCache
    url: str = ""
    reply: Reply | None = None
    running: int = 1
    status: int = 200
    ended: int = 0
    calls: list[bytes] = field(default_factory=list)

    async def frames(self, body: bytes, headers: Mapping[str, str]) -> AsyncIterator[bytes]:
        """The reply, counted once it has ended in whatever way."""
        try:
            reply = self.reply(body) if self.reply else answer(body, self.cache, "one", headers, beat=0.05)
            async for frame in reply:
                yield frame
        finally:
            self.ended += 1


@contextlib.contextmanager
def served(cache: ModelCache) -> Iterator[Served]:
    """Serve a replica over `cache`."""
    replica = Served(cache)

    async def call(request: Request) -> Response:
        body = await request.body()
        replica.calls.append(body)
        return StreamingResponse(replica.frames(body, request.headers), status_code=replica.status)

    async def directory(request: Request) -> Response:
        return JSONResponse({"routes": dict.fromkeys(TASKS, "/all"), "running": {"/all": replica.running}})

    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        app = Starlette(routes=[Route("/all", call, methods=["POST"]), Route(DIRECTORY, directory)])
        server = uvicorn.Server(uvicorn.Config(app, log_level="warning", lifespan="off"))
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]}, daemon=True)
        thread.start()
        replica.url = f"http://127.0.0.1:{listening.getsockname()[1]}"
        try:
            yield replica
        finally:
            server.force_exit = server.should_exit = True
            thread.join(30)
