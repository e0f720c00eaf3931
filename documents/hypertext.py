"""Tokenizes HTML with source offsets, so that everything but the text can be kept unchanged."""

import html
from collections.abc import Iterator
from dataclasses import dataclass
from html.parser import HTMLParser
from itertools import accumulate

from models.runtime.limits import InputError

EVENTS_LIMIT = 500_000
# The tag of comments and declarations.
COMMENT = "!"
VOID = {"area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "track", "wbr"}
# What holds no text of the page, or none that is shown.
UNSEEN = frozenset(
    ("script", "style", "template", "noscript", "iframe", "object", "svg", "math", "select", "textarea", "head")
)
# Elements within a line of text; any other ends it.
# fmt: off
INLINE = {
    "!",
    "a", "abbr", "acronym", "b", "bdi", "bdo", "big", "cite", "code", "data", "del", "dfn", "em", "font", "i",
    "ins", "kbd", "mark", "q", "rp", "rt", "ruby", "s", "samp", "small", "span", "strike", "strong", "sub", "sup",
    "time", "tt", "u", "var", "wbr", "label", "img", "input", "nobr", "picture", "source",
}
_ROWS = {"tr", "tbody", "thead", "tfoot"}
# Elements that may have no end tag: which ones end them where they open, and which ones hold them.
FOLLOWERS = {
    "li": {"li"}, "dt": {"dt", "dd"}, "dd": {"dt", "dd"}, "tr": _ROWS, "td": {"td", "th"} | _ROWS,
    "th": {"td", "th"} | _ROWS,
}
HOLDERS = {
    "li": {"ul", "ol", "menu"}, "dt": {"dl"}, "dd": {"dl"}, "tr": {"table"}, "td": {"table"}, "th": {"table"},
}
# fmt: on


def is_inline(tag: str) -> bool:
    """Whether an element stands within a line of text; so do those of Word's own, such as `o:p`."""
    return tag in INLINE or ":" in tag


@dataclass(frozen=True)
class Event:
    """A stretch of the source, `start` to `end`: text where `tag` is empty, else a tag that opens, closes, or both.

    `text` is with its entities resolved.
    """

    start: int
    end: int
    tag: str = ""
    opens: bool = False
    closes: bool = False
    text: str = ""
    hidden: bool = False


class _Tokens(HTMLParser):
    def __init__(self, source: str) -> None:
        super().__init__(convert_charrefs=False)
        self.found: list[tuple[int, str, bool, bool, bool]] = []
        self._lines = list(accumulate((len(line) for line in source.split("\n")), lambda a, b: a + b + 1, initial=0))
        # Behind the last ">" nothing is a tag, and each "<" there would be searched for one to the end.
        last = source.rfind(">") + 1
        self.feed(source[:last])
        self.close()
        self._end(last, len(source))

    def _note(self, tag: str, opens: bool = False, closes: bool = False, hidden: bool = False) -> None:
        line, column = self.getpos()
        self.found.append((self._lines[line - 1] + column, tag, opens, closes, hidden))
        if len(self.found) > EVENTS_LIMIT:
            raise InputError("file", f"The file is too complex: it has more than {EVENTS_LIMIT:,} tags.")

    def _end(self, start: int, end: int) -> None:
        """Note the text at the end, unless it is a script's."""
        if start < end and self.cdata_elem is None:
            self.found.append((start, "", False, False, False))

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._note(tag, opens=True, closes=tag in VOID, hidden=_hidden(dict(attrs)))

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._note(tag, opens=True, closes=True)

    def handle_endtag(self, tag: str) -> None:
        self._note(tag, closes=True)

    def handle_data(self, data: str) -> None:
        self._note("")

    def handle_entityref(self, name: str) -> None:
        self._note("")

    def handle_charref(self, name: str) -> None:
        self._note("")

    def handle_comment(self, data: str) -> None:
        self._note(COMMENT, opens=True, closes=True)

    def handle_decl(self, decl: str) -> None:
        self._note(COMMENT, opens=True, closes=True)

    def handle_pi(self, data: str) -> None:
        self._note(COMMENT, opens=True, closes=True)

    def unknown_decl(self, data: str) -> None:
        self._note(COMMENT, opens=True, closes=True)


def _hidden(attributes: dict[str, str | None]) -> bool:
    style = (attributes.get("style") or "").replace(" ", "").lower()
    return "hidden" in attributes or "display:none" in style


def events(source: str) -> Iterator[Event]:
    """The parts of `source` in order. Raises InputError where there are too many."""
    found = _Tokens(source).found
    at = 0
    while at < len(found):
        start, tag, opens, closes, hidden = found[at]
        at += 1
        if not tag:
            # Text and the entities in it are one.
            while at < len(found) and not found[at][1]:
                at += 1
        end = found[at][0] if at < len(found) else len(source)
        if not tag:
            yield Event(start, end, text=html.unescape(source[start:end]))
        else:
            yield Event(start, end, tag, opens, closes, hidden=hidden)


@dataclass
class Sight:
    """Whether what comes next in a file is shown on its page: `unseen` are the elements that are not."""

    unseen: frozenset[str] = UNSEEN
    _within: str = ""
    _depth: int = 0
    _held: int = 0

    def sees(self, event: Event) -> bool:
        """Take the next event; whether it is shown, and outside all that is not."""
        if self._within and self._ends_without_tag(event):
            self._within = ""
        if not self._within:
            if event.opens and not event.closes and (event.tag in self.unseen or event.hidden):
                self._within, self._depth, self._held = event.tag, 1, 0
                return False
            return True
        if self._held:
            return False
        if event.tag == self._within and not (event.opens and event.closes):
            self._depth += 1 if event.opens else -1
            if not self._depth:
                self._within = ""
        elif self._within == "head" and event.tag == "body":
            # A head may end without a tag.
            self._within = ""
            return True
        return False

    def _ends_without_tag(self, event: Event) -> bool:
        """Whether what is not shown ends before `event`: a paragraph, an item or a cell needs no end tag.

        Counts the lists or tables that are open within it, where another item or cell ends nothing.
        """
        if not event.tag or event.closes == event.opens:
            return self._within == "p" and event.tag == "hr"
        if self._within == "p":
            return not (is_inline(event.tag) or event.tag in UNSEEN or (event.tag == "p" and event.closes))
        if event.tag in HOLDERS.get(self._within, ()):
            # One within it, or the one that it is in.
            self._held += 1 if event.opens else -1
            return self._held < 0
        return not self._held and event.opens and event.tag in FOLLOWERS.get(self._within, ())
