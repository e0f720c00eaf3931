"""The events of a page while they run."""

from gradio.context import LocalContext
from gradio.route_utils import FnIndexInferError

# What Gradio raises where a request names no event that there is. It has no public name; where it passes, the answer is
# a plain 500.
UnknownEndpoint = FnIndexInferError


def running_event() -> str | None:
    """The id in the queue of the event that runs in this context, None where it runs beside the queue.

    To find out whether somebody still waits for its result. The public `gr.Request` has the visitor's session, of which
    several events may run.
    """
    return LocalContext.event_id.get(None)
