"""Why a token, on the page: what is asked, what lights up, what is said in words, and what scripts get."""

from dataclasses import replace

import pytest

from demos.chat.salience import facts, lit, named, plain, sentence_at, target_of, why
from models.explain.tokens import Candidate, Token
from models.runtime.limits import InputError
from models.runtime.provenance import Run
from models.tasks.chat.adapter import ChatReply
from models.tasks.chat.prompt import Prompt
from models.tasks.chat.salience import PromptWord, Salience, Target

RUN = Run("Tiny", "cpu", 12, 0, 1.5)
TEXTS = ("It", " is", ".", " No", " cat", ".")
TOKENS = tuple(Token(n, text, 0.5, (Candidate(90 + n, " dog", 0.2, False),)) for n, text in enumerate(TEXTS))
REPLY = ChatReply("".join(TEXTS), TOKENS, Prompt(()), 12, "end", 8.0, RUN)
WORDS = (PromptWord(0, 0, 2, "Be", (1,)), PromptWord(1, 0, 3, "Any", (5,)), PromptWord(1, 4, 7, "cat", (6,)))
RESULT = Salience(("Be brief.", "Any cat?"), WORDS, 3, -0.5, (0.1, -0.4, 2.0), (0.2, -0.1, 1.0), 0.004, 31, 4, RUN)


def test_a_token_its_rival_or_its_sentence_is_asked_about() -> None:
    """The page sends a place, with a rival that is there or for the sentence; anything else is refused."""
    assert target_of({"at": 4}, REPLY) == Target(4, 5)
    assert target_of({"at": 4, "rival": 94}, REPLY) == Target(4, 5, 94)
    assert target_of({"at": 4, "sentence": True}, REPLY) == Target(3, 6)
    assert [sentence_at(REPLY, at) for at in (0, 2, 5)] == [Target(0, 3), Target(0, 3), Target(3, 6)]
    for wrong in ({"at": 6}, {"at": 4, "rival": 7}, {}, None):
        with pytest.raises(InputError):
            target_of(wrong, REPLY)


def test_words_light_up_where_they_were_said() -> None:
    """The strongest is 1; the system prompt is not in the conversation, and its words are not among those lit."""
    assert lit(RESULT, 2) == {"messages": [{"message": 0, "words": [("Any", -0.2), ("cat", 1.0)]}]}
    longer = replace(RESULT, messages=RESULT.messages[1:], words=(replace(WORDS[2], message=0),), left_out=(2.0,))
    assert lit(longer, 4)["messages"][0]["message"] == 2


def test_both_measures_are_drawn_on_the_same_words() -> None:
    """Two strips on one scale, the rival at its left end; one where there are no gradients."""
    shown = why(RESULT, named(REPLY, Target(4, 5, 94)), gradients=True)
    group = shown["groups"][0]
    assert group["title"] == "Why “cat” and not “dog”"
    assert group["towards"] == ("towards “dog”", "towards “cat”")
    assert group["reach"] == 2.0
    effects = [[piece["effect"] for piece in strip["pieces"] if "word" in piece] for strip in group["strips"]]
    assert effects == [[0.1, -0.4, 2.0], [0.2, -0.1, 1.0]]
    alone = why(replace(RESULT, gradients=(), gap=None), named(REPLY, Target(4, 5)), gradients=False)
    assert len(alone["groups"][0]["strips"]) == 1
    assert alone["groups"][0]["title"] == "Why “cat”"


def test_words_say_what_was_measured() -> None:
    """The score, the agreement with its figure, how complete the gradients are; or why there are none."""
    said = " ".join(facts(RESULT, "", gradients=True))
    assert "log-probability is −0.50" in said
    assert "The two measures agree: 1.00 over 3 words" in said
    assert "within 0.4%" in said
    begun = replace(RESULT, left_out=(1.0, 2.0), gradients=(), gap=None)
    assert "2 of 3 words" in " ".join(facts(begun, "", gradients=True))
    assert "gradients are being measured" in " ".join(facts(replace(begun, left_out=(1, 2, 3)), "", gradients=True))
    assert "Time ran out: 2 of 3 words" in " ".join(facts(begun, "", gradients=True, over=True))
    assert facts(RESULT, "", gradients=True, over=True) == facts(RESULT, "", gradients=True)
    assert "SmolLM2 has both" in " ".join(facts(RESULT, "dog", gradients=False))
    assert "last 3 of 60 words" in " ".join(facts(replace(RESULT, word_count=60), "", gradients=True))


def test_scripts_get_every_word_with_its_message() -> None:
    """The system prompt's number is -1; the agreement is a number, or none without gradients."""
    found = plain(RESULT, system=True)
    assert [(word["message"], word["text"], word["left_out"]) for word in found["words"]] == [
        (-1, "Be", 0.1),
        (0, "Any", -0.4),
        (0, "cat", 2.0),
    ]
    assert found["agreement"] == pytest.approx(1.0)
    assert plain(replace(RESULT, gradients=()), system=False)["agreement"] is None
