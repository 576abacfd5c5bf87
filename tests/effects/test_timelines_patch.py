"""Takes put into random cuts: outside them every track shows what it showed, as told by a reader that shares no code.

The reader below works on the JSON of both files and lists, frame by frame, what each track shows.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pickup.demo import nodes
from pickup.holes import Hole, Rules
from pickup.takes import LinkedTake, Relink
from pickup.timelines.deliver import DeliverRequest, Order, Output, Written, run_deliver
from pickup.timelines.proof import Proof, ProofRequest, run_proof
from pickup.timelines.survey import ReadSettings, Survey, SurveyRequest, run_survey

Json = dict[str, Any]
RULES = Rules(offline=True)
HEAD = 12

EXACT = [Fraction(n) for n in (24, 25, 30, 50, 60)] + [Fraction(n * 1000, 1001) for n in (24, 30, 60)]


def ignore(_done: float) -> None:
    return


# The pipeline without its child processes


def survey(path: Path) -> Survey:
    return run_survey(SurveyRequest(timeline=path, settings=ReadSettings(), rules=RULES), ignore)


def relink_of(hole: Hole, *, number: int, folder: Path) -> Relink:
    shot = f"SH{number * 10:04d}"
    takes = []
    for take in (1, 2):
        path = folder / f"TAG_{shot}_t{take:02d}.mov"
        path.touch()
        takes.append(LinkedTake(number=take, path=str(path), frames=2 * HEAD + hole.covers.length, start=Fraction(0)))
    return Relink(
        shot=shot,
        hole=hole.id,
        kind=hole.kind.value,
        track=hole.track,
        placement=hole.placement,
        record=hole.record,
        offset=HEAD + hole.record.start - hole.covers.start,
        circled=1 + number % 2,
        takes=tuple(takes),
    )


def deliver(path: Path, *, into: Path, found: Survey) -> tuple[Written, list[Relink]]:
    relinks = [relink_of(hole, number=n, folder=into.parent) for n, hole in enumerate(found.found.holes, start=1)]
    order = Order(
        timeline=path,
        folder=path.parent,
        sha256=found.sha256,
        settings=ReadSettings(),
        relinks=tuple(relinks),
        size=(1920, 1080),
        facts={},
    )
    request = DeliverRequest(order=order, outputs=(Output(flavor="otio", name=into.stem, part=str(into)),))
    (written,) = run_deliver(request, ignore).written
    return written, relinks


def prove(new: Path, *, against: Path) -> Proof:
    return run_proof(ProofRequest(new=new, old=against, settings=ReadSettings(), rules=RULES), ignore)


# An independent reader: what does each track show at each frame?


def exact(rate: float) -> Fraction:
    return min(EXACT, key=lambda each: abs(float(each) - rate))


def seconds(time: Json) -> Fraction:
    return Fraction(time["value"]).limit_denominator(10**7) / exact(time["rate"])


def is_premiere(timeline: Json) -> bool:
    return "PremierePro_OTIO" in timeline["tracks"]["metadata"]


def speed_of(item: Json) -> Fraction:
    speed = Fraction(1)
    for effect in item.get("effects", []):
        if effect["OTIO_SCHEMA"] in {"LinearTimeWarp.1", "FreezeFrame.1"}:
            speed *= Fraction(effect["time_scalar"])
    return speed


def length_of(item: Json, *, premiere: bool) -> Fraction:
    known = item["source_range"]
    if known is None:
        inner = [
            sum((length_of(each, premiere=premiere) for each in played(track)), Fraction(0))
            for track in item["children"]
        ]
        return max(inner, default=Fraction(0))
    used = abs(speed_of(item)) if premiere else 1
    return seconds(known["duration"]) / (used or 1)


def played(track: Json) -> list[Json]:
    return [each for each in track["children"] if each["OTIO_SCHEMA"] != "Transition.1"]


def canonical(node: Any, *, folder: Path) -> Any:
    """A JSON value without what OpenTimelineIO adds when it writes, and with references as paths."""
    if isinstance(node, dict):
        kept = {
            key: canonical(value, folder=folder) for key, value in node.items() if key != "color" or value is not None
        }
        schema = node.get("OTIO_SCHEMA", "")
        if schema.startswith(("Effect", "LinearTimeWarp", "FreezeFrame")):
            kept.setdefault("enabled", True)
        if schema.startswith("Marker"):
            kept.setdefault("comment", "")
        if "target_url" in node:
            kept["target_url"] = path_of(node["target_url"], folder=folder)
        return kept
    if isinstance(node, list):
        return [canonical(each, folder=folder) for each in node]
    return float(f"{node:.12g}") if isinstance(node, int | float) and not isinstance(node, bool) else node


def path_of(url: str, *, folder: Path) -> str:
    path = unquote(url.removeprefix("file://")) if url.startswith("file:") else url
    drive = len(path.lstrip("/")) > 1 and path.lstrip("/")[1] == ":"
    if drive or path.startswith(("\\\\", "//")):
        return path.lstrip("/").replace("\\", "/").lower()
    return path if path.startswith("/") else str(folder / unquote(path))


def is_fill(item: Json) -> bool:
    own: object = item["metadata"].get("pickup")
    return isinstance(own, dict) and own.get("schema") == "Filled.1"


Frames = dict[int, tuple[str, Fraction]]


def half_up(value: Fraction) -> int:
    return (value + Fraction(1, 2)).__floor__()


def shown_by(
    track: Json, *, fps: Fraction, premiere: bool, folder: Path
) -> tuple[Frames, dict[int, Json], list[object]]:
    """What a track shows by frame, the takes among it by frame, and its transitions and markers with their frames."""
    shown: Frames = {}
    takes: dict[int, Json] = {}
    others: list[object] = []
    position = Fraction(0)
    for item in track["children"]:
        if item["OTIO_SCHEMA"] == "Transition.1":
            others.append((half_up(position * fps), json.dumps(canonical(item, folder=folder), sort_keys=True)))
            continue
        length = length_of(item, premiere=premiere)
        first, last = half_up(position * fps), half_up((position + length) * fps)
        gap = item["OTIO_SCHEMA"] == "Gap.1"
        start = (
            seconds(item["source_range"]["start_time"]) if item["source_range"] is not None and not gap else Fraction(0)
        )
        origin = seconds(item["source_range"]["start_time"]) if item["source_range"] is not None else Fraction(0)
        others += markers_of(item, at=position, origin=origin, fps=fps)
        bare = {key: value for key, value in item.items() if key not in {"source_range", "markers", "children"}}
        text = "" if gap and not item["metadata"] else json.dumps(canonical(bare, folder=folder), sort_keys=True)
        speed = Fraction(0) if gap else speed_of(item)
        for frame in range(first, last):
            skipped = last - 1 - frame if speed < 0 else frame - first
            source = (start + skipped / fps * abs(speed)).limit_denominator(10**6)
            if is_fill(item):
                takes[frame] = {"item": item, "source": source}
            elif text:
                shown[frame] = (text, source)
        position += length
    return shown, takes, sorted(map(str, others))


def markers_of(item: Json, *, at: Fraction, origin: Fraction, fps: Fraction) -> Iterator[object]:
    speed = abs(speed_of(item)) or Fraction(1)
    for marker in item["markers"]:
        start = at + (seconds(marker["marked_range"]["start_time"]) - origin) / speed
        metadata = json.dumps(marker["metadata"], sort_keys=True)
        yield half_up(start * fps), marker["name"], marker["color"], marker.get("comment", ""), metadata


def differing(old: Json, new: Json, *, fps: Fraction, premiere: bool, folder: Path) -> Iterator[str]:
    """Everything outside the takes that two stacks do not have in common."""
    shell = {"children", "source_range"}
    for each in ("metadata", "markers", "effects", "enabled", "name"):
        if canonical(old[each], folder=folder) != canonical(new[each], folder=folder):
            yield f"{each} of the stack"
    were = {kind: [each for each in old["children"] if each["kind"] == kind] for kind in ("Video", "Audio", "Data")}
    are = {kind: [each for each in new["children"] if each["kind"] == kind] for kind in ("Video", "Audio", "Data")}
    for kind, tracks in were.items():
        for before, after in zip(tracks, are[kind], strict=False):
            for key in set(before) | set(after):
                if key not in shell and canonical(before.get(key), folder=folder) != canonical(
                    after.get(key), folder=folder
                ):
                    yield f"{key} of {before['name']}"
            yield from differing_tracks(before, after, fps=fps, premiere=premiere, folder=folder)
        for extra in are[kind][len(tracks) :]:
            shown, _, others = shown_by(extra, fps=fps, premiere=premiere, folder=folder)
            if shown or others or kind != "Video":
                yield f"new {kind} track {extra['name']} holds more than takes"


def differing_tracks(old: Json, new: Json, *, fps: Fraction, premiere: bool, folder: Path) -> Iterator[str]:
    before, _, other_before = shown_by(old, fps=fps, premiere=premiere, folder=folder)
    after, takes, other_after = shown_by(new, fps=fps, premiere=premiere, folder=folder)
    for frame in sorted(before.keys() | after.keys()):
        if frame not in takes and before.get(frame) != after.get(frame):
            yield f"{old['name']} frame {frame}: {before.get(frame)} is {after.get(frame)}"
            break
    old_gone = [each for each in other_before if each not in other_after]
    added = [each for each in other_after if each not in other_before]
    if old_gone or added:
        yield f"{old['name']}: {old_gone} gone, {added} new"
    compounds = [[each for each in track["children"] if each["OTIO_SCHEMA"] == "Stack.1"] for track in (old, new)]
    for inner_old, inner_new in zip(*compounds, strict=True):
        yield from differing(inner_old, inner_new, fps=fps, premiere=premiere, folder=folder)


def takes_in(stack: Json) -> Iterator[Json]:
    for track in stack["children"]:
        for item in track["children"]:
            if item["OTIO_SCHEMA"] == "Stack.1":
                yield from takes_in(item)
            elif item["OTIO_SCHEMA"] == "Clip.2" and is_fill(item):
                yield item


# Random cuts

NAMES = (
    "A001_C003.mov",
    "INSERT hands",
    "MISSING SHOT door",
    "Solid Color",
    "ABC_010_0020_comp_v003.mov",
    "x [red] #1.mov",
)
METADATA = st.sampled_from(
    [
        {},
        {"Resolve_OTIO": {"Link Group ID": 7}},
        {"studio": {"tracks": None, "list": [1, 2.5, {"a": "ä"}], "deep": {"b": True}}},
    ]
)
URLS = (
    "{live}",
    "{live_url}",
    "C:\\show\\a b.mov",
    "file:///C:/show/a%20b.mov",
    "\\\\nas\\show\\x.mov",
    "media/rel #1.mov",
)


@st.composite
def markers(draw: st.DrawFn, *, rate: float, origin: float = 0, length: int) -> list[nodes.Node]:
    made = []
    for _ in range(draw(st.sampled_from([0, 0, 0, 1, 2]))):
        at = origin + draw(st.integers(-3, length + 3))
        name = draw(st.sampled_from(["Marker 1", "look", "note [1]"]))
        note = draw(st.sampled_from(["", "rain over the city", "PICKUP: a boat", "skip"]))
        marked = nodes.frames(at, draw(st.integers(0, 4)), rate=rate)
        comment = draw(st.sampled_from([None, note]))
        metadata = draw(METADATA) if comment is not None else {"Resolve_OTIO": {"Note": note, "Keywords": ["k"]}}
        made.append(nodes.marker(name, marked=marked, color="RED", comment=comment, metadata=metadata))
    return made


@st.composite
def clips(draw: st.DrawFn, *, rate: float, live: Path, premiere: bool) -> nodes.Node:
    length = draw(st.integers(1, 40))
    start = draw(st.sampled_from([0, 5, 86400]))
    media_rate = draw(st.sampled_from([rate, rate, rate, 25.0, 24000 / 1001]))
    kind = draw(
        st.sampled_from(["live", "live", "live", "short", "absent", "missing", "slug", "title", "null", "still"])
    )
    name = draw(st.sampled_from(NAMES))
    origin = round(start * media_rate / rate)
    available = nodes.frames(origin, 30 if kind == "short" else 4000, rate=media_rate)
    url = draw(st.sampled_from(URLS)) if kind == "absent" else draw(st.sampled_from(URLS[:2]))
    url = url.format(live=live, live_url=live.as_uri())
    if kind == "still":
        url = url.replace("live.mov", "live.png")
    references: dict[str, nodes.Node] = {
        "missing": nodes.missing(name, available=available, metadata={"Resolve_OTIO": {"Media Url": "/gone/x.mov"}}),
        "slug": nodes.generator("Solid Color", kind="Solid Color"),
        "title": nodes.generator("MISSING SHOT", kind="Rich"),
    }
    external = nodes.external(name, url=url, available=None if kind == "null" else available)
    scalar = draw(st.sampled_from([None, None, None, 2.0, 0.5, -1.0]))
    used = length * abs(scalar) if premiere and scalar else length
    made = nodes.clip(
        name,
        source=nodes.frames(start, used, rate=rate),
        reference=references.get(kind, external),
        metadata=draw(METADATA),
        effects=[] if scalar is None else [nodes.time_warp(scalar)],
        markers=draw(markers(rate=rate, origin=start, length=length)),
    )
    return nodes.disabled(made) if draw(st.integers(0, 7)) == 0 else made


@st.composite
def tracks(draw: st.DrawFn, *, rate: float, live: Path, depth: int, name: str, premiere: bool) -> nodes.Node:
    children: list[nodes.Node] = []
    for _ in range(draw(st.integers(0, 6))):
        sort = draw(st.sampled_from(["clip", "clip", "clip", "gap", "gap", "compound"]))
        if sort == "gap":
            length = draw(st.sampled_from([0, 1, 5, 14, 30]))
            gap = nodes.gap(length, rate=rate, markers=draw(markers(rate=rate, length=length)))
            children.append(gap | {"metadata": draw(METADATA)})
        elif sort == "compound" and depth:
            first, length = draw(st.integers(0, 20)), draw(st.integers(10, 60))
            inside = draw(stacks(rate=rate, live=live, depth=depth - 1, premiere=premiere))
            inside["source_range"] = draw(st.sampled_from([None, nodes.frames(first, length, rate=rate)]))
            children.append(inside)
        else:
            children.append(draw(clips(rate=rate, live=live, premiere=premiere)))
    for place in sorted(draw(st.sets(st.integers(1, 6), max_size=2)), reverse=True):
        if place < len(children):
            before, after = draw(st.integers(0, 4)), draw(st.integers(0, 4))
            children.insert(place, nodes.dissolve(before, after, rate=rate, name="Cross Dissolve"))
    made = nodes.track(name, children=children, metadata=draw(METADATA))
    made["markers"] = draw(markers(rate=rate, length=20))
    made["enabled"] = draw(st.sampled_from([True, True, True, False]))
    if draw(st.integers(0, 9)) == 0:
        made["metadata"] = {"Resolve_OTIO": {"Locked": True}}
    return made


@st.composite
def stacks(draw: st.DrawFn, *, rate: float, live: Path, depth: int, premiere: bool) -> nodes.Node:
    count = draw(st.integers(1, 3))
    named = [f"Video {number}" for number in range(1, count + 1)]
    children = [draw(tracks(rate=rate, live=live, depth=depth, name=name, premiere=premiere)) for name in named]
    if draw(st.booleans()):
        sound = draw(tracks(rate=rate, live=live, depth=0, name="Audio 1", premiere=premiere))
        children.insert(draw(st.sampled_from([0, len(children)])), sound | {"kind": "Audio"})
    return nodes.stack("comp", children=children, metadata=draw(METADATA), markers=draw(markers(rate=rate, length=40)))


@st.composite
def cuts(draw: st.DrawFn, *, live: Path) -> nodes.Node:
    rate = draw(st.sampled_from([24.0, 25.0, 23.976, 24000 / 1001, 30000 / 1001, 29.97, 59.94]))
    premiere = draw(st.integers(0, 2)) == 0
    stack = draw(stacks(rate=rate, live=live, depth=1, premiere=premiere))
    metadata: nodes.Node = {"studio": {"tracks": None}}
    if premiere:
        stack["metadata"] = {"PremierePro_OTIO": {"VideoFrameRate": rate}}
    elif draw(st.booleans()):
        metadata["Resolve_OTIO"] = {"Resolve OTIO Meta Version": "1.0"}
    start = draw(st.sampled_from([None, 0, 86400]))
    begins = nodes.moment(start, rate=rate) if start is not None else None
    # The rate must be certain even where clips of other rates outnumber those of the cut.
    begins = begins or nodes.moment(0, rate=rate)
    return nodes.timeline("random", tracks=stack, start=begins, metadata=metadata)


@pytest.fixture(scope="module")
def live(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("cut")
    (folder / "live.mov").touch()
    (folder / "live.png").touch()
    return folder / "live.mov"


@settings(max_examples=100, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))
@given(data=st.data())
def test_outside_the_takes_a_random_cut_shows_what_it_showed(data: st.DataObject, live: Path) -> None:
    folder = live.parent
    old, new = folder / "random.otio", folder / "random_v001.otio"
    document = data.draw(cuts(live=live))
    old.write_text(json.dumps(document))
    found = survey(old)
    delivered, relinks = deliver(old, into=new, found=found)
    assert delivered.differences == ()
    before, after = json.loads(old.read_text()), json.loads(new.read_text())
    fps = exact(before["global_start_time"]["rate"])
    premiere = is_premiere(before)
    assert list(differing(before["tracks"], after["tracks"], fps=fps, premiere=premiere, folder=folder)) == []
    assert before["metadata"] == after["metadata"]
    assert before["global_start_time"] == after["global_start_time"]
    assert_takes_are_as_planned(after["tracks"], relinks, fps=fps)
    proof = prove(new, against=old)
    assert proof.differences == ()
    assert sorted(each.shot for each in proof.fills) == sorted(each.shot for each in relinks)


def assert_takes_are_as_planned(stack: Json, relinks: list[Relink], *, fps: Fraction) -> None:
    planned = {each.hole: each for each in relinks}
    found = list(takes_in(stack))
    assert len(found) == len(relinks)
    for item in found:
        relink = planned[item["metadata"]["pickup"]["hole"]]
        assert item["name"] == Path(relink.shown.path).name
        assert seconds(item["source_range"]["start_time"]) == Fraction(relink.offset) / fps
        assert seconds(item["source_range"]["duration"]) == Fraction(relink.record.length) / fps
        assert item["active_media_reference_key"] == "DEFAULT_MEDIA"
        other = 3 - relink.circled
        assert set(item["media_references"]) == {"DEFAULT_MEDIA", f"PICKUP_T{other:02d}"}
