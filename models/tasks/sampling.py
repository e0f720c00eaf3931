"""The options of tasks that sample text, and what is reported of the sampling."""

import secrets

from models.runtime.limits import check_whole
from models.tasks.chat.adapter import TEMPERATURE_LIMIT
from models.tasks.drafts.adapter import DRAFT_LIMIT, SEED_LIMIT
from models.tasks.spec import Option, Values

NEW_TOKENS = Option(
    "new_tokens",
    "Length, tokens",
    "number",
    64,
    low=8,
    high=DRAFT_LIMIT,
    step=8,
    limit="new_tokens",
    flag="reply-tokens",
)
SAMPLING = (
    Option("temperature", "Temperature", "number", 0, high=TEMPERATURE_LIMIT, step=0.1),
    Option("top_p", "Top p", "number", 1, low=0.05, high=1, step=0.05),
    Option("seed", "Seed", "seed", 1, high=SEED_LIMIT, placeholder="random"),
    NEW_TOKENS,
)


def seed_of(values: Values) -> int:
    """The chosen seed, or a new one. Raises InputError."""
    if values["seed"] is None:
        return secrets.randbelow(SEED_LIMIT)
    return check_whole(values["seed"], "seed", 0, SEED_LIMIT)


def sampled(written: int, rate: float, seed: int, values: Values) -> tuple[str, ...]:
    """Facts about a sampled text; the seed matters only at a temperature above 0."""
    facts = [f"{written} new tokens"] if written else []
    facts += [f"{rate:.1f} tokens/s"] if rate else []
    return (*facts, f"seed {seed}") if values["temperature"] else tuple(facts)
