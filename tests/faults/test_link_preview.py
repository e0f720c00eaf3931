"""What other sites show of a shared link."""

import re
from collections.abc import Callable

import httpx
import pytest

from server.link_preview import PICTURE, TITLE, with_preview
from tests.faults.machine import Site


def tags(page: str) -> dict[str, list[str]]:
    """The contents of all Open Graph and Twitter tags of a page, by their names."""
    found: dict[str, list[str]] = {}
    for name, content in re.findall(r'<meta\s+(?:property|name)="((?:og|twitter):[^"]*)"\s+content="([^"]*)"', page):
        found.setdefault(name, []).append(content)
    return found


def test_tags_are_replaced_and_escaped() -> None:
    """Placeholders go, each tag is there once, and an address cannot end its attribute."""
    written = b'<meta property="og:url" content="{url}" />\n<meta\nname="twitter:card"\ncontent="x" />'
    page = b"<html><head>" + written + b"</head></html>"
    shown = with_preview(page, 'http://a"><script>').decode()
    assert tags(shown)["og:title"] == [TITLE]
    assert tags(shown)["twitter:card"] == ["summary_large_image"]
    assert "{url}" not in shown
    assert "<script>" not in shown


def test_a_page_without_a_head_stays_as_it_is() -> None:
    """Such as a short error in HTML."""
    assert with_preview(b"<p>no</p>", "http://a") == b"<p>no</p>"


@pytest.mark.parametrize("proxies", [0, 1])
def test_the_page_has_our_preview(site_of: Callable[..., Site], proxies: int) -> None:
    """The address is the visitor's own; behind a proxy it is HTTPS where the proxy says so."""
    url = site_of(proxies=proxies).serving.url
    answer = httpx.get(url + "/", headers={"X-Forwarded-Proto": "https"}, timeout=60)
    address = url.replace("http:", "https:") if proxies else url
    found = tags(answer.text)
    assert found["og:url"] == [address + "/"]
    assert found["og:image"] == [address + PICTURE]
    picture = httpx.get(url + PICTURE, timeout=60)
    assert (picture.status_code, picture.headers["content-type"]) == (200, "image/png")
    # Width and height stand in a PNG's first chunk.
    assert [int.from_bytes(picture.content[at : at + 4]) for at in (16, 20)] == [1200, 630]


def test_the_page_is_compressed(site_of: Callable[..., Site]) -> None:
    """A page of over a megabyte travels as less than 200 kB in every language; streams of events are not compressed."""
    url = site_of().serving.url
    for accepted, encoding in (("gzip, deflate, br", "br"), ("gzip", "gzip")):
        for language in ("en", "zh"):
            asked = {"Accept-Encoding": accepted, "Accept-Language": language}
            with httpx.stream("GET", url + "/", headers=asked, timeout=60) as answer:
                assert answer.headers["content-encoding"] == encoding
                assert sum(map(len, answer.iter_raw())) < 200_000
    event = httpx.post(f"{url}/gradio_api/call/status", json={"data": []}, timeout=60).json()["event_id"]
    with httpx.stream("GET", f"{url}/gradio_api/call/status/{event}", timeout=60) as stream:
        assert stream.headers["content-type"].startswith("text/event-stream")
        assert "content-encoding" not in stream.headers
