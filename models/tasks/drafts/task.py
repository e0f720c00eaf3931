"""Continuing a text as a task of the page, tables and comparisons."""

from collections.abc import Iterator
from functools import partial

from models.runtime.cache import ModelCache
from models.runtime.limits import Limits
from models.runtime.progress import Report
from models.tasks.drafts.adapter import Drafter
from models.tasks.sampling import SAMPLING, sampled, seed_of
from models.tasks.spec import Models, Outcome, TaskSpec, Values, Work, chosen_model, unique

SIGNS = str.maketrans({" ": "␣", "\n": "↵", "\t": "⇥"})


def work(cache: ModelCache, models: Models, values: Values, limits: Limits) -> Work:
    """A continuation of the text, and the likeliest next tokens before it."""
    drafter = Drafter(cache, chosen_model(models, values), limits)
    text, seed = values["text"], seed_of(values)
    options = {
        "drafts": 1,
        "max_new_tokens": values["new_tokens"],
        "temperature": values["temperature"],
        "top_p": values["top_p"],
        "seed": seed,
    }

    def stream(report: Report) -> Iterator[Outcome]:
        for found in drafter.stream(text, **options, report=report):
            [draft] = found.drafts
            following = unique([each.text.translate(SIGNS) for each in found.next])
            likely = dict(zip(following, (each.probability for each in found.next), strict=True))
            facts = sampled(len(draft.tokens), found.rate, seed, values)
            yield Outcome(draft.text, found.run, likely, len(draft.tokens), facts)

    return Work(partial(drafter.check, text, **options), stream)


TASK = TaskSpec(
    "continue",
    "Next word",
    work,
    lambda offers: offers.chat,
    options=SAMPLING,
    fields={"max_new_tokens": "new_tokens"},
)
