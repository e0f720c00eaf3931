"""A request on its way into the queue."""

import time
from dataclasses import dataclass, field

# The key of a request's Arrival in its scope.
ARRIVAL = "glassbox.arrival"


@dataclass(eq=False)
class Arrival:
    """When a request arrived, on the monotonic clock."""

    at: float = field(default_factory=time.monotonic)
