"""What one rule of a lint is."""

from __future__ import annotations

from dataclasses import dataclass

from pickup.errors import Severity


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """One thing that a program wants of a timeline file.

    Attributes:
        code: Stable name, for scripts.
        severity: Error: it refuses the file or links wrongly. Warning: something is lost or may fail. Info: worth
            knowing.
        what: What is wrong, as the beginning of a sentence.
        remedy: What to do about it.
        why: What happens otherwise, and what that rests on.
    """

    code: str
    severity: Severity
    what: str
    remedy: str
    why: str


def error(code: str, what: str, *, remedy: str, why: str) -> Rule:
    """A rule whose breach makes the program refuse the file or link wrongly."""
    return Rule(code=code, severity=Severity.ERROR, what=what, remedy=remedy, why=why)


def warning(code: str, what: str, *, remedy: str, why: str) -> Rule:
    """A rule whose breach loses something, or may fail."""
    return Rule(code=code, severity=Severity.WARNING, what=what, remedy=remedy, why=why)


def info(code: str, what: str, *, remedy: str, why: str) -> Rule:
    """Something that is worth knowing."""
    return Rule(code=code, severity=Severity.INFO, what=what, remedy=remedy, why=why)
