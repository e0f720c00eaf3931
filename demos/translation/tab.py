"""The Translation tab: a streaming translation with word alignment."""

from collections.abc import Iterator, Mapping
from dataclasses import asdict
from typing import Any

import gradio as gr

from demos.events import LATEST, QUIET, end_runs, on_run, run_examples, shared_lane
from demos.fields.document_bar import document_bar
from demos.fields.examples import ready_examples
from demos.fields.language_hint import LanguageHint
from demos.fields.model_picker import model_picker
from demos.fields.read_aloud import read_aloud
from demos.guard import guarded, report_to
from demos.status import StatusLine
from demos.tab import Carry, Form, Opening, Tab, carry_button
from demos.translation import other_words
from demos.translation.aligned_words import AlignedWords, view
from demos.translation.directions import Directions
from demos.translation.documents import file_translation, follow, offer
from demos.translation.endpoint import offer_other_words, offer_translate
from demos.translation.other_words import OtherWordsView, Versions
from demos.translation.status import status_of
from demos.translation.texts import CHINESE, EXAMPLES
from demos.views.why import KEPT
from demos.words import say
from models.explain.attention import sources
from models.tasks.translation.adapter import Translators, of_catalog
from models.tasks.translation.languages import languages
from models.tasks.translation.translated import Translation
from models.text.segments import segments

COUNT = (
    "(text) => say('{n} of {limit} characters', { n: [...(text || '')].length.toLocaleString('en'), limit: 'LIMIT' })"
)


def render(translators: Translators) -> Form:
    """Lay out the tab, and offer `/translate`."""
    gr.Markdown("Translate a text sentence by sentence, then see which words stand for which.")
    names = [(name, code) for code, name in languages(translators.models).items()]
    first_source, first_target = next(iter(translators.specs))
    # If each direction has one model, the languages determine it.
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
    with gr.Row():
        with gr.Column(min_width=280):
            text = gr.Textbox(
                label="Text",
                lines=6,
                max_lines=16,
                max_length=translators.limits.text,
                placeholder="Type or paste a text",
                elem_id="translation-text",
            )
            count = StatusLine("translation-count")
            bar = document_bar("translation")
            # On a phone too they stand before the translation.
            with gr.Row():
                run = gr.Button("Translate", variant="primary", elem_id="translation-run")
                stop = gr.Button("Stop", interactive=False, elem_id="translation-stop")
        with gr.Column(min_width=280):
            output = gr.Textbox(
                label="Translation",
                lines=6,
                max_lines=16,
                interactive=False,
                buttons=["copy"],
                elem_id="translation-output",
            )
            status = StatusLine("translation-status")
            read_aloud("translation", "#translation-output textarea", target)
    offered = {label: each for label, each in CHINESE.items() if each[1:] in translators.specs}
    chinese = ready_examples(
        [[*example, translators.choose(*example[1:]).spec.name] for example in offered.values()],
        [text, source, target, model],
        "zh",
        labels=list(offered),
        elem_id="translation-examples-zh",
    )
    examples = ready_examples(
        [[*example, translators.choose(*example[1:]).spec.name] for example in EXAMPLES.values()],
        [text, source, target, model],
        labels=list(EXAMPLES),
        elem_id="translation-examples",
    )
    with gr.Accordion("Why: word by word", elem_id="translation-why"):
        aligned = AlignedWords("translation-words")
        others = OtherWordsView("translation-others")
        carry = carry_button("translation-carry")
    with gr.Accordion("How to read this", open=False, elem_id="translation-help"):
        gr.Markdown(
            "The Firefox models were trained so that one of their attention heads shows which word of your text they "
            "were translating as they wrote each word. Of others that is not known: their links are the mean of all "
            "heads in the last layer but one (Garg et al. 2019), a hint and no alignment. The stronger the colour, the "
            "surer. A language model (Qwen) gives no links at all: its sentences only stand side by side."
        )
    with gr.Accordion("Translate a document into the same file", open=False, elem_id="translation-document-file"):
        whole_file = file_translation()
    with gr.Accordion("Raw JSON", open=False, elem_id="translation-json"):
        raw = gr.JSON(show_label=False, elem_id="translation-raw")

    def translate_page(
        text: str, source: str, target: str, model: str, progress: gr.Progress = gr.Progress()
    ) -> Iterator[dict[Any, Any]]:
        yield {output: "", status: say("Waiting for the model"), aligned: [], raw: None, kept: None, others: {}}
        translator = translators.choose(source, target, model)
        for result in translator.stream(text, report_to(progress)):
            yield {output: result.text, status: status_of(result, translator.aligned)}
        versions = Versions(source, target, model, (result,))
        yield shown(result, translator.aligned) | {kept: versions, others: other_words.view(versions)}

    def shown(result: Translation, has_links: bool) -> dict[Any, Any]:
        updates = {output: result.text, status: status_of(result, has_links, done=True)}
        return updates | {aligned: view(result), raw: asdict(result)}

    def opened(given: Mapping[str, Any], result: Translation) -> dict[Any, Any]:
        versions = Versions(given["source"], given["target"], given.get("model", ""), (result,))
        return shown(result, any(sentence.links for sentence in result.sentences)) | {kept: versions}

    def exchange(source: str, target: str, text: str, output: str) -> dict[Any, Any]:
        """The other way round, where a model goes that way; else everything stays."""
        languages = directions.turned(source, target)
        if languages is None:
            return dict.fromkeys(exchanged, gr.skip())
        return dict(zip(exchanged, (*languages, output or text, "", "", [], None, None, {}), strict=True))

    # The translation that is shown, and those before it where words of it were replaced.
    kept = gr.State(None, time_to_live=KEPT)
    fields, results = [text, source, target, model], [output, status, aligned, raw]
    directions, exchanged = Directions(translators), [source, target, model, text, *results, kept, others]
    checked = ["Text", "Languages", "", "model"]
    on_run(
        [run.click], translate_page, fields, [*results, kept, others], translators.check, checked, stop, shared_lane()
    )
    other_words.follow(translators, aligned, others, kept, shown, results)
    for ready in (examples, chinese):
        run_examples(ready, run, stop)
    bar.follow(text, translators.limits.text)
    follow(whole_file, translators, bar.upload, [source, target, model], stop)
    end_runs(swap.click, stop)
    swap.click(exchange, [source, target, text, output], exchanged, **QUIET)
    source.input(guarded(directions.of_source), [source, target, model], [target, model], **LATEST, **QUIET)
    target.input(guarded(directions.of_target), [target, source, model], [source, model], **LATEST, **QUIET)
    model.input(guarded(directions.of_model), [model, source, target], [source, target], **LATEST, **QUIET)
    # A link, or a guess of the language, sets them without a visitor's hand.
    gr.on([source.change, target.change], guarded(translators.default), [source, target, model], model, **QUIET)
    hint.follow(translators, text, source, target, lambda new, old: directions.of_source(new, old, "")[0])
    text.change(None, text, count, js=COUNT.replace("LIMIT", f"{translators.limits.text:,}"), **QUIET)

    offer_translate(translators)
    offer_other_words(translators)
    offer(translators)

    def first_sentence(text: str, source: str, target: str, model: str) -> tuple[str, str, str]:
        """The translator reads one sentence at a time, so the attention tab shows one."""
        translators.check(text, source, target, model)
        sentence = next((segment.of(text) for segment in segments(text, source)), text)
        return sources((translators.choose(source, target, model).spec,))[-1].name, sentence, ""

    named = {"text": text, "source": source, "target": target, "model": model}
    carries = (Carry(carry, (text, source, target, model), first_sentence),)
    opening = Opening(
        Translation,
        lambda text, source, target, model="": translators.choose(source, target, model)(text),
        opened,
        status,
    )
    return Form(named, run, carries, {"translate": named}, opening=opening)


TAB = Tab("Translation", of_catalog, render, ("translate",))
