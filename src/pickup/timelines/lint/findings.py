"""Collecting findings: every rule speaks with a bounded number of voices, however large the file is."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

from pickup.errors import Finding, Severity, counted
from pickup.timelines.lint.rules import RULES

_MOST_PLACES = 20
_LONGEST_TEXT = 400
_ORDER = (Severity.ERROR, Severity.WARNING, Severity.INFO)


@dataclass(frozen=True, slots=True, kw_only=True)
class LintFinding(Finding):
    """A rule that a place in the file breaks.

    Attributes:
        detail: What stands there, without the rule's own words.
        more: How many further places of the same code are not listed; on the last finding of a code.
    """

    detail: str = ""
    more: int = 0


class Report:
    """Findings of one file, at most twenty for each code."""

    def __init__(self) -> None:
        self._found: dict[str, list[LintFinding]] = {}
        self._counts: dict[str, int] = {}

    def add(self, code: str, where: str | Callable[[], str], *, detail: str = "") -> None:
        """Notes that a place breaks a rule; a place given as a function is only worked out where it is shown."""
        self._counts[code] = self._counts.get(code, 0) + 1
        found = self._found.setdefault(code, [])
        if len(found) == _MOST_PLACES:
            return
        rule, detail = RULES[code], _short(detail)
        said = f"{rule.what} ({detail})" if detail else rule.what
        place = _short(where if isinstance(where, str) else where())
        found.append(
            LintFinding(severity=rule.severity, code=code, message=f"{said}; {rule.remedy}", where=place, detail=detail)
        )

    def findings(self) -> tuple[LintFinding, ...]:
        """All of them, worst first, those of one code together."""
        groups = sorted(self._found.values(), key=lambda group: _ORDER.index(group[0].severity))
        return tuple(each for group in groups for each in self._capped(group))

    def _capped(self, group: list[LintFinding]) -> list[LintFinding]:
        *others, last = group
        more = self._counts[last.code] - len(group)
        if not more:
            return group
        return [*others, replace(last, where=f"{last.where}, and {counted(more, 'more place')}", more=more)]


def _short(text: str) -> str:
    """Text from a file on one line, of a bounded length, and such as can be encoded."""
    line = text[:_LONGEST_TEXT].replace("\n", " ").replace("\r", " ").encode(errors="replace").decode()
    return line if len(text) <= _LONGEST_TEXT else f"{line}…"
