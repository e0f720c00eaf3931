"""The text that the results of the Next word tab are about: all of them are about the same one."""

import inspect
from collections.abc import Callable, Iterator, Sequence
from typing import Any

import gradio as gr
from gradio.components import Component

from demos.events import on_run
from demos.packed import PackedView
from models.runtime.progress import Report, ignore


class Subject:
    """Keeps the text that the results on the page are about, in the component `text`."""

    def __init__(self) -> None:
        self.text = gr.State("")

    def on_run(
        self,
        triggers: Sequence[Callable[..., Any]],
        fn: Callable[..., Any],
        inputs: Sequence[Component],
        outputs: Sequence[Component],
        check: Callable[..., None],
        fields: Sequence[str],
        stop: gr.Button,
        *,
        others: Sequence[PackedView],
    ) -> Any:
        """As `on_run` of `demos.events`, for an `fn` of a text first, which reports its stages.

        Where the text is another one than before, the views of `others` are cleared along with its first result.
        """

        def run(text: str, *given: Any, report: Report = ignore) -> Iterator[tuple[Any, ...]]:
            *options, before = given
            made = fn(text, *options, report=report)
            clear: list[Any] = [gr.skip() if text == before else {} for _ in others]
            for values in made if inspect.isgenerator(made) else (made,):
                yield *values, text, *clear
                clear = [gr.skip() for _ in others]

        def check_given(*values: Any) -> None:
            check(*values[:-1])

        return on_run(
            triggers,
            run,
            [*inputs, self.text],
            [*outputs, self.text, *others],
            check_given,
            (*fields, "subject"),
            stop,
        )
