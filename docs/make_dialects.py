"""Writes docs/dialects.md: how each dialect is told, what it cannot carry, and what became of each sample in it.

    python docs/make_dialects.py            the whole page
    python docs/make_dialects.py --check    says whether the page is as it would be written

The collection of timelines that others published is read from ../shared/corpus. Where it is not at hand, or is another
one, its part of the page is left as it stands.
"""

from __future__ import annotations

import hashlib
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path

from pickup.errors import counted
from pickup.holes import Rules
from pickup.testing.crossings import Crossing, CutFile, cross, files_below, open_cut, sample_files
from pickup.testing.everything import everything_files
from pickup.timelines.dialect import Aspect, Dialect
from pickup.timelines.sniff import dialect_names, load_dialect

PROJECT = Path(__file__).parents[1]
COLLECTION = PROJECT.parent / "shared" / "corpus"
PAGE = PROJECT / "docs" / "dialects.md"
PUBLISHED = "## Timelines that others published"
TAKES = Rules(offline=True)

HEAD = """# Dialects: the timeline formats that Pickup reads and writes

A dialect is a timeline format as one program writes it. Whatever a cut comes in, it is read into one neutral timeline;
every flavor of `--for` is written from that, read back, and compared with what was read. Where they differ in
something that the dialect declares below, `fill` writes the file and says so, with the code `UNSUPPORTED`; any
other difference is an error, and nothing is delivered.

No dialect may lose frame rate, start timecode, length, places, media, source frames, constant speeds, disabled clips,
takes, or transitions between clips.

Written by `python docs/make_dialects.py`. Nothing here was tried in Resolve or Premiere themselves.

"""

SAMPLES = """## The samples in each dialect

Each cut was read, made-up takes were put into its holes (offline clips count as holes), and the result was written in
each dialect and read back. ✓: all of it came through. Otherwise: what did not, and in how many places.

"""

COLLECTED = """
Single files of OpenTimelineIO and its adapters, ayon-core, tlRender, raven and toucan, as far as they are timelines
that can be read; done as above. From the collection with the SHA-256
`{digest}`.

"""


def page(*, published: str) -> str:
    """The whole page.

    Args:
        published: Its last part, from `published_part` or from the page as it stands.
    """
    dialects = [load_dialect(name) for name in dialect_names()]
    told = "".join(section(each) for each in dialects)
    return f"{HEAD}{told}{SAMPLES}{table(cases())}\n{PUBLISHED}\n{published}"


def cases() -> Iterator[CutFile]:
    """The samples, and a cut that has one of everything."""
    yield from sample_files()
    yield from everything_files()


def section(dialect: Dialect) -> str:
    """What is said of one dialect."""
    lines = [f"## `{dialect.NAME}`", "", summary(dialect), "", f"Told by: {told_by(dialect)}.", ""]
    if dialect.LOSES:
        lines += ["| cannot carry | |", "|---|---|"]
        lines += [f"| {aspect.value} | {cell(said)} |" for aspect, said in in_order(dialect)]
    else:
        lines.append("It carries everything.")
    return "\n".join(lines) + "\n\n"


def summary(dialect: Dialect) -> str:
    """The first sentence of its docstring."""
    return (getattr(dialect, "__doc__", "") or "").partition("\n\n")[0].strip()


def told_by(dialect: Dialect) -> str:
    """What `sniff` says of a file of this dialect."""
    return next(file.dialect_from for file in map(open_cut, everything_files()) if file.dialect == dialect.NAME)


def in_order(dialect: Dialect) -> list[tuple[Aspect, str]]:
    """What it loses, in the order of `Aspect`."""
    return [(aspect, dialect.LOSES[aspect]) for aspect in Aspect if aspect in dialect.LOSES]


def table(files: Iterable[CutFile]) -> str:
    """One row for each file, one column for each dialect."""
    names = dialect_names()
    rows = [f"| cut | came as | takes | {' | '.join(names)} |", "|---|---|---|" + "---|" * len(names)]
    for file in files:
        crossings = [cross(file, dialect=load_dialect(name), rules=TAKES) for name in names]
        cells = [f"`{file.name}`", crossings[0].came_as, str(crossings[0].takes), *map(outcome, crossings)]
        rows.append(f"| {' | '.join(cells)} |")
    return "\n".join(rows) + "\n"


def outcome(crossing: Crossing) -> str:
    """What became of a cut in one dialect, as a cell of the table."""
    if crossing.refused:
        return f"refused: {cell(crossing.refused)}"
    if crossing.wrong:
        return f"**{counted(len(crossing.wrong), 'fault')}**"
    lost = [f"{aspect.value} ({crossing.lost[aspect]})" for aspect in Aspect if aspect in crossing.lost]
    return ", ".join(lost) or "✓"


def published_part(folder: Path) -> str:
    """The part of the page that comes from the collection."""
    return COLLECTED.format(digest=digest_of(folder)) + table(files_below(folder))


def digest_of(folder: Path) -> str:
    """SHA-256 over relative paths and contents of every file of the collection."""
    whole = hashlib.sha256()
    for path in sorted(each for each in folder.rglob("*") if each.is_file()):
        whole.update(path.relative_to(folder).as_posix().encode() + b"\0")
        whole.update(hashlib.sha256(path.read_bytes()).digest())
    return whole.hexdigest()


def standing_part() -> str:
    """The part of the page that comes from the collection, as it stands."""
    text = PAGE.read_text(encoding="utf-8") if PAGE.is_file() else ""
    return text.partition(f"{PUBLISHED}\n")[2]


def cell(text: str) -> str:
    """Text that cannot break the table."""
    return " ".join(text.replace("|", "/").split())


def main(arguments: list[str]) -> int:
    """Writes the page, or checks it."""
    standing = standing_part()
    is_other = arguments == ["--check"] and COLLECTION.is_dir() and digest_of(COLLECTION) not in standing
    published = published_part(COLLECTION) if COLLECTION.is_dir() and not is_other else standing
    written = page(published=published)
    if arguments != ["--check"]:
        PAGE.write_text(written, encoding="utf-8")
        return 0
    if PAGE.read_text(encoding="utf-8") == written:
        return 0
    print(f"{PAGE} is not what the code says; run python docs/make_dialects.py", file=sys.stderr)  # noqa: T201 - a script
    return 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
