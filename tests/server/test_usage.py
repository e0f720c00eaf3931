"""What a process uses includes what it started."""

import subprocess
import sys

import psutil

from server.usage import used

# Twenty megabytes, and a quarter of a second of work.
WORK = "import time\nheld = b'x' * 20_000_000\nwhile time.process_time() < 0.25: pass\nprint(1, flush=True)\ninput()"


def test_processes_that_were_started_count_until_and_after_their_end() -> None:
    """Their memory while they run, their seconds for ever."""
    own = psutil.Process()
    memory, seconds = used(own)
    with subprocess.Popen([sys.executable, "-c", WORK], stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        process.stdout.readline()
        beside = used(own)
        process.communicate(b"\n")
    after = used(own)
    assert beside[0] - memory > 20_000_000
    assert beside[1] - seconds > 0.2  # the system counts in hundredths
    assert after[1] >= beside[1]
    assert after[0] < beside[0]
