"""Admits requests to an engine's slots and its memory for tokens, in order of arrival."""

import threading
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field


@dataclass(eq=False)
class Ticket:
    """A reservation, or a place in the queue. It is returned when its last holder drops it."""

    slots: int
    tokens: int
    _give_back: Callable[["Ticket"], None]
    _holders: int = 1
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def hold(self) -> None:
        """Add a holder."""
        with self._lock:
            self._holders += 1

    def drop(self) -> None:
        """Remove a holder."""
        with self._lock:
            self._holders -= 1
            last = self._holders == 0
        if last:
            self._give_back(self)


@dataclass
class Room:
    """A number of slots, and of tokens in all of them together."""

    slots: int
    tokens: int
    _inside: set[Ticket] = field(default_factory=set)
    _line: deque[Ticket] = field(default_factory=deque)
    _changed: threading.Condition = field(default_factory=threading.Condition)

    def ask(self, slots: int, tokens: int) -> Ticket:
        """Queue a request for at most all slots and tokens."""
        ticket = Ticket(slots, tokens, self._leave)
        with self._changed:
            self._line.append(ticket)
        return ticket

    def admitted(self, ticket: Ticket, seconds: float) -> bool:
        """Wait up to `seconds` for `ticket` to be admitted, first come, first served; return whether it was."""
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
