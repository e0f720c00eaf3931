"""`python -m tests.faults.tiny_server DELAY DRAIN HOME [PORT]`: the app on tiny models whose steps take DELAY seconds.

A program of its own, so that a test can send it SIGTERM. It says its address when it answers.
"""

import sys
from pathlib import Path

import app
from models.runtime.cache import ModelCache
from server.serving import serve_until_terminated
from settings import Settings
from tests.faults.machine import Machine

if __name__ == "__main__":
    delay, drain, home, *port = sys.argv[1:]
    machine = Machine()
    machine.delay = float(delay)
    chosen = Settings(port=int(*port), drain=int(drain), home=Path(home), rate=0)
    serving = app.serve(ModelCache(machine.load, 10**9), chosen)
    print(f"serving at {serving.url}", flush=True)
    serve_until_terminated(serving, chosen.drain)
