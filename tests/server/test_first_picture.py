"""The picture of what the page opens on comes before its layout."""

import pytest

from server.first_picture import with_picture

PAGE = (
    b'<html><head><script>window.gradio_config = {"a": "\\u003c"};</script><link rel="x"></head>'
    b'<body style="a"><gradio-app></gradio-app></body></html>'
)


def test_the_picture_is_first_and_the_layout_before_what_reads_it() -> None:
    """Nothing is lost, and nothing is there twice."""
    page = with_picture(PAGE, b"<p>picture</p>")
    order = [page.index(part) for part in (b"<link", b"<body", b"<p>picture", b"gradio_config", b"<gradio-app")]
    assert order == sorted(order)
    assert len(page) == len(PAGE) + len(b"<p>picture</p>")


@pytest.mark.parametrize(
    "page",
    [
        b"",
        b"<html><body></body></html>",
        PAGE.replace(b"gradio_config", b"other"),
        PAGE.replace(b'{"a"', b'{"auth_required":true,"a"'),
    ],
)
def test_another_page_stays_as_it_is(page: bytes) -> None:
    """Such as that of a login, or of another version of Gradio."""
    assert with_picture(page, b"<p>picture</p>") == page


def test_without_a_picture_the_page_stays_as_it_is() -> None:
    """Where the first tab is another one."""
    assert with_picture(PAGE, b"") == PAGE
