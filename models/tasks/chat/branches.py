"""The ways that one reply took: each leaves another at one of its tokens, where a rival was taken instead."""

from dataclasses import dataclass, replace

from models.runtime.limits import InputError, check_whole
from models.tasks.chat.adapter import ChatReply

MOST_BRANCHES = 24


@dataclass(frozen=True)
class Branch:
    """A whole reply. It is the same as the branch `parent` up to token `at`; the first branch has no parent."""

    reply: ChatReply
    parent: int | None = None
    at: int = 0


@dataclass(frozen=True)
class Branches:
    """A tree of replies to one prompt, parents before their children, and which of them is `chosen`."""

    all: tuple[Branch, ...]
    chosen: int = 0

    @classmethod
    def of(cls, reply: ChatReply) -> "Branches":
        """A tree of one reply."""
        return cls((Branch(reply),))

    @property
    def reply(self) -> ChatReply:
        """The chosen one."""
        return self.all[self.chosen].reply

    def check_room(self) -> None:
        """Raise InputError where there may be no more branches."""
        if len(self.all) >= MOST_BRANCHES:
            raise InputError("branches", f"A reply has at most {MOST_BRANCHES} branches. Take one back first.")

    def choose(self, number: object) -> "Branches":
        """The same with that branch chosen. Raises InputError where there is none."""
        return replace(self, chosen=check_whole(number, "branch", 0, len(self.all) - 1))

    def grown(self, reply: ChatReply) -> "Branches":
        """The same with `reply` in place of the chosen one, which it continues."""
        before, after = self.all[: self.chosen], self.all[self.chosen + 1 :]
        return replace(self, all=(*before, replace(self.all[self.chosen], reply=reply), *after))

    def with_token(self, at: int, token: int) -> int | None:
        """The number of a branch that is as the chosen one up to token `at` and has `token` there, None without one."""
        wanted = [*(each.id for each in self.reply.tokens[:at]), token]
        found = (number for number, one in enumerate(self.all) if _ids(one.reply)[: at + 1] == wanted)
        return next(found, None)

    def branched(self, reply: ChatReply, at: int) -> "Branches":
        """With one more branch, which leaves the chosen one at its token `at` and is chosen in its place.

        What a branch shares with its parent is the parent's: a branch that leaves there is a child of the parent.
        """
        parent = self.chosen
        while (above := self.all[parent].parent) is not None and at <= self.all[parent].at:
            parent = above
        return Branches((*self.all, Branch(reply, parent, at)), len(self.all))

    def undone(self) -> "Branches":
        """Without the chosen branch and all that leave it; its parent is chosen. The first branch stays."""
        parent = self.all[self.chosen].parent
        if parent is None:
            return self
        gone = {self.chosen}
        for number, branch in enumerate(self.all):
            if branch.parent in gone:
                gone.add(number)
        place: dict[int | None, int] = {}
        kept: list[Branch] = []
        for number, branch in enumerate(self.all):
            if number not in gone:
                place[number] = len(kept)
                kept.append(replace(branch, parent=place.get(branch.parent)))
        return Branches(tuple(kept), place[parent])


def _ids(reply: ChatReply) -> list[int]:
    return [token.id for token in reply.tokens]
