"""The command that starts the server."""

import socket
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parent.parent


def test_a_taken_port_is_told_in_words() -> None:
    """The program ends with what to do, and no traceback."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = str(taken.getsockname()[1])
        command = [sys.executable, "app.py", "--port", port]
        done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=120, check=False)
    assert done.returncode == 1
    assert f"Cannot listen on 127.0.0.1, port {port}: choose another one with --port." in done.stderr
    assert "Traceback" not in done.stderr
