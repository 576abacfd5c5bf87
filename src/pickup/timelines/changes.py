"""What was done to a cut, told by timecode: `changes.md` for people, `changes.json` for programs."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

STAND_IN = "STAND_IN"
"""The kind of a take that fills no hole and stands in for an item in some flavor."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Replaced:
    """What a take stands for now, for `changes.md`.

    Attributes:
        name: Of the item that stood there; empty for a gap.
        effects: Names of effects that went with it; they are kept under `was` in the new clip's metadata.
        settings: Parameters of the generator that it was, as `name = value`; kept there too.
    """

    shot: str
    hole: str
    name: str
    effects: tuple[str, ...]
    settings: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """One take in the new timeline, as an editor reads it.

    Attributes:
        kind: Of the hole, or `STAND_IN`.
        timecode: Record timecode of its first frame; `last` that of its last, inclusive, for people.
        frames: How many frames it shows.
        media: File name of the take.
        only_in: Flavors that show it; empty for all.
    """

    shot: str
    take: int
    kind: str
    track: str
    timecode: str
    last: str
    start: int
    end: int
    placed: str
    media: str
    brief: str
    replaced: Replaced | None
    only_in: tuple[str, ...] = ()

    @property
    def frames(self) -> int:
        """Length in frames of the cut."""
        return self.end - self.start


def changes_text(
    changes: Sequence[Change],
    *,
    title: str,
    source: str,
    made_absolute: Sequence[tuple[str, str]],
    held: Sequence[tuple[str, str]],
    unsupported: Sequence[str] = (),
    doubted: Sequence[str] = (),
    since: Sequence[str] = (),
) -> str:
    """The page `changes.md`.

    Args:
        changes: In record order.
        title: Name of the new timeline.
        source: Name of the editor's file.
        made_absolute: References as they were and as they are.
        held: Shots that are not filled, with the reason.
        unsupported: What the formats that were written cannot carry.
        doubted: What the programs that they are for may stumble over.
        since: What became of each pickup since the version before.
    """
    lines = [f"# {title}", "", f"Made from `{source}`. Nothing outside these ranges was changed.", ""]
    lines += ["| record in | record out (inclusive) | frames | track | shot | take | what stood there | now |"]
    lines += ["|---|---|---|---|---|---|---|---|"]
    lines += [_row(change) for change in changes]
    lines += _section("Since the version before", [f"- {_plain(each)}" for each in since])
    lines += _section("Briefs", [f"- **{each.shot}** {_plain(each.brief)}" for each in changes if each.brief])
    taken_off = "Effects and parameters taken off, kept under `pickup.was` in the clip's metadata"
    lines += _section(taken_off, _taken_off(changes))
    lines += _section("Not filled", [f"- **{shot}**: {_plain(why)}" for shot, why in held])
    lines += _section("What a format cannot carry", [f"- {_plain(each)}" for each in unsupported])
    lines += _section("What to look at after an import", [f"- {_plain(each)}" for each in doubted])
    absolute = [f"- `{was}` is now `{now}`" for was, now in made_absolute]
    lines += _section("Relative references made absolute, because this file lies in another folder", absolute)
    return "\n".join(lines) + "\n"


def _row(change: Change) -> str:
    name = f" “{_plain(change.replaced.name)}”" if change.replaced and change.replaced.name else ""
    kind = "stand-in for" if change.kind == STAND_IN else change.kind
    only = f", for {', '.join(change.only_in)} alone" if change.only_in else ""
    cells = (change.timecode, change.last, str(change.frames), _plain(change.track), change.shot, str(change.take))
    return "| " + " | ".join((*cells, kind + name, f"`{change.media}` {change.placed}{only}")) + " |"


def _taken_off(changes: Sequence[Change]) -> list[str]:
    return [
        f"- **{each.shot}**: {', '.join(map(_plain, (*each.replaced.effects, *each.replaced.settings)))}"
        for each in changes
        if each.replaced is not None and (each.replaced.effects or each.replaced.settings)
    ]


def _section(title: str, lines: Sequence[str]) -> list[str]:
    return ["", f"## {title}", "", *lines] if lines else []


def _plain(text: str) -> str:
    """Text that cannot break a table or become markup."""
    return " ".join(text.replace("|", "/").replace("<", "(").replace("`", "'").split())
