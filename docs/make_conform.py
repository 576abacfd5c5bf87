"""Writes docs/conform.md: what becomes of a clip at every pair of rates, and of every kind of input; --check compares.

python docs/make_conform.py [--check]
"""

from __future__ import annotations

import sys
from pathlib import Path

from pickup.offers.rates import RatePolicy, are_neighbours, usual_policy
from pickup.timing import FrameRate

PAGE = Path(__file__).parent / "conform.md"
RATES = ("23.976", "24", "25", "29.97", "30", "50", "59.94", "60")

HEAD = """<!-- Written by docs/make_conform.py; the table of rates is read from pickup.offers.rates. -->
# How a take is made to fit

What a service delivers is kept as it came (`original.mp4`). What the timeline links is made from it once: so many
frames as the hole has, with its handles, at the cut's rate and size, in an edit codec, with timecode and reel. Every
change on the way has a name, and `take.json` lists the names under `policies`. The finished file is decoded once more
and held against what was asked for; a difference is an error and nothing is delivered.

## Rates

Rows: the clip. Columns: the cut. Drop frame changes the timecode, not the frames.

"""

POLICIES = """
- **same**: frame for frame.
- **rerate**: every frame of the clip is shown once, so it plays a little faster or slower: by 0.1 % between a rate
  and its /1001 neighbour, by 4.2 % between 24 and 25. Between /1001 neighbours nothing else is ever done. Between 24
  (or 23.976) and 25, and 48 and 50, it is done where the clip is long enough; where it is not, and where a take that
  ends on the shot after fits by time, it is `nearest`. The plan says which, and how much faster.
- **nearest**: at each frame of the cut, the frame that the clip shows at the moment when it begins. Speed is kept;
  frames are shown twice or left out.

Nothing else is chosen by itself. `[conform] rate` names one policy for all pairs but the /1001 ones:

    [conform]
    rate = "flow"       # or "rerate", "nearest", "blend"; "auto" is the table

- **blend** mixes the two frames beside the moment by their distance in time.
- **flow** moves both along their optical flow (DIS, measured both ways on a picture of 960 pixels) to the moment, and
  mixes them where the two flows disagree: at edges that come into view. Water, smoke and fast hands look mixed.
- Neither reaches across a cut inside a clip: there the earlier frame stands.

Motion is never stretched to fit unless you ask: `conditioning = "both"` or `retime_percent` play a clip up to a tenth
faster or slower, and `retime 95/96` says so. A clip that is one frame short of what its service promised is spread
over the take under the same name.

A placeholder that was retimed is honoured, from a tenth of its speed to ten times it, forward and backwards. At
`speed 2` the take plays twice as fast, and twice the footage is bought for it. At `speed -1` it plays backwards: the
clip is made from the frame after the hole towards the one before (with `conditioning = "first"`, from the frame after
alone), and has no sound. `freeze` holds the first frame of a clip that is made from words alone, as one that begins on
the shot before would only hold that. The speed is in the pictures, so the timeline's clip plays at 100 %. It counts for
movies and offline clips; a still, a title or a slug has no motion to retime, and a slate is drawn for the cut and plays
as it is. A take whose placeholder was retimed after it was made is told as `STALE`.

A **speed ramp** is in the take, too (`ramp`), there and back if it turns: each frame shows the moment that the
placeholder would have shown, as much footage is bought as that wants, and handles play at the ramp's average speed. A
ramp has no sound, and a straight one is a constant speed. No frame is sent from a side that would hold it for ten
frames or more, nor from one where the shot begins or ends in the middle of its footage; there are no handles then,
which would jump. What is read:

| written by | read where |
| --- | --- |
| FCP7 XML (Premiere, Final Cut Pro 7, Resolve) | its curve has no handles that bend it |
| DaVinci Resolve's `.otio` | no keyframe is smoothed, and the clip begins where its media does |
| Hiero and Nuke Studio, through AYON | there is one ramp, beside a constant speed or none, not a reverse |

Every other ramp is told with the reason (`SPEED_NOT_HONOURED`), and the take plays at its own speed: set the ramp on
the take's clip. None of this was tried in Resolve or Premiere; Resolve's keyframes are as in an export that others
published, which does not say how a trimmed clip counts.

## Length

Exactly the frames of the hole and its transitions, and up to `handles` frames on each side that joins no frame of the
cut. Transitions are covered with generated frames, never with held ones. Clips of a long take begin on the last frame
of the one before, and that frame is shown once.

## Size and shape

`[conform] fit`: `"fill"` scales to cover the frame and crops what stands over; `"fit"` scales to lie inside and pads
with black; `"crop"` keeps pixels as large as they are. Pixels are made square, turned clips upright. A picture that
is scaled up is told (`UPSCALED`: a note up to twice its size, a warning beyond), because it is softer than the shots
beside it.

## Codecs

`codec = "auto"`: ProRes 422 LT for previs and 422 HQ for generated takes; or `prores_hq`, `prores`, `prores_lt` (10
bits), `dnxhr_hq` (8 bits), `h264` (8 bits, CRF 12, for a small library; editors cut it less smoothly). All in .mov
with timecode and reel, BT.709 limited range, progressive. The graph works in 10 bits, and a color match in 12.

## What comes in

| input | what is done |
|---|---|
| empty, a web page, cut before its index, a still named .mp4 | refused: not a video; fetch it again |
| cut in half, but with its index | refused: fewer frames than are needed, and how many it declares |
| flipped bytes | refused: which frame could not be decoded whole |
| no picture, or sound only | refused |
| a frame short; a few over for a take that ends on the shot after | spread over the take: `retime` |
| .mkv or .webm under another name | read by what it is; frames are counted, not believed |
| an edit list (a clip trimmed without encoding) | only what the list shows |
| variable frame rate, or a rate that nobody uses | read by the clock at the cut's rate: `vfr` |
| interlaced | made progressive, a frame for a frame (`bwdif`): `deinterlace` |
| turned (phones) | set upright: `rotate` |
| odd sizes, pixels that are not square | scaled to even sides, `square_pixels` |
| transparency | over black: `alpha` |
| BT.601 or no matrix stated | converted; without one BT.709 is assumed from 720 lines up: `matrix`, `matrix_assumed` |
| full range | made limited: `range` |
| HDR (PQ, HLG) or BT.2020 | refused with the reason: generate or export it in BT.709 |

## Beside the take

`<take>.xmp` (docs/provenance.md), the color match as `.cube`, `_undo.cube`, `.cdl` and two pictures (docs/color.md),
`boundary_in.png` and `boundary_out.png` (the cut's own frames on both sides; `sent_in.png` and `sent_out.png` where a
service got them in another size), and `proxy.mp4`, a small film for
looking at takes, in BT.709 (docs/color.md) and with the take's sound where it keeps any (docs/sound.md), unless
`[conform] proxies = false`. Only the conformed file is ever linked in a timeline. What
quality control found is in `take.json` and in `pickup takes` (docs/qc.md).

## Drafts

`[conform] full_quality = "circled"` conforms of several takes of a shot only the one that is shown: the circled one,
else the first that quality control has not failed. (`"all"` is what stands here without it: every take is conformed,
and a timeline links the others as alternates.) The other takes stay *drafts*: `original.mp4`, `proxy.mp4` and a
`take.json` that keeps under `draft` what was ordered. A draft is made from the original in one pass: each picture is
chosen, fitted and graded as the take's would be, in a cut of log footage in its space, too; looked at by quality
control in full size before it is encoded; and scaled down. The sound is made as the take's would be. So `proxy.mp4`
looks and sounds as the take's own proxy will, and the same is found in it. A draft has no XMP, no color files and no
signature. A draft has its proxy with `proxies = false`, too.

A draft is a take: it has its number, it is never bought again, `pickup takes` says `draft: proxy only`, and `library
check` wants its proxy and its original. It is never linked. `pickup circle SHOT TAKE`, then `relink` or `fill`,
conforms it from its original first, with nothing asked of a provider and nothing spent; from then on it is a take like
any other. So it is where the take that was shown is gone or fails once it is conformed. Where a draft cannot be
conformed, because its original is gone, the shot is held with the reason. Set `full_quality` back to `"all"`, and the
next `relink` or `fill` conforms every draft of the cut.

Conforming runs in child processes with limits on time, as many at once as the machine has cores, at most two. A frame
or two are held in memory, whatever the length: 0.5 GB at 4K, 0.8 with color, 1.1 with flow (docs/bench.md). A take that
plays backwards holds up to 256 MB more, and is decoded from the beginning for each run of frames that fits into that.
"""


def page() -> str:
    """The whole page."""
    lines = [f"| | {' | '.join(RATES)} |", "|---|" + "---|" * len(RATES)]
    lines += [f"| **{made}** | {' | '.join(cell(made, shown) for shown in RATES)} |" for made in RATES]
    return HEAD + "\n".join(lines) + "\n" + POLICIES


def cell(made: str, shown: str) -> str:
    """What is done of itself with a clip of one rate in a cut of another."""
    made_at, shown_at = FrameRate.parse(made), FrameRate.parse(shown)
    if made_at == shown_at:
        return "same"
    policy = usual_policy(made_at=made_at, shown_at=shown_at)
    if policy is RatePolicy.RERATE and not are_neighbours(made_at, shown_at):
        faster = float(shown_at.fps / made_at.fps - 1)
        return f"rerate ({faster:+.1%})".replace("%", " %")
    return str(policy)


if __name__ == "__main__":
    if "--check" not in sys.argv:
        PAGE.write_text(page(), encoding="utf-8")
    elif not PAGE.is_file() or PAGE.read_text(encoding="utf-8") != page():
        sys.exit("docs/conform.md is not what docs/make_conform.py writes: run `make docs`")
