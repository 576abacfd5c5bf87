"""What is kept beside a matched take, so that a colorist can look at it, undo it or do it again.

    dict(kept_files(match, pairs=pairs, name="HARBOR7K2Q_SH0010_t01"))      content by what is added to the name

HARBOR7K2Q_SH0010_t01.cube               the match, for a clip as it was generated
HARBOR7K2Q_SH0010_t01_undo.cube          the way back, for the conformed take
HARBOR7K2Q_SH0010_t01.cdl                the nearest CDL, for a clip as it was generated
HARBOR7K2Q_SH0010_t01_color_1.png        neighbour, take before, take after, side by side: one for each pair
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import cv2
import numpy as np

from pickup.media.color.cdl import cdl_text, nearest_cdl
from pickup.media.color.cube import cube_text, map_cube, undo_cube
from pickup.media.color.difference import Picture
from pickup.media.color.match import ColorMatch, Pair
from pickup.media.color.samples import colors_of, resized, small_copy

_HEIGHT_PX = 360
_SPACE = "Display color: BT.709 primaries, values as they are in the file."


def kept_files(match: ColorMatch, *, pairs: Sequence[Pair], name: str) -> Iterator[tuple[str, bytes]]:
    """Each file's ending and content; none for a take that stays as it is."""
    if match.is_identity:
        return
    yield ".cube", cube_text(map_cube(match.map), title=name, notes=[_SPACE, match.reason]).encode()
    back = [_SPACE, "Takes the color match back."]
    yield "_undo.cube", cube_text(undo_cube(match.map), title=f"{name} undone", notes=back).encode()
    colors = np.concatenate([colors_of(small_copy(pair.take))[::8] for pair in pairs])
    yield ".cdl", cdl_text(nearest_cdl(match.map, colors=colors), name=name).encode()
    for number, pair in enumerate(pairs, start=1):
        yield f"_color_{number}.png", _png(side_by_side(pair, match=match))


def side_by_side(pair: Pair, *, match: ColorMatch) -> Picture:
    """The neighbour, the take before and the take after, from left to right, 360 pixels high."""
    low = [_lowered(each) for each in (pair.neighbour, pair.take)]
    return np.concatenate([*low, match.map.picture(low[1])], axis=1)


def _lowered(picture: Picture) -> Picture:
    high, wide = picture.shape[:2]
    return resized(picture, size=(max(1, round(wide * _HEIGHT_PX / high)), _HEIGHT_PX))


def _png(picture: Picture) -> bytes:
    return cv2.imencode(".png", cv2.cvtColor(picture, cv2.COLOR_RGB2BGR))[1].tobytes()
