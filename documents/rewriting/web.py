"""A page in another language: every tag, attribute, script and comment of its source stays as it is."""

import html
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace

from documents.hypertext import COMMENT, UNSEEN, VOID, Event, Sight, events, is_inline
from documents.rewriting.passage import Laid, Part, Passage
from documents.rewriting.splicing import Source, Written, source_of, spliced
from documents.web import SPACES, decoded_page

# Elements whose content is code or must not be translated.
KEPT = {"pre", "code", "kbd", "samp", "var"}
# Tags that hold their place within a line.
PLACES = (VOID - {"br", "hr"}) | {COMMENT}


@dataclass
class Piece:
    """Text from `start` to `end` of the source within the open tags `stack`; or what has no text, to be kept there.

    `spaced` is white space behind what is kept, where some is before it too: the translator is shown one of the two.
    """

    start: int
    end: int
    text: str
    stack: tuple[Event, ...] = ()
    spaced: str = ""


@dataclass
class Block:
    """What stands between two ends of a line."""

    pieces: list[Piece] = field(default_factory=list)

    @property
    def passage(self) -> Passage:
        """Its text, each piece with the tags around it as its look."""
        looks = (" ".join(str(event.start) for event in piece.stack) for piece in self.pieces)
        return Passage(tuple(Part(piece.text, look) for piece, look in zip(self.pieces, looks, strict=True)))


def passages(data: bytes) -> list[Passage]:
    """The texts between the tags that end a line."""
    return [block.passage for block in _blocks(_source(data).text)]


def rewritten(data: bytes, laid: Sequence[Laid]) -> Written:
    """The page with the text of each block as `laid` over its tags."""
    source = _source(data)
    changes = []
    for block, new in zip(_blocks(source.text), laid, strict=True):
        changes.append((block.pieces[0].start, block.pieces[-1].end, _written(source.text, block, new)))
    return source.encoded(spliced(source.text, changes))


def _source(data: bytes) -> Source:
    found = source_of(data) if data.startswith((b"\xff\xfe", b"\xfe\xff", b"\xef\xbb\xbf")) else None
    if found is None:
        page = decoded_page(data)
        try:
            if page.text.encode(page.encoding) == data:
                return Source(page.text, page.encoding)
        except (LookupError, UnicodeError):
            pass
        found = source_of(data)
    return found


def _blocks(source: str) -> Iterator[Block]:
    """The blocks with words, without the white space around these."""
    sight, block, kept = Sight(UNSEEN - {"head"}), Block(), 0
    opened: list[Event] = []
    for event in events(source):
        seen = sight.sees(event)
        if seen and event.tag in KEPT and not (event.opens and event.closes):
            kept = max(0, kept + (1 if event.opens else -1))
        code = event.tag in KEPT or kept > 0
        if seen and not code and not event.tag:
            _add(block.pieces, Piece(event.start, event.end, SPACES.sub(" ", event.text), tuple(opened)))
        elif seen and (event.tag in PLACES or (code and (not event.tag or is_inline(event.tag)))):
            # A word of code within a sentence keeps its place there, as a picture does.
            block.pieces.append(Piece(event.start, event.end, "", tuple(opened)))
        elif not seen or not is_inline(event.tag) or (event.closes and not _closes(event, opened)):
            yield from _trimmed(block)
            block, opened = Block(), []
        elif event.opens:
            opened.append(event)
        else:
            start = opened.pop().start
            if not block.pieces or block.pieces[-1].end <= start:
                # Nothing is in it, such as the target of a link.
                block.pieces.append(Piece(start, event.end, "", tuple(opened)))
    yield from _trimmed(block)


def _add(pieces: list[Piece], new: Piece) -> None:
    """Add a piece of text; where a word of code is between spaces, the second is kept with it."""
    texts = [piece.text for piece in pieces if piece.text]
    if new.text.startswith(" ") and pieces and not pieces[-1].text and (not texts or texts[-1].endswith(" ")):
        pieces[-1].spaced = " "
        new.text = new.text[1:]
        if not new.text:
            return
    pieces.append(new)


def _closes(event: Event, opened: Sequence[Event]) -> bool:
    return bool(opened) and opened[-1].tag == event.tag and not event.opens


def _trimmed(block: Block) -> Iterator[Block]:
    """`block` from its first word to its last, where it has any."""
    pieces = block.pieces
    worded = {event for piece in pieces if any(map(str.isalnum, piece.text)) for event in piece.stack}
    for piece in pieces:
        if piece.stack and piece.stack[-1] not in worded:
            # No word of the translation stands for a sign that has an element to itself.
            piece.text = ""
    while pieces and not pieces[0].text.strip():
        pieces = pieces[1:]
    while pieces and not pieces[-1].text.strip():
        pieces = pieces[:-1]
    if not any(character.isalpha() for piece in pieces for character in piece.text):
        return
    pieces[0] = replace(pieces[0], text=pieces[0].text.lstrip())
    pieces[-1] = replace(pieces[-1], text=pieces[-1].text.rstrip())
    yield Block(pieces)


def _written(source: str, block: Block, laid: Laid) -> str:
    """The new source of `block`."""
    first, last = block.pieces[0], block.pieces[-1]
    written: set[Event] = set()
    raw = source[first.start : first.end]
    made = raw[: len(raw) - len(raw.lstrip())]
    stack = first.stack
    for i, text in laid:
        piece = block.pieces[i]
        made += _moved(source, stack, piece.stack)
        stack = piece.stack
        written |= {*stack}
        made += html.escape(text, quote=False) if piece.text else source[piece.start : piece.end] + piece.spaced
    for piece in block.pieces:
        if not written.issuperset(piece.stack):
            # The translation has too few words for all the elements.
            made += _moved(source, stack, piece.stack)
            stack = piece.stack
            written |= {*stack}
    raw = source[last.start : last.end]
    return made + _moved(source, stack, last.stack) + raw[len(raw.rstrip()) :]


def _moved(source: str, before: Sequence[Event], after: Sequence[Event]) -> str:
    """The tags that lead from within `before` to within `after`."""
    shared = 0
    while shared < min(len(before), len(after)) and before[shared] == after[shared]:
        shared += 1
    closed = "".join(f"</{event.tag}>" for event in reversed(before[shared:]))
    return closed + "".join(source[event.start : event.end] for event in after[shared:])
