"""Why a token or a sentence of the last reply: what each word of the conversation did for it."""

from collections.abc import Iterator
from dataclasses import asdict
from typing import Any

import gradio as gr

from demos.chat.branches import Trees, last
from demos.chat.conversation import Messages, from_page
from demos.chat.parts import Box, WhyFold
from demos.events import on_run, sent, throttled
from demos.guard import report_to
from demos.status import describe
from demos.views.why import Strip, agreement, completeness, group
from demos.words import say, say_count
from models.explain.attribution import spearman
from models.runtime.limits import check_whole
from models.tasks.chat.adapter import ChatReply, Chatter, check_rival
from models.tasks.chat.salience import Salience, Target
from models.text.sentences import Span, sentences


def target_of(data: object, reply: ChatReply) -> Target:
    """What a visitor asks about. Raises InputError where the reply has no such token or rival."""
    asked = data if isinstance(data, dict) else {}
    at = check_whole(asked.get("at"), "at", 0, len(reply.tokens) - 1)
    if asked.get("rival") is not None:
        return Target(at, at + 1, check_rival(reply, at, asked["rival"])[1])
    return sentence_at(reply, at) if asked.get("sentence") else Target(at, at + 1)


def sentence_at(reply: ChatReply, at: int) -> Target:
    """The tokens of the sentence that token `at` is in."""
    text, starts = "", []
    for token in reply.tokens:
        # A token that begins with white space belongs to the word that follows it.
        starts.append(len(text) + len(token.text) - len(token.text.lstrip()))
        text += token.text
    place = next((each for each in sentences(text) if starts[at] < each.end), Span(0, len(text)))
    inside = [number for number, start in enumerate(starts) if place.start <= start < place.end]
    return Target(inside[0], inside[-1] + 1) if at in inside else Target(at, at + 1)


def lit(result: Salience, shown: int) -> dict[str, Any]:
    """The words left out, as the value of a LitView where the conversation has `shown` messages, the reply the last."""
    effects = result.left_out
    reach = max(map(abs, effects), default=0.0) or 1.0
    first = shown - 1 - len(result.messages)
    places: dict[int, list[tuple[str, float]]] = {}
    for word, effect in zip(result.words, effects, strict=False):
        places.setdefault(first + word.message, []).append((word.text, round(effect / reach, 3)))
    # The system prompt is not in the conversation.
    return {"messages": [{"message": at, "words": words} for at, words in places.items() if at >= 0]}


def why(result: Salience, names: tuple[str, str], gradients: bool, over: bool = False) -> dict[str, Any]:
    """The value of a WhyView; `names` are the target and its rival, which may be empty. `over`: no more comes."""
    target, rival = names
    text, starts = "", []
    for message in result.messages:
        starts.append(len(text))
        text += f"{message}\n\n"
    places = [Span(starts[word.message] + word.start, starts[word.message] + word.end) for word in result.words]
    begin = starts[result.words[0].message] if result.words else 0
    measures = [
        (say("Left out, one at a time"), say("left out"), result.left_out),
        (say("Integrated gradients"), say("gradients"), result.gradients),
    ]
    strips = [
        Strip(
            name,
            short,
            text,
            Span(begin, len(text.rstrip())),
            places,
            dict(zip((at.start for at in places), effects, strict=False)),
        )
        for name, short, effects in measures[: 2 if gradients else 1]
    ]
    towards = (
        (say("towards “{token}”", token=rival), say("towards “{token}”", token=target))
        if rival
        else (say("made it less likely"), say("made it more likely"))
    )
    title = (
        say("Why “{token}” and not “{rival}”", token=target, rival=rival)
        if rival
        else say("Why “{token}”", token=target)
    )
    return {"groups": [group(strips, towards, title)], "facts": facts(result, rival, gradients, over)}


def facts(result: Salience, rival: str, gradients: bool, over: bool = False) -> list[str]:
    """What is to be said in words: the score, the measures' agreement, what was not measured, in time or at all."""
    score = f"{result.score:+.2f}".replace("-", "−")
    said = [
        say("The lead in log-probability is {score}: effects are differences of it, in nats.", score=score)
        if rival
        else say("The log-probability is {score}: effects are differences of it, in nats.", score=score)
    ]
    if len(result.words) < result.word_count:
        said.append(say("Only the last {n} of {all} words are measured.", n=len(result.words), all=result.word_count))
    if not gradients:
        return [
            *said,
            say(
                "{model} has no copy with gradients in the memory for models here: its words are only left out. "
                "SmolLM2 has both measures.",
                model=result.run.model,
            ),
        ]
    if result.gap is None and over:
        measured, words = len(result.left_out), len(result.words)
        return [
            *said,
            say("Time ran out: {n} of {all} words were left out, and no gradients taken.", n=measured, all=words),
        ]
    if result.gap is None and len(result.left_out) == len(result.words):
        return [*said, say("The gradients are being measured…")]
    if result.gap is None:
        return [*said, say("Measuring: {n} of {all} words…", n=len(result.left_out), all=len(result.words))]
    return [*said, agreement(result.left_out, result.gradients), completeness(result.gap, result.steps)]


def on_salience(fold: WhyFold, box: Box, chatter: Chatter) -> None:
    """Measure the words when a visitor asks why the last reply has a token."""

    def measure(
        event: gr.EventData, history: Messages, trees: Trees, progress: gr.Progress = gr.Progress()
    ) -> Iterator[dict[Any, Any]]:
        reply = last(trees, from_page(history, chatter.limits.text)).reply
        target = target_of({name: sent(event, name) for name in ("at", "rival", "sentence")}, reply)
        reader = chatter.salience(reply.run.model)
        names = named(reply, target)
        yield {fold.status: say("Waiting for the model"), fold.why: {}, fold.lit: {}}
        result = None
        ids = [token.id for token in reply.tokens]
        for result in throttled(reader.stream(reply.prompt, ids, target, report_to(progress)), every=0.3):
            passes = say_count(result.passes, "{n:,} reading", "{n:,} readings")
            yield {
                fold.why: why(result, names, reader.has_gradients),
                fold.lit: lit(result, len(history)),
                fold.status: describe(result.run, passes),
            }
        if result is not None:
            yield {fold.why: why(result, names, reader.has_gradients, over=True)}

    def check(history: Messages, trees: Trees) -> None:
        last(trees, from_page(history, chatter.limits.text))

    outputs = [fold.why, fold.lit, fold.status]
    asked = [box.conversation, box.trees]
    on_run([fold.tokens.submit], measure, asked, outputs, check, ["history", "trees"], box.stop)


def named(reply: ChatReply, target: Target) -> tuple[str, str]:
    """The target and its rival as text; the rival is empty where there is none."""
    text = "".join(token.text for token in reply.tokens[target.start : target.end]).strip()
    rivals = {each.id: each.text.strip() for each in reply.tokens[target.start].rivals}
    return text, rivals[target.rival] if target.rival is not None else ""


def plain(result: Salience, system: bool) -> dict[str, Any]:
    """`result` as scripts get it; the number of the system prompt is -1, that of the first message 0."""
    measured = [
        {
            "message": word.message - system,
            "start": word.start,
            "end": word.end,
            "text": word.text,
            "left_out": left_out,
            "gradients": result.gradients[number] if result.gradients else None,
        }
        for number, (word, left_out) in enumerate(zip(result.words, result.left_out, strict=False))
    ]
    agree = spearman(result.left_out, result.gradients) if result.gradients else None
    return {
        "score": result.score,
        "words": measured,
        "word_count": result.word_count,
        "agreement": agree,
        "gap": result.gap,
        "steps": result.steps,
        "passes": result.passes,
        **asdict(result.run),
    }
