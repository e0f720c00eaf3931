"""Where the page's English is: what must have a translation, found in the sources and in the layout."""

import ast
import json
import re
from collections.abc import Iterable, Iterator
from html.parser import HTMLParser
from pathlib import Path
from typing import get_args, get_type_hints

import app
from demos.page.spoken import in_words
from demos.words import Words
from models.catalog.bundled import EVERYDAY
from models.runtime.cache import ModelCache
from models.runtime.progress import Stage
from tables.batch import Progress
from tables.table import Reading

ROOT = Path(__file__).parent.parent.parent
ASSETS = ROOT / "assets"
# But for those that only pass on what others say.
MODULES = [path for folder in ("demos", "server") for path in (ROOT / folder).rglob("*.py") if path.name != "words.py"]
SCRIPTS = [path for path in ASSETS.rglob("*.js") if path.name != "words.js"]
LITERAL = r"(\"(?:[^\"\\]|\\.)*\"|'(?:[^'\\]|\\.)*')"
SAID_IN_SCRIPT = re.compile(rf"\b(?:say|sayParts)\(\s*{LITERAL}")
COUNTED_IN_SCRIPT = re.compile(rf"\bsayCount\([^,]+,\s*{LITERAL},\s*{LITERAL}")
CALL_IN_SCRIPT = re.compile(r"(?<!function )\b(?:say|sayParts|sayCount)\(")
# A message: whole sentences, of more than one word.
MESSAGE = re.compile(r"[A-Z{“/].*\s.*\.", re.DOTALL)
REFUSAL = re.compile(r".*\s.*\.", re.DOTALL)
# These go to the server's log or to its operator's terminal.
FOR_OPERATORS = {
    "LockError",
    "OtherArchitecture",
    "ValueError",
    "TypeError",
    "RuntimeError",
    "MirrorError",
    "AssertionError",
    "MemoryError",
    "CompletionError",
    "OSError",
}
SHOWN_ATTRIBUTES = ("aria-label", "title", "placeholder")
# Formulas, and names that are the same everywhere.
SAME = {"softmax", "Attention ="}


class NotLiteral(AssertionError):
    """English that no test can find: it is not written where it is said."""


def said_in_python(paths: Iterable[Path] = MODULES) -> set[str]:
    """The first arguments of `say` and both sentences of `say_count`, and what scripts within Python say."""
    found: set[str] = set()
    for path in paths:
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call):
                english = {"say": node.args[:1], "say_count": node.args[1:3]}.get(_name(node), [])
                found |= {_literal(each, path) for each in english}
            elif isinstance(node, ast.Constant) and isinstance(node.value, str) and "say(" in node.value:
                found |= set(_said(node.value, path))
    return found


def said_in_scripts(paths: Iterable[Path] = SCRIPTS) -> set[str]:
    """What the scripts of the page say."""
    return {english for path in paths for english in _said(path.read_text(encoding="utf-8"), path)}


def said_in_markup() -> set[str]:
    """The texts of the custom views' markup, and their accessible names."""
    found: set[str] = set()
    for path in ASSETS.rglob("*.html"):
        reader = _Markup()
        reader.feed(path.read_text(encoding="utf-8"))
        found |= reader.found
    return {english for english in found if re.search(r"[^\W\d_]{2}", english) and english not in SAME}


def shown_in_layout(cache: ModelCache) -> set[str]:
    """The texts of all components, as a visitor first gets them."""
    heard = _Heard()
    in_words(app.build(cache).get_config_file(), heard)
    return heard.found


def messages() -> set[str]:
    """Messages made without knowing the visitor: sentences of the models, refusals of the gate."""
    found: set[str] = set()
    for folder in ("models", "tables", "documents", "demos", "replicas", "server"):
        for path in (path for path in (ROOT / folder).rglob("*.py") if path not in AT_THE_START):
            tree = ast.parse(path.read_text(encoding="utf-8"))
            shown = folder in ("models", "tables", "documents") and ROOT / "models" / "engines" not in path.parents
            shown = shown and path.name not in TO_A_MODEL
            if shown or path.name in VISITORS_ONLY:
                found |= {each for each in _sentences(tree) if MESSAGE.fullmatch(each)}
            raised = [node for node in ast.walk(tree) if isinstance(node, ast.Call) and _name(node) in REFUSALS]
            found |= {each for node in raised for each in _sentences(node) if REFUSAL.fullmatch(each)}
    return {each for each in found if each not in PROMPTS and "{count}" not in each}


REFUSALS = {"InputError", "LinkError", "WeightsMissing", "EngineError", "EngineRefused"}
# Modules whose sentences are all for visitors.
VISITORS_ONLY = {"links.py", "link_bar.py", "admission.py", "gate.py", "runs.py", "capabilities.py"}
# Modules whose sentences end the server before anybody visits it.
AT_THE_START = {ROOT / "models" / "catalog" / "operator.py", ROOT / "models" / "weights" / "lock.py"}
# Modules whose sentences a language model reads.
TO_A_MODEL = {"generalist.py"}
# Sentences for a model.
PROMPTS = {"This text is about {}.", EVERYDAY}


def put_together() -> set[str]:
    """Lines that are put together from pieces, each in every form that it can have."""
    actions = get_args(get_type_hints(Stage)["action"])
    return {
        *(Stage(action, "X").words for action in actions),
        *(Stage(action, "X", 1_000_000, 2_000_000).words for action in actions),
        *str(Progress(3, 100, 1, 3, 1.0)).split(" · "),
        *str(Progress(3, 100, 1, 3, 10.0)).split(" · "),
        *str(Progress(3, 100_000, 1, 3, 1.0)).split(" · "),
        *str(Reading("Text", "", "comma", "double")).split(" · "),
        *str(Reading("Excel", header=False)).split(" · ")[1:],
        *(f"{doing}{part}{rest}" for doing, rest in DOING for part in ("", " part 2 of 3")),
        "Finding the nearest sentences",
        *(f"{doubt}{hint}" for doubt in DOUBTS for hint in ("", ": perhaps French (60%)")),
        "Looks mixed: French and German",
        "Looks like French (90%)",
        *("5 of 9 sentences to be checked", "5 new tokens", "5.0 tokens/s", "seed 5"),
        "X, nearest by Y",
        "overlap of words",
        *PIECES,
    }


# The texts of a guess in models/text/language.py.
DOUBTS = ("Too short to detect the language", "Not sure which language this is")
# The steps of models/tasks/summarization/abstractive.py.
DOING = (("Reading", ": 5 of 9 tokens"), ("Writing", ""))
# What is put into messages: counts and places.
PIECES = (
    "none: quotes are signs like any other",
    "double quotes",
    "single quotes",
    "double quotes, doubled inside",
    "double quotes, after a backslash inside",
    "single quotes, doubled inside",
    "single quotes, after a backslash inside",
    "line 3",
    *("page 3", "slide 3", "notes of slide 3", "chapter 3", "paragraph 3", "footnote 3", "endnote 3", "under “X”"),
    *("3 pages", "1 page", "3 slides", "1 slide", "3 cues", "Subtitles", "Text"),
    "lines 3, 4 …",
    "one sentence",
    "2 sentences",
)


class _Heard(Words):
    """A language that writes down what it is asked for."""

    found: set[str]

    def __init__(self) -> None:
        super().__init__("heard", {})
        object.__setattr__(self, "found", set())

    def localize(self, message: str) -> str:
        """The message itself."""
        if re.search(r"[^\W\d_]{2}", message):
            self.found.add(message)
        return message


class _Markup(HTMLParser):
    """Collects what is said in markup, but for what is hidden from everybody."""

    def __init__(self) -> None:
        super().__init__()
        self.found: set[str] = set()
        self.hidden: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        self.found |= {value for name in SHOWN_ATTRIBUTES if (value := given.get(name)) and "{{" not in value}

    def handle_data(self, data: str) -> None:
        if data.strip() and "{{" not in data:
            self.found.add(data.strip())


def _said(script: str, path: Path) -> Iterator[str]:
    said = [match[1] for match in SAID_IN_SCRIPT.finditer(script)]
    counted = [match.groups() for match in COUNTED_IN_SCRIPT.finditer(script)]
    if len(CALL_IN_SCRIPT.findall(script)) != len(said) + len(counted):
        raise NotLiteral(f"{path.name} says something that is not written there.")
    for literal in [*said, *(each for pair in counted for each in pair)]:
        yield _unquoted(literal)


def _unquoted(literal: str) -> str:
    words: str = json.loads(literal) if literal[0] == '"' else json.loads(f'"{literal[1:-1]}"')
    return words


def _literal(node: ast.expr, path: Path) -> str:
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        return node.value
    raise NotLiteral(f"{path.name}, line {node.lineno}, says something that is not written there.")


def _name(node: ast.Call) -> str:
    return node.func.id if isinstance(node.func, ast.Name) else getattr(node.func, "attr", "")


def _sentences(tree: ast.AST) -> Iterator[str]:
    """The strings under `tree`, with `{}` for what is put into them; no docstrings, and nothing for operators."""
    for node in ast.iter_child_nodes(tree):
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant):
            continue
        if isinstance(node, ast.Assert) or (isinstance(node, ast.Call) and _name(node) in FOR_OPERATORS):
            continue
        if isinstance(node, ast.JoinedStr):
            yield "".join(str(part.value) if isinstance(part, ast.Constant) else "{}" for part in node.values)
        elif isinstance(node, ast.Constant) and isinstance(node.value, str):
            yield node.value
        else:
            yield from _sentences(node)
