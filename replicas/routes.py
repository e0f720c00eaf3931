"""Which replicas a call goes to: by the task that its method belongs to."""

# Where a page looks up which replicas run a task.
DIRECTORY = "/directory"
# Every task that calls are sent for; `explain` is what the Attention, Tokens and How attention works tabs show.
TASKS = (
    "question_answering",
    "translation",
    "sentiment",
    "own_labels",
    "summarization",
    "chat",
    "drafts",
    "next_word",
    "explain",
)


def task_of(method: str) -> str:
    """The task of a method in `models.runtime.placing.METHODS`."""
    _, room, package, *_ = method.partition(":")[0].split(".")
    return package if room == "tasks" else room
