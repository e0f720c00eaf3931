"""What other sites show of a shared link."""

import html
import re
from collections.abc import Callable

import httpx
import pytest
from starlette.responses import HTMLResponse
from starlette.testclient import TestClient

from server.link_preview import PICTURE, TITLE, LinkPreview, with_preview
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


@pytest.mark.parametrize(
    ("proxies", "root", "headers", "address"),
    [
        (0, "", {}, "http://inside:7860"),
        (0, "", {"X-Forwarded-Proto": "https", "X-Forwarded-Host": "evil.example"}, "http://inside:7860"),
        (0, "/demo", {}, "http://inside:7860/demo"),
        (0, "", {"Host": "[::1]:7860"}, "http://[::1]:7860"),
        (0, "", {"Host": 'a"><script>'}, 'http://a"><script>'),
        (1, "", {}, "http://inside:7860"),
        (1, "", {"X-Forwarded-Proto": "https"}, "https://inside:7860"),
        (1, "", {"X-Forwarded-Proto": "https,http"}, "https://inside:7860"),
        (1, "", {"X-Forwarded-Proto": ""}, "http://inside:7860"),
        (1, "", {"X-Forwarded-Proto": "https", "X-Forwarded-Host": "example.org"}, "https://example.org"),
        (2, "", {"X-Forwarded-Host": "example.org , inner:80"}, "http://example.org"),
        (1, "/demo/", {"X-Forwarded-Host": "example.org"}, "http://example.org/demo"),
        (1, "https://example.org/a", {"X-Forwarded-Host": "other.org"}, "https://example.org/a"),
    ],
)
def test_the_address_is_the_visitors(proxies: int, root: str, headers: dict[str, str], address: str) -> None:
    """As the browser has it, whatever proxies are between; without one, nobody's headers are believed."""
    preview = LinkPreview(HTMLResponse("<head></head>"), proxies)
    shown = TestClient(preview, base_url="http://inside:7860", root_path=root).get("/", headers=headers)
    found = {name: [html.unescape(each) for each in contents] for name, contents in tags(shown.text).items()}
    assert found["og:url"] == [address + "/"]
    assert found["og:image"] == [address + PICTURE]


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


@pytest.mark.parametrize(
    ("accepted", "language", "encoding"),
    [
        ("gzip, deflate, br", "en", "br"),
        ("gzip, deflate, br", "zh", "br"),
        ("gzip, deflate, br, zstd", "pt", "br"),
        ("br;q=1.0, gzip;q=0.8, *;q=0.1", "", "br"),
        ("br", "zh-TW", "br"),
        ("gzip", "en", "gzip"),
        ("gzip", "zh", "gzip"),
        ("gzip, deflate", "pt", "gzip"),
        ("deflate, gzip;q=1.0, *;q=0.5", "", "gzip"),
        ("identity", "en", None),
        ("", "zh", None),
        ("deflate", "en", None),
    ],
)
def test_the_page_is_compressed(one_site: Site, accepted: str, language: str, encoding: str | None) -> None:
    """A page of over a megabyte travels as less than 200 kB in every language, by gzip or Brotli."""
    asked = {"Accept-Encoding": accepted, "Accept-Language": language}
    with httpx.stream("GET", one_site.serving.url + "/", headers=asked, timeout=60) as answer:
        assert answer.headers.get("content-encoding") == encoding
        assert (sum(map(len, answer.iter_raw())) < 200_000) == (encoding is not None)


def test_streams_of_events_are_not_compressed(one_site: Site) -> None:
    """They would be held back."""
    url = one_site.serving.url
    event = httpx.post(f"{url}/gradio_api/call/status", json={"data": []}, timeout=60).json()["event_id"]
    with httpx.stream("GET", f"{url}/gradio_api/call/status/{event}", timeout=60) as stream:
        assert stream.headers["content-type"].startswith("text/event-stream")
        assert "content-encoding" not in stream.headers
