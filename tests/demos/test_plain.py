"""Text for a Chatbot that reads it as HTML."""

import html
from html.parser import HTMLParser

import pytest
from hypothesis import given
from hypothesis import strategies as st

from demos.plain import SHOWN_AS_TEXT, from_chatbot, to_chatbot

MARKUP = st.text(st.sampled_from("<>/!?&;# =ab\n") | st.characters(codec="utf-8"), max_size=40)


class Elements(HTMLParser):
    """Collects what an HTML parser would make of a text."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=False)
        self.found: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append(tag)

    def handle_comment(self, data: str) -> None:
        self.found.append("comment")

    def handle_decl(self, decl: str) -> None:
        self.found.append("declaration")

    def handle_pi(self, data: str) -> None:
        self.found.append("instruction")


@given(MARKUP)
def test_what_was_escaped_comes_back(text: str) -> None:
    """Escaping is undone to the letter."""
    assert from_chatbot(to_chatbot(text)) == text


@given(MARKUP)
def test_only_harmless_tags_are_left(text: str) -> None:
    """No tag, comment or declaration is left but the tags that the Chatbot shows as text."""
    elements = Elements()
    elements.feed(to_chatbot(text) + ">")
    elements.close()
    assert set(elements.found) <= set(SHOWN_AS_TEXT)


@pytest.mark.parametrize(
    "text", ["<img src=x onerror=alert(1)>", "<IMG/src=x>", "<b<img src=x>", "<bb<img src=x>", "<svg/onload=x>", "<!--"]
)
def test_dangerous_markup_is_escaped(text: str) -> None:
    """What could load or run something has no tag left."""
    assert "<" not in to_chatbot(text).replace("<b", "").replace("<bb", "")


@pytest.mark.parametrize("text", ["AT&T", "a < b && c > d", "<div>code</div>", "if (a<3) {}", "1 &2;"])
def test_usual_text_is_left_as_it_is(text: str) -> None:
    """Text whose copy button must give it unharmed is not touched."""
    assert to_chatbot(text) == text


def test_character_references_are_shown() -> None:
    """A character reference that a visitor typed does not turn into its character."""
    assert html.unescape(to_chatbot("&lt;b&gt; &copy &#x41;")) == "&lt;b&gt; &copy &#x41;"
