"""Writes docs/corpus.md: what Pickup says of timelines that other projects published, and what it can fill in them.

    python docs/make_corpus_table.py [FOLDER]      FOLDER holds the collection; ../shared/corpus by default

Takes are made by `slate`, offline, at a small size, into a temporary library. Almost none of the media is there.
"""

from __future__ import annotations

import hashlib
import sys
import tempfile
from collections import Counter
from pathlib import Path

from pickup.config.loading import load_config
from pickup.errors import PickupError
from pickup.fill.run import FillOptions, Hearing, fill
from pickup.holes import Rules
from pickup.timelines.survey import ReadSettings, Survey, survey_timeline

PROJECT = Path(__file__).parents[1]
COLLECTION = PROJECT.parent / "shared" / "corpus"
PAGE = PROJECT / "docs" / "corpus.md"
SUFFIXES = frozenset({".otio", ".json"})
SIZE = "320x180"

HEAD = """# What Pickup says of timelines that others published

Files of a collection of timelines that other projects published: OpenTimelineIO, its adapters for AAF and CMX 3600,
ayon-core, tlRender, raven and toucan. Only `OpenTimelineIO/effects.otio` is a whole export of DaVinci Resolve; the
single clips of ayon-core come from Resolve and Hiero; the rest was made by hand or by OpenTimelineIO itself.

“offline” counts clips that are holes only with `offline = true` in `[holes]`. The last column is what `fill` answers,
without a network, with slate at {size}. The media of the collection is not there, so no take has a neighbor's frame.

Written by `python docs/make_corpus_table.py` from the collection with the SHA-256
`{digest}`.

| file | rate | frames | holes | offline | findings | `fill` |
|---|---|---|---|---|---|---|
"""


def digest_of(folder: Path) -> str:
    """SHA-256 over relative paths and contents of every file of the collection."""
    whole = hashlib.sha256()
    for path in sorted(each for each in folder.rglob("*") if each.is_file()):
        whole.update(path.relative_to(folder).as_posix().encode() + b"\0")
        whole.update(hashlib.sha256(path.read_bytes()).digest())
    return whole.hexdigest()


def page(folder: Path) -> str:
    """The whole page."""
    files = sorted(each for each in folder.rglob("*") if each.suffix in SUFFIXES)
    return HEAD.format(size=SIZE, digest=digest_of(folder)) + "".join(row(each, folder=folder) for each in files)


def row(path: Path, *, folder: Path) -> str:
    """One line of the table."""
    name = f"`{path.relative_to(folder).as_posix()}`"
    try:
        survey = survey_timeline(path, settings=ReadSettings(), rules=Rules(offline=True))
    except PickupError as error:
        return f"| {name} | | | | | | {cell(error.message.removeprefix(f'{path.name} '))} |\n"
    cut = survey.cut
    found = Counter(hole.kind.value for hole in survey.found.holes)
    offline = found.pop("OFFLINE", 0)
    holes = ", ".join(f"{count} {kind}" for kind, count in sorted(found.items()))
    cells = [name, str(cut.rate), str(cut.duration), holes, str(offline), codes(survey), filled(path)]
    return f"| {' | '.join(cells)} |\n"


def codes(survey: Survey) -> str:
    """Codes of the findings."""
    found = Counter(each.code for each in (*survey.cut.findings, *survey.found.findings))
    return ", ".join(f"{code} x{count}" if count > 1 else code for code, count in sorted(found.items()))


def filled(path: Path) -> str:
    """What `fill` answers, with a library of its own."""
    with tempfile.TemporaryDirectory() as place:
        flags = {"library": f"{place}/library", "size": SIZE, "provider": "slate"}
        config = load_config(timeline=None, flags=flags, environment={}, config_file=None)
        try:
            done = fill(path, config=config, state_folder=Path(place), options=FillOptions(), hearing=Hearing())
        except PickupError as error:
            return cell(replace_place(error.message, place))
    said = [f"filled {len(done.filled)}"] if done.filled else []
    said += [f"held {len(done.held)}"] if done.held else []
    said += [f"failed {len(done.failed)}: {cell(done.failed[0][1])}"] if done.failed else []
    return "; ".join(said) or "nothing to fill"


def replace_place(message: str, place: str) -> str:
    """A sentence without the name of a temporary folder."""
    return message.replace(place, "")


def cell(text: str) -> str:
    """Text that cannot break the table."""
    return " ".join(text.replace("|", "/").split())


if __name__ == "__main__":
    PAGE.write_text(page(Path(sys.argv[1]) if len(sys.argv) > 1 else COLLECTION), encoding="utf-8")
