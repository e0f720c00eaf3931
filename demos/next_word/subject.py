"""The text that the results of the Next word tab are about: all of them are about the same one."""

import inspect
from collections.abc import Callable, Iterator, Sequence
from typing import Any

import gradio as gr

from demos.events import on_run
from demos.packed import PackedView
from models.runtime.progress import Report, ignore

ARGUMENTS = inspect.signature(on_run)


class Subject:
    """Keeps the text that the results on the page are about, in the component `text`."""

    def __init__(self) -> None:
        self.text = gr.State("")

    def on_run(self, *arguments: Any, others: Sequence[PackedView]) -> Any:
        """As `on_run` of `demos.events`, with its arguments, for an `fn` of a text first, which reports its stages.

        Where the text is another one than before, the views of `others` are cleared along with its first result.
        """
        given = ARGUMENTS.bind(*arguments).arguments
        fn, check = given["fn"], given["check"]
        given["fn"] = clearing(fn, len(others))
        given["check"] = lambda *values: check(*values[:-1])
        given["inputs"] = [*given["inputs"], self.text]
        given["outputs"] = [*given["outputs"], self.text, *others]
        given["fields"] = (*given["fields"], "subject")
        return on_run(**given)


def clearing(fn: Callable[..., Any], others: int) -> Callable[..., Iterator[tuple[Any, ...]]]:
    """`fn`, given the text before too, with the values of its text and of as many other views after its own."""

    def run(text: str, *given: Any, report: Report = ignore) -> Iterator[tuple[Any, ...]]:
        *options, before = given
        made = fn(text, *options, report=report)
        clear: list[Any] = [gr.skip() if text == before else {}] * others
        for values in made if inspect.isgenerator(made) else (made,):
            yield *values, text, *clear
            clear = [gr.skip()] * others

    return run
