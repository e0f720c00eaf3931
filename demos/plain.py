"""Text for Gradio's Chatbot, which reads every message as HTML, also with `render_markdown=False`.

The Chatbot itself shows the tags that `allow_tags` names as text, and its copy and edit buttons give them unharmed.
All other markup is escaped here, so whatever can load something from elsewhere never depends on the Chatbot.
"""

import html
import re

# fmt: off
SHOWN_AS_TEXT = [
    "a", "b", "blockquote", "body", "br", "button", "code", "div", "em", "footer", "h1", "h2", "h3", "h4", "head",
    "header", "hr", "html", "i", "label", "li", "main", "nav", "ol", "p", "pre", "section", "span", "strong", "table",
    "tbody", "td", "th", "thead", "title", "tr", "u", "ul",
]
# fmt: on

_MARKUP = re.compile(r"<(?=[!?/a-zA-Z])(?P<name>/?[a-zA-Z][^\s/<>]*+(?!<))?|&#?\w+;?")
_ESCAPED = re.compile(r"&(amp|lt);")


def to_chatbot(text: str) -> str:
    """`text` so that a Chatbot with `allow_tags=SHOWN_AS_TEXT` shows just that, as text."""
    return _MARKUP.sub(_escape, text)


def from_chatbot(text: str) -> str:
    """The text that `to_chatbot` made `text` from."""
    return _ESCAPED.sub(lambda match: html.unescape(match[0]), text)


def _escape(match: re.Match[str]) -> str:
    found = match[0]
    if found.startswith("<"):
        name = (match["name"] or "").removeprefix("/").lower()
        return found if name in SHOWN_AS_TEXT else found.replace("<", "&lt;", 1)
    return found if html.unescape(found) == found else found.replace("&", "&amp;", 1)
