"""`README.txt` of a job that a person does: what to make, how long, from which frames, and where to put it."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterator
from fractions import Fraction

from pickup.errors import counted
from pickup.paths import safe_stem
from pickup.ports import Generation
from pickup.providers.manual.pack import BOUNDARY_IN, BOUNDARY_OUT, PROMPT, REFERENCES
from pickup.timing import FrameRate

_PARTS_OF_A_SECOND = 100


def rounded_up(seconds: Fraction) -> float:
    """Seconds with two decimals, never less."""
    return math.ceil(seconds * _PARTS_OF_A_SECOND) / _PARTS_OF_A_SECOND


def spoken_fps(rate: FrameRate) -> str:
    """`24`, `23.976`."""
    return f"{float(rate.fps):.5g}"


def reference_files(request: Generation) -> tuple[str, ...]:
    """Where each reference picture lies in the folder: `references/mara_1.png`, counted for each name."""
    counts: Counter[str] = Counter()
    files = []
    for each in request.references:
        stem = safe_stem(each.name) or "picture"
        counts[stem] += 1
        files.append(f"{REFERENCES}/{stem}_{counts[stem]}.png")
    return tuple(files)


def readme_of(request: Generation, *, model: str, earlier: int) -> str:
    """The whole text.

    Args:
        request: What is asked for.
        model: What it should be made with; empty where that is left to the person.
        earlier: How many folders of other requests for the same take are kept aside.
    """
    return "\n".join(_lines(request, model=model, earlier=earlier)) + "\n"


def _lines(request: Generation, *, model: str, earlier: int) -> Iterator[str]:
    yield f"{request.shot}, take {request.take}: a clip for you to make"
    yield ""
    yield "1. Make the clip, on any site or in any program"
    yield ""
    yield from (f"   {name:<13}{text}" for name, text in _wanted(request, model=model))
    yield ""
    yield "2. Put it into this folder as result.mp4"
    yield ""
    yield "   One video file under any other name does as well (.mov, .webm, .mkv ...). Leave the other files here."
    yield ""
    yield "3. Run the same command again (`pickup fill ...`); a running `pickup watch` takes it by itself"
    yield ""
    yield "   The clip is checked, fitted to the cut and shown in the next version of the timeline. If something is"
    yield "   wrong with it, the command says what, and you can put another one in its place. Your file is copied and"
    yield "   never changed. When the take is in the timeline this folder may go."
    yield ""
    if earlier:
        yield "Something else was asked for before. What was made for that lies beside this folder, in the folders"
        yield f"whose names begin with {request.shot}_t{request.take:02d}_of. If it still serves, copy it here."
        yield ""
    yield "Pickup uploads nothing and pays nothing. What you upload to a site, these pictures too, and what it costs"
    yield "there is between you and that site."


def _wanted(request: Generation, *, model: str) -> Iterator[tuple[str, str]]:
    width, height = request.size
    seconds, fps = f"{rounded_up(request.length_s):g}", spoken_fps(request.rate)
    if model:
        yield "Made with", model
    yield (
        "Prompt",
        f"as in {PROMPT}" if request.prompt else "nobody wrote what to show; what goes between the two shots",
    )
    if request.negative:
        yield "Not wanted", request.negative
    yield "Seed", f"{request.seed}, if you are asked for one"
    frames = counted(request.frames, "frame")
    yield "Length", f"at least {seconds} s ({frames} at {fps} fps); what is longer is cut off at its end"
    yield "Size", f"{width}x{height}, or larger in the same shape; anything else is fitted to it"
    yield "Frame rate", f"{fps} fps; any other constant rate does, too"
    if request.boundary_in is not None:
        yield "First frame", f"{BOUNDARY_IN}, where the shot before ends"
    if request.boundary_out is not None:
        yield "Last frame", f"{BOUNDARY_OUT}, where the shot after begins, if the clip has just that length:"
        yield "", "of a longer one the end is cut off, and the last frame with it"
    for number, (file, each) in enumerate(zip(reference_files(request), request.references, strict=True)):
        yield "" if number else "References", f"{file} shows {each.name}, to look the same in the clip"
    if request.head or request.tail:
        at = " and ".join(
            f"{counted(frames, 'frame')} at its {side}"
            for frames, side in ((request.head, "beginning"), (request.tail, "end"))
            if frames
        )
        yield "Handles", f"{at} are spare, for the editor to slip into"
