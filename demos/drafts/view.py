"""Drafts and next tokens as shown on the page and returned to scripts."""

from dataclasses import asdict
from typing import Any

from demos.status import describe, new_tokens, reading, speed
from demos.views.tokens import passage, view
from demos.words import say
from models.tasks.drafts.adapter import Draft, Drafts


def drafts_view(text: str, result: Drafts) -> dict[str, Any]:
    """The drafts side by side, each with its seed, and what may follow `text`."""
    shown = [_passage(number, draft) for number, draft in enumerate(result.drafts, 1)]
    return view(*shown, following=result.next, base=text)


def _passage(number: int, draft: Draft) -> dict[str, Any]:
    title = say("Draft {number} · seed {seed}", number=number, seed=draft.seed)
    endings = {
        "end": say("The model ended the text here."),
        "time": say("Cut: the time was up."),
        "circles": say("Ended: it began to repeat itself."),
    }
    return passage(draft.tokens, title, title, endings.get(draft.ended, ""))


def drafts_status(result: Drafts) -> str:
    """The status line under drafts, finished or not."""
    if not result.next:
        return reading(result.read, result.run.tokens)
    written = sum(len(draft.tokens) for draft in result.drafts)
    return describe(result.run, *filter(None, [new_tokens(written), speed(result.rate)] if written else []))


def drafts_json(result: Drafts) -> dict[str, Any]:
    """`result` as scripts get it."""
    drafts = [{"text": draft.text, "seed": draft.seed, "ended": draft.ended} for draft in result.drafts]
    return {"drafts": drafts, "next": [asdict(each) for each in result.next], **asdict(result.run)}
