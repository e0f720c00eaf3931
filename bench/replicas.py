"""Eight clients on the page with two replicas, beside the plain page: `python -m bench.replicas`.

It needs Ray (`pip install -r requirements-ray.txt`). Both run on the same cores, so that this shows what the way to the
replicas costs, not what more machines bring.
"""

import argparse
import subprocess
import sys
import tempfile
import threading
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psutil

from bench import ours, results
from bench.beside import THREADS
from bench.clients import CLIENTS, QUESTION, TEXT, TURNS, Asked, ask
from bench.figures import MEGABYTE
from bench.server import APP, ROOT, Server, free_port, started

SECONDS = 60.0
CONFIG = """
port = {port}
[settings]
threads = 1
memory = 1500
[deployments.all]
tasks = ["*"]
replicas = {replicas}
cpus = 0.1
"""


@dataclass(frozen=True)
class Cluster:
    """Ray with its replicas, at `url`, below `process`."""

    url: str
    process: psutil.Process

    def megabytes(self, replicas_only: bool) -> float:
        """The memory of the replicas, or of all of Ray's processes: what each has for itself alone."""
        found = 0
        for process in self.process.children(recursive=True):
            if not replicas_only or "ServeReplica:all" in " ".join(process.cmdline()):
                found += process.memory_full_info().uss
        return found / MEGABYTE


@contextmanager
def replicas(number: int) -> Iterator[Cluster]:
    """So many replicas of the bundled models, with a thread each."""
    port = free_port()
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "serve.toml"
        file.write_text(CONFIG.format(port=port, replicas=number))
        command = [sys.executable, "-u", "app.py", "replicas", "--config", str(file)]
        with subprocess.Popen(
            command, cwd=ROOT, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True
        ) as process:
            assert process.stderr is not None
            try:
                if not any("the replicas answer at" in line for line in process.stderr):
                    raise RuntimeError(f"the replicas ended with {process.wait()}")
                threading.Thread(target=process.stderr.read, daemon=True).start()
                yield Cluster(f"http://127.0.0.1:{port}", psutil.Process(process.pid))
            finally:
                process.terminate()
                process.wait(120)


def main(arguments: Sequence[str]) -> None:
    """Print the table and keep it."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seconds", type=float, default=SECONDS, help="for each row (default: %(default)g)")
    seconds = parser.parse_args(arguments).seconds
    calls: dict[str, list[Any]] = {"sentiment": [TEXT], "answer": [QUESTION, ours.example("bridge"), 3]}
    table = ["| | answers a second | p95, s | CPU of the page, ms an answer | memory, MB |", "|---|---|---|---|---|"]
    with ExitStack() as stack:
        cluster = stack.enter_context(replicas(2))
        plain = stack.enter_context(started(*APP, "--threads", str(THREADS), "--device", "cpu"))
        front = stack.enter_context(started(*APP, "--ray", cluster.url))
        sides: dict[str, Server] = {"the plain page": plain, "two replicas": front}
        for endpoint, data in calls.items():
            found = {name: Asked(CLIENTS) for name in sides}
            for server in sides.values():
                # First calls load the models, and are not counted.
                ask(server, endpoint, data, Asked(CLIENTS), seconds / TURNS)
            computed = dict.fromkeys(sides, 0.0)
            for _ in range(TURNS):
                for name, server in sides.items():
                    before = server.cpu_seconds
                    ask(server, endpoint, data, found[name], seconds / TURNS)
                    computed[name] += server.cpu_seconds - before
            for name, server in sides.items():
                memory = f"{server.process.memory_full_info().uss / MEGABYTE:.0f}"
                if server is front:
                    memory += f" + {cluster.megabytes(True):.0f} in replicas, {cluster.megabytes(False):.0f} with Ray"
                asked = found[name]
                own = 1_000 * computed[name] / sum(map(len, asked.calls))
                table.append(f"| /{endpoint}, {name} | {asked.rate:.1f} | {asked.p95:.2f} | {own:.0f} | {memory} |")
                print(table[-1], flush=True)
    results.write("Two replicas", [*table, *notes(seconds)])


def notes(seconds: float) -> list[str]:
    """What stands under the table."""
    load = psutil.getloadavg()[0]
    return [
        "",
        f"`python -m bench.replicas --seconds {seconds:g}`: {CLIENTS} clients that ask again at once; each row in",
        f"{TURNS} turns. The plain page computes with {THREADS} threads, each replica with one, all on the same",
        f"two cores; the load average was {load:.1f} at the end. Memory is what each process has for itself alone.",
        "The page with replicas computes nothing of a model: its CPU an answer is what bounds one front end.",
    ]


if __name__ == "__main__":
    main(sys.argv[1:])
