"""Mutation testing.

    python -m tests.mutation [--sample 60] [--seed 0] [models/tasks models/runtime server]

Takes a random sample of the mutants of each package, runs for each the test files that import the mutated module, and
prints the survivors and the share that was killed. Tests marked `real` or `browser` are not run. The mutants are in a
copy of the tree. It needs `fork`: each run of tests begins with torch and Gradio in memory.
"""

import argparse
import ast
import contextlib
import importlib
import os
import random
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import pytest

from tests.mutation.operators import Mutant, mutants

ROOT = Path(__file__).parent.parent.parent
PACKAGES = ("models/tasks", "models/runtime", "server")
TESTS = ("tests/models", "tests/server", "tests/tables", "tests/demos", "tests/faults")
OURS = ("models", "server", "tables", "demos", "documents", "tests")
# The most test files that are run for one mutant.
MOST_FILES = 8
LIBRARIES = ("torch", "transformers", "gradio", "pandas", "hypothesis", "playwright.sync_api")
# The seconds after which a run of tests is ended, and the mutant counts as killed.
PATIENCE = 180.0


def imported(path: Path) -> set[str]:
    """The modules of this tree that the file at `path` imports, as paths."""
    names: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            names |= {node.module, *(f"{node.module}.{alias.name}" for alias in node.names)}
    found = (f"{name.replace('.', '/')}.py" for name in names)
    return {name for name in found if (ROOT / name).is_file()}


@dataclass(frozen=True)
class Tests:
    """Which test files import which modules, and which modules import which."""

    files: dict[str, set[str]]
    modules: dict[str, set[str]]

    @classmethod
    def found(cls) -> "Tests":
        """Those of this tree."""
        tests = [path for folder in TESTS for path in (ROOT / folder).rglob("test_*.py")]
        tests += (ROOT / "tests").glob("test_*.py")
        ours = [path for folder in OURS for path in (ROOT / folder).rglob("*.py")]
        return cls(*({str(path.relative_to(ROOT)): imported(path) for path in paths} for paths in (tests, ours)))

    def of(self, module: str) -> list[str]:
        """The test files that import `module`, then those that import a module that imports it, and so on."""
        mirror, stem = "tests/" + "/".join(module.split("/")[:2]).removesuffix(".py"), Path(module).stem
        wanted = {module}
        chosen = [test for test in self.files if Path(test).stem == f"test_{stem}"]
        while len(chosen) < MOST_FILES:
            found = {test for test, names in self.files.items() if names & wanted} - {*chosen}
            chosen += sorted(found, key=lambda test: (not test.startswith(mirror), test))
            more = {name for name, names in self.modules.items() if names & wanted} - wanted
            if not more:
                break
            wanted |= more
        return chosen[:MOST_FILES]


def in_child(work: Callable[[], int], seconds: float) -> int | None:
    """What `work` returns in a silent forked process, or None if it takes longer than `seconds`."""
    child = os.fork()
    if child == 0:
        os.setsid()
        with open(os.devnull, "w") as printed:
            os.dup2(printed.fileno(), 1)
            os.dup2(printed.fileno(), 2)
        code = 99
        try:
            code = work()
        finally:
            os._exit(code)
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        done, status = os.waitpid(child, os.WNOHANG)
        if done:
            return os.waitstatus_to_exitcode(status)
        time.sleep(0.05)
    with contextlib.suppress(ProcessLookupError):
        os.killpg(child, signal.SIGKILL)
    os.waitpid(child, 0)
    return None


def run_tests(folder: Path, tests: Sequence[str]) -> int:
    """Run `tests` in the copy of the tree in `folder` up to the first failure. Only for a forked process."""
    os.chdir(folder)
    sys.path[:] = [str(folder), *(each for each in sys.path if each not in ("", str(ROOT)))]
    for name in [each for each in sys.modules if each.split(".")[0] == "tests"]:
        del sys.modules[name]
    return int(pytest.main(["-q", "-x", "-p", "no:cacheprovider", "-m", "not real and not browser", *tests]))


def copy_of_tree(folder: Path) -> None:
    """Copy the files that git does not ignore, as they are in the working tree, into `folder`."""
    command = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    names = subprocess.run(command, cwd=ROOT, capture_output=True, check=True, text=True).stdout
    for name in filter(None, names.split("\0")):
        if (ROOT / name).is_file():
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(ROOT / name, folder / name)


def killed(folder: Path, mutant: Mutant, tests: Sequence[str]) -> bool:
    """Whether one of `tests` fails with `mutant`, or does not end in time."""
    path = folder / mutant.path
    source = path.read_text(encoding="utf-8")
    path.write_text(mutant.applied(source), encoding="utf-8")
    try:
        return in_child(lambda: run_tests(folder, tests), PATIENCE) != 0
    finally:
        path.write_text(source, encoding="utf-8")


def main() -> None:
    """Print the survivors, and the share killed of each package."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("packages", nargs="*", default=PACKAGES)
    parser.add_argument("--sample", type=int, default=60, help="mutants of each package")
    parser.add_argument("--seed", type=int, default=0)
    given = parser.parse_args()
    sys.dont_write_bytecode = True
    os.environ["PYTHONDONTWRITEBYTECODE"] = "1"
    for library in LIBRARIES:
        importlib.import_module(library)
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary)
        copy_of_tree(folder)
        tests = Tests.found()
        sound: dict[str, bool] = {}
        for package in given.packages:
            paths = sorted((folder / package).rglob("*.py"))
            sources = {str(path.relative_to(folder)): path.read_text(encoding="utf-8") for path in paths}
            found = [mutant for path, source in sources.items() for mutant in mutants(path, source)]
            chosen = random.Random(given.seed).sample(found, min(given.sample, len(found)))
            survivors = 0
            for number, mutant in enumerate(chosen, 1):
                files = tests.of(mutant.path)
                for file in files:
                    if file not in sound:
                        # A test that fails anyway would kill every mutant.
                        sound[file] = in_child(partial(run_tests, folder, [file]), PATIENCE) == 0
                        if not sound[file]:
                            print(f"left out, since it fails without a mutant: {file}", flush=True)
                files = [file for file in files if sound[file]]
                if not files or not killed(folder, mutant, files):
                    survivors += 1
                    print(f"survived {' '.join(files)}: {mutant}", flush=True)
                print(f"\r{package}: {number - survivors} of {number} killed", end="", file=sys.stderr, flush=True)
            share = 1 - survivors / max(1, len(chosen))
            print(
                f"{package}: {len(chosen) - survivors} of {len(chosen)} killed ({share:.0%}), of {len(found)}",
                flush=True,
            )


if __name__ == "__main__":
    main()
