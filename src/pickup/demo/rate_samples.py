"""The smallest cut with a hole, at each of the eight usual rates.

one_gap("24fps", rate=Fraction(24)).holes[0]      frames 40..70
"""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction

from pickup.demo.desk import Desk
from pickup.demo.sample import Assembly, ExpectedHole, Sample, movies
from pickup.timing import FrameRate


def one_gap(name: str, *, rate: Fraction) -> Sample:
    """Two shots and a gap: the smallest cut with a hole, `one_gap_<name>`."""
    first, last = movies(60, 70, rate=rate, stem=f"G{name}")

    def assemble(desk: Desk) -> Assembly:
        track = desk.track(
            "V1", desk.shot(first, first=8, length=40), desk.gap(30), desk.shot(last, first=20, length=40)
        )
        return Assembly(tracks=(track,))

    return Sample(
        name=f"one_gap_{name}",
        says=f"Two shots and a gap between them, {float(rate):.6g} fps, from 01:00:00:00, no drop frame",
        rate=rate,
        duration=110,
        start_frame=FrameRate(fps=rate).nominal * 3600,
        media=(first, last),
        holes=(ExpectedHole(kind="GAP", track="V1", start=40, end=70),),
        assemble=assemble,
    )


def one_gap_at_every_rate() -> tuple[Sample, ...]:
    """`one_gap` at the eight usual rates; the one at 29.97 writes its rate short."""
    rates = {
        "23976fps": Fraction(24000, 1001),
        "24fps": Fraction(24),
        "25fps": Fraction(25),
        "2997fps": Fraction(30000, 1001),
        "30fps": Fraction(30),
        "50fps": Fraction(50),
        "5994fps": Fraction(60000, 1001),
        "60fps": Fraction(60),
    }
    return tuple(replace(one_gap(name, rate=rate), short_rates=name == "2997fps") for name, rate in rates.items())
