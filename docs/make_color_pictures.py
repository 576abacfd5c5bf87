"""Makes docs/color.jpg, the picture of docs/color.md: a take beside four neighbours, before and after the match.

python docs/make_color_pictures.py            writes the picture and prints its numbers
python docs/make_color_pictures.py --table    prints the table of docs/color.md, and what a match costs
"""

from __future__ import annotations

import io
import sys
import time
from collections.abc import Callable
from importlib import resources
from pathlib import Path

import numpy as np
from PIL import Image, ImageDraw, ImageFont

from pickup.media.color.cube import map_cube
from pickup.media.color.difference import Picture, delta_e, lab_of
from pickup.media.color.match import ColorMatch, Pair, match_color
from pickup.media.color.samples import cut_difference
from pickup.testing.color_scenes import LOOKS, SCENES, WIDE, graded, view

PICTURE = Path(__file__).parent / "color.jpg"
TILE = (336, 189)
GAP_PX, LINE_PX, EDGE_PX = 4, 58, 18
GROUND, INK, FAINT = (24, 25, 28), (235, 235, 235), (150, 152, 158)
HEADS = ("the neighbour's frame", "the take as generated", "the take, matched")


def main() -> None:
    """Draws the rows, or prints the table."""
    if "--table" in sys.argv[1:]:
        print_table()
        return
    kitchen, harbor = view("kitchen"), view("harbor")
    rows = [
        ("the same picture, warm", kitchen, graded(view("kitchen", grain=1), look="warm")),
        ("another framing, 1.5 stops down", harbor, graded(view("harbor", framing=WIDE, grain=1), look="stop_down")),
        ("an unrelated neighbour", kitchen, graded(view("forest", grain=1), look="teal_orange")),
        ("what one map cannot do", kitchen, by_part(view("kitchen", grain=1))),
    ]
    width = 2 * EDGE_PX + 3 * TILE[0] + 2 * GAP_PX
    sheet = Image.new("RGB", (width, 2 * EDGE_PX + len(rows) * (TILE[1] + LINE_PX)), GROUND)
    for number, (title, take, neighbour) in enumerate(rows):
        draw_row(sheet, top=EDGE_PX + number * (TILE[1] + LINE_PX), title=title, take=take, neighbour=neighbour)
    sheet.save(PICTURE, quality=90, optimize=True)


def draw_row(sheet: Image.Image, *, top: int, title: str, take: Picture, neighbour: Picture) -> None:
    """One cut: three tiles, and what was measured and decided."""
    match = match_color([Pair(take=take, neighbour=neighbour)])
    result = match.map.picture(take)
    before, after = cut_difference(take, neighbour), cut_difference(result, neighbour)
    print(f"{title}: {before:.1f} -> {after:.1f}; {match.reason}")  # noqa: T201 - a script
    draw = ImageDraw.Draw(sheet)
    draw.text((EDGE_PX, top), f"{title}: delta-E at the cut {before:.1f}, then {after:.1f}", font=font(17), fill=INK)
    draw.text((EDGE_PX, top + 22), match.reason, font=font(13), fill=FAINT)
    for column, (head, picture) in enumerate(zip(HEADS, (neighbour, take, result), strict=True)):
        place = (EDGE_PX + column * (TILE[0] + GAP_PX), top + 42)
        sheet.paste(Image.fromarray(picture).resize(TILE, Image.Resampling.LANCZOS), place)
        draw.text((place[0] + 8, place[1] + 6), head, font=font(12), fill=INK, stroke_width=2, stroke_fill=GROUND)


def by_part(picture: Picture) -> Picture:
    """A neighbour that is lit otherwise: its left half in shade and blue, its right half warm."""
    shade, warm = graded(graded(picture, look="stop_down"), look="teal_orange"), graded(picture, look="warm")
    share = np.clip(np.linspace(-1, 2, picture.shape[1]), 0, 1)[None, :, None]
    return np.asarray(shade * (1 - share) + warm * share, dtype=np.uint8)


def print_table() -> None:
    """Delta-E over all scenes and looks, and the time of a match."""
    names = list(SCENES)
    for kind in ("same", "reframed", "unrelated"):
        rows = []
        for name in names:
            take = view(name)
            other = names[(names.index(name) + 1) % len(names)] if kind == "unrelated" else name
            shown = view(other, framing=WIDE, grain=1) if kind == "reframed" else view(other, grain=1)
            rows += [measured(take, graded(shown, look=each), truth=graded(take, look=each)) for each in LOOKS]
        cut, then, off, still, worse, used = np.array(rows).T
        print(  # noqa: T201 - a script
            f"{kind}: at the cut {cut.mean():.1f} ({cut.max():.1f}) -> {then.mean():.1f} ({then.max():.1f}); from the"
            f" truth {off.mean():.1f} ({off.max():.1f}) -> {still.mean():.1f} ({still.max():.1f}); most worse"
            f" {worse.max():.2f}; matched {used.mean():.0%}"
        )
    take = np.asarray(Image.fromarray(view("harbor")).resize((1920, 1080)))
    for title, framing in (("same", (0.08, 0.10, 0.72)), ("reframed", WIDE)):
        shown = graded(view("harbor", framing=framing, grain=1), look="warm")
        pair = Pair(take=take, neighbour=np.asarray(Image.fromarray(shown).resize((1920, 1080))))
        print(f"fit, {title}, 1080p: {cost_ms(lambda pair=pair: match_color([pair])):.0f} ms CPU")  # type: ignore[misc]  # noqa: T201
    match = match_color([pair])
    print(f"bake 33: {cost_ms(lambda: map_cube(match.map)):.1f} ms CPU")  # noqa: T201 - a script


def measured(take: Picture, neighbour: Picture, *, truth: Picture) -> list[float]:
    """Delta-E at the cut, then; from the truth, then; how much worse the cut became; whether it was matched."""
    match: ColorMatch = match_color([Pair(take=take, neighbour=neighbour)])
    result = match.map.picture(take)
    cut, then = cut_difference(take, neighbour), cut_difference(result, neighbour)
    off, still = (float(delta_e(lab_of(each / 255), lab_of(truth / 255)).mean()) for each in (take, result))
    return [cut, then, off, still, then - cut, float(not match.is_identity)]


def cost_ms(work: Callable[[], object]) -> float:
    """Least CPU time of five."""
    times = []
    for _ in range(5):
        start = time.process_time()
        work()
        times.append(time.process_time() - start)
    return min(times) * 1000


def font(size_px: int) -> ImageFont.FreeTypeFont:
    """The typeface of the slates."""
    face = resources.files("pickup.providers.slate") / "fonts" / "Inter-SemiBold.otf"
    return ImageFont.truetype(io.BytesIO(face.read_bytes()), size_px)


if __name__ == "__main__":
    main()
