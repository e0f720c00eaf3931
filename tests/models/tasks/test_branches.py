"""Another way for a reply: it begins as the first did, goes on from the rival, and every branch keeps its place."""

import pytest

from models.catalog.bundled import SMOLLM2
from models.engines.base import Sampling
from models.explain.tokens import Candidate, Token
from models.runtime.cache import ModelCache
from models.runtime.limits import InputError
from models.tasks.chat.adapter import ChatReply, Chatter
from models.tasks.chat.branches import MOST_BRANCHES, Branches


@pytest.fixture
def chatter(tiny_cache: ModelCache) -> Chatter:
    """Chat with the tiny Llama."""
    return Chatter(tiny_cache, SMOLLM2)


@pytest.fixture
def reply(chatter: Chatter) -> ChatReply:
    """A reply of eight tokens."""
    return chatter("hello", max_new_tokens=8)


def ids(reply: ChatReply) -> list[int]:
    """The reply's tokens."""
    return [token.id for token in reply.tokens]


def test_a_branch_is_what_the_model_writes_after_the_rival(chatter: Chatter, reply: ChatReply) -> None:
    """The tokens before stay, the rival follows, and the rest is the greedy continuation of just that."""
    rival = reply.tokens[3].rivals[1]
    *_, branch = chatter.take(reply, 3, rival.id, 8)
    begun = [*ids(reply)[:3], rival.id]
    with chatter.cache.lease(SMOLLM2) as loaded:
        steps = loaded.model.generate([*reply.prompt.ids, *begun], [Sampling(4)])
        expected = [step[0].token for step in steps if isinstance(step, dict)]
    assert ids(branch) == [*begun, *expected]
    assert (branch.prompt, branch.ended) == (reply.prompt, "length")
    assert branch.text.startswith("".join(token.text for token in reply.tokens[:3]))
    assert branch.run.tokens == len(reply.prompt.ids) + len(begun)


def test_the_token_that_was_left_is_a_rival_of_the_one_taken(chatter: Chatter, reply: ChatReply) -> None:
    """Both have the probability they had, so that a visitor can go back."""
    left, rival = reply.tokens[3], reply.tokens[3].rivals[1]
    *_, branch = chatter.take(reply, 3, rival.id, 8)
    taken = branch.tokens[3]
    assert taken.probability == rival.probability
    assert {each.id: each.probability for each in taken.rivals}[left.id] == left.probability
    assert [each.probability for each in taken.rivals] == sorted((e.probability for e in taken.rivals), reverse=True)


def test_a_branch_at_the_end_of_the_length_writes_nothing_more(chatter: Chatter, reply: ChatReply) -> None:
    """The rival takes the last place, and the model is not asked."""
    *_, branch = chatter.take(reply, 7, reply.tokens[7].rivals[1].id, 8)
    assert len(branch.tokens) == 8
    assert branch.ended == "length"


@pytest.mark.parametrize(("at", "rival"), [(8, 0), (-1, 0), (0, 10**6), ("x", 0), (0, None)])
def test_only_a_rival_can_be_taken(chatter: Chatter, reply: ChatReply, at: object, rival: object) -> None:
    """A place outside the reply, and a token that is no rival there, are refused."""
    with pytest.raises(InputError, match=r"at must be|rival must be"):
        next(chatter.take(reply, at, rival))  # type: ignore[arg-type]


def test_a_control_token_cannot_be_taken(chatter: Chatter, reply: ChatReply) -> None:
    """What is no text has no place in a reply."""
    token = Token(5, "a", 0.5, (Candidate(257, "<|im_end|>", 0.2, True),))
    with pytest.raises(InputError, match="rival must be"):
        next(chatter.take(ChatReply("a", (token,), reply.prompt, 0, "end", 0.0, reply.run), 0, 257))


def test_a_branch_belongs_to_the_one_it_leaves(reply: ChatReply) -> None:
    """One that leaves behind the taken token is a child; one that leaves at it or before is a child of the parent."""
    tree = Branches.of(reply).branched(reply, 4)
    deeper, beside, before = (tree.branched(reply, at) for at in (5, 4, 2))
    assert [one.parent for one in deeper.all] == [None, 0, 1]
    assert [one.parent for one in beside.all] == [None, 0, 0]
    assert [one.parent for one in before.all] == [None, 0, 0]
    assert deeper.chosen == 2


def test_a_branch_is_taken_back_with_all_that_leave_it(reply: ChatReply) -> None:
    """Its parent is chosen, the others keep theirs under their new numbers, and the first reply stays."""
    tree = Branches.of(reply).branched(reply, 4).branched(reply, 5).choose(0).branched(reply, 6)
    undone = tree.choose(1).undone()
    assert [(one.parent, one.at) for one in undone.all] == [(None, 0), (0, 6)]
    assert undone.chosen == 0
    assert undone.undone() == undone


def test_the_same_token_is_the_same_branch(chatter: Chatter, reply: ChatReply) -> None:
    """A rival that was taken before is found again, from its parent and back."""
    rival = reply.tokens[3].rivals[1].id
    *_, branch = chatter.take(reply, 3, rival, 8)
    tree = Branches.of(reply).branched(branch, 3)
    assert tree.with_token(3, reply.tokens[3].id) == 0
    assert tree.choose(0).with_token(3, rival) == 1
    assert tree.with_token(2, 10**6) is None


def test_a_tree_has_room_for_so_many(reply: ChatReply) -> None:
    """Beyond that a branch has to be taken back first."""
    tree = Branches.of(reply)
    for _ in range(MOST_BRANCHES - 1):
        tree.check_room()
        tree = tree.branched(reply, 1)
    with pytest.raises(InputError, match="at most 24"):
        tree.check_room()
    with pytest.raises(InputError, match="branch must be"):
        tree.choose(MOST_BRANCHES)


@pytest.mark.real
def test_the_real_model_goes_on_from_a_rival(real_cache: ModelCache) -> None:
    """A branch has the rival in its place, and the model writes on."""
    chatter = Chatter(real_cache, SMOLLM2)
    reply = chatter("Name the capital of France in one sentence.", max_new_tokens=12)
    at = next(number for number, token in enumerate(reply.tokens) if "Paris" in token.text)
    rival = next(each for each in reply.tokens[at].rivals if not each.control)
    *_, branch = chatter.take(reply, at, rival.id, 12)
    assert branch.tokens[at].text == rival.text
    assert len(branch.tokens) > at + 1
