"""Named characters, from the command line to the wire: what is sent, kept and told, and what is not."""

from __future__ import annotations

import hashlib
import io
import json
import os
import textwrap
from collections.abc import Iterator
from contextlib import contextmanager
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from pickup.demo import nodes
from pickup.testing.fakes import HOSTED, FakeHosted, Setup

FPS = 24.0
PRICE = Decimal("0.10")
BRIEF = "PICKUP: she waits at the rail\ncharacters: Mara"
SETS = """
[characters.mara]
images = ["refs/mara_1.png", "refs/mara_2.png"]
release = ["releases/mara.pdf"]
description = "a woman of thirty with short red hair"
"""


def gap_of(content: dict[str, Any]) -> dict[str, Any]:
    """The one gap of the cut."""
    found: dict[str, Any] = content["tracks"]["children"][0]["children"][1]
    return found


def brief(desk: Any, note: str) -> None:
    content = json.loads(desk.timeline.read_text())
    mark = nodes.marker("", marked=nodes.frames(3, 1, rate=FPS), color="RED", comment=note, metadata={})
    gap_of(content)["markers"] = [mark]
    desk.timeline.write_text(json.dumps(content))


def picture(path: Path, *, color: str) -> None:
    path.parent.mkdir(exist_ok=True)
    Image.new("RGB", (320, 320), color).save(path)


def cast(desk: Any, *, sets: str = SETS, note: str = BRIEF) -> None:
    """A project with a set of two pictures, named in the brief of the gap."""
    (desk.folder / "pickup.toml").write_text(sets)
    picture(desk.folder / "refs" / "mara_1.png", color="red")
    picture(desk.folder / "refs" / "mara_2.png", color="blue")
    (desk.folder / "releases").mkdir(exist_ok=True)
    (desk.folder / "releases" / "mara.pdf").write_bytes(b"signed")
    brief(desk, note)


@contextmanager
def studio(desk: Any, *, kind: str = "wan", **more: object) -> Iterator[FakeHosted]:
    """A fake of a service, named in the user's own settings."""
    with HOSTED["wan"](setup=Setup(price_per_second=PRICE)) as fake:
        table = {"kind": kind, "base_url": fake.base_url, "model": fake.model, "price_per_second": str(PRICE), **more}
        lines = [f"{key} = {json.dumps(value)}" for key, value in {**table, "poll_s": 0.05}.items()]
        text = ['provider = "studio"', "budget = 9", "[providers.studio]", *lines]
        Path(desk.environment["PICKUP_CONFIG"]).write_text("\n".join(text))
        yield fake


@pytest.fixture
def elsewhere(tmp_path: Path) -> dict[str, str]:
    """An installed provider that is the same service on a host that is not this machine, as far as anybody can tell."""
    place = tmp_path / "site"
    known = place / "elsewhere-1.0.dist-info"
    known.mkdir(parents=True)
    (known / "METADATA").write_text("Metadata-Version: 2.1\nName: elsewhere\nVersion: 1.0\n")
    (known / "entry_points.txt").write_text("[pickup.providers]\nelsewhere = elsewhere:Elsewhere\n")
    (place / "elsewhere.py").write_text(
        textwrap.dedent("""
            from dataclasses import replace

            from pickup.providers.wan import Wan

            class Elsewhere(Wan):
                def offer(self, model):
                    return replace(super().offer(model), host="video.elsewhere.example")
        """)
    )
    return {"PYTHONPATH": os.pathsep.join(filter(None, (str(place), os.environ.get("PYTHONPATH"))))}


def fill(desk: Any, *arguments: str, **environment: str) -> Any:
    return desk.run("fill", desk.timeline, "--yes", "--json", *arguments, **environment)


def said(document: dict[str, Any], code: str) -> list[str]:
    return [finding["message"] for finding in document["findings"] if finding["code"] == code]


def color_of(png: bytes | None) -> tuple[int, ...]:
    assert png is not None
    pixel = Image.open(io.BytesIO(png)).getpixel((5, 5))
    assert isinstance(pixel, tuple)
    return pixel


def test_every_take_is_made_from_the_pictures_that_its_brief_names_and_they_are_kept(desk: Any) -> None:
    cast(desk)
    with studio(desk) as fake:
        answer = fill(desk, "--takes", "2")
        assert answer.code == 0, answer.out + answer.err
        orders = [job.order for job in fake.accepted]
    for order in orders:
        assert [color_of(png) for png in order.references] == [(255, 0, 0), (0, 0, 255)]
        assert order.first_frame is None
        assert "Image 1 and Image 2 show mara. she waits at the rail, Mara (a woman of thirty" in order.prompt
    assert len(orders) == 2
    [instead] = said(answer.document, "REFERENCES_INSTEAD_OF_FRAMES")
    assert "conditioning" in instead
    takes = [json.loads((desk.library / f"takes/SH0010/t{take:02d}/take.json").read_text()) for take in (1, 2)]
    for take in takes:
        assert [(each["name"], each["release"]) for each in take["references"]] == [
            ("mara", ["../releases/mara.pdf"])
        ] * 2
    kept = sorted(path.name for path in (desk.library / "references").iterdir())
    assert kept == sorted(f"{each['sha256']}.png" for each in takes[0]["references"])
    for name in kept:
        content = (desk.library / "references" / name).read_bytes()
        assert hashlib.sha256(content).hexdigest() == name.removesuffix(".png")


def test_the_file_beside_a_take_names_its_release_and_not_where_that_lies(desk: Any) -> None:
    cast(desk)
    with studio(desk):
        answer = fill(desk)
        assert answer.code == 0, answer.out + answer.err
    [beside] = (desk.library / "takes/SH0010/t01").glob("*.xmp")
    text = beside.read_text()
    assert 'pickup:Release="mara.pdf"' in text
    assert str(desk.folder) not in text


def test_another_picture_makes_the_take_stale_and_nothing_is_bought(desk: Any) -> None:
    cast(desk)
    with studio(desk) as fake:
        assert fill(desk).code == 0
        assert not said(fill(desk).document, "STALE")
        picture(desk.folder / "refs" / "mara_2.png", color="green")
        [stale] = said(fill(desk).document, "STALE")
        assert "changed since its take was made: its reference pictures." in stale
        holes = desk.run("holes", desk.timeline, "--json").document  # it opens no picture, so it concludes nothing
        assert not said(holes, "STALE")
        assert fake.charges == 1


def test_a_plan_lists_the_pictures_beside_the_frames(desk: Any) -> None:
    cast(desk)
    with studio(desk):
        [pickup] = desk.run("plan", desk.timeline, "--json").document["pickups"]
        shown = desk.run("plan", desk.timeline).out
    assert pickup["references"] == ["mara_1.png of mara", "mara_2.png of mara"]
    assert pickup["sends"]["pictures"] == []
    assert "with 2 reference pictures" in " ".join(shown.split())


def test_frames_that_were_asked_for_go_first(desk: Any) -> None:
    cast(desk)
    with studio(desk) as fake:
        answer = fill(desk, "--conditioning", "first")
        assert answer.code == 0, answer.out + answer.err
        [order] = [job.order for job in fake.accepted]
    assert order.first_frame is not None
    assert order.references == ()
    assert said(answer.document, "REFERENCES_NOT_USED")


@pytest.mark.parametrize("broken", ["missing", "damaged", "outside"])
def test_a_picture_that_cannot_be_used_holds_the_shot_and_nothing_is_asked(broken: str, desk: Any) -> None:
    cast(desk)
    place = desk.folder / "refs" / "mara_2.png"
    if broken == "missing":
        place.unlink()
    elif broken == "damaged":
        place.write_bytes(place.read_bytes()[:300])
    else:
        picture(desk.folder.parent / "private.png", color="white")
        place.unlink()
        place.symlink_to(desk.folder.parent / "private.png")
    with studio(desk) as fake:
        answer = fill(desk)
        assert not fake.requests
    assert answer.code == 3
    [held] = answer.document["held"]
    assert "the pictures of mara: mara_2.png" in held["why"]
    assert {"missing": "put it back", "damaged": "PNG or JPEG", "outside": "move it there"}[broken] in held["why"]


@pytest.mark.parametrize("setting", ["never", "ask"])
def test_no_picture_leaves_where_none_may_be_sent(setting: str, desk: Any, elsewhere: dict[str, str]) -> None:
    cast(desk)
    with studio(desk, kind="elsewhere", send_frames=setting) as fake:
        answer = fill(desk, **elsewhere)
        assert answer.code == 0, answer.out + answer.err
        [order] = [job.order for job in fake.accepted]
        sent = [request.body for request in fake.requests]
    assert (order.references, order.first_frame) == ((), None)
    assert not [body for body in sent if b"base64" in body or b"reference_image" in body]
    assert order.prompt.startswith("she waits at the rail, Mara (a woman of thirty with short red hair)")
    assert (
        "no reference picture of mara goes to video.elsewhere.example" in said(answer.document, "FRAMES_NOT_SENT")[-1]
    )
    assert not (desk.library / "references").exists()


def test_a_yes_beforehand_sends_them_and_the_plan_says_where_to(desk: Any, elsewhere: dict[str, str]) -> None:
    cast(desk)
    with studio(desk, kind="elsewhere") as fake:
        [pickup] = desk.run("plan", desk.timeline, "--json", **elsewhere).document["pickups"]
        assert pickup["sends"] == {
            "to": "video.elsewhere.example",
            "frames_of": [],
            "pictures": ["mara_1.png of mara", "mara_2.png of mara"],
            "asks": True,
        }
        assert fill(desk, "--send-frames", **elsewhere).code == 0
        assert len(fake.accepted[0].order.references) == 2
    page = (desk.library / "cuts" / "one_gap_24fps" / "plan.md").read_text()
    assert r"2 reference pictures (mara\_1.png of mara, mara\_2.png of mara), to video.elsewhere.example" in page


def test_a_slate_needs_no_pictures_and_says_nothing_of_them(desk: Any) -> None:
    cast(desk)
    (desk.folder / "refs" / "mara_1.png").unlink()
    answer = fill(desk, "--size", "160x90")
    assert answer.code == 0, answer.out + answer.err
    assert {each["code"] for each in answer.document["findings"]}.isdisjoint(
        {"REFERENCES_NOT_USED", "FRAMES_NOT_SENT", "NOT_BUILT_YET"}
    )


def test_a_person_who_makes_the_clip_finds_them_in_the_folder(desk: Any) -> None:
    cast(desk)
    assert fill(desk, "--provider", "manual").code == 3
    folder = desk.library / "manual" / "SH0010_t01"
    assert color_of((folder / "references" / "mara_2.png").read_bytes()) == (0, 0, 255)
    sheet = json.loads((folder / "settings.json").read_text())
    assert sheet["references"] == [{"name": "mara", "file": f"references/mara_{number}.png"} for number in (1, 2)]
    assert "references/mara_1.png shows mara" in (folder / "README.txt").read_text()


def test_names_of_no_set_are_words_and_the_nearest_is_named(desk: Any) -> None:
    cast(desk, note="PICKUP: she waits\ncharacters: marah, two sailors")
    document = desk.run("plan", desk.timeline, "--json").document
    near, plain = said(document, "CHARACTER_UNKNOWN")
    assert "“characters: marah”" in near
    assert near.endswith("did you mean mara?")
    assert "two sailors" in plain
    assert document["pickups"][0]["prompt"].startswith("she waits, marah, two sailors")
    cast(desk, sets="", note="PICKUP: she waits\ncharacters: marah")
    assert not said(desk.run("plan", desk.timeline, "--json").document, "CHARACTER_UNKNOWN")
