"""Parses untrusted XML: no entities, no document types, and limited in size."""

from typing import Any
from xml.sax import SAXException
from xml.sax.handler import ContentHandler

from defusedxml import DefusedXmlException, sax
from lxml import etree

from models.runtime.limits import InputError

ELEMENTS_LIMIT = 1_000_000
DEPTH_LIMIT = 200
BROKEN = "The file is damaged: its XML is not well-formed. Save it again."


class _Measure(ContentHandler):
    """Raises InputError where a tree would be too large to be held, before there is one."""

    def __init__(self) -> None:
        super().__init__()
        self.elements, self.depth = 0, 0

    def startElement(self, name: str, attrs: Any) -> None:  # noqa: N802 - the library's name
        self.elements += 1
        self.depth += 1
        if self.elements > ELEMENTS_LIMIT:
            raise InputError("file", f"The file is too complex: its XML has more than {ELEMENTS_LIMIT:,} elements.")
        if self.depth > DEPTH_LIMIT:
            raise InputError("file", f"The file is too complex: its XML is nested deeper than {DEPTH_LIMIT} elements.")

    def endElement(self, name: str) -> None:  # noqa: N802 - the library's name
        self.depth -= 1


def parse(data: bytes) -> Any:
    """The root element of the XML in `data`.

    Raises InputError where it is not well-formed, defines a document type or entities, or is too large or too deep.
    """
    try:
        sax.parseString(data, _Measure(), forbid_dtd=True)
        parser = etree.XMLParser(resolve_entities=False, load_dtd=False, no_network=True, remove_comments=False)
        return etree.fromstring(data, parser)
    except DefusedXmlException as error:
        message = "The file defines entities in its XML, as no office program does: it is not read."
        raise InputError("file", message) from error
    except (SAXException, etree.XMLSyntaxError, ValueError, LookupError) as error:
        if isinstance(error, InputError):
            raise
        raise InputError("file", BROKEN) from error


def tag(element: Any) -> str:
    """The name of an element without its namespace, of which there are two for the same; empty for a comment."""
    return etree.QName(element).localname if isinstance(element.tag, str) else ""


def attribute(element: Any, name: str, default: str = "") -> str:
    """The value of an attribute by its name without the namespace."""
    for key, value in element.attrib.items():
        if etree.QName(key).localname == name:
            return str(value)
    return default
