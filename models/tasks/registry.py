"""All tasks, in the order of the page. A new task is one package and one line here."""

from models.tasks.chat.task import TASK as CHAT
from models.tasks.drafts.task import TASK as CONTINUE
from models.tasks.own_labels.task import TASK as OWN_LABELS
from models.tasks.question_answering.task import TASK as ANSWER
from models.tasks.sentiment.task import TASK as SENTIMENT
from models.tasks.spec import TaskSpec
from models.tasks.summarization.task import TASK as SUMMARIZE
from models.tasks.translation.task import TASK as TRANSLATE

Tasks = tuple[TaskSpec, ...]
TASKS: Tasks = (SENTIMENT, OWN_LABELS, ANSWER, TRANSLATE, SUMMARIZE, CHAT, CONTINUE)
