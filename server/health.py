"""Routes for liveness, readiness and metrics."""

from collections.abc import Callable, Sequence

from prometheus_client import CONTENT_TYPE_LATEST
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.routing import Route

from server.metrics import Metrics


def health_routes(missing: Callable[[], Sequence[str]], closing: Callable[[], bool]) -> list[Route]:
    """`/healthz` answers as long as the process does; `/readyz` is 200 when it can serve, else 503 with the reason.

    `missing` names the default models that are not on disk, `closing` returns whether the server is shutting down.
    """

    def healthz(request: Request) -> Response:
        return PlainTextResponse("alive\n")

    def readyz(request: Request) -> Response:
        absent, ending = list(missing()), closing()
        ready = not absent and not ending
        body = {"ready": ready, "missing": absent, "closing": ending}
        return JSONResponse(body, status_code=200 if ready else 503)

    return [Route("/healthz", healthz), Route("/readyz", readyz)]


def metrics_route(metrics: Metrics) -> Route:
    """`/metrics` in Prometheus' text format."""

    def figures(request: Request) -> Response:
        return Response(metrics.text(), media_type=CONTENT_TYPE_LATEST)

    return Route("/metrics", figures)
