"""The tabs of the page, in their order."""

from typing import Any

from demos import runtime
from demos.attention import tab as attention
from demos.batch import tab as batch
from demos.chat import tab as chat
from demos.compare import tab as compare
from demos.how_attention_works import tab as how_attention_works
from demos.next_word import tab as next_word
from demos.question_answering import tab as question_answering
from demos.sentiment import tab as sentiment
from demos.summarization import tab as summarization
from demos.tab import Tab
from demos.task_tab import task_tab
from demos.tokenizers import tab as tokenizers
from demos.translation import tab as translation
from models.tasks.registry import Tasks

# The tabs made for certain tasks, and those that look inside models.
OF_TASKS: tuple[Tab[Any], ...] = (
    question_answering.TAB,
    translation.TAB,
    sentiment.TAB,
    summarization.TAB,
    chat.TAB,
)
INSIDE: tuple[Tab[Any], ...] = (next_word.TAB, tokenizers.TAB, attention.TAB, how_attention_works.TAB)


def tabs_of(tasks: Tasks) -> tuple[Tab[Any], ...]:
    """The tabs of a page with `tasks`: a task that no tab was made for has a plain one."""
    names = {task.name for task in tasks}
    own = [tab for tab in OF_TASKS if names.intersection(tab.tasks)]
    inside = [tab for tab in INSIDE if not tab.tasks or names.intersection(tab.tasks)]
    shown = {name for tab in (*own, *inside) for name in tab.tasks}
    plain = [task_tab(task) for task in tasks if task.name not in shown]
    return (*own, *plain, *inside, compare.tab(tasks), batch.tab(tasks), runtime.TAB)
