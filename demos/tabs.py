"""The tabs of the page, in their order."""

from typing import Any

from demos import (
    attention,
    batch,
    chat,
    compare,
    how_attention_works,
    next_word,
    question_answering,
    runtime,
    sentiment,
    summarization,
    translation,
)
from demos.tab import Tab
from demos.task_tab import task_tab
from models.tasks.registry import Tasks

# The tabs made for certain tasks, and those that look inside models.
OF_TASKS: tuple[Tab[Any], ...] = (
    question_answering.TAB,
    translation.TAB,
    sentiment.TAB,
    summarization.TAB,
    chat.TAB,
    next_word.TAB,
)
INSIDE: tuple[Tab[Any], ...] = (attention.TAB, how_attention_works.TAB)


def tabs_of(tasks: Tasks) -> tuple[Tab[Any], ...]:
    """The tabs of a page with `tasks`: a task that no tab was made for has a plain one."""
    names = {task.name for task in tasks}
    own = [tab for tab in OF_TASKS if names.intersection(tab.tasks)]
    shown = {name for tab in own for name in tab.tasks}
    plain = [task_tab(task) for task in tasks if task.name not in shown]
    return (*own, *plain, *INSIDE, compare.tab(tasks), batch.tab(tasks), runtime.TAB)
