"""The calls in three languages: whatever a visitor typed arrives as it was."""

import json
import random
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from demos.page.script_it import FOLDER
from tests.programs import program

ADDRESS = "https://glass.example/it's $HOME/`here`"
HOSTILE = [
    'it\'s "quoted" `ticks` $HOME $(id) !! %s %d {x} ${x}',
    "back\\slash \\n \\u0041 \\' \\\" \\\\",
    "two\nlines\r\nand\ttab\n\nEND\nafter",
    "</script><script>alert(1)</script><!-- <img src=x onerror=alert(1)>",
    "👩🏽‍🚀 你好 שלום e\u0301 \u2028 \u2029 \ufeff \u202e \x7f \x01",
    "'''triple''' \"\"\"triple\"\"\" # comment // comment /* */",
    "END",
    "'",
    "",
]
VALUES: list[Any] = [None, True, False, 0, -1, 0.2, 1e-7, [], [{"role": "user", "content": 'it\'s\n"so"'}]]
SNIPPETS = """
const scripts = new Function(`${require("fs").readFileSync(process.argv[1], "utf8")}\\nreturn scripts;`)();
const calls = JSON.parse(require("fs").readFileSync(0, "utf8"));
console.log(JSON.stringify(calls.map(({ address, endpoint, parameters }) => scripts(address, endpoint, parameters))));
"""
# In place of what asks a server: what it is asked is printed instead.
FETCH = "const fetch = async (url, { body }) => { console.log(JSON.stringify([url, body])); process.exit(); };\n"
CURL = '#!/bin/sh\nfor each; do case "$each" in http*) printf "%s\\n" "$each" >>"$SEEN";; esac; done\ncat >>"$SEEN"\n'


def texts() -> list[str]:
    """The written ones, and some of any characters."""
    dice = random.Random(7)
    signs = [chr(n) for n in (*range(1, 0x180), 0x2028, 0xFFFD, 0x1F600)]
    return HOSTILE + ["".join(dice.choices(signs, k=60)) for _ in range(12)]


@pytest.fixture(scope="module")
def snippets() -> list[tuple[list[tuple[str, Any]], list[str]]]:
    """Calls, each with its text in every language."""
    calls = [[("text", text), ("more", VALUES[at % len(VALUES)])] for at, text in enumerate(texts())]
    given = [{"address": ADDRESS, "endpoint": "answer", "parameters": call} for call in calls]
    made = subprocess.run(
        [program("node", "nodejs"), "-e", SNIPPETS, str(FOLDER / "snippets.js")],
        input=json.dumps(given),
        capture_output=True,
        text=True,
        check=True,
    )
    return list(zip(calls, json.loads(made.stdout), strict=True))


def test_python(snippets: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each argument arrives under its name."""
    seen: dict[str, Any] = {}

    def client(address: str) -> Any:
        return SimpleNamespace(predict=lambda **named: seen.update(named, address=address))

    monkeypatch.setitem(sys.modules, "gradio_client", SimpleNamespace(Client=client))
    for call, (code, _, _) in snippets:
        exec(compile(code, "snippet", "exec"), {})
        assert seen == {**dict(call), "api_name": "/answer", "address": f"{ADDRESS}/"}


def test_curl(snippets: Any, tmp_path: Path) -> None:
    """The shell changes nothing in what curl is given, and runs nothing."""
    shell, seen = program("bash", "bash"), tmp_path / "seen"
    (tmp_path / "curl").write_text(CURL)
    (tmp_path / "curl").chmod(0o755)
    for call, (_, code, _) in snippets:
        seen.write_text("")
        path = f"{tmp_path}:/usr/bin:/bin"
        done = subprocess.run(
            [shell, "-c", code],
            env={"PATH": path, "SEEN": str(seen)},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            check=True,
        )
        assert not done.stderr
        url, body, _ = seen.read_text(encoding="utf-8").split("\n", 2)
        assert url == f"{ADDRESS}/gradio_api/call/answer"
        assert json.loads(body) == {"data": [value for _, value in call]}


def test_javascript(snippets: Any) -> None:
    """Each argument arrives, and no script in a page ends within the code."""
    node = program("node", "nodejs")
    for call, (_, _, code) in snippets:
        assert "</" not in code
        assert "<!--" not in code
        done = subprocess.run([node, "-e", FETCH + code], capture_output=True, text=True, check=True)
        url, body = json.loads(done.stdout)
        assert url == f"{ADDRESS}/gradio_api/call/answer"
        assert json.loads(body) == {"data": [value for _, value in call]}
