"""Who may use an engine's slots and its memory for tokens; the others wait in their order."""

import threading
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field


@dataclass(eq=False)
class Ticket:
    """A place in the room, or in the line before it. It is given back when its last holder lets go."""

    slots: int
    tokens: int
    _give_back: Callable[["Ticket"], None]
    _holders: int = 1
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def hold(self) -> None:
        """One more holds it."""
        with self._lock:
            self._holders += 1

    def drop(self) -> None:
        """One of the holders lets go."""
        with self._lock:
            self._holders -= 1
            last = self._holders == 0
        if last:
            self._give_back(self)


@dataclass
class Room:
    """So many slots, and so many tokens in all of them together."""

    slots: int
    tokens: int
    _inside: set[Ticket] = field(default_factory=set)
    _line: deque[Ticket] = field(default_factory=deque)
    _changed: threading.Condition = field(default_factory=threading.Condition)

    def ask(self, slots: int, tokens: int) -> Ticket:
        """A ticket for so many slots and tokens, no more than there are, at the end of the line."""
        ticket = Ticket(slots, tokens, self._leave)
        with self._changed:
            self._line.append(ticket)
        return ticket

    def admitted(self, ticket: Ticket, seconds: float) -> bool:
        """Whether `ticket` is let in within so many seconds; who waited longest is first."""
        with self._changed:
            return self._changed.wait_for(lambda: self._let_in(ticket), seconds)

    def _let_in(self, ticket: Ticket) -> bool:
        if ticket in self._inside:
            return True
        slots = sum(each.slots for each in self._inside) + ticket.slots
        tokens = sum(each.tokens for each in self._inside) + ticket.tokens
        if self._line[0] is not ticket or slots > self.slots or tokens > self.tokens:
            return False
        self._line.popleft()
        self._inside.add(ticket)
        self._changed.notify_all()
        return True

    def _leave(self, ticket: Ticket) -> None:
        with self._changed:
            if ticket in self._inside:
                self._inside.remove(ticket)
            else:
                self._line.remove(ticket)
            self._changed.notify_all()
