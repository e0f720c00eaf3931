"""A Word document in another language: styles, formats, tables, pictures, notes and links stay as they are."""

from collections.abc import Iterator, Sequence
from copy import deepcopy
from dataclasses import dataclass
from typing import Any

from lxml import etree

from documents.archive import Archive, opened, replaced
from documents.markup import attribute, tag
from documents.rewriting.passage import Laid, Part, Passage
from documents.rewriting.splicing import Written
from documents.word import SIGNS, macros, main_part
from models.runtime.limits import InputError

# The parts of a document that people read, by how the main one refers to them.
READ = ("header", "footer", "footnotes", "endnotes")
# What holds the text of a run; the rest of a run holds a place.
SIGNS_OF = {"\t": "tab", "\n": "br"}
# Elements that Word maintains itself.
DROPPED = {"lastRenderedPageBreak", "proofErr"}
# Properties without a visible effect.
LOOKLESS = {"lang", "noProof"}
SPACE = "{http://www.w3.org/XML/1998/namespace}space"


@dataclass(frozen=True)
class Atom:
    """A stretch of a paragraph: text of a run, or what only holds a place.

    `run` is the run it comes from, and `around` the link or the like that holds this; both without their contents.
    """

    text: str
    content: Any = None
    run: Any = None
    around: Any = None
    look: str = ""


def passages(data: bytes) -> list[Passage]:
    """The paragraphs with words: of the text, its tables and boxes, then of headers, footers and notes."""
    archive = _archive(data)
    return [_passage(atoms) for _, root in _parts(archive) for _, atoms in _found(root)]


def rewritten(data: bytes, laid: Sequence[Laid]) -> Written:
    """The document with the text of each paragraph as `laid` over its runs."""
    archive = _archive(data)
    new = iter(laid)
    changed = {}
    for name, root in _parts(archive):
        # The tree is walked to its end before it is changed.
        for paragraph, atoms in list(_found(root)):
            _write(paragraph, atoms, next(new))
        changed[name] = root
    return Written(replaced(archive, changed))


def _archive(data: bytes) -> Archive:
    archive = opened(data)
    if macros(archive):
        raise InputError("file", "The document holds macros. Save it as .docx, without them, and open that.")
    return archive


def _parts(archive: Archive) -> Iterator[tuple[str, Any]]:
    main = main_part(archive)
    others = [name for kind, name in archive.related(main).values() if kind in READ]
    for name in dict.fromkeys([main, *(name for name in others if name in archive.names)]):
        yield name, archive.xml(name)


def _passage(atoms: Sequence[Atom]) -> Passage:
    return Passage(tuple(Part(atom.text, atom.look) for atom in atoms))


def _found(root: Any) -> Iterator[tuple[Any, list[Atom]]]:
    """The paragraphs that hold words, each with its atoms."""
    for paragraph in root.iter():
        if tag(paragraph) == "p":
            atoms = _merged(_atoms(paragraph))
            if any(character.isalpha() for atom in atoms for character in atom.text):
                yield paragraph, atoms


def _atoms(paragraph: Any) -> Iterator[Atom]:
    """What a paragraph is made of; what a field computes is kept as it is, as one with its commands."""
    depth = 0
    for child in paragraph:
        name = tag(child)
        if name in ("pPr", *DROPPED):
            continue
        signs = [attribute(each, "fldCharType") for each in child.iter() if tag(each) == "fldChar"]
        within = depth or signs
        depth += signs.count("begin") - signs.count("end")
        if within:
            yield Atom("", child)
        elif name == "r":
            yield from _of_run(child)
        elif name in ("hyperlink", "ins") and all(tag(each) == "r" for each in child):
            around = _empty(child)
            for run in child:
                yield from _of_run(run, around, str(id(child)))
        else:
            yield Atom("", child)


def _of_run(run: Any, around: Any = None, inside: str = "") -> Iterator[Atom]:
    shell = _empty(run)
    properties = next((each for each in run if tag(each) == "rPr"), None)
    look = inside
    if properties is not None:
        shell.append(deepcopy(properties))
        look += "".join(etree.tostring(each, encoding="unicode") for each in properties if tag(each) not in LOOKLESS)
    for each in run:
        name = tag(each)
        if name == "t":
            yield Atom(each.text or "", run=shell, around=around, look=look)
        elif name in SIGNS or (name == "br" and not attribute(each, "type")):
            yield Atom(SIGNS.get(name, "\n"), run=shell, around=around, look=look)
        elif name != "rPr" and name not in DROPPED:
            yield Atom("", each, shell, around)


def _merged(atoms: Iterator[Atom]) -> list[Atom]:
    """`atoms` with neighbours of one look as one."""
    merged: list[Atom] = []
    for atom in atoms:
        if merged and atom.text and merged[-1].text and merged[-1].look == atom.look:
            last = merged[-1]
            merged[-1] = Atom(last.text + atom.text, None, last.run, last.around, last.look)
        elif atom.text or atom.content is not None:
            merged.append(atom)
    return merged


def _write(paragraph: Any, atoms: Sequence[Atom], laid: Laid) -> None:
    """Give `paragraph` the stretches of `laid`, each as a run like that of its atom, in place of its own."""
    for child in list(paragraph):
        if tag(child) != "pPr":
            paragraph.remove(child)
    around: Any = None
    made: Any = None
    for i, text in laid:
        atom = atoms[i]
        content = _run(atom, text)
        if atom.around is None:
            around, made = None, None
            paragraph.append(content)
            continue
        if atom.around is not around:
            around, made = atom.around, deepcopy(atom.around)
            paragraph.append(made)
        made.append(content)


def _run(atom: Atom, text: str) -> Any:
    """A run like that of `atom` with this text, or what held a place."""
    if atom.run is None:
        return atom.content
    run = deepcopy(atom.run)
    if atom.content is not None:
        run.append(atom.content)
    space = etree.QName(run).namespace
    word = ""
    for character in [*text, ""]:
        if character in SIGNS_OF or not character:
            if word:
                element = etree.SubElement(run, f"{{{space}}}t")
                element.text = word
                element.set(SPACE, "preserve")
            if character:
                etree.SubElement(run, f"{{{space}}}{SIGNS_OF[character]}")
            word = ""
        else:
            word += character
    return run


def _empty(element: Any) -> Any:
    """A copy of an element without what is in it."""
    return etree.Element(element.tag, element.attrib, element.nsmap)
