"""What an editing program would refuse, lose or link wrongly in a timeline file, told before it is tried.

It looks at the bytes as they stand, never through OpenTimelineIO, which mends on reading what a program would stumble
over. It knows the programs only by what is written in `rules`; it has not tried a file in any of them.

    lint_timeline(Path("reel_v001.otio"), flavor="resolve", settings=ReadSettings())
    lint_content(content, flavor="premiere", name="reel_v001.otio")
"""

from pickup.timelines.lint.entry import FLAVORS, lint_content, lint_timeline
from pickup.timelines.lint.findings import LintFinding
from pickup.timelines.lint.rules import RULES, Rule

__all__ = ["FLAVORS", "RULES", "LintFinding", "Rule", "lint_content", "lint_timeline"]
