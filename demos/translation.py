"""The Translation tab: a text in another language as it grows, and which words stand for which."""

from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path
from typing import Any

import gradio as gr

from demos.aligned_words import AlignedWords, view
from demos.document_bar import document_bar
from demos.document_translation import file_translation, follow, offer
from demos.events import QUIET, endpoint, on_run, run_examples, shared_lane
from demos.examples import ready_examples
from demos.guard import guarded, report_to
from demos.language_hint import LanguageHint
from demos.model_picker import model_picker
from demos.status import StatusLine, describe
from demos.tab import Carry, Form, Tab, carry_button
from demos.words import say, say_count
from models.explain.attention import sources
from models.runtime.progress import Report, ignore
from models.tasks.translation.adapter import Translators, languages, of_catalog
from models.tasks.translation.translated import Translation
from models.text.segments import segments

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
CHINESE = {
    "里斯本的清晨": ("我起得很早，走到河边。街上还空着，咖啡馆里已经飘出面包的香味。", "zh", "en"),
    "A packing list": (LIST, "en", "zh"),
}
COUNT = (
    "(text) => say('{n} of {limit} characters', { n: [...(text || '')].length.toLocaleString('en'), limit: 'LIMIT' })"
)


def render(translators: Translators) -> Form:
    """Lay out the tab, and offer `/translate`."""
    gr.Markdown("Translate a text sentence by sentence, then see which words stand for which.")
    names = [(name, code) for code, name in languages(translators.models).items()]
    first_source, first_target = next(iter(translators.specs))
    # Where each direction has one model, the languages tell which.
    a_choice = any(len(specs) > 1 for specs in translators.specs.values())
    model = model_picker(translators, "translation-model", a_choice=a_choice)
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
            bar = document_bar("translation")
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
    examples = ready_examples(
        [[*example, translators.choose(*example[1:]).spec.name] for example in EXAMPLES.values()],
        [text, source, target, model],
        example_labels=list(EXAMPLES),
        elem_id="translation-examples",
    )
    offered = {label: each for label, each in CHINESE.items() if each[1:] in translators.specs}
    chinese = ready_examples(
        [[*example, translators.choose(*example[1:]).spec.name] for example in offered.values()],
        [text, source, target, model],
        "zh",
        example_labels=list(offered),
        elem_id="translation-examples-zh",
    )
    with gr.Accordion("Translate a document into the same file", open=False, elem_id="translation-document-file"):
        whole_file = file_translation()
    with gr.Accordion("Why: word by word", open=False, elem_id="translation-why"):
        gr.Markdown(
            "The Firefox models were trained so that one of their attention heads tells which word of your text they "
            "were translating as they wrote each word. Of others that is not known: their links are the mean of all "
            "heads in the last layer but one (Garg et al. 2019), a hint and no alignment. The stronger the colour, the "
            "surer. A language model (Qwen) gives no links at all: its sentences only stand side by side."
        )
        aligned = AlignedWords("translation-words")
        carry = carry_button("translation-carry")
    with gr.Accordion("Raw JSON", open=False, elem_id="translation-json"):
        raw = gr.JSON(show_label=False, elem_id="translation-raw")

    def translate_page(
        text: str, source: str, target: str, model: str, progress: gr.Progress = gr.Progress()
    ) -> Iterator[dict[Any, Any]]:
        yield {output: "", status: say("Waiting for the model"), aligned: [], raw: None}
        translator = translators.choose(source, target, model)
        for result in translator.stream(text, report_to(progress)):
            yield {output: result.text, status: status_of(result, translator.aligned)}
        done = status_of(result, translator.aligned, done=True)
        yield {aligned: view(result), raw: asdict(result), status: done}

    def exchange(source: str, target: str, text: str, output: str) -> tuple[Any, ...]:
        """The other way round, where a model goes that way."""
        turned = (target, source) if (target, source) in translators.specs else (source, target)
        return *turned, translators.default(*turned), output or text, "", "", [], None

    def follow_source(source: str, target: str, model: str) -> tuple[str, str]:
        """The target, or the first that `source` offers, and a model that serves both."""
        offered = [to for start, to in translators.specs if start == source]
        target = target if target in offered else offered[0]
        return target, translators.default(source, target, model)

    def follow_target(target: str, source: str, model: str) -> tuple[str, str]:
        offered = [start for start, to in translators.specs if to == target]
        source = source if source in offered else offered[0]
        return source, translators.default(source, target, model)

    def follow_model(model: str, source: str, target: str) -> tuple[str, str]:
        """The languages, or the first that `model` translates between."""
        pairs = translators.pairs(model)
        return (source, target) if (source, target) in pairs else pairs[0]

    fields, results = [text, source, target, model], [output, status, aligned, raw]
    checked = ["Text", "Languages", "", "model"]
    on_run([run.click], translate_page, fields, results, translators.check, checked, stop, shared_lane())
    for ready in (examples, chinese):
        run_examples(ready, run)
    bar.follow(text, translators.limits.text)
    follow(whole_file, translators, bar.upload, [source, target, model], stop)
    swap.click(exchange, [source, target, text, output], [source, target, model, text, *results], **QUIET)
    source.input(guarded(follow_source), [source, target, model], [target, model], **QUIET)
    target.input(guarded(follow_target), [target, source, model], [source, model], **QUIET)
    model.input(guarded(follow_model), [model, source, target], [source, target], **QUIET)
    # A link, or a guess of the language, sets them without a visitor's hand.
    gr.on([source.change, target.change], guarded(translators.default), [source, target, model], model, **QUIET)
    hint.follow(translators, text, source, target, lambda new, old: follow_source(new, old, "")[0])
    text.change(None, text, count, js=COUNT.replace("LIMIT", f"{translators.limits.text:,}"), **QUIET)

    def translate(
        text: str, source: str = "en", target: str = "pt", model: str = "", *, report: Report = ignore
    ) -> dict[str, Any]:
        """`text` in another language, by sentence, each with its words' links: character spans in text and result.

        With `source` "auto" it is read as the language that it seems to be in; `detected` is that guess.
        """
        language, guess = translators.resolve(text, source, target)
        result = translators.choose(language, target, model)(text, report)
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
        return {"text": result.text, "sentences": sentences, "left": result.left, **found, **asdict(result.run)}

    endpoint(translate, "translate", translators.check, lane=shared_lane())
    offer(translators)

    def first_sentence(text: str, source: str, target: str, model: str) -> tuple[str, str, str]:
        """The translator reads one sentence at a time, so the attention tab shows one."""
        translators.check(text, source, target, model)
        sentence = next((segment.of(text) for segment in segments(text, source)), text)
        return sources((translators.choose(source, target, model).spec,))[-1].name, sentence, ""

    named = {"text": text, "source": source, "target": target, "model": model}
    carries = (Carry(carry, (text, source, target, model), first_sentence),)
    return Form(named, run, carries, {"translate": named})


def status_of(result: Translation, aligned: bool = True, done: bool = False) -> str:
    """The status line under `result`; whether its words are `aligned`, and nothing more comes."""
    sentences = len(result.sentences)
    copied, cut = sum(s.copied for s in result.sentences), sum(not s.complete for s in result.sentences)
    guessed = sum(s.guessed for s in result.sentences)
    facts = [
        say_count(sentences, "{n} sentence", "{n} sentences") if sentences else "",
        say_count(copied, "{n} unknown sign copied", "{n} unknown signs copied") if copied else "",
        say_count(guessed, "{n} place guessed", "{n} places guessed") if guessed else "",
        say_count(cut, "{n} sentence ran too long", "{n} sentences ran too long") if cut else "",
        "" if aligned else say("no word alignment"),
        say_count(result.left, "time is up: {n} sentence left", "time is up: {n} sentences left")
        if done and result.left
        else "",
    ]
    return describe(result.run, *filter(None, facts))


TAB = Tab("Translation", of_catalog, render, ("translate",))
