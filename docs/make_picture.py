"""Makes docs/picture.jpg, the picture of the README, from the demo: the cut as it was exported, and filled.

pickup demo demo && python docs/make_picture.py demo
"""

from __future__ import annotations

import io
import sys
from fractions import Fraction
from importlib import resources
from pathlib import Path

from PIL import Image, ImageDraw, ImageFont

from pickup.cut import Cut, Event, EventKind, MediaKind
from pickup.media.frames import frame_at
from pickup.timelines.classify import MediaLooker
from pickup.timelines.read import ReadLimits, read_timeline
from pickup.timelines.snapshot import take_snapshot

PICTURE = Path(__file__).parent / "picture.jpg"
MOMENTS = (40, 90, 288, 432, 564, 708)
"""Record frames of the demo film: a shot, then each of the five holes."""
TILE = (304, 171)
GAP_PX, TOP_PX, EDGE_PX = 8, 36, 20
GROUND, INK, FAINT = (24, 25, 28), (235, 235, 235), (150, 152, 158)


def main(folder: Path) -> None:
    """Draws the two rows and writes the picture."""
    before = snapshot(folder / "harbor.otio")
    newest = max((folder / "pickup" / "cuts" / "harbor").glob("harbor_v*.otio"))
    after = snapshot(newest)
    width = 2 * EDGE_PX + len(MOMENTS) * (TILE[0] + GAP_PX) - GAP_PX
    height = 2 * (TOP_PX + TILE[1]) + 3 * EDGE_PX
    sheet = Image.new("RGB", (width, height), GROUND)
    for row, (cut, title) in enumerate(((before, "The cut as exported"), (after, f"What Pickup wrote: {newest.name}"))):
        top = EDGE_PX + row * (TOP_PX + TILE[1] + EDGE_PX)
        ImageDraw.Draw(sheet).text((EDGE_PX, top), title, font=font(21), fill=INK)
        for column, frame in enumerate(MOMENTS):
            place = (EDGE_PX + column * (TILE[0] + GAP_PX), top + TOP_PX)
            sheet.paste(tile(cut, frame), place)
    sheet.save(PICTURE, quality=88, optimize=True)


def snapshot(path: Path) -> Cut:
    """The cut in a timeline file."""
    file = read_timeline(path, limits=ReadLimits())
    return take_snapshot(file.timeline, name=path.name, looker=MediaLooker(path.parent, prefixes={}))


def tile(cut: Cut, frame: int) -> Image.Image:
    """What an editor sees at a record frame: the picture, or what stands in its place."""
    event = cut.picture_at(frame)
    if event is None:
        return card("gap", "nothing is here")
    if event.kind is EventKind.FOOTAGE and event.media is not None and event.media.path is not None:
        return picture(event, frame, cut=cut)
    return card(event.kind.value, event.text or event.name)


def picture(event: Event, frame: int, *, cut: Cut) -> Image.Image:
    """The frame of the media that the event shows."""
    media = event.media
    if media is None or media.path is None or media.kind is not MediaKind.MOVIE:
        return card(event.kind.value, event.name)
    start = media.available.start if media.available else Fraction(0)
    seconds = event.source_start + cut.rate.seconds(frame - event.record.start) * (event.speed or 0)
    png = frame_at(Path(media.path), source_seconds=seconds, media_start=start)
    return Image.open(io.BytesIO(png)).convert("RGB").resize(TILE, Image.Resampling.LANCZOS)


def card(kind: str, words: str) -> Image.Image:
    """A black panel that says what stands there."""
    panel = Image.new("RGB", TILE, (0, 0, 0))
    draw = ImageDraw.Draw(panel)
    draw.text((TILE[0] / 2, TILE[1] / 2 - 14), kind.upper(), font=font(19), fill=FAINT, anchor="mm")
    draw.text((TILE[0] / 2, TILE[1] / 2 + 14), words[:34], font=font(16), fill=FAINT, anchor="mm")
    return panel


def font(size_px: int) -> ImageFont.FreeTypeFont:
    """The typeface of the slates."""
    face = resources.files("pickup.providers.slate") / "fonts" / "Inter-SemiBold.otf"
    return ImageFont.truetype(io.BytesIO(face.read_bytes()), size_px)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
