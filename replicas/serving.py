"""Starts the replicas with Ray Serve: one application a deployment, and the directory of their paths."""

import asyncio
import os
from collections.abc import AsyncIterator, Callable, Mapping
from pathlib import Path
from typing import Any

import ray
from ray import serve
from ray.serve.config import AutoscalingConfig, HTTPOptions, ProxyLocation
from starlette.requests import Request
from starlette.responses import JSONResponse, Response, StreamingResponse

from models.runtime.cache import ModelCache
from replicas.answering import answer
from replicas.config import Config, Deployment
from replicas.figures import watch
from replicas.routes import DIRECTORY
from settings import Settings

# How often, in seconds, a replica is asked whether it lives, and how long one that is replaced may finish its calls.
HEALTH = 5.0
DRAIN = 60.0
ROOT = Path(__file__).parent.parent
MakeCache = Callable[[Settings], ModelCache]


class Replica:
    """A process that holds a cache of models, and answers the calls of pages."""

    def __init__(self, make_cache: MakeCache, settings: Settings) -> None:
        self.cache = make_cache(settings)
        self.name = serve.get_replica_context().replica_id.to_full_id_str()
        if settings.traces:
            # The packages that it imports are not needed otherwise.
            from server import traces

            traces.begin("glassbox-replica")
        watch(self.cache.status)

    async def __call__(self, request: Request) -> Response:
        """The frames of the reply. A closed connection cancels the call."""
        body = await request.body()
        return StreamingResponse(self._frames(body, request.headers), media_type="application/octet-stream")

    async def _frames(self, body: bytes, headers: Mapping[str, str]) -> AsyncIterator[bytes]:
        async for frame in answer(body, self.cache, self.name, headers):
            yield frame


class Directory:
    """The paths of the replicas, and how many of them run."""

    def __init__(self, routes: Mapping[str, str]) -> None:
        self.routes = routes

    async def __call__(self) -> Response:
        """The path of each task's replicas, and the number of those that run at each path."""
        applications = (await asyncio.to_thread(serve.status)).applications
        running = {
            f"/{name}": int(deployment.replica_states.get("RUNNING", 0))
            for name, application in applications.items()
            for deployment in application.deployments.values()
        }
        return JSONResponse({"routes": self.routes, "running": running})


def start(config: Config, make_cache: MakeCache) -> None:
    """Start all that is in `config`, each replica with a cache of its own; returns once they run.

    What runs already under the same name is replaced replica by replica, without a gap.
    """
    if not ray.is_initialized():
        # Each process imports this program from its folder, which is the same on every machine.
        ray.init(
            address=config.address or "local",
            runtime_env={"env_vars": {"PYTHONPATH": str(ROOT)} | _telemetry()},
            include_dashboard=False,
            log_to_driver=True,
        )
    serve.start(proxy_location=ProxyLocation.EveryNode, http_options=HTTPOptions(host=config.host, port=config.port))
    targets = []
    for name, deployment in config.deployments.items():
        replica = serve.deployment(Replica).options(name=name, **_options(deployment))
        targets.append(serve.RunTarget(replica.bind(make_cache, config.settings), name, f"/{name}"))
    directory = serve.deployment(Directory).options(name="directory", ray_actor_options={"num_cpus": 0})
    serve.run_many([*targets, serve.RunTarget(directory.bind(config.routes), "directory", DIRECTORY)])


def _telemetry() -> dict[str, str]:
    """The variables of OpenTelemetry that this command has, for the replicas on other machines too."""
    return {name: value for name, value in os.environ.items() if name.startswith("OTEL_")}


def _options(deployment: Deployment) -> dict[str, Any]:
    bounds: dict[str, Any] = {"num_replicas": deployment.replicas}
    if deployment.most > deployment.replicas:
        bounds = {
            "autoscaling_config": AutoscalingConfig(
                min_replicas=deployment.replicas,
                max_replicas=deployment.most,
                target_ongoing_requests=deployment.busy,
            )
        }
    return {
        **bounds,
        "max_ongoing_requests": deployment.at_once,
        "health_check_period_s": HEALTH,
        "graceful_shutdown_timeout_s": DRAIN,
        "max_queued_requests": deployment.queue,
        "ray_actor_options": {"num_cpus": deployment.cpus, "num_gpus": deployment.gpus},
    }
