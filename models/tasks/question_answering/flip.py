"""The smallest edit of a question that changes its answer."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from models.runtime.progress import Report, Stage, ignore, last
from models.tasks.flip import Flip, Probabilities, flips, margin
from models.tasks.question_answering.adapter import Answerer
from models.tasks.question_answering.results import Answer, Answers

# Windows of the context that are read at most, all edits together, and by a language model how many questions.
MOST_WINDOWS, MOST_ASKED = 400, 16
NO_ANSWER = ""
TOP = 5


@dataclass(frozen=True)
class AnswerFlipper:
    """Looks for edits with `answerer`."""

    answerer: Answerer

    def check(self, question: object, context: object) -> None:
        """Raise InputError where a question or its context cannot be used."""
        self.answerer.check(question, context)

    def __call__(self, question: str, context: str, report: Report = ignore) -> Flip:
        """The smallest edit found within the bound."""
        return last(self.stream(question, context, report), self.answerer.spec.name, report)

    def stream(self, question: str, context: str, report: Report = ignore) -> Iterator[Flip]:
        """Yield how far the search is for a question whose best answer is at another place, or that has none.

        The probabilities are those of the answers by their text, and of no answer by the empty name.
        """
        self.check(question, context)
        name = self.answerer.spec.name
        first = self.answerer(question, context, TOP, report)
        best = first.answers[0] if first.answers and first.found else None

        def read(questions: Sequence[str]) -> list[Probabilities]:
            report(Stage("Running", name))
            pairs = [(each, context) for each in questions]
            groups = self.answerer.many(pairs, TOP, report)
            return [probabilities(answers, best) for group in groups for answers in group]

        def lead(found: Probabilities) -> float:
            return lead_of(found, best.text if best else NO_ANSWER)

        asked = MOST_ASKED if self.answerer.spec.head == "causal-lm" else max(1, MOST_WINDOWS // first.windows)
        limit = self.answerer.limits.seconds
        yield from flips(question, probabilities(first, best), read, lead, asked, limit, first.run)


def lead_of(found: Probabilities, name: str) -> float:
    """How far the answer called `name` is from being another one: the text has none where that is likelier than not."""
    if name == NO_ANSWER:
        return found[NO_ANSWER] - 0.5
    answers = {other: value for other, value in found.items() if other != NO_ANSWER}
    return min(0.5 - found[NO_ANSWER], margin(answers, name))


def probabilities(answers: Answers, best: Answer | None) -> Probabilities:
    """The probability of each answer by its text, one that overlaps `best` by that text, and of no answer."""
    found = {NO_ANSWER: answers.no_answer}
    for answer in answers.answers:
        same = best is not None and answer.start < best.end and best.start < answer.end
        text = best.text if same and best else answer.text
        found[text] = found.get(text, 0.0) + answer.score
    return found
