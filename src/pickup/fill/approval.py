"""The plan on the disk, and the yes of a person to it.

What is approved is a plan, not a cut: `plan.json` carries a digest of what would be made and what it costs, and
`APPROVED` beside it counts for that digest alone. An empty `APPROVED`, made by hand, means the plan that lies there.

    write_plan(prepared)
    approve_plan(folder)             writes APPROVED
    is_approved(prepared)            True, until the plan is another one
"""

from __future__ import annotations

import hashlib
import json
import re
import shlex
from collections.abc import Iterator, Sequence
from contextlib import suppress
from datetime import UTC, datetime

from pickup import _files
from pickup.errors import TimelineError, counted
from pickup.fill.documents import Document, plan_document
from pickup.fill.pages import as_json, read_page
from pickup.fill.prepared import Prepared
from pickup.library.layout import CutFolder
from pickup.plan import Pickup
from pickup.ramps import texts_of


def plan_digest(prepared: Prepared) -> str:
    """Hash of what a plan would make and what that costs; the same plan has the same one."""
    content = [
        [
            each.spec.code,
            list(each.takes),
            each.offer.provider,
            each.offer.model,
            each.quote.frames,
            _speed(each),
            each.spec.prompt,
            each.spec.negative,
            each.spec.seed,
            list(each.spec.delivery.size),
            str(each.quote.price * len(each.takes)),
            [[str(clip.seconds), clip.mode.value] for clip in each.quote.clips],
            [each.offer.host, *each.sends, *_pictures(each)],
            [[other.route, str(other.price)] for other in each.instead if other.is_fallback],
        ]
        for each in prepared.plan.pickups
    ]
    return hashlib.sha256(json.dumps(content).encode()).hexdigest()


def _speed(pickup: Pickup) -> object:
    """How its placeholder is played."""
    speed, ramp = str(pickup.wish.placeholder_speed), texts_of(pickup.wish.placeholder_ramp)
    return [speed, ramp] if ramp else speed


def write_plan(prepared: Prepared) -> None:
    """Writes `plan.json` and `plan.md`. A yes to another plan ends before the new one stands there.

    Raises:
        LibraryError: The library cannot be written.
    """
    folder = prepared.library.cut_folder(prepared.cut_name)
    digest = plan_digest(prepared)
    before = read_page(folder.plan)
    if before.get("digest") not in (None, digest):
        with suppress(OSError):
            folder.approved.unlink(missing_ok=True)
    elif before.get("digest") == digest and before.get("source_sha256") == prepared.survey.sha256:
        return
    document = {**plan_document(prepared), "digest": digest, "source_sha256": prepared.survey.sha256}
    _files.write_text(folder.plan_text, _plan_text(prepared))
    _files.write_text(folder.plan, as_json(document))


def is_approved(prepared: Prepared) -> bool:
    """Whether a person approved this very plan; an `APPROVED` made by hand is bound to it from now on."""
    folder = prepared.library.cut_folder(prepared.cut_name)
    digest = plan_digest(prepared)
    try:
        text = folder.approved.read_text(encoding="utf-8", errors="replace").strip()
    except OSError:
        return False
    said = _document(text)
    if said is not None:
        return said.get("plan") == digest
    if read_page(folder.plan).get("digest") != digest:
        return False
    _write_yes(folder, digest=digest)
    return True


def approve_plan(folder: CutFolder) -> Document:
    """Lets the plan that lies in a cut's folder go on; returns what it says.

    Raises:
        TimelineError: No plan lies there.
        LibraryError: The plan is damaged, or the library cannot be written.
    """
    plan = read_page(folder.plan)
    digest = plan.get("digest")
    if not isinstance(digest, str):
        raise TimelineError(
            f"no plan of {folder.name} waits for approval",
            where=str(folder.plan),
            next_step="make one with `pickup fill`, or export the timeline into a watched folder",
        )
    _write_yes(folder, digest=digest)
    return plan


def approve_command(prepared: Prepared) -> str:
    """What a person types to let a plan go on, wherever they are."""
    timeline = prepared.timeline.absolute()
    words = ["pickup", "approve", str(timeline)]
    library = prepared.library.folder.absolute()
    if library != timeline.parent / "pickup":
        words += ["--library", str(library)]
    return shlex.join(words)


def _document(text: str) -> dict[str, object] | None:
    """What `pickup approve` wrote; None for what a person made by hand, whatever it says."""
    try:
        said = json.loads(text)
    except ValueError:
        return None
    return said if isinstance(said, dict) else None


def _write_yes(folder: CutFolder, *, digest: str) -> None:
    at = datetime.now(UTC).isoformat(timespec="seconds")
    _files.write_text(folder.approved, as_json({"schema": "Approved.1", "plan": digest, "at": at}))


def _plan_text(prepared: Prepared) -> str:
    """The plan for a person who decides on it."""
    plan = prepared.plan
    takes = counted(sum(len(each.takes) for each in plan.pickups), "take")
    lines = [
        f"# Plan for {_plain(prepared.timeline.name)}",
        "",
        f"{takes} of {counted(len(plan.pickups), 'shot')} for **${plan.total:.2f}**"
        + ("." if plan.budget is None else f"; the budget leaves ${plan.budget:.2f}."),
        "",
        f"To let it go on: `{approve_command(prepared)}`, or put an empty file named `APPROVED` here.",
        "",
        "| shot | at | seconds | takes | provider | price | what it shows |",
        "|---|---|---|---|---|---|---|",
        *map(_plan_line, plan.pickups),
    ]
    if sent := [each for each in plan.pickups if each.sends or each.sends_pictures]:
        lines += ["", "Sent away from this machine, besides the words of each shot:", ""]
        lines += [
            f"- **{each.spec.code}**: {_plain(' and '.join(what_is_sent(each)))}, to {_plain(each.offer.host)}"
            for each in sent
        ]
    if plan.held:
        lines += ["", "Held, whatever is approved:", ""]
        lines += [f"- **{each.spec.code}**: {_plain(each.why)}" for each in plan.held]
    return "\n".join(lines) + "\n"


def what_is_sent(pickup: Pickup) -> Iterator[str]:
    """Frames and pictures that leave this machine, in words."""
    if pickup.sends:
        yield f"a frame of {' and of '.join(pickup.sends)}"
    if pickup.sends_pictures:
        count = counted(len(pickup.sends_pictures), "reference picture")
        yield f"{count} ({', '.join(pickup.sends_pictures)})"


def what_would_be_sent(pickups: Sequence[Pickup]) -> Iterator[str]:
    """What a person is asked about: how much leaves this machine, then what of each shot and where to."""
    frames = sum(len(pickup.sends) for pickup in pickups)
    pictures = len({(each.name, picture.source) for pickup in pickups for each, picture in pickup.references})
    counts = [f"{counted(frames, 'frame')} of your footage"] if frames else []
    counts += [counted(pictures, "reference picture")] if pictures else []
    yield f"{' and '.join(counts)} would be sent, for the takes to match the cut:"
    for pickup in pickups:
        yield f"  {pickup.spec.code}  {' and '.join(what_is_sent(pickup))} to {pickup.offer.host}"


def _pictures(pickup: Pickup) -> Iterator[str]:
    """The reference pictures as they count for a yes: by what is in them."""
    return (f"{each.name} {picture.source}" for each, picture in pickup.references if pickup.offer.host)


def _plain(text: str) -> str:
    """What anybody may have written, on one line and without a meaning in Markdown."""
    return re.sub(r"([\\`*_\[\]<>!|#])", r"\\\1", " ".join(text.split()))


def _plan_line(pickup: Pickup) -> str:
    spec = pickup.spec
    prompt = _plain(spec.prompt)
    where = spec.holes[0].timecode
    return (
        f"| {spec.code} | {where} | {float(pickup.seconds):.1f} | {len(pickup.takes)} | {pickup.offer.provider} "
        f"| ${pickup.price:.2f} | {prompt} |"
    )
