"""The endpoint `/salience`."""

from typing import Any

from demos.chat.salience import plain
from demos.events import endpoint
from models.runtime.limits import InputError, check_text
from models.runtime.progress import Report, ignore
from models.tasks.chat.adapter import Chatter
from models.tasks.chat.messages import Message, read_history


def offer_salience(chatter: Chatter) -> None:
    """Offer `/salience`."""

    def check(
        message: object, reply: object, target: object, rival: object, history: object, system: object, model: object
    ) -> None:
        chosen = chatter.using(model)
        chosen.check(message, history, system, max_new_tokens=1)
        said = check_text(reply, "reply", chatter.limits.text)
        if target != "" and check_text(target, "target", len(said)) not in said:
            raise InputError("target", "target must be a part of the reply, as it is written there.")
        if rival != "":
            check_text(rival, "rival", chatter.limits.text)

    def salience(
        message: str,
        reply: str,
        target: str = "",
        rival: str = "",
        history: list[dict[str, Any]] = [],  # noqa: B006 - it is the documented default, and nothing changes it
        system: str = "",
        model: str = "",
        *,
        report: Report = ignore,
    ) -> dict[str, Any]:
        """What each word of `message` and `history` did for the part `target` of `reply`, or against a `rival`.

        Args:
            message: what was said last
            reply: the reply to it
            target: the part of the reply that is explained; all of it when empty
            rival: what could have stood there: the first token of the target is compared with the first of this
            history: what was said before, as in `/chat`
            system: the system prompt, as in `/chat`
            model: a name that the picker of the tab offers; the empty one is the tab's default
        """
        conversation = (*read_history(history, chatter.limits.text), Message("user", message))
        reader = chatter.salience(model)
        return plain(reader.of_text(conversation, system, reply, target, rival, report), bool(system))

    endpoint(salience, "salience", check)
