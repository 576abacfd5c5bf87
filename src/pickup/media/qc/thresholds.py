"""Every number that quality control judges by, each with its reason. `docs/qc.md` tells them to editors.

Levels are 8-bit full-range luma, delta-E is CIE 1976, and pictures are measured on a copy 320 pixels long, where the
grain of an HD frame is averaged away. Times are seconds, so that they hold at every rate.
"""

from __future__ import annotations

from fractions import Fraction

BLACK_LEVEL = 20
"""A frame is black when 99.5 % of it is no brighter: noise on black stays below, a lit window at night does not."""
BLACK_SHARE = 0.995
BLACK_S = Fraction(1, 2)
"""Longer than a dip between two shots, so nobody means it within one."""
FADE_S = Fraction(1, 4)
"""A picture that darkens all this time before it is black was faded, not lost."""

WHOLLY = 0.98
"""Share of the covered frames from which on a fault is the whole take: one odd frame at an end does not save it."""

STILL_LEVELS = 0.7
"""Of 20x11 parts of the picture none changes by more, on average, against the frame where the stillness began. Codec
noise on a repeated frame stays below; grain, breath and the slowest move of a camera add up to more."""
FREEZE_S = Fraction(1)
"""A second of stillness is seen; half a second is a pause."""
WHOLE_FREEZE_S = Fraction(1, 2)
"""A shorter take may stand still by chance."""

REPEAT_SHARE = 0.2
"""A repeated frame changes by less than this share of what the frames beside it change by."""
REPEAT_MOTION_LEVELS = 1.5
"""And these must move by more than this, or a pause would count as a repeat."""
SINGLE_MOTION_LEVELS = 3.0
"""The same for repeats without a cadence: a codec skips single frames of a slow move, and nobody sees it."""
REPEAT_STEADY = 0.6
"""And by this share of the usual, or the turning point of a swing would count as one."""
CADENCE_LEAST = 4
"""Repeats at equal distances from which on they are a cadence."""
CADENCE_LONGEST = 12
"""Frames from one repeat to the next: 12 is one in half a second; pulldown and rate conversion repeat more often."""
CADENCE_SHARE = 0.75
"""Share of the repeats that keep the distance."""

CUT_TIMES = 3.0
"""A cut changes the picture this much more than the frames around it, after alignment; whip pans do so throughout."""
CUT_LEVELS = 5.0
"""And by at least this, in levels per pixel: the darkest pairs of unlike pictures differ by more."""
CUT_LIKENESS = 0.6
"""And what is drawn correlates less: within a shot it is above 0.8, unlike pictures are below 0.5."""
CUT_LOSS = 0.25
"""And by this much less than around it, so that water or rain, which never correlates, is no cut at every frame."""
LEAP_TIMES = 6.0
LEAP_LEVELS = 10.0
LEAP_LIKENESS = 0.85
"""So large a step is a cut even where large areas are alike, as when a shot jumps closer to what it shows."""
JOIN_TIMES = 2.0
JOIN_LEVELS = 2.0
"""At a join of two clips a smaller jump counts, because one is expected there."""
JOIN_DELTA_E = 2.5
"""The smallest difference of color that is seen side by side."""

FLASH_S = Fraction(1, 4)
"""What is back within it was a flash; what stays was a cut or a jump."""
JUMP_LIGHTNESS = 7.0
JUMP_DELTA_E = 8.0
"""Change of the whole picture from one frame to the next; street lights change only parts of it."""
JUMP_TIMES = 3.0
"""And this much more than around it, so that a fire flickers in peace."""

DRIFT_DELTA_E = 8.0
"""Change of what stays in the picture, from the beginning to any later moment; below, eyes adapt to it."""
DRIFT_GAIN = 1.4
"""Factor of contrast or saturation from which on the end looks graded another way."""

SOFT_SHARE = 0.7
"""The take keeps less than this share of the sharpness of its softer neighbour."""
SOFT_LEAST = 0.08
"""And lies at least this far below it, so that two soft pictures are not compared by noise."""
SHARPNESS_LOOKS = 8
"""Frames of the take whose full-size picture is looked at; more would not change the third sharpest."""

BAR_LEVEL = 20
BAR_STRAIGHT = 0.5
"""Share of the columns (or rows) in which the picture begins at the same pixel: a skyline at night is not straight."""
BAR_LEAST_PX = 2
"""Of the small copy: thinner edges are lost in overscan."""

REGION_LIKENESS = 0.35
"""Likeness of the main region to what it was at first, in two looks at least. On photographs moving cameras leave 0.8
and more, one that rolls by 60 degrees 0.39; blends into other pictures fell to 0.12, 0.27 and 0.40, so the two overlap
and this is a hint. Not measured on faces."""
REGION_LOOKS_S = Fraction(1, 4)

CONTINUITY_STRUCTURE = 0.45
"""A frame of motion leaves at least 0.75, a push-in of a tenth 0.35 to 0.65, another picture at most 0.15."""
CONTINUITY_COLOR = 0.8
"""Delta-E 8 between the colors of two frames that should follow each other."""
