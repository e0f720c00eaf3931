"""The tasks as tools of an MCP server, where that is asked for: each is a call of an endpoint, within the same limits.

Gradio has an MCP server of its own, `launch(mcp_server=True)`. It calls what has no queue directly, past every limit,
and is one client of this server for all of its own; so this one is made with the package `mcp` alone.
"""

import asyncio
import json
import threading
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from typing import Any

import gradio as gr
from anyio.to_thread import run_sync
from gradio_client import Client
from gradio_client.client import Job
from mcp.server.lowlevel import Server
from mcp.server.streamable_http_manager import StreamableHTTPSessionManager
from mcp.types import TextContent, Tool
from starlette.routing import Route

from demos.gradio_compat import events_of
from server.admission import INWARD, Admission
from server.docstrings import describe
from server.gate import MCP

# How long, in seconds, this server may take to answer its own calls; a busy one takes more than the client's default.
PATIENCE = 60.0
# Endpoints that take a file, which an MCP client has no way to send.
OF_FILES = {"read_document", "translate_document"}


class TaskTools:
    """The queued endpoints of `page` as tools, over streamable HTTP, for an app with this `route` and `lifespan`."""

    def __init__(self, page: gr.Blocks, admission: Admission) -> None:
        self.admission = admission
        self.url = ""
        self.tools = tools_of(page)
        self.server: Server[Any, Any] = Server("Glassbox")
        self.server.list_tools()(self.listed)  # type: ignore[no-untyped-call]
        self.server.call_tool()(self.called)
        self.manager = StreamableHTTPSessionManager(self.server, stateless=True)
        self._client: Client | None = None
        self._connecting = threading.Lock()

    def serve_at(self, url: str) -> None:
        """Call the endpoints of the server at `url`."""
        self.url = url

    def route(self) -> Route:
        """The route to which clients post their messages. The server sends none by itself, so only POST is answered."""
        return Route(MCP, _Messages(self.manager), methods=["POST"])

    @asynccontextmanager
    async def lifespan(self, app: object) -> AsyncIterator[None]:
        """Answer messages while the app is served."""
        async with self.manager.run():
            yield

    async def listed(self) -> list[Tool]:
        """All tools."""
        return list(self.tools.values())

    async def called(self, name: str, arguments: dict[str, Any]) -> list[TextContent]:
        """The result of a call as JSON, or a text unchanged.

        Raises ValueError where there is no such tool, Refused where the client asks too often or the line is full, and
        what gradio_client raises where the endpoint refuses.
        """
        request = self.server.request_context.request
        assert request is not None, "a tool is called by a request"
        self.admission.check_address(request.client.host if request.client else "unknown", request.headers)
        if name not in self.tools:
            raise ValueError(f"Unknown tool: {name}")
        with self.admission.arrival():
            client = await run_sync(self.connected)
        job = client.submit(api_name=f"/{name}", headers={INWARD: self.admission.inward}, **arguments)
        with _given_up(job):
            await self._report(job)
            result = await asyncio.wrap_future(job.future)
        return [TextContent(type="text", text=result if isinstance(result, str) else _as_json(result))]

    def connected(self) -> Client:
        """This server's connection to itself, made at the first call."""
        with self._connecting:
            if self._client is None:
                self._client = Client(self.url, verbose=False, httpx_kwargs={"timeout": PATIENCE})
            return self._client

    async def _report(self, job: Job) -> None:
        """Report the progress of `job` until it ends, if the client requested that."""
        context = self.server.request_context
        token = context.meta.progressToken if context.meta else None
        if token is None:
            return
        step = 0
        async for update in job:
            if update.type == "status":
                await context.session.send_progress_notification(
                    token, step, message=stage_of(update), related_request_id=str(context.request_id)
                )
                step += 1


def tools_of(page: gr.Blocks) -> dict[str, Tool]:
    """The tools by the name of their endpoint, with the descriptions of its docstring."""
    offered = page.get_api_info()["named_endpoints"]
    tools: dict[str, Tool] = {}
    for event in events_of(page):
        name = event.api_name
        if isinstance(name, str) and event.fn and event.queue and f"/{name}" in offered and name not in OF_FILES:
            description = describe(event.fn)
            schema = schema_of(offered[f"/{name}"]["parameters"], description.arguments)
            tools[name] = Tool(name=name, description=description.summary, inputSchema=schema)
    return tools


def schema_of(parameters: Any, descriptions: dict[str, str]) -> dict[str, Any]:
    """The JSON schema of an endpoint's arguments, made from Gradio's description of the API."""
    properties: dict[str, Any] = {}
    for each in parameters:
        name = each["parameter_name"]
        properties[name] = {**each["type"], "description": descriptions.get(name, "")}
        if each["parameter_has_default"]:
            properties[name]["default"] = each["parameter_default"]
    required = [each["parameter_name"] for each in parameters if not each["parameter_has_default"]]
    return {"type": "object", "properties": properties, "required": required}


def stage_of(update: Any) -> str:
    """The progress of a call in words: its position in the queue, the stage that it reports, or that it runs."""
    if update.rank is not None and update.queue_size:
        return f"In queue: {update.rank + 1} of {update.queue_size}"
    stages = [each.desc for each in update.progress_data or [] if each.desc]
    return stages[-1] if stages else "Running"


class _Messages:
    """An object, since Starlette would take a function for one that makes a response."""

    def __init__(self, manager: StreamableHTTPSessionManager) -> None:
        self.manager = manager

    async def __call__(self, *connection: Any) -> None:
        await self.manager.handle_request(*connection)


@contextmanager
def _given_up(job: Job) -> Iterator[None]:
    """Cancel `job` if this context ends first: in a thread, since that is a request to this server."""
    try:
        yield
    finally:
        if not job.done():
            threading.Thread(target=job.cancel, daemon=True).start()


def _as_json(result: Any) -> str:
    return json.dumps(result, ensure_ascii=False)
