"""A table may be larger than any other request, but not larger than a table may be."""

from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

import app
from documents import reading
from server.gate import UPLOAD, UPLOAD_BYTES
from server.serving import Serving
from settings import Settings
from tables.table import FILE_LIMIT
from tests import tiny


@pytest.fixture(scope="module")
def serving(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Serving]:
    """The app on tiny models behind its gate."""
    serving = app.serve(tiny.cache(), Settings(port=0, rate=0, home=tmp_path_factory.mktemp("home")))
    yield serving
    serving.page.close(verbose=False)


def upload(serving: Serving, *sizes: int) -> httpx.Response:
    """Upload files of these sizes, in bytes."""
    files = [("files", (f"table{i}.csv", b"a" * size, "text/csv")) for i, size in enumerate(sizes)]
    return httpx.post(serving.url + UPLOAD, files=files, timeout=120)


def test_a_table_of_the_largest_size_arrives(serving: Serving) -> None:
    """Twenty times what any other body may have."""
    answer = upload(serving, FILE_LIMIT)
    assert answer.status_code == 200
    assert Path(answer.json()[0]).stat().st_size == FILE_LIMIT


@pytest.mark.parametrize("sizes", [(FILE_LIMIT + 70_000,), (3_000_000,) * 8])
def test_more_than_a_table_is_refused(serving: Serving, sizes: tuple[int, ...]) -> None:
    """As one file, or as many small ones; the message has both numbers."""
    answer = upload(serving, *sizes)
    assert answer.status_code == 413
    assert f"at most {UPLOAD_BYTES:,} are allowed" in answer.json()["detail"]


def test_a_document_may_be_as_large_as_a_table() -> None:
    """What passes the door can be read."""
    assert reading.FILE_LIMIT == FILE_LIMIT


def test_only_an_upload_may_be_large(serving: Serving) -> None:
    """What calls itself something else is a body like any other, wherever it goes."""
    for path, kind in ((UPLOAD, "application/json"), (UPLOAD + "/more", "multipart/form-data; boundary=x")):
        headers = {"Content-Type": kind}
        answer = httpx.post(serving.url + path, content=b"a" * 2_000_000, headers=headers, timeout=60)
        assert answer.status_code == 413
        assert "at most 1,000,000 are allowed" in answer.json()["detail"]


def test_a_broken_upload_is_no_failure(serving: Serving) -> None:
    """The answer is in words, and the server stays up."""
    headers = {"Content-Type": "multipart/form-data; boundary=x"}
    answer = httpx.post(serving.url + UPLOAD, content=b"no form at all", headers=headers, timeout=60)
    assert answer.status_code in (200, 400)
    assert "Traceback" not in answer.text
    assert httpx.get(serving.url + "/healthz", timeout=60).status_code == 200
