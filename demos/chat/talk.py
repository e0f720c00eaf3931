"""The events of the Chat tab: replies, branches of the last reply, and undo."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

import gradio as gr
from gradio.components import Component

from demos.chat.branches import Trees, kept, last, view
from demos.chat.conversation import Messages, from_page, index_of, to_page
from demos.chat.parts import Parts
from demos.chat.reply import notice_of, plain, status_of
from demos.chat.settings import OPTIONS
from demos.chat.why import show_tokens
from demos.events import ASIDE, EACH, QUIET, end_runs, on_run, sent, shared_lane, throttled
from demos.guard import guarded, report_to
from demos.plain import from_chatbot
from demos.words import say
from models.runtime.progress import Report, ignore
from models.tasks.chat.adapter import ChatReply, Chatter, check_rival
from models.tasks.chat.branches import Branches
from models.tasks.chat.messages import Message, message_text

FIELDS = ("message", "history", *OPTIONS, "model", "trees")
SAVE = "(conversation) => [conversation]"
Updates = Iterator[dict[Any, Any]]


@dataclass(frozen=True)
class Talk:
    """Streams replies of `chatter` into the `parts` of the page."""

    chatter: Chatter
    parts: Parts

    @property
    def outputs(self) -> list[Component]:
        """All outputs of the events."""
        box, why = self.parts.box, self.parts.why
        shown = [box.message, box.conversation, box.branches, box.trees, box.notice, box.status]
        return [*shown, why.tokens, why.status, why.why, why.lit, why.layers, self.parts.raw, self.parts.saved]

    def said_in(self, history: Messages) -> list[Message]:
        """The messages of the page's conversation. Raises InputError where it holds anything but text."""
        return from_page(history, self.chatter.limits.text)

    def answer(self, said: str, before: list[Message], trees: Trees, values: Sequence[Any], report: Report) -> Updates:
        """Stream the reply to `said` after `before` into the page; `values` are those of the options."""
        box, why = self.parts.box, self.parts.why
        *chosen, model = values
        said_so_far = [*before, Message("user", said)]
        shown = to_page(said_so_far)
        trees = kept(trees, len(before))
        cleared = {box.notice: "", why.tokens: {}, box.trees: trees} | self.unexplained()
        cleared[box.branches] = view(trees, len(said_so_far))
        yield {box.message: "", box.conversation: shown, self.parts.saved: shown} | cleared | self.waiting()
        named = dict(zip(OPTIONS, chosen, strict=True))
        for reply in throttled(self.chatter.using(model).stream(said, before, report=report, **named)):
            yield self.shown(said_so_far, {**trees, len(said_so_far): Branches.of(reply)})

    def unexplained(self) -> dict[Any, Any]:
        """The updates that take away what explained another reply."""
        why = self.parts.why
        return {why.status: "", why.why: {}, why.lit: {}, why.layers: {}}

    def waiting(self) -> dict[Any, Any]:
        """The status line while the model loads."""
        return {self.parts.box.status: say("Waiting for the model")}

    def shown(self, said_so_far: list[Message], trees: Trees) -> dict[Any, Any]:
        """The updates that show the chosen branch of the reply to `said_so_far`."""
        box, why = self.parts.box, self.parts.why
        reply = trees[len(said_so_far)].reply
        replied = [Message("assistant", reply.text)] if reply.text else []
        update: dict[Any, Any] = {box.conversation: to_page([*said_so_far, *replied]), box.trees: trees}
        update |= {why.tokens: show_tokens(reply), box.notice: notice_of(reply), box.status: status_of(reply)}
        update |= {box.branches: view(trees, len(said_so_far) + 1)}
        return update | ({self.parts.raw: plain(reply)} if reply.ended else {})

    def talk(
        self,
        said: str,
        history: Messages,
        system: str,
        max_new_tokens: int,
        temperature: float,
        top_p: float,
        model: str,
        trees: Trees,
        progress: gr.Progress = gr.Progress(),
    ) -> Updates:
        """Reply to a message."""
        values = (system, max_new_tokens, temperature, top_p, model)
        yield from self.answer(said, self.said_in(history), trees, values, report_to(progress))

    def retry(self, event: gr.RetryData, history: Messages, *values: Any, report: Report = ignore) -> Updates:
        """Reply again."""
        *before, again = self.said_in(history)[: index_of(event) + 1]
        yield from self.answer(again.text, before, values[-1], values[:-1], report)

    def edit(self, event: gr.EditData, history: Messages, *values: Any, report: Report = ignore) -> Updates:
        """Reply to what a message was changed to."""
        said = from_chatbot(message_text(event.value))
        yield from self.answer(said, self.said_in(history)[: index_of(event)], values[-1], values[:-1], report)

    def take(self, event: gr.EventData, history: Messages, *values: Any, report: Report = ignore) -> Updates:
        """Continue from a rival of one of the last reply's tokens, in a new branch."""
        *options, _, trees = values
        *said_so_far, _ = self.said_in(history)
        tree = last(trees, self.said_in(history))
        at, rival = _rival(event, tree.reply)
        if (same := tree.with_token(at, rival)) is not None:
            yield self.shown(said_so_far, {**trees, len(said_so_far): tree.choose(same)})
            return
        tree.check_room()
        yield self.waiting() | self.unexplained()
        named = dict(zip(OPTIONS[1:], options[1:], strict=True))
        for reply in throttled(self.chatter.take(tree.reply, at, rival, report=report, **named)):
            yield self.shown(said_so_far, {**trees, len(said_so_far): tree.branched(reply, at)})

    def go_to(self, event: gr.EventData, history: Messages, trees: Trees) -> dict[Any, Any]:
        """Show another branch of the last reply, which the conversation then goes on from."""
        return self.moved(history, trees, last(trees, self.said_in(history)).choose(sent(event, "branch")))

    def take_back(self, history: Messages, trees: Trees) -> dict[Any, Any]:
        """Drop the chosen branch and all that leave it."""
        return self.moved(history, trees, last(trees, self.said_in(history)).undone())

    def moved(self, history: Messages, trees: Trees, tree: Branches) -> dict[Any, Any]:
        """The updates for another choice among the last reply's branches."""
        *said_so_far, _ = self.said_in(history)
        shown = self.shown(said_so_far, {**trees, len(said_so_far): tree})
        return shown | self.unexplained() | {self.parts.saved: shown[self.parts.box.conversation]}

    def undo(self, event: gr.UndoData, history: Messages, trees: Trees) -> dict[Any, Any]:
        """Put a message back into its field, and show the reply before it."""
        *before, again = self.said_in(history)[: index_of(event) + 1]
        trees, box, why = kept(trees, len(before)), self.parts.box, self.parts.why
        shown = to_page(before)
        update: dict[Any, Any] = {box.conversation: shown, self.parts.saved: shown, box.message: again.text}
        update |= {box.trees: trees, box.branches: view(trees, len(before))} | self.unexplained()
        tree = trees.get(len(before) - 1)
        return update | {why.tokens: show_tokens(tree.reply) if tree else {}}

    def forget(self) -> dict[Any, Any]:
        """Clear everything."""
        box, why = self.parts.box, self.parts.why
        empty: dict[Any, Any] = {
            box.conversation: [],
            self.parts.saved: [],
            box.notice: "",
            box.status: "",
            self.parts.raw: None,
        }
        return empty | {why.tokens: {}, box.trees: {}, box.branches: {}} | self.unexplained()

    def check(self, message: str, history: Messages, *values: Any) -> None:
        """Raise InputError where a message cannot be replied to; `values` are those of the options and the trees."""
        *chosen, model, _ = values
        self.chatter.using(model).check(message, self.said_in(history), *chosen)

    def check_branch(self, history: Messages, *values: Any) -> None:
        """Raise InputError where the last reply has no room for another branch, or an option cannot be used."""
        self.check("again", history, *values)
        last(values[-1], self.said_in(history)).check_room()

    def register(self) -> None:
        """Register all events."""
        box, why, saved = self.parts.box, self.parts.why, self.parts.saved
        outputs = self.outputs
        again = [box.conversation, *self.parts.options, box.trees]
        # The page knows what is said again only from the event; `stream` checks it. Replies to several visitors share
        # the batches of the model.
        run = partial(on_run, outputs=outputs, stop=box.stop, lane=shared_lane(), alone=True)
        check_again, fields = partial(self.check, "again"), FIELDS[1:]
        runs = [
            run(
                [box.send.click, box.message.submit], self.talk, [box.message, *again], check=self.check, fields=FIELDS
            ),
            run([box.conversation.retry], self.retry, again, check=check_again, fields=fields),
            run([box.conversation.edit], self.edit, again, check=check_again, fields=fields),
            run([why.tokens.option_select], self.take, again, check=self.check_branch, fields=fields),
        ]
        for ended in (*(one.then for one in runs), box.stop.click):
            ended(None, box.conversation, saved, js=SAVE, **QUIET)
        tree = [box.conversation, box.trees]
        for changed in (box.branches.select, box.branches.undo, box.conversation.undo, box.conversation.clear):
            end_runs(changed, box.stop)
        box.branches.select(guarded(self.go_to), tree, outputs, **EACH, **ASIDE)
        box.branches.undo(guarded(self.take_back), tree, outputs, **ASIDE)
        box.conversation.undo(guarded(self.undo), tree, outputs, **QUIET)
        box.conversation.clear(self.forget, None, outputs, **QUIET)


def _rival(event: gr.EventData, reply: ChatReply) -> tuple[int, int]:
    """The token and the rival that a visitor chose. Raises InputError where the reply has none such."""
    return check_rival(reply, sent(event, "at"), sent(event, "rival"))
