"""Which channel of a clip is heard in which channel of the cut.

    mix = mixing(("FL", "FR", "FC", "LFE", "SL", "SR"), count=6, wanted=2)
    mix.apply(block)            (samples, 6) -> (samples, 2)
    mix.policy                  "downmix 6>2"

The gains are those of ITU-R BS.775, written down here because FFmpeg's own depend on the sample format: it lowers the
whole mix of 16-bit sound, and not that of float (8.1).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType

import numpy as np
from numpy.typing import NDArray

from pickup._av import Block, channel_names

_HALF, _HALF_POWER = 0.5, 0.5**0.5
_STEREO = ("FL", "FR")
_DIALOG, _BASS = "FC", "LFE"
_TO_STEREO: Mapping[str, tuple[float, float]] = MappingProxyType(
    {
        "FL": (1, 0),
        "FR": (0, 1),
        "FC": (_HALF_POWER, _HALF_POWER),
        "LFE": (0, 0),
        "BL": (_HALF_POWER, 0),
        "BR": (0, _HALF_POWER),
        "SL": (_HALF_POWER, 0),
        "SR": (0, _HALF_POWER),
        "BC": (_HALF, _HALF),
    }
)
"""What left and right get of each channel."""
_SIDE_TWINS: Mapping[str, str] = MappingProxyType({"BL": "SL", "BR": "SR", "SL": "BL", "SR": "BR"})
_SINGLE = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Mix:
    """One way from channels to channels.

    Attributes:
        gains: Of shape (channels of the cut, channels of the clip).
        policy: Its name in the sidecar; empty where nothing is changed.
        left_out: Channels of the clip that are not heard, by number from 1 or by name; the bass channel that a downmix
            leaves out by rule is none of them.
    """

    gains: NDArray[np.float32]
    policy: str
    left_out: tuple[str, ...]

    def apply(self, block: Block) -> Block:
        """(samples, channels of the clip) to (samples, channels of the cut)."""
        return block @ self.gains.T if self.policy else block


def mixing(names: tuple[str, ...], *, count: int, wanted: int) -> Mix:
    """How `count` channels are heard in `wanted` ones.

    Args:
        names: Of the clip's channels, as FFmpeg calls them; empty where the clip does not say.
        count: Channels of the clip.
        wanted: Channels of the cut, laid out as `pickup._av.layout_name` says.
    """
    if not names and count <= len(_STEREO):
        names = channel_names(count)
    targets = channel_names(wanted)
    pick = _by_name(names, targets) if names and targets else _by_number
    gains = np.zeros((wanted, count), dtype=np.float32)
    for column in range(count):
        for row, gain in pick(column).items():
            if row < wanted:
                gains[row, column] = gain
    lost = [column for column in range(count) if not gains[:, column].any()]
    left_out = tuple(names[column] if names else str(column + 1) for column in lost)
    return Mix(gains=gains, policy=_policy(gains), left_out=tuple(name for name in left_out if name != _BASS))


def _policy(gains: NDArray[np.float32]) -> str:
    wanted, count = gains.shape
    if count != wanted:
        return f"{'downmix' if count > wanted else 'upmix'} {count}>{wanted}"
    return "" if np.array_equal(gains, np.eye(count)) else f"remap {count}>{wanted}"


def _by_number(column: int) -> dict[int, float]:
    return {column: 1.0}


def _by_name(names: tuple[str, ...], targets: tuple[str, ...]) -> Callable[[int], dict[int, float]]:
    """Row and gain of each channel, where both sides have names."""

    def pick(column: int) -> dict[int, float]:
        name = names[column]
        if len(targets) == _SINGLE:
            return {0: 1.0 if len(names) == _SINGLE else sum(_TO_STEREO.get(name, (0, 0))) * _HALF}
        if len(names) == _SINGLE and _DIALOG not in targets:
            return {0: 1.0, 1: 1.0}  # one channel is heard as loud in each of two
        if name in targets:
            return {targets.index(name): 1.0}
        twin = _SIDE_TWINS.get(name)
        if twin in targets:
            return {targets.index(twin): _HALF_POWER if twin in names else 1.0}
        left, right = _TO_STEREO.get(name, (0, 0))
        return {targets.index("FL"): left, targets.index("FR"): right}

    return pick
