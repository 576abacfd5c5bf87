"""The XMP file beside a take, for programs that read no C2PA and for files that cannot carry it.

IPTC Photo Metadata 2025.1 has the terms for what made it: digital source type, AI system, its version, the prompt.
What IPTC has no term for stands under a name of our own.

    xmp_path(Path("HARBOR7K2Q_SH0010_t01.mov"))        HARBOR7K2Q_SH0010_t01.xmp
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from xml.sax.saxutils import escape, quoteattr

from pickup.media.provenance.terms import PROGRAM, program_version, source_type, system_of
from pickup.ports import Origin

PICKUP_NAMESPACE = "urn:otio-pickup:origin:1#"
_NAMESPACES = {
    "dc": "http://purl.org/dc/elements/1.1/",
    "xmp": "http://ns.adobe.com/xap/1.0/",
    "xmpMM": "http://ns.adobe.com/xap/1.0/mm/",
    "stRef": "http://ns.adobe.com/xap/1.0/sType/ResourceRef#",
    "Iptc4xmpExt": "http://iptc.org/std/Iptc4xmpExt/2008-02-29/",
    "pickup": PICKUP_NAMESPACE,
}
_NOT_IN_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def xmp_path(media: Path) -> Path:
    """Where the XMP file of a media file belongs: beside it, under the same name."""
    return media.with_suffix(".xmp")


def xmp_of(origin: Origin, *, title: str) -> str:
    """The whole file, as UTF-8 text; `title` is the name of the media file."""
    return "".join(f"{line}\n" for line in _lines(origin, title=title))


def _lines(origin: Origin, *, title: str) -> Iterator[str]:
    yield '<?xpacket begin="\ufeff" id="W5M0MpCehiHzreSzNTczkc9d"?>'
    yield '<x:xmpmeta xmlns:x="adobe:ns:meta/">'
    yield ' <rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">'
    names = "".join(f"\n    xmlns:{prefix}={quoteattr(uri)}" for prefix, uri in _NAMESPACES.items())
    yield f'  <rdf:Description rdf:about=""{names}>'
    yield f'   <dc:title><rdf:Alt><rdf:li xml:lang="x-default">{_text(title)}</rdf:li></rdf:Alt></dc:title>'
    yield from (f"   <{name}>{_text(value)}</{name}>" for name, value in _properties(origin))
    yield from _references(origin)
    if origin.policies:
        yield from _list("pickup:Policies", kind="Seq", items=map(_text, origin.policies))
    yield "  </rdf:Description>"
    yield " </rdf:RDF>"
    yield "</x:xmpmeta>"
    yield '<?xpacket end="w"?>'


def _properties(origin: Origin) -> Iterator[tuple[str, str]]:
    """Properties with one value, those without one left out."""
    term = source_type(origin)
    values = [
        ("xmp:CreatorTool", f"{PROGRAM} {program_version()}".strip()),
        ("xmp:CreateDate", origin.created.isoformat()),
        ("Iptc4xmpExt:DigitalSourceType", term or ""),
        ("pickup:Shot", origin.shot),
        ("pickup:Take", str(origin.take)),
        ("pickup:Provider", origin.provider),
    ]
    if not origin.by_hand:
        values.append(("pickup:Seed", str(origin.seed)))
    if not origin.by_hand and not origin.previs:
        values += [
            ("Iptc4xmpExt:AISystemUsed", system_of(origin)),
            ("Iptc4xmpExt:AISystemVersionUsed", origin.version),
            ("Iptc4xmpExt:AIPromptInformation", _prompt(origin)),
        ]
    if origin.previs:
        values += [("pickup:Previs", "True"), ("pickup:Words", origin.prompt)]
    yield from ((name, value) for name, value in values if value)


def _prompt(origin: Origin) -> str:
    """IPTC wants what was asked for and what was not in one text."""
    return f"{origin.prompt}\nNot wanted: {origin.negative}" if origin.negative else origin.prompt


def _references(origin: Origin) -> Iterator[str]:
    items = (
        f'<rdf:Description stRef:filePath={_attribute(each.name)} stRef:documentID="urn:sha256:{_text(each.sha256)}"'
        + (f" pickup:Release={_attribute(each.release)}/>" if each.release else "/>")
        for each in origin.references
    )
    if origin.references:
        yield from _list("xmpMM:Ingredients", kind="Bag", items=items)


def _list(name: str, *, kind: str, items: Iterator[str]) -> Iterator[str]:
    yield f"   <{name}><rdf:{kind}>"
    yield from (f"    <rdf:li>{item}</rdf:li>" for item in items)
    yield f"   </rdf:{kind}></{name}>"


def _text(value: str) -> str:
    return escape(_NOT_IN_XML.sub("\N{REPLACEMENT CHARACTER}", value))


def _attribute(value: str) -> str:
    return quoteattr(_NOT_IN_XML.sub("\N{REPLACEMENT CHARACTER}", value))
