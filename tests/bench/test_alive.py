"""What `bench.alive` measures."""

import app
from bench.alive import Stopped
from bench.long_runs import LONG_RUNS
from demos import runtime
from demos.tokenizers import tab as tokenizers

# What they show is there at once: the models in memory, and the tokens of a text.
QUICK = (runtime.TAB, tokenizers.TAB)


def test_every_tab_that_computes_has_a_long_run() -> None:
    """Every tab that has a Stop is measured."""
    assert {run.tab for run in LONG_RUNS.values()} == {tab.title for tab in app.TABS if tab not in QUICK}


def test_stop_is_as_late_as_its_last_effect() -> None:
    """The page may show the end before the server is idle, and the other way round."""
    assert Stopped(0.1, 0.2, 0.9).worst == 0.9
    assert Stopped(0.1, 0.8, 0.3).worst == 0.8
