"""Translates a whole document into the same file, on the page and for scripts."""

from collections import deque
from collections.abc import Generator, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import gradio as gr

from demos.events import endpoint, on_run, shared_lane, throttled
from demos.fields.document_bar import UploadedPath
from demos.fields.uploads import path_of
from demos.gradio_compat import save_download
from demos.guard import report_to
from demos.status import StatusLine
from demos.words import localize, say
from documents.rewriting.splicing import Written
from documents.translating import Progress, translated
from models.runtime.limits import InputError
from models.runtime.progress import Report, ignore
from models.tasks.translation.adapter import Translator, Translators
from models.tasks.translation.translated import Translation

# Characters that are translated at once: enough to fill batches, and few enough to stop soon.
GROUP = 1_500
GONE = "The file is no longer available: it was kept for an hour. Open it again."


def by_groups(translator: Translator, texts: Sequence[str], report: Report) -> Generator[Translation, None, None]:
    """The translations of `texts` in their order, a few at a time. Raises InputError."""
    group: list[str] = []
    for at, text in enumerate(texts):
        group.append(text)
        if at == len(texts) - 1 or sum(map(len, group)) > GROUP:
            yield from translator.many(group, report)
            group = []


def translate_file(
    translators: Translators, path: str | None, source: str, target: str, model: str, report: Report
) -> Iterator[Progress]:
    """How far the document at `path` is, and at the end its new file. Raises InputError."""
    if path is None:
        raise InputError("file", "Open a document first.")
    if not Path(path).exists():
        raise InputError("file", GONE)
    translator = translators.choose(source, target, model)

    def translate(texts: Sequence[str]) -> Generator[Translation, None, None]:
        return by_groups(translator, texts, report)

    return translated(Path(path), translate, report, translators.limits.seconds)


def saved(written: Written, path: str, target: str) -> str:
    """Where the new file is, in the server's own folder for files, under the name of the old with its language."""
    old = Path(path)
    return save_download(written.data, f"{old.stem}.{target}{old.suffix}")


def status_of(progress: Progress) -> str:
    """How far a document is, and notes at its end."""
    share = say("{n:,} of {all:,} characters translated", n=progress.done, all=progress.total)
    return "\n".join([share, *map(localize, progress.written.notes if progress.written else ())])


@dataclass(frozen=True)
class FileTranslation:
    """The button that translates the file that was opened, what it says, and the new file."""

    run: gr.Button
    status: StatusLine
    file: gr.DownloadButton


def file_translation() -> FileTranslation:
    """Lay the components out."""
    gr.Markdown(
        "Word, HTML, subtitles and text keep their layout: formats, tags, times and line breaks. Open the document, "
        "choose the languages, then translate its file."
    )
    with gr.Row():
        run = gr.Button("Translate the file", elem_id="translation-file-run")
        file = gr.DownloadButton("Download the translated file", interactive=False, elem_id="translation-file")
    return FileTranslation(run, StatusLine("translation-file-status"), file)


def follow(
    form: FileTranslation, translators: Translators, upload: UploadedPath, languages: list[Any], stop: gr.Button
) -> None:
    """Let the button translate what `upload` holds; `languages` are the pickers of both, and of the model."""

    def run(
        path: str | None, source: str, target: str, model: str, progress: gr.Progress = gr.Progress()
    ) -> Iterator[dict[Any, Any]]:
        yield {form.status: say("Reading the document"), form.file: gr.DownloadButton(value=None, interactive=False)}
        for done in throttled(translate_file(translators, path, source, target, model, report_to(progress)), 0.3):
            yield {form.status: status_of(done)}
        if done.written:
            assert path is not None, "a file was translated"
            yield {form.file: gr.DownloadButton(value=saved(done.written, path, target), interactive=True)}

    def check(path: str | None, source: str, target: str, model: str) -> None:
        if path is None:
            raise InputError("file", "Open a document first.")
        translators.choose(source, target, model)

    fields = ("file", "Languages", "", "model")
    on_run([form.run.click], run, [upload, *languages], [form.status, form.file], check, fields, stop, shared_lane())


def offer(translators: Translators) -> None:
    """Offer `/translate_document`."""

    def translate_document(
        file: dict[str, Any], source: str = "en", target: str = "pt", model: str = "", *, report: Report = ignore
    ) -> dict[str, Any]:
        """The same file in another language: Word, HTML, subtitles or text, with its layout; and notes on it.

        Args:
            file: an uploaded file, as `{"path": …}`
            source: the language it is in, as a code of two letters
            target: the language it is to be in
            model: a name that the picker of the tab offers; the empty one is the tab's default
        """
        path = path_of(file)
        (last,) = deque(translate_file(translators, path, source, target, model, report), maxlen=1)
        assert last.written is not None, "a translation ends with its file"
        made = gr.FileData(path=saved(last.written, path, target), orig_name=Path(path).name)
        notes = list(last.written.notes)
        return {"file": made.model_dump(), "characters": last.total, "translated": last.done, "notes": notes}

    def check(file: object, source: object = "en", target: object = "pt", model: object = "") -> None:
        translators.choose(source, target, model)

    endpoint(translate_document, "translate_document", check, lane=shared_lane())
