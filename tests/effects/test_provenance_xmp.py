"""The XMP file beside a take, read back as any program reads it."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest

from pickup.media.provenance.terms import SourceType
from pickup.media.provenance.xmp import PICKUP_NAMESPACE, xmp_of, xmp_path
from pickup.ports import Origin, OriginReference

IPTC = "{http://iptc.org/std/Iptc4xmpExt/2008-02-29/}"
RDF = "{http://www.w3.org/1999/02/22-rdf-syntax-ns#}"
XMP = "{http://ns.adobe.com/xap/1.0/}"
STREF = "{http://ns.adobe.com/xap/1.0/sType/ResourceRef#}"
OURS = f"{{{PICKUP_NAMESPACE}}}"
ORIGIN = Origin(
    shot="SH0010",
    take=2,
    provider="fal",
    model="wan/v2.6",
    version="2.6 <beta>",
    prompt='a "red" boat & <nets> ]]> ünterwegs 🚣\x00\x0b\ud800',
    negative="people & dogs",
    seed=7,
    previs=False,
    created=datetime(2026, 11, 22, 10, tzinfo=UTC),
    references=(OriginReference(name='mara "1" & <2>.png', sha256="ab" * 32, release="releases/mara.pdf"),),
    policies=("rerate", "scale"),
)


def description(origin: Origin) -> ET.Element:
    text = xmp_of(origin, title="HARBOR_SH0010_t02.mov")
    assert text.startswith('<?xpacket begin="\ufeff" id="W5M0MpCehiHzreSzNTczkc9d"?>')
    assert text.rstrip().endswith('<?xpacket end="w"?>')
    found = ET.fromstring(text.encode()).find(f"{RDF}RDF/{RDF}Description")
    assert found is not None
    return found


def test_a_generated_take_has_iptcs_terms_for_what_made_it() -> None:
    found = description(ORIGIN)
    assert found.findtext(f"{IPTC}DigitalSourceType") == SourceType.TRAINED
    assert found.findtext(f"{IPTC}AISystemUsed") == "fal wan/v2.6"
    assert found.findtext(f"{IPTC}AISystemVersionUsed") == "2.6 <beta>"
    prompt = found.findtext(f"{IPTC}AIPromptInformation")
    assert prompt == 'a "red" boat & <nets> ]]> ünterwegs 🚣\ufffd\ufffd\ufffd\nNot wanted: people & dogs'
    assert found.findtext(f"{XMP}CreatorTool", "").startswith("Pickup")
    assert found.findtext(f"{XMP}CreateDate") == "2026-11-22T10:00:00+00:00"
    assert (found.findtext(f"{OURS}Shot"), found.findtext(f"{OURS}Take")) == ("SH0010", "2")
    assert found.findtext(f"{OURS}Seed") == "7"
    assert [each.text for each in found.iterfind(f"{OURS}Policies/{RDF}Seq/{RDF}li")] == ["rerate", "scale"]


def test_references_stand_there_with_hash_and_release() -> None:
    [reference] = (each for each in description(ORIGIN).iter() if f"{STREF}filePath" in each.attrib)
    assert reference.attrib[f"{STREF}filePath"] == 'mara "1" & <2>.png'
    assert reference.attrib[f"{STREF}documentID"] == f"urn:sha256:{'ab' * 32}"
    assert reference.attrib[f"{OURS}Release"] == "releases/mara.pdf"


@pytest.mark.parametrize(("references", "term"), [((), SourceType.DRAWN), (ORIGIN.references, SourceType.COMPOSITE)])
def test_a_previs_names_no_ai_system(references: tuple[OriginReference, ...], term: SourceType) -> None:
    found = description(replace(ORIGIN, previs=True, provider="slate", model="slate", references=references))
    assert found.findtext(f"{IPTC}DigitalSourceType") == term
    assert found.findtext(f"{OURS}Previs") == "True"
    assert not [each.tag for each in found if "}AI" in each.tag]


def test_of_a_clip_that_a_person_brought_nothing_is_claimed() -> None:
    found = description(replace(ORIGIN, provider="manual", model="manual", by_hand=True))
    assert not [each.tag for each in found if each.tag.startswith(IPTC)]
    assert found.findtext(f"{OURS}Provider") == "manual"


def test_what_is_not_known_is_left_out() -> None:
    found = description(replace(ORIGIN, version="", references=(), policies=()))
    assert found.find(f"{IPTC}AISystemVersionUsed") is None
    assert found.find(f"{OURS}Policies") is None


def test_the_file_lies_beside_the_take_under_its_name() -> None:
    assert xmp_path(Path("takes/H_SH0010_t01_c2.mov")) == Path("takes/H_SH0010_t01_c2.xmp")
