"""A document of 200 pages: how long it takes to read it and to find an answer in it, and the memory of both.

`python -m bench.documents` prints a line for each of three rounds.
"""

import io
import random
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import psutil
from reportlab.lib.styles import getSampleStyleSheet
from reportlab.platypus import PageBreak, Paragraph, SimpleDocTemplate

import model_setup
import settings
from demos.question_answering.tab import make_answerer
from documents.apart import read_document
from documents.document import TEXT_LIMIT

PAGES, PARAGRAPHS, SENTENCES = 200, 6, 7
HIDDEN_ON = 137
ANSWER = "under the third step of the cellar stairs"
WHO = ("The keeper", "The harbour master", "A fisherman", "The inspector", "His daughter", "The captain", "The crew")
WHAT = ("repaired the lamp", "wrote a letter", "counted the barrels", "measured the tide", "watched the storm")
WHEN = ("before the winter came", "with great care", "as the fog lifted", "for the third time", "while ships waited")


def long_pdf() -> bytes:
    """A log of 200 pages, in which one sentence says where the brass key is hidden."""
    choose = random.Random(3).choice
    style = getSampleStyleSheet()["Normal"]
    flow = []
    for page in range(1, PAGES + 1):
        for number in range(PARAGRAPHS):
            said = " ".join(f"{choose(WHO)} {choose(WHAT)} {choose(WHEN)}." for _ in range(SENTENCES))
            hidden = f" The brass key was hidden {ANSWER}." if (page, number) == (HIDDEN_ON, 3) else ""
            flow.append(Paragraph(said + hidden, style))
        flow.append(PageBreak())
    made = io.BytesIO()
    SimpleDocTemplate(made).build(flow)
    return made.getvalue()


@contextmanager
def watched(peaks: list[int]) -> Iterator[None]:
    """Note in `peaks` the greatest memory of this process, and of its children together, in bytes."""
    over = threading.Event()
    own = psutil.Process()

    def watch() -> None:
        while not over.wait(0.02):
            peaks[0] = max(peaks[0], own.memory_info().rss)
            for child in own.children():
                try:
                    peaks[1] = max(peaks[1], child.memory_info().rss)
                except psutil.NoSuchProcess:
                    continue

    thread = threading.Thread(target=watch)
    thread.start()
    try:
        yield
    finally:
        over.set()
        thread.join()


def main() -> None:
    """Read and ask three times."""
    answerer = make_answerer(model_setup.make_cache(settings.read([])))
    answerer("Who wrote?", "The keeper wrote.")
    patient = replace(answerer, limits=replace(answerer.limits, context=TEXT_LIMIT))
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "log.pdf"
        path.write_bytes(long_pdf())
        for _ in range(3):
            peaks = [0, 0]
            before = psutil.Process().memory_info().rss
            with watched(peaks):
                began = time.perf_counter()
                document = read_document(path)
                read = time.perf_counter() - began
                first = None
                for answers in patient.stream("Where was the brass key hidden?", document.text):
                    if first is None and answers.answers and answers.answers[0].text == ANSWER:
                        first = time.perf_counter() - began - read
                asked = time.perf_counter() - began - read
            best = answers.answers[0]
            used, most, apart = (round(value / 1e6) for value in (before, *peaks))
            print(
                f"{document.format}, {len(document.text):,} characters: read in {read:.1f} s; "
                f"{answers.windows} windows in {asked:.1f} s, the answer after {first or 0:.1f} s: "
                f"“{best.text}”, {best.score:.2f}, on {document.place_at(best.start)}; "
                f"memory {used} MB, at most {most} MB, and {apart} MB in the process that reads"
            )


if __name__ == "__main__":
    main()
