"""Lint for FCP7 XML: one good file without a finding, and for each rule the same file with one thing wrong."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from xml.etree.ElementTree import Element, SubElement, fromstring, tostring

import pytest

from pickup.errors import Severity, TimelineError
from pickup.timelines.lint import LintFinding, lint_content
from pickup.timelines.lint.rules import FCP7_RULES

CORPUS = Path(__file__).resolve().parents[3] / "shared" / "corpus" / "otio-fcp-adapter"
Mutation = Callable[[Element], object]

RATE = "<rate><timebase>24</timebase><ntsc>TRUE</ntsc></rate>"
SHAPE = f"<samplecharacteristics>{RATE}<width>1920</width><height>1080</height></samplecharacteristics>"
SOUND = "<audio><samplecharacteristics><depth>16</depth><samplerate>48000</samplerate></samplecharacteristics></audio>"


def timecode(text: str, frame: int, shown: str = "NDF", rate: str = RATE) -> str:
    said = f"<string>{text}</string><frame>{frame}</frame><displayformat>{shown}</displayformat>"
    return f"<timecode>{rate}{said}</timecode>"


def file(number: int, name: str, *, url: str | None = None, media: str = "", source: str = "", block: str = "") -> str:
    where = f"<mediaSource>{source}</mediaSource>" if source else f"<pathurl>{url or f'file:///media/{name}'}</pathurl>"
    held = media or f"<video>{SHAPE}</video>"
    block = block or timecode("01:00:00:00", 86400)
    return (
        f'<file id="file-{number}"><name>{name}</name>{where}{RATE}<duration>240</duration>{block}'
        f"<media>{held}</media></file>"
    )


def item(number: int, name: str, start: int, end: int, inner: str, *, tag: str = "clipitem", more: str = "") -> str:
    length = end - start if start >= 0 and end >= 0 else 48
    return (
        f'<{tag} id="clipitem-{number}"><name>{name}</name><enabled>TRUE</enabled><duration>240</duration>{RATE}'
        f"<start>{start}</start><end>{end}</end><in>10</in><out>{10 + length}</out>{inner}{more}</{tag}>"
    )


def link(number: int) -> str:
    return f"<link><linkclipref>clipitem-{number}</linkclipref><mediatype>video</mediatype></link>"


def track(*items: str) -> str:
    return f"<track>{''.join(items)}<enabled>TRUE</enabled><locked>FALSE</locked></track>"


def sequence(name: str, *, video: str, audio: str = "") -> str:
    return (
        f'<sequence id="{name}"><name>{name}</name><duration>336</duration>{RATE}<media><video><format>{SHAPE}</format>'
        f"{video}</video><audio>{audio}</audio></media>{timecode('01:00:00:00', 86400)}</sequence>"
    )


def good() -> Element:
    """A linked pair, a dissolve, a slug, a matte, a nested sequence, a still."""
    dissolve = f"<transitionitem>{RATE}<start>84</start><end>108</end><alignment>center</alignment></transitionitem>"
    matte = "<effect><name>Color</name><effectid>Color</effectid></effect>"
    inside = sequence("inner", video=track(item(20, "A.mov", 0, 48, '<file id="file-1"/>')))
    picture = track(
        item(1, "A.mov", 0, 48, file(1, "A.mov", media=f"<video>{SHAPE}</video>{SOUND}"), more=link(1) + link(10)),
        item(2, "B.mov", 48, -1, file(2, "B.mov")),
        dissolve,
        item(3, "C.mov", -1, 144, file(3, "C.mov")),
        item(4, "Black", 144, 192, file(4, "Black", source="Slug")),
        item(5, "Blue", 192, 240, matte, tag="generatoritem"),
        item(6, "inner", 240, 288, inside),
        item(7, "map.png", 288, 336, file(5, "map.png")),
    )
    sound = track(item(10, "A.mov", 0, 48, '<file id="file-1"/>', more=link(1) + link(10)))
    return fromstring(f'<xmeml version="4">{sequence("cut", video=picture, audio=sound)}</xmeml>')


def lint(root: Element, **more: Callable[[str], bool]) -> tuple[LintFinding, ...]:
    content = b'<?xml version="1.0" encoding="UTF-8"?>\n<!DOCTYPE xmeml>\n' + tostring(root)
    return lint_content(content, flavor="fcp7", name="good.xml", **more)


def at(root: Element, path: str) -> Element:
    found = root.find(path)
    assert found is not None, path
    return found


def said(path: str, text: str) -> Mutation:
    def change(root: Element) -> None:
        at(root, path).text = text

    return change


def without(path: str, tag: str) -> Mutation:
    def remove(root: Element) -> None:
        holder = at(root, path)
        holder.remove(at(holder, tag))

    return remove


def added(path: str, xml: str) -> Mutation:
    return lambda root: at(root, path).append(fromstring(xml))


def named(path: str, **attributes: str) -> Mutation:
    return lambda root: at(root, path).attrib.update(attributes)


def in_project(root: Element) -> None:
    cut = at(root, "sequence")
    root.remove(cut)
    SubElement(SubElement(root, "project"), "children").append(cut)


def twice(root: Element) -> None:
    """A second, small sequence beside the first."""
    root.append(fromstring(sequence("other", video=track(item(90, "A.mov", 0, 48, '<file id="file-1"/>')))))


def with_late_file(root: Element) -> None:
    """The first use of a file is by its id alone; it is described in the sound."""
    picture, sound = at(root, f"{ITEM.format(1)}/file"), at(root, f"{SOUND_ITEM}/file")
    for each in list(picture):
        picture.remove(each)
        sound.append(each)


def retimed(*parameters: tuple[str, str]) -> Mutation:
    held = "".join(
        f"<parameter><parameterid>{key}</parameterid><value>{value}</value></parameter>" for key, value in parameters
    )
    effect = f"<filter><effect><effectid>timeremap</effectid>{held}</effect></filter>"
    return added(ITEM.format(2), effect)


def timed(text: str, frame: int, shown: str = "NDF", *, timebase: int = 30, ntsc: str = "TRUE") -> Mutation:
    """Another timecode for the second file, at a rate of its own."""
    rate = f"<rate><timebase>{timebase}</timebase><ntsc>{ntsc}</ntsc></rate>"

    def change(root: Element) -> None:
        holder = at(root, FILE.format(2))
        holder.remove(at(holder, "timecode"))
        holder.append(fromstring(timecode(text, frame, shown, rate)))

    return change


CUT = "sequence"
ITEM = "sequence/media/video/track/clipitem[@id='clipitem-{}']"
FILE = "sequence/media/video/track/clipitem/file[@id='file-{}']"
SOUND_ITEM = "sequence/media/audio/track/clipitem"

BREAKS: dict[str, list[Mutation]] = {
    "FCP7_NO_SEQUENCE": [lambda root: root.remove(at(root, CUT))],
    "FCP7_SEVERAL_SEQUENCES": [twice],
    "FCP7_VERSION": [lambda root: root.set("version", "1"), lambda root: root.attrib.pop("version")],
    "FCP7_IN_PROJECT": [in_project],
    "FCP7_NO_SIZE": [
        without("sequence/media/video", "format"),
        without("sequence/media/video/format/samplecharacteristics", "height"),
        without(f"{ITEM.format(6)}/sequence/media/video", "format"),
    ],
    "FCP7_NO_START": [without(CUT, "timecode")],
    "FCP7_NO_LOCKED": [without("sequence/media/audio/track", "locked")],
    "FCP7_NO_RATE": [
        without(CUT, "rate"),
        without(ITEM.format(1), "rate"),
        without(FILE.format(1), "rate"),
        without("sequence/media/video/track/generatoritem", "rate"),
    ],
    "FCP7_TWO_RATES": [added(ITEM.format(2), RATE)],
    "FCP7_TIMEBASE": [
        said(f"{ITEM.format(2)}/rate/timebase", "59"),
        said(f"{ITEM.format(2)}/rate/timebase", "23.976"),
        said(f"{ITEM.format(2)}/rate/timebase", "0"),
        said(f"{ITEM.format(2)}/rate/timebase", "fast"),
    ],
    "FCP7_NTSC": [
        said(f"{ITEM.format(2)}/rate/ntsc", "yes"),
        without(f"{ITEM.format(2)}/rate", "ntsc"),
        said(f"{ITEM.format(2)}/rate/timebase", "25"),
    ],
    "FCP7_NOT_A_NUMBER": [
        said(f"{ITEM.format(2)}/in", "soon"),
        said(f"{ITEM.format(1)}/start", "nan"),
        without(ITEM.format(1), "end"),
    ],
    "FCP7_NOT_AN_INTEGER": [said(f"{ITEM.format(2)}/in", "10.0")],
    "FCP7_NO_TIMECODE": [without(FILE.format(2), "timecode")],
    "FCP7_TIMECODE_WRONG": [
        said(f"{FILE.format(2)}/timecode/frame", "0"),
        said(f"{FILE.format(2)}/timecode/string", "an hour"),
        said(f"{FILE.format(2)}/timecode/string", "01:00:00:24"),
        without(f"{FILE.format(2)}/timecode", "string"),
        without(f"{FILE.format(2)}/timecode", "frame"),
        said("sequence/timecode/frame", "107892"),
        timed("01;00;00;00", 108000, "DF"),
        timed("01;00;00;00", 107892, "DF", timebase=24),
        timed("01;01;00;00", 109690, "DF"),
    ],
    "FCP7_DISPLAYFORMAT": [timed("01:00:00:00", 107892, "DF"), timed("01;00;00;00", 108000, "NDF")],
    "FCP7_LOOSE_EDGE": [
        said(f"{ITEM.format(1)}/start", "-1"),
        said(f"{ITEM.format(7)}/end", "-1"),
        said(f"{SOUND_ITEM}/end", "-1"),
    ],
    "FCP7_NO_LENGTH": [said(f"{ITEM.format(7)}/end", "288"), said(f"{ITEM.format(7)}/end", "200")],
    "FCP7_OVERLAP": [said(f"{ITEM.format(1)}/end", "49")],
    "FCP7_NO_MEDIA": [without(ITEM.format(2), "file")],
    "FCP7_NAME_WITHOUT_EXTENSION": [said(f"{ITEM.format(2)}/name", "harbor")],
    "FCP7_DUPLICATE_ID": [named(ITEM.format(3), id="clipitem-2")],
    "FCP7_NO_ID": [lambda root: at(root, ITEM.format(2)).attrib.pop("id")],
    "FCP7_UNKNOWN_LINK": [added(ITEM.format(1), link(77)), said(f"{ITEM.format(1)}/link/linkclipref", "")],
    "FCP7_SPEED": [
        retimed(("speed", "50")),
        retimed(("speed", "100"), ("reverse", "TRUE")),
        retimed(("variablespeed", "1"), ("speed", "100")),
    ],
    "FCP7_FILE_UNDEFINED": [named(f"{SOUND_ITEM}/file", id="file-99")],
    "FCP7_FILE_LATE": [with_late_file],
    "FCP7_NO_PATHURL": [without(FILE.format(2), "pathurl"), said(f"{FILE.format(2)}/pathurl", " ")],
    "FCP7_NOT_A_URL": [
        said(f"{FILE.format(2)}/pathurl", "B.mov"),
        said(f"{FILE.format(2)}/pathurl", "/media/B.mov"),
        said(f"{FILE.format(2)}/pathurl", "http://a.b/B.mov"),
    ],
    "FCP7_UNENCODED_URL": [
        said(f"{FILE.format(2)}/pathurl", "file:///media/B 2.mov"),
        said(f"{FILE.format(2)}/pathurl", "file://localhost/media/B#2.mov"),
    ],
    "FCP7_FILE_CHARACTERISTICS": [
        without(f"{FILE.format(2)}/media/video", "samplecharacteristics"),
        without(FILE.format(2), "media"),
        without(f"{FILE.format(1)}/media", "audio"),
    ],
    "FCP7_NO_DURATION": [without(FILE.format(5), "duration"), said(f"{FILE.format(5)}/duration", "0")],
}
CASES = [(code, number) for code, mutations in BREAKS.items() for number in range(len(mutations))]


def test_a_file_as_premiere_and_resolve_want_it_has_no_findings() -> None:
    assert lint(good()) == ()


@pytest.mark.parametrize(("code", "number"), CASES)
def test_each_rule_finds_what_breaks_it_and_no_other_does(code: str, number: int) -> None:
    root = good()
    BREAKS[code][number](root)
    assert {each.code for each in lint(root)} == {code}


def test_every_rule_has_a_file_that_breaks_it() -> None:
    assert {rule.code for rule in FCP7_RULES} == BREAKS.keys()


FINE = [
    timed("01;00;00;00", 107892, "DF"),
    timed("00;04;43;15", 8497, "DF", ntsc="FALSE"),
    timed("00;59;59;28", 107890, "DF"),
    timed("10:00:00:00", 1080000),
    timed("01;00;00;00", 215784, "DF", timebase=60),
    timed("01:00:00:00", 360000, timebase=100, ntsc="FALSE"),
    retimed(("variablespeed", "0"), ("speed", "100.0"), ("reverse", "FALSE")),
    said(f"{FILE.format(2)}/pathurl", "file://localhost/D%3a/media/B%202.mov"),
    lambda root: root.set("version", "5"),
]


@pytest.mark.parametrize("number", range(len(FINE)))
def test_what_real_files_have_is_no_finding(number: int) -> None:
    root = good()
    FINE[number](root)
    assert lint(root) == ()


def test_a_still_is_told_by_its_flag_where_its_extension_does_not() -> None:
    root = good()
    without(FILE.format(2), "duration")(root)
    assert lint(root) == ()
    added(ITEM.format(2), "<stillframe>TRUE</stillframe>")(root)
    assert [each.code for each in lint(root)] == ["FCP7_NO_DURATION"]


def test_places_have_the_timecode_of_the_sequence() -> None:
    root = good()
    without(ITEM.format(3), "file")(root)
    without(f"{ITEM.format(6)}/sequence/media/video/track/clipitem", "file")(root)
    assert [each.where for each in lint(root)] == [
        "Video 1 01:00:04:12 C.mov",
        "sequence inner in clipitem-6 > Video 1 01:00:00:00 A.mov",
    ]


def test_media_that_is_not_here_is_said_where_somebody_asks() -> None:
    [finding] = lint(good(), exists=lambda url: url != "file:///media/B.mov")
    assert (finding.code, finding.where) == ("MEDIA_NOT_HERE", "file file-2 in clipitem-2")


EXPECTED: dict[str, set[tuple[str, Severity]]] = {
    "premiere_example.xml": {("FCP7_OVERLAP", Severity.WARNING)},
    "premiere_generators.xml": set(),
    "sample_just_track.xml": {("FCP7_NO_SIZE", Severity.ERROR)},
    "hiero_xml_export.xml": {
        ("FCP7_NO_PATHURL", Severity.ERROR),
        ("FCP7_NAME_WITHOUT_EXTENSION", Severity.WARNING),
        ("FCP7_SPEED", Severity.WARNING),
        ("FCP7_NO_LOCKED", Severity.INFO),
        ("FCP7_NOT_AN_INTEGER", Severity.INFO),
        ("FCP7_NO_ID", Severity.INFO),
    },
}


@pytest.mark.skipif(not CORPUS.is_dir(), reason="the collection is not at hand")
@pytest.mark.parametrize("name", EXPECTED)
def test_real_files_have_the_findings_that_they_have(name: str) -> None:
    found = lint_content((CORPUS / name).read_bytes(), flavor="fcp7", name=name)
    assert {(each.code, each.severity) for each in found} == EXPECTED[name]


BOMB = (
    b"""<?xml version="1.0"?><!DOCTYPE xmeml [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;">]><xmeml>&b;</xmeml>"""
)
HOSTILE = {
    "entities": (BOMB, "declares XML entities"),
    "a file from elsewhere": (
        b'<!DOCTYPE xmeml [<!ENTITY x SYSTEM "file:///etc/passwd">]><xmeml>&x;</xmeml>',
        "declares XML entities",
    ),
    "deep": (b"<xmeml>" * 5000 + b"</xmeml>" * 5000, "nested more than 200"),
    "cut off": (b'<xmeml version="4"><sequence>', "damaged XML"),
    "OpenTimelineIO": (b'{"OTIO_SCHEMA": "Timeline.1"}', "is OpenTimelineIO, not FCP7 XML"),
    "a filter alone": (b"<filter/>", "XML, but no timeline (<filter>)"),
}


@pytest.mark.parametrize("name", HOSTILE)
def test_what_is_no_timeline_is_answered_with_a_sentence(name: str) -> None:
    content, expected = HOSTILE[name]
    with pytest.raises(TimelineError) as caught:
        lint_content(content, flavor="fcp7", name="x.xml")
    assert expected in caught.value.message
    assert caught.value.next_step


@pytest.mark.parametrize("text", ["", "9" * 400, "9" * 5000, "-9", "1e400", "NaN", "٣", "\u2028", "<"])
def test_texts_of_any_kind_anywhere_are_findings(text: str) -> None:
    for index, element in enumerate(good().iter()):
        if len(element):
            continue
        root = good()
        list(root.iter())[index].text = text
        for finding in lint(root):
            assert finding.where
