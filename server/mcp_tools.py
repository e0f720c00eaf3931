"""The tasks as tools of an MCP server, where that is asked for: each is a call of an endpoint, within the same limits.

Gradio's own MCP server does the work. It calls what has no queue directly, past every limit, so only what has one is a
tool; it is one client of this server for all of its own, so each call is counted here as what its own client asks.
"""

import asyncio
import importlib.util
import json
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import gradio as gr
from gradio.block_function import BlockFunction
from gradio.mcp import GradioMCPServer
from gradio_client import Client
from starlette.routing import Route

from server.api_document import arguments
from server.gate import INWARD, MCP, Door
from settings import Settings

# How long, in seconds, this server may take to answer its own calls; a busy one takes more than the client's default.
PATIENCE = 60.0
# Endpoints that take a file, which an MCP client has no way to send.
OF_FILES = {"read_document", "translate_document"}
NEEDED = "--mcp needs the package mcp: python -m pip install -r requirements-mcp.txt"
NO_LOGIN = "--mcp and --auth exclude each other: an MCP client cannot log in."


def obstacle(chosen: Settings) -> str:
    """Why this server cannot offer its tools under those settings, in words; nothing where it can, or need not."""
    if not chosen.mcp:
        return ""
    return NEEDED if importlib.util.find_spec("mcp") is None else NO_LOGIN if chosen.auth else ""


class TaskTools(GradioMCPServer):
    """The queued endpoints of `page` as tools, over streamable HTTP; `url` is to be set once the page is served."""

    def __init__(self, page: gr.Blocks, door: Door) -> None:
        super().__init__(page)
        self.door = door
        self.told = arguments()

    def serve_at(self, url: str) -> None:
        """Call the endpoints of the server at `url`."""
        self._local_url = url

    def route(self) -> Route:
        """Where clients post their messages. There is nothing to listen to, so nothing but a post is answered."""
        return Route(MCP, _Messages(self), methods=["POST"])

    def get_tool_to_endpoint(self) -> dict[str, str]:
        """The endpoint of each tool; both have the same name."""
        queued = {event.api_name for event in self.blocks.fns.values() if event.queue} - OF_FILES
        return {name: f"/{name}" for name in map(_name, self.api_info["named_endpoints"]) if name in queued}

    def get_fn_description(self, block_fn: BlockFunction, tool_name: str) -> tuple[str, dict[str, str]]:
        """What the tool does, by its docstring, and what each of its arguments is, by docs/api.md."""
        description, _ = super().get_fn_description(block_fn, tool_name)
        return description, dict(self.told.get(tool_name, {}))

    def _prepare_tool_call_args(self, name: str, arguments: dict[str, Any]) -> Any:
        """What Gradio calls. Raises Refused where the client asks too often, or the line is full."""
        request = self.mcp_server.request_context.request
        assert request is not None, "a tool is called by a request"
        self.door.check_address(request.client.host if request.client else "unknown", request.headers)
        with self.door.place():
            endpoint, values, _, fn = super()._prepare_tool_call_args(name, arguments)
        return endpoint, values, {INWARD: self.door.inward}, fn

    def _get_or_create_client(self) -> Client:
        if self._client_instance is None:
            patient = {"timeout": PATIENCE}
            self._client_instance = Client(self._local_url or "", verbose=False, httpx_kwargs=patient)
        return self._client_instance

    async def _execute_tool_without_progress(self, job: Any) -> list[Any]:
        with _given_up(job):
            return [await asyncio.wrap_future(job.future)]

    async def _execute_tool_with_progress(self, job: Any, progress_token: str | int) -> Any:
        with _given_up(job):
            return await super()._execute_tool_with_progress(job, progress_token)

    def postprocess_output_data(self, data: Sequence[Any], root_url: str) -> list[Any]:
        """The results as JSON, a text as it is."""
        texts = (each if isinstance(each, str) else json.dumps(each, ensure_ascii=False) for each in data)
        return [self.types.TextContent(type="text", text=text) for text in texts]


class _Messages:
    """An object, since Starlette would take a function for one that makes a response."""

    def __init__(self, tools: TaskTools) -> None:
        self.tools = tools

    async def __call__(self, *connection: Any) -> None:
        await self.tools.manager.handle_request(*connection)


@contextmanager
def _given_up(job: Any) -> Iterator[None]:
    """Cancel `job` where nobody waits for it any more: its client posts that to this server, so not in the loop."""
    try:
        yield
    finally:
        if not job.done():
            threading.Thread(target=job.cancel, daemon=True).start()


def _name(endpoint: str) -> str:
    return endpoint.removeprefix("/")
