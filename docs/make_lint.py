"""Writes docs/lint.md from the rules of `pickup lint`; with --check, fails if the page differs.

python docs/make_lint.py [--check]
"""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

from pickup.timelines.lint.rules import FCP7_RULES, OTIO_RULES, PREMIERE_RULES, RESOLVE_RULES, Rule

PAGE = Path(__file__).parent / "lint.md"

HEAD = """<!-- Written by docs/make_lint.py from src/pickup/timelines/lint/rules; change the rules, not this page. -->
# What `pickup lint` looks for

    pickup lint TIMELINE --for resolve|premiere|fcp7

It compares a file, as it stands, with what is known of the program that is to import it. No rule was tried in a
program while Pickup was built: each says what it rests on. Programs change, and less is known of Premiere's
OpenTimelineIO than of Resolve's, so a file without a finding may still fail, and one with an error may get through.

**error**: the program refuses the file or links wrongly; `lint` exits with 1. **warning**: something is lost or may
fail. **info**: worth knowing. A finding has the place: track, record timecode and clip, or the place in the file.
"""

SECTIONS: tuple[tuple[str, Sequence[Rule]], ...] = (
    ("`--for resolve` and `--for premiere`: any OpenTimelineIO file; MEDIA_NOT_HERE also `--for fcp7`", OTIO_RULES),
    ("`--for resolve`: OpenTimelineIO for DaVinci Resolve", RESOLVE_RULES),
    ("`--for premiere`: OpenTimelineIO for Adobe Premiere Pro", PREMIERE_RULES),
    ("`--for fcp7`: Final Cut Pro 7 XML for Premiere and Resolve", FCP7_RULES),
)


def page() -> str:
    """The whole page."""
    return "\n".join(_lines()).rstrip() + "\n"


def _lines() -> Iterator[str]:
    yield HEAD
    for title, rules in SECTIONS:
        yield f"## {title}\n"
        yield "| code | | what is wrong | what to do | why, and where that is known from |"
        yield "|---|---|---|---|---|"
        for rule in rules:
            yield f"| `{rule.code}` | {rule.severity.value} | {' | '.join(map(_cell, _words(rule)))} |"
        yield ""


def _words(rule: Rule) -> tuple[str, str, str]:
    return rule.what, rule.remedy, rule.why


def _cell(text: str) -> str:
    """Words that cannot break the table, tags of XML kept as they are."""
    return text.replace("|", "\\|").replace("<", "&lt;").replace(">", "&gt;")


def main(arguments: list[str]) -> int:
    """Writes the page, or compares it."""
    if "--check" not in arguments:
        PAGE.write_text(page(), encoding="utf-8")
        return 0
    if PAGE.is_file() and PAGE.read_text(encoding="utf-8") == page():
        return 0
    print("docs/lint.md does not say what the rules say; run `python docs/make_lint.py`", file=sys.stderr)  # noqa: T201 - a script
    return 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
