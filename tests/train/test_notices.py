"""The synthetic questions on short everyday texts."""

import random
from collections import Counter

from train.notices import questions


def test_every_answer_stands_in_its_text() -> None:
    """At its offset, at word borders; some questions have none."""
    made = questions(600, random.Random(1))
    for question in made:
        for text, start in question.answers:
            end = start + len(text)
            assert question.context[start:end] == text
            assert not question.context[max(0, start - 1) : start].isalnum()
            assert not question.context[end : end + 1].isalnum()
    assert 10 < sum(not question.answers for question in made) < 100


def test_a_price_is_that_of_the_name_asked_for() -> None:
    """The answer's line begins with the name in the question, though another line may have the same price."""
    priced = questions(600, random.Random(2))[::6]
    for question in priced:
        for _, start in question.answers:
            line = question.context[question.context.rfind("\n", 0, start) + 1 :].splitlines()[0]
            name = line[: start - question.context.rfind("\n", 0, start) - 1].strip(" :-|\t")
            assert name.lower() in question.question
    same = [Counter(line[-3:] for line in q.context.splitlines()).most_common(1)[0][1] for q in priced]
    assert max(same) > 1


def test_a_list_is_the_answer_from_its_first_item_to_its_last() -> None:
    """Bullets between the items belong to it."""
    for question in questions(600, random.Random(3))[2::6]:
        ((text, _),) = question.answers
        assert len(text.splitlines()) >= 2
        assert not text.startswith(("-", "*", "•", "1."))
