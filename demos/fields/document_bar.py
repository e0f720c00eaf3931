"""Opens a document into a tab's text field, with notes on what was read and the place of each span in it."""

from collections.abc import Callable
from dataclasses import asdict, dataclass
from functools import partial
from pathlib import Path
from typing import Any

import gradio as gr
from gradio.components import Component

from demos.events import LATEST, endpoint
from demos.fields.uploads import path_of
from demos.guard import guarded
from demos.status import StatusLine
from demos.views.why import KEPT
from demos.words import localize, localize_facts, say
from documents.apart import read_document
from documents.document import Document
from documents.kinds import ENDINGS
from models.runtime.limits import InputError
from models.runtime.progress import Report, ignore

# Documents are read one at a time, outside the lanes of compute.
READING_LANE = "documents"
BEGINNINGS = 400


class UploadedPath(gr.UploadButton):
    """An upload button that passes on the file's path; `gr.UploadButton` leaves a copy behind at each event."""

    def get_block_name(self) -> str:
        """The component of Gradio's page that draws it."""
        return "uploadbutton"

    def preprocess(self, payload: gr.FileData | None) -> str | None:  # type: ignore[override]
        """The path of the upload, in the server's own folder for uploads."""
        return payload.path if payload else None


@dataclass(frozen=True)
class Opened:
    """A document, and the part of it that is in the field: `shown`, which begins at `begin`."""

    document: Document
    shown: str
    begin: int = 0

    @property
    def whole(self) -> "Opened":
        """The same with all of the document shown."""
        return Opened(self.document, self.document.text)


@dataclass(frozen=True)
class DocumentBar:
    """The button, what it says of the last document, where the field's part begins, and that document."""

    upload: UploadedPath
    begin: gr.Dropdown
    note: StatusLine
    opened: gr.State

    def follow(self, text: gr.Textbox, limit: int, whole: bool = False) -> None:
        """Fill `text`, which takes `limit` characters, from what is uploaded.

        Where the `whole` document is read whatever the field holds, there is no choice of its part.
        """

        def fill(document: Document, begin: int, name: str = "") -> dict[Any, Any]:
            shown = document.cut(limit, begin)
            opened = Opened(document, shown.text, begin)
            lines = summary(opened, name)
            if whole and len(document.text) > limit:
                lines += "\n" + say("Answers are looked for in all of it.")
            return {text: shown.text, self.opened: opened, self.note: lines}

        def open_file(path: str | None, *, report: Report = ignore) -> dict[Any, Any]:
            hidden = gr.Dropdown(choices=[], value=None, visible=False)
            if path is None:
                return {self.opened: None, self.note: "", self.begin: hidden}
            name = Path(path).name
            try:
                document = read_document(Path(path), report)
            except InputError as error:
                why = say("{file} was not read. {error}", file=name, error=localize(error))
                return {self.opened: None, self.note: why, self.begin: hidden}
            choices = beginnings(document) if len(document.text) > limit and not whole else []
            picker = gr.Dropdown(choices=choices, value=choices[0][1], visible=True) if len(choices) > 1 else hidden
            return fill(document, 0, name) | {self.begin: picker}

        def begin_at(start: str | None, opened: Opened | None) -> dict[Any, Any]:
            if opened is None or start is None or not start.isdecimal():
                return {self.note: say("The document is no longer available. Open it again.")}
            return fill(opened.document, min(int(start), len(opened.document.text)))

        shown: list[Component] = [text, self.opened, self.note]
        run = partial(gr.on, concurrency_id=READING_LANE, concurrency_limit=1, api_visibility="private", **LATEST)
        everything = [*shown, self.begin]
        run([self.upload.upload], guarded(open_file), [self.upload], everything, show_progress_on=[self.note])
        run(
            [self.begin.input],
            guarded(begin_at),
            [self.begin, self.opened],
            shown,
            show_progress="hidden",
            show_progress_on=[],
        )


def document_bar(name: str, label: str = "Open a document") -> DocumentBar:
    """Lay the components out; `name` begins their ids."""
    upload = UploadedPath(label, file_types=list(ENDINGS), size="sm", elem_id=f"{name}-upload")
    begin = gr.Dropdown([], label="Begin at", visible=False, filterable=True, elem_id=f"{name}-begin")
    note = StatusLine(f"{name}-document")
    return DocumentBar(upload, begin, note, gr.State(None, time_to_live=KEPT))


# Names the page, or the like, at an offset in a text; empty where the text is no document's.
PlaceOf = Callable[[int], str]


def nowhere(start: int) -> str:
    """The place of any offset in a text that is no document's: none."""
    return ""


def places_of(opened: Opened | None, text: str) -> PlaceOf:
    """What names the place of an offset in `text`, where that is what `opened` filled in, in the visitor's language."""
    if opened is None or text != opened.shown:
        return nowhere
    return lambda start: localize(opened.document.place_at(opened.begin + start))


def offer_reading() -> None:
    """Offer `/read_document`."""

    def read_uploaded(file: dict[str, Any], *, report: Report = ignore) -> dict[str, Any]:
        """The text of a document and its places: pages or the like, from `start` to `end` in the text.

        Args:
            file: an uploaded file, as `{"path": …}`
        """
        return asdict(read_document(Path(path_of(file)), report))

    endpoint(read_uploaded, "read_document", lane=READING_LANE)


def beginnings(document: Document) -> list[tuple[str, str]]:
    """Places to begin at, with their offsets: at most about `BEGINNINGS`, as a text has thousands of lines."""
    choices: list[tuple[str, str]] = []
    behind = 0
    for place in document.places:
        if place.start >= behind:
            choices.append((localize(place.label), str(place.start)))
            behind = place.start + len(document.text) // BEGINNINGS
    return choices


def summary(opened: Opened, name: str) -> str:
    """What was read of the file called `name`, what of it is in the field, and what was left out, a line each."""
    document, begin = opened.document, opened.begin
    end = begin + len(opened.shown)
    facts = [name, localize_facts(document.format.replace(", ", " · ")), say("{n:,} characters", n=len(document.text))]
    lines = [" · ".join(fact for fact in facts if fact)]
    if len(opened.shown.strip()) < len(document.text.strip()):
        first, last = (localize(document.place_at(at)) for at in (begin, max(begin, end - 1)))
        lines.append(
            say(
                "In the field are characters {start:,} to {end:,}: {first} to {last}.",
                start=begin + 1,
                end=end,
                first=first,
                last=last,
            )
        )
    return "\n".join([*lines, *map(localize, document.notes)])
