"""The Translation tab: a text in another language as it grows, and which words stand for which."""

from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path
from typing import Any

import gradio as gr

from demos.aligned_words import AlignedWords, view
from demos.events import QUIET, endpoint, guarded, on_run, report_to, run_examples
from demos.language_hint import LanguageHint
from demos.status import StatusLine, describe
from demos.tab import Carry, Form, Tab, carry_button
from models.attention import sources
from models.segments import segments
from models.stages import Report, ignore
from models.translated import Translation
from models.translation import LANGUAGES, Translators, of_catalog

ASSETS = Path(__file__).parent.parent / "assets"
LIST = """Packing list for the weekend:

  - two warm sweaters
  - the blue tent, and its pegs!
  - coffee

1. Lock the door. The key is under the stone.
2. Call Ana when you arrive."""
EXAMPLES = {
    "What attention does": ("The attention mechanism lets a model focus on the relevant words.", "en", "pt"),
    "A packing list": (LIST, "en", "pt"),
    "Uma manhã em Lisboa": (
        "Acordei cedo e fui a pé até ao rio. As ruas ainda estavam vazias, mas os cafés já cheiravam a pão quente.",
        "pt",
        "en",
    ),
    "Um recado": ("Não te esqueças de regar as plantas. Volto na segunda-feira! 🌱", "pt", "en"),
}
COUNT = "(text) => `${[...(text || '')].length.toLocaleString('en')} of LIMIT characters`"


def render(translators: Translators) -> Form:
    """Lay out the tab, and offer `/translate`."""
    gr.Markdown("Translate a text sentence by sentence, then see which words stand for which.")
    names = [(LANGUAGES[code], code) for code in dict.fromkeys(code for pair in translators.specs for code in pair)]
    first_source, first_target = next(iter(translators.specs))
    with gr.Row(elem_id="translation-languages"):
        source = gr.Dropdown(names, value=first_source, label="From", elem_id="translation-source", min_width=100)
        swap = gr.Button(
            "⇄ Swap",
            elem_id="translation-swap",
            min_width=76,
            scale=0,
            size="sm",
        )
        target = gr.Dropdown(names, value=first_target, label="To", elem_id="translation-target", min_width=100)
    hint = LanguageHint("translation")
    with gr.Row(equal_height=True):
        with gr.Column(min_width=280):
            text = gr.Textbox(
                label="Text",
                lines=8,
                max_lines=16,
                max_length=translators.limits.text,
                placeholder="Type or paste a text",
                elem_id="translation-text",
            )
            count = StatusLine("translation-count")
        with gr.Column(min_width=280):
            output = gr.Textbox(
                label="Translation",
                lines=8,
                max_lines=16,
                interactive=False,
                buttons=["copy"],
                elem_id="translation-output",
            )
            status = StatusLine("translation-status")
    with gr.Row():
        run = gr.Button("Translate", variant="primary", elem_id="translation-run")
        stop = gr.Button("Stop", interactive=False, elem_id="translation-stop")
    examples = gr.Examples(
        [list(example) for example in EXAMPLES.values()],
        [text, source, target],
        example_labels=list(EXAMPLES),
        cache_examples=False,
        label="Try one",
        elem_id="translation-examples",
        api_visibility="private",
    )
    with gr.Accordion("Why: word by word", open=False, elem_id="translation-why"):
        gr.Markdown(
            "The model was trained so that one of its attention heads tells which word of your text it was translating "
            "as it wrote each word. The stronger the colour, the surer."
        )
        aligned = AlignedWords("translation-words")
        carry = carry_button("translation-carry")
    with gr.Accordion("Raw JSON", open=False, elem_id="translation-json"):
        raw = gr.JSON(show_label=False, elem_id="translation-raw")

    def translate_page(
        text: str, source: str, target: str, progress: gr.Progress = gr.Progress()
    ) -> Iterator[dict[Any, Any]]:
        yield {output: "", status: "Waiting for the model", aligned: [], raw: None}
        for result in translators.choose(source, target).stream(text, report_to(progress)):
            yield {output: result.text, status: status_of(result)}
        yield {aligned: view(result), raw: asdict(result)}

    def exchange(source: str, target: str, text: str, output: str) -> tuple[str, str, str, str, str, list[Any], None]:
        return target, source, output or text, "", "", [], None

    def follow_source(source: str, target: str) -> str:
        """The target, or the first that `source` offers."""
        offered = [to for start, to in translators.specs if start == source]
        return target if target in offered else offered[0]

    def follow_target(target: str, source: str) -> str:
        offered = [start for start, to in translators.specs if to == target]
        return source if source in offered else offered[0]

    fields, results = [text, source, target], [output, status, aligned, raw]
    on_run([run.click], translate_page, fields, results, translators.check, ["Text", "Languages", ""], stop)
    run_examples(examples, run)
    swap.click(exchange, [source, target, text, output], [source, target, text, *results], **QUIET)
    source.input(guarded(follow_source), [source, target], target, **QUIET)
    target.input(guarded(follow_target), [target, source], source, **QUIET)
    hint.follow(translators, text, source, target, follow_source)
    text.change(None, text, count, js=COUNT.replace("LIMIT", f"{translators.limits.text:,}"), **QUIET)

    def translate(text: str, source: str = "en", target: str = "pt", *, report: Report = ignore) -> dict[str, Any]:
        """`text` in another language, by sentence, each with its words' links: character spans in text and result.

        With `source` "auto" it is read as the language that it seems to be in; `detected` is that guess.
        """
        language, guess = translators.resolve(text, source, target)
        result = translators.choose(language, target)(text, report)
        detected = guess and {"language": guess.language, "confidence": guess.confidence, "sure": guess.sure}
        sentences = [
            {
                "source": sentence.source.of(result.source),
                "target": sentence.target.of(result.text),
                "links": [asdict(link) for link in sentence.links],
            }
            for sentence in result.sentences
        ]
        found = {"source": language, "detected": detected}
        return {"text": result.text, "sentences": sentences, **found, **asdict(result.run)}

    endpoint(translate, "translate", translators.check)

    def first_sentence(text: str, source: str, target: str) -> tuple[str, str, str]:
        """The translator reads one sentence at a time, so the attention tab shows one."""
        translators.check(text, source, target)
        sentence = next((segment.of(text) for segment in segments(text, source)), text)
        return sources((translators.choose(source, target).spec,))[-1].name, sentence, ""

    named = {"text": text, "source": source, "target": target}
    return Form(named, run, (Carry(carry, (text, source, target), first_sentence),), {"translate": named})


def status_of(result: Translation) -> str:
    """The status line under `result`, finished or not."""
    counts = (
        (len(result.sentences), "sentence", "sentences"),
        (sum(s.copied for s in result.sentences), "unknown sign copied", "unknown signs copied"),
        (sum(not s.complete for s in result.sentences), "sentence ran too long", "sentences ran too long"),
    )
    return describe(result.run, *(f"{count} {one if count == 1 else many}" for count, one, many in counts if count))


TAB = Tab("Translation", of_catalog, render)
