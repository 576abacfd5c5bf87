"""Writes the sample timelines and their README beside this file: `python sample_timelines/make.py`.

The samples themselves are code, in `pickup.demo`. This writes what is committed, always the same bytes; a test
compares. Media are not written: see the README.
"""

from __future__ import annotations

import argparse
from pathlib import Path

from pickup.demo.sample import ExpectedHole, Sample, as_text
from pickup.demo.samples import all_samples

_HEAD = """\
# Sample timelines

Synthetic. Every file here was written by `python sample_timelines/make.py`, none was exported by an editing program.
Where a file has the shape of a program's export, the table says whose, and so does `metadata.pickup_sample` in the
file. Edit the code in `src/pickup/demo/`, not the files.

The media are described in code and made when they are needed: each clip has one color and its source frame number
burnt in. Plain files refer to `media/` beside them. Where the imitated program writes absolute references the folder
stands as `@MEDIA@`; `pickup.demo.samples.install_sample(name, folder=...)` writes a copy with a real one.

Ranges are record frames from the first frame of the cut, end exclusive. `needs` names a switch under `[holes]`.

| file | imitates | rate | what it shows |
|---|---|---|---|
"""


def main() -> None:
    """Writes everything into the folder of this file, or into another one."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--into", type=Path, default=Path(__file__).resolve().parent)
    folder: Path = parser.parse_args().into
    folder.mkdir(parents=True, exist_ok=True)
    for old in folder.glob("*.otio"):
        old.unlink()
    samples = all_samples()
    for sample in samples:
        _write(folder / f"{sample.name}.otio", as_text(sample.document(media_root=None)))
    _write(folder / "README.md", readme(samples))


def readme(samples: tuple[Sample, ...]) -> str:
    """The README: one table of the files, one of the holes that must be found."""
    lines = [
        f"| `{sample.name}.otio` | {sample.manner.value} | {float(sample.rate):.6g} | {sample.says} |"
        for sample in samples
    ]
    holes = [_row(sample, hole) for sample in samples for hole in sample.holes]
    table = ["| file | kind | track | frames | brief holds | needs |", "|---|---|---|---|---|---|", *holes]
    return _HEAD + "\n".join(lines) + "\n\n## Holes that must be found, and no others\n\n" + "\n".join(table) + "\n"


def _row(sample: Sample, hole: ExpectedHole) -> str:
    frames = f"{hole.start}..{hole.end}"
    if hole.covers is not None:
        frames += f", covers {hole.covers[0]}..{hole.covers[1]}"
    cells = (sample.name, hole.kind, hole.track or "any", frames, hole.brief or "", hole.needs or "")
    return "| " + " | ".join(cells) + " |"


def _write(path: Path, text: str) -> None:
    path.write_text(text, encoding="utf-8", newline="\n")


if __name__ == "__main__":
    main()
