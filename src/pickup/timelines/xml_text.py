"""XML from strangers, parsed without what XML can do to a reader: entities that grow, files that are fetched, depth."""

from __future__ import annotations

from pathlib import Path
from xml.etree.ElementTree import Element, ParseError, TreeBuilder
from xml.parsers import expat

from pickup.errors import TimelineError

_BYTE_ORDER_MARKS = (b"\xef\xbb\xbf", b"\xff\xfe", b"\xfe\xff")


class _Refused(Exception):
    """What stands in the file is not parsed at all."""


def is_xml(text: bytes) -> bool:
    """Whether a file begins as XML does."""
    for mark in _BYTE_ORDER_MARKS:
        text = text.removeprefix(mark)
    return text[:256].replace(b"\x00", b"").lstrip().startswith(b"<")


def parse_xml(text: bytes, *, path: Path, nesting: int) -> Element:
    """The root element; processing instructions are kept as children, comments are not.

    Raises:
        TimelineError: It is damaged, declares entities, or is nested deeper than `nesting`.
    """
    try:
        return _Parser(nesting=nesting).parse(text)
    except _Refused as error:
        raise TimelineError(
            f"{path.name} {error}", where=str(path), next_step="export the timeline again from the program that made it"
        ) from error
    except (expat.ExpatError, ParseError, ValueError, LookupError) as error:
        raise TimelineError(
            f"{path.name} is damaged XML: {error}",
            where=str(path),
            next_step="export the timeline again; copy the file only when it is written to the end",
        ) from error


class _Parser:
    """Expat feeding a tree builder, with a stop at what a timeline never needs."""

    def __init__(self, *, nesting: int) -> None:
        self._nesting = nesting
        self._depth = 0
        self._builder = TreeBuilder(insert_pis=True)

    def parse(self, text: bytes) -> Element:
        parser = expat.ParserCreate()
        parser.buffer_text = True
        parser.StartElementHandler = self._start
        parser.EndElementHandler = self._end
        parser.CharacterDataHandler = self._builder.data
        parser.ProcessingInstructionHandler = self._instruction
        parser.EntityDeclHandler = self._entity
        parser.Parse(text, True)
        return self._builder.close()

    def _start(self, tag: str, attributes: dict[str, str]) -> None:
        self._depth += 1
        if self._depth > self._nesting:
            raise _Refused(f"is nested more than {self._nesting} levels deep")
        self._builder.start(tag, attributes)

    def _end(self, tag: str) -> None:
        self._depth -= 1
        self._builder.end(tag)

    def _instruction(self, target: str, data: str) -> None:
        if self._depth:
            self._builder.pi(target, data)

    def _entity(self, *_declared: object) -> None:
        raise _Refused("declares XML entities, which no NLE writes")
