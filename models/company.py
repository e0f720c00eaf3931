"""Texts of several requests that one model writes together, as requests come and go."""

import threading
from collections.abc import Generator, Sequence
from dataclasses import dataclass, field

from models.writing import Begin, Decoded, Source, Writing

# What one request may ask at once, and what all in hand may take together, padding included: so a full one leaves room.
BATCH_TOKENS = 1_024
ROOM_TOKENS = 2 * BATCH_TOKENS
# How often, in seconds, a request whose sources others write on can be closed.
GLANCE = 0.1


@dataclass(eq=False)
class _Request:
    """What one caller asked, what was `found` of it since it last looked, and how many sources are not `left`."""

    sources: Sequence[Source]
    left: int
    found: dict[int, Decoded] = field(default_factory=dict)
    error: Exception | None = None
    gone: bool = False
    # Set where there is something to look at.
    news: threading.Event = field(default_factory=threading.Event)

    def look(self) -> dict[int, Decoded]:
        """What is new. Raises what was raised while it was written."""
        self.news.clear()
        if self.error is not None:
            raise self.error
        found, self.found = self.found, {}
        self.left -= len(found)
        return found


@dataclass
class Company:
    """All who ask one model at a time. Who comes while it writes joins at the next token; one alone waits for nobody.

    One alone writes in its own thread. With company a thread writes for all until nobody is left, since threads that
    compute in turn would each wake helpers of their own (docs/engines.md, "Threads"). What nobody wants any more is
    dropped. Where there is no room the one who waited longest is the first to get some.
    """

    _waiting: list[_Request] = field(default_factory=list)
    _writing: Writing | None = None
    # Of each number that is in hand whose it is, and its place among what was asked.
    _rows: dict[int, tuple[_Request, int]] = field(default_factory=dict)
    # Whether a thread is at work: it alone touches what is in hand.
    _at_work: bool = False
    _changing: threading.Lock = field(default_factory=threading.Lock)

    def decode(self, begin: Begin, sources: Sequence[Source]) -> Generator[dict[int, Decoded], None, None]:
        """What becomes of `sources`, by their places, maybe beside others'; nothing new is an empty dictionary.

        Closing the generator takes them out. Raises what was raised while they were written.
        """
        request = _Request(sources, len(sources))
        with self._changing:
            self._waiting.append(request)
        try:
            while request.left:
                with self._changing:
                    idle = not (self._at_work or request.news.is_set())
                    self._at_work = self._at_work or idle
                    alone = self._wanted() == {request}
                if idle and alone:
                    self._step(begin)
                    self._rest()
                elif idle:
                    self._hand_over(begin)
                else:
                    request.news.wait(GLANCE)
                with self._changing:
                    found = request.look()
                yield found
        finally:
            with self._changing:
                request.gone = True
                if not self._at_work and not self._wanted():
                    self._rows, self._writing = {}, None

    def _hand_over(self, begin: Begin) -> None:
        """Let a thread of its own do the work. Raises RuntimeError where the system gives none."""
        try:
            threading.Thread(target=self._write_on, args=(begin,), name="company", daemon=True).start()
        except RuntimeError:
            self._rest()
            raise

    def _write_on(self, begin: Begin) -> None:
        """Write as long as anybody wants it."""
        wanted = True
        while wanted:
            self._step(begin)
            with self._changing:
                wanted = bool(self._wanted())
                self._at_work = wanted

    def _rest(self) -> None:
        """Leave the work to whoever is there."""
        with self._changing:
            self._at_work = False
            for request in self._wanted():
                request.news.set()

    def _wanted(self) -> set[_Request]:
        """Who has not got all, and is still there."""
        return {each for each in (*self._waiting, *(each for each, _ in self._rows.values())) if not each.gone}

    def _step(self, begin: Begin) -> None:
        """Write a token of all in hand, and tell those for whom that was the last; this thread is the one at work."""
        finished: dict[int, Decoded] = {}
        error = None
        joining: list[_Request] = []
        try:
            writing = self._left_over(begin)
            joining = self._joining(writing)
            if joining:
                numbers = writing.join([source for request in joining for source in request.sources])
                places = [(request, row) for request in joining for row in range(len(request.sources))]
                self._rows.update(zip(numbers, places, strict=True))
            finished = writing.step()
        except Exception as raised:
            error = raised
        with self._changing:
            for number, output in finished.items():
                request, row = self._rows.pop(number)
                request.found[row] = output
                request.news.set()
            if error is not None:
                for request in (*joining, *(request for request, _ in self._rows.values())):
                    request.error = error
                    request.news.set()
                self._rows, self._writing = {}, None

    def _left_over(self, begin: Begin) -> Writing:
        """What is in hand without those whose callers are gone; a new one where nothing is left."""
        gone = {number for number, (request, _) in self._rows.items() if request.gone}
        for number in gone:
            del self._rows[number]
        if self._writing is None or not self._rows:
            self._writing = begin()
        elif gone:
            self._writing.drop(gone)
        return self._writing

    def _joining(self, writing: Writing) -> list[_Request]:
        """Who joins now: those who waited longest, as many as there is room for; one, where nothing is in hand."""
        found: list[_Request] = []
        sources: list[Source] = []
        with self._changing:
            self._waiting = [request for request in self._waiting if not request.gone]
            for request in self._waiting:
                if (self._rows or found) and not writing.fits([*sources, *request.sources], ROOM_TOKENS):
                    break
                found.append(request)
                sources += request.sources
            del self._waiting[: len(found)]
        return found
