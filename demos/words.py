"""Localization of the page: English in the code, every other language in one file of assets/words/.

A file maps English to its translation. `{}` and `{n}` stand for what changes; see docs/languages.md.
"""

import functools
import json
import re
from collections.abc import Iterator, Mapping
from contextvars import ContextVar
from dataclasses import dataclass
from typing import Any

from starlette.datastructures import Headers
from starlette.types import ASGIApp, Receive, Scope, Send

from demos.assets import ASSETS
from demos.gradio_compat import running_request

FOLDER = ASSETS / "words"
# The preferred language of the browser, for the current request.
_accepted: ContextVar[str] = ContextVar("accepted", default="")


@dataclass(frozen=True)
class Words:
    """One language, by its BCP 47 `tag`; what has no entry stays English."""

    tag: str
    entries: Mapping[str, str]

    @functools.cached_property
    def patterns(self) -> list[tuple[re.Pattern[str], str]]:
        """The entries with placeholders for any text, the most specific first."""
        return [(_pattern(key, ".*?"), self.entries[key]) for key in self._open]

    @functools.cached_property
    def counts(self) -> list[tuple[re.Pattern[str], str]]:
        """The same entries with places for numbers only."""
        return [(_pattern(key, r"[\d.,… ]+"), self.entries[key]) for key in self._open]

    @property
    def _open(self) -> list[str]:
        return sorted((key for key in self.entries if "{}" in key), key=lambda key: -len(key.replace("{}", "")))

    def say(self, english: str, /, **values: Any) -> str:
        """`english`, with `values` at their names in braces."""
        return self.entries.get(english, english).format(**values)

    def localize(self, message: str) -> str:
        """Translate a complete message; `{}` in an entry matches any text, which is translated by the same rules."""
        for pattern, translation in self.patterns if message not in self.entries else ():
            if match := pattern.fullmatch(message):
                return translation.format(*map(self._piece, match.groups()))
        return self.entries.get(message, message)

    def _piece(self, piece: str) -> str:
        """Translate a part of a message if it consists of our words and numbers; else it is the visitor's."""
        for pattern, translation in self.counts:
            if match := pattern.fullmatch(piece):
                return translation.format(*match.groups())
        return self.entries.get(piece, piece)

    def markdown(self, text: str) -> str:
        """`text` by its headings, paragraphs and points of lists, whose entries are in one line each."""
        return "\n".join(self._part(part) for part in parts(text))

    def _part(self, part: str) -> str:
        line = " ".join(part.split())
        translation = self.localize(line)
        return part if translation == line else translation


ENGLISH = Words("en", {})
LANGUAGES = {
    path.stem: Words(path.stem, json.loads(path.read_text(encoding="utf-8"))) for path in sorted(FOLDER.glob("*.json"))
}


def say(english: str, /, **values: Any) -> str:
    """`english` in the language of the visitor whose event is running, with `values` at their names in braces."""
    return words().say(english, **values)


def say_count(n: int, one: str, many: str, /, **values: Any) -> str:
    """`one` or `many`, in the visitor's language, as `n` is 1 or not; the number is `{n}` there."""
    return say(one if n == 1 else many, n=n, **values)


def localize(message: object) -> str:
    """Translate an English message into the visitor's language."""
    return words().localize(str(message))


def localize_facts(line: object) -> str:
    """Translate several messages separated by " · "."""
    return " · ".join(localize(fact) for fact in str(line).split(" · "))


def words() -> Words:
    """The language of the visitor whose event or request this is; English for scripts, which ask for none."""
    request = running_request()
    return best(request.headers.get("accept-language", "") if request is not None else _accepted.get())


@functools.lru_cache(maxsize=1_000)
def best(accept_language: str) -> Words:
    """What there is of the languages in an Accept-Language header: the first choice that is English or has a file.

    One region's file serves the whole language, as zh-CN does for zh-TW.
    """
    for wanted in _ranked(accept_language):
        language = wanted.partition("-")[0]
        if language == ENGLISH.tag:
            return ENGLISH
        tags = [tag for tag in LANGUAGES if tag.lower().partition("-")[0] == language]
        if tags:
            return LANGUAGES[min(tags, key=lambda tag: tag.lower() != wanted)]
    return ENGLISH


def parts(markdown: str) -> Iterator[str]:
    """The headings, paragraphs and points of lists in a text, which make it up again with a line break between them."""
    part: list[str] = []
    for line in markdown.split("\n"):
        if part and (not line.strip() or not part[-1].strip() or line.startswith("- ") or part[-1].startswith("#")):
            yield "\n".join(part)
            part = []
        part.append(line)
    yield "\n".join(part)


@dataclass(frozen=True)
class Listening:
    """Middleware that sets the visitor's language for the duration of a request."""

    app: ASGIApp

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Let the request pass."""
        if scope["type"] == "http":
            _accepted.set(Headers(scope=scope).get("accept-language", ""))
        await self.app(scope, receive, send)


def _pattern(key: str, anything: str) -> re.Pattern[str]:
    return re.compile(f"({anything})".join(map(re.escape, key.split("{}"))), re.DOTALL)


def _ranked(accept_language: str) -> list[str]:
    """The tags of an Accept-Language header, the best first."""
    ranked: list[tuple[float, str]] = []
    for part in accept_language.lower().split(","):
        tag, _, weight = part.partition(";")
        quality = re.fullmatch(r"\s*q=([01](?:\.\d{0,3})?)\s*", weight)
        ranked.append((float(quality[1]) if quality else 1.0, tag.strip()))
    return [tag for quality, tag in sorted(ranked, key=lambda each: -each[0]) if quality > 0]
