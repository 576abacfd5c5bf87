"""Where a lint starts: the parent's side, the child's side, and the pure function between them."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING
from xml.etree.ElementTree import Element

from pickup._child import Report as Progress
from pickup.errors import ConfigError, Finding, TimelineError
from pickup.timelines.content import is_nested_deeper, read_content
from pickup.timelines.limits import ReadLimits
from pickup.timelines.lint.fcp7 import check_fcp7
from pickup.timelines.lint.findings import LintFinding, Report
from pickup.timelines.lint.items import read_sequence
from pickup.timelines.lint.otio import Asked, check_schemas, timeline_in
from pickup.timelines.lint.premiere import check_premiere
from pickup.timelines.lint.resolve import check_resolve
from pickup.timelines.xml_text import is_xml, parse_xml

if TYPE_CHECKING:  # surveys find holes, which a lint does not
    from pickup.timelines.survey import ReadSettings

FLAVORS = MappingProxyType({"resolve": "Resolve", "premiere": "Premiere", "fcp7": "a reader of FCP7 XML"})
"""What can be linted for, and who that is."""

_BYTE_ORDER_MARK = b"\xef\xbb\xbf"
_EXPORT_AGAIN = "export the timeline again from the program that made it"
_INFINITE = re.compile(rb"[:\[,]\s*-?Inf\b")
_SPELLED = re.compile(rb'"(?:[^"\\]|\\.)*"|\bInf\b', re.DOTALL)
_DEFAULT_LIMITS = ReadLimits()


@dataclass(frozen=True, slots=True, kw_only=True)
class LintRequest:
    """What the child is asked."""

    timeline: str
    flavor: str
    settings: ReadSettings


@dataclass(frozen=True, slots=True, kw_only=True)
class LintAnswer:
    """What the child found."""

    findings: tuple[LintFinding, ...]


def lint_timeline(timeline: Path, *, flavor: str, settings: ReadSettings) -> tuple[Finding, ...]:
    """Lints a file, an `.otioz` or `.xml` too, in a child process; asks for each medium whether its file is here.

    Args:
        timeline: The file as it would be imported.
        flavor: `resolve`, `premiere` or `fcp7`.
        settings: Limits, and where media lie here.

    Raises:
        ConfigError: There is no lint of this flavor.
        TimelineError: The file cannot be read, or is of another format.
    """
    from pickup.timelines.survey import in_child  # noqa: PLC0415 - as above

    check_flavor(flavor)
    request = LintRequest(timeline=str(timeline), flavor=flavor, settings=settings)
    answer = in_child("pickup.timelines.lint.entry:run_lint", request, timeline=timeline, settings=settings)
    if not isinstance(answer, LintAnswer):
        raise TimelineError(f"{timeline.name} gave no answer", where=str(timeline))
    return answer.findings


def check_flavor(flavor: str) -> None:
    """Refuses a flavor that no lint knows.

    Raises:
        ConfigError: It names those that there are.
    """
    if flavor not in FLAVORS:
        built = "is not built yet" if flavor == "fcpxml" else "does not exist"
        raise ConfigError(f"a lint for {flavor} {built}", where="--for", next_step=f"use one of: {', '.join(FLAVORS)}")


def run_lint(request: LintRequest, report: Progress) -> LintAnswer:
    """The child's side of `lint_timeline`."""
    from pickup.timelines.classify import MediaLooker  # noqa: PLC0415 - OTIO is loaded in the child alone
    from pickup.timelines.survey import without_collector  # noqa: PLC0415

    path, settings = Path(request.timeline), request.settings
    with without_collector():
        content, bundled = read_content(path, limits=settings.limits)
        report(0.3)
        looker = MediaLooker(path.parent, prefixes=dict(settings.prefixes))
        known: dict[str, bool] = {}

        def exists(reference: str) -> bool:
            if reference not in known:
                local = looker.local(reference)
                known[reference] = local is None or reference in (bundled or ()) or Path(local).exists()
            return known[reference]

        found = lint_content(
            content,
            flavor=request.flavor,
            name=path.name,
            exists=exists,
            bundled=bundled is not None,
            limits=settings.limits,
        )
        return LintAnswer(findings=found)


def lint_content(
    content: bytes,
    *,
    flavor: str,
    name: str,
    exists: Callable[[str], bool] | None = None,
    probe_start: Callable[[str], Fraction | None] | None = None,
    bundled: bool = False,
    limits: ReadLimits = _DEFAULT_LIMITS,
) -> tuple[LintFinding, ...]:
    """Lints the bytes of a timeline.

    Args:
        content: An `.otio` file, or an `.xml` file for `fcp7`.
        flavor: `resolve`, `premiere` or `fcp7`.
        name: Of the file, for messages.
        exists: Whether a reference, as the file spells it, leads to a file; asked once for each place.
        probe_start: Timecode embedded in a reference's file, in exact seconds; None where it is not known.
        bundled: The content comes out of an `.otioz`, where relative references are right.
        limits: How deeply the file may be nested.

    Raises:
        ConfigError: There is no lint of this flavor.
        TimelineError: The bytes cannot be read, or are of another format.
    """
    check_flavor(flavor)
    text = content.removeprefix(_BYTE_ORDER_MARK)
    asked = Asked(report=Report(), name=name, exists=exists, probe_start=probe_start, bundled=bundled)
    if is_xml(text):
        root = parse_xml(text, path=Path(name), nesting=limits.nesting)
        _check_root(root, flavor=flavor, name=name)
        check_fcp7(root, asked=asked)
    else:
        _lint_otio(text, flavor=flavor, asked=asked, limits=limits)
    return asked.report.findings()


def _lint_otio(text: bytes, *, flavor: str, asked: Asked, limits: ReadLimits) -> None:
    root = _parse_json(text, name=asked.name, limits=limits)
    if flavor == "fcp7":
        raise TimelineError(
            f"{asked.name} is OpenTimelineIO, not FCP7 XML",
            where=asked.name,
            next_step="lint it with --for resolve or --for premiere",
        )
    check_schemas(text, root, report=asked.report)
    timeline = timeline_in(root, asked=asked)
    premiere = flavor == "premiere"
    cut = read_sequence(timeline, report=asked.report, divides_by_speed=premiere)
    (check_premiere if premiere else check_resolve)(cut, asked=asked)


def _parse_json(text: bytes, *, name: str, limits: ReadLimits) -> object:
    if not text.lstrip().startswith((b"{", b"[")):
        said = "is empty" if not text.strip() else "is neither an OpenTimelineIO file nor XML"
        raise TimelineError(f"{name} {said}", where=name, next_step=_EXPORT_AGAIN)
    if is_nested_deeper(text, than=limits.nesting):
        raise TimelineError(
            f"{name} is nested more than {limits.nesting} levels deep",
            where=name,
            next_step="raise nesting under [limits] in pickup.toml if the file is meant to be so deep",
        )
    try:
        root: object = json.loads(text if _INFINITE.search(text) is None else _SPELLED.sub(_as_python_spells, text))
    except (ValueError, RecursionError) as error:
        raise TimelineError(
            f"{name} cannot be read: its text is cut off or damaged ({_said(error)})",
            where=name,
            next_step=_EXPORT_AGAIN,
        ) from error
    return root


def _as_python_spells(found: re.Match[bytes]) -> bytes:
    """OpenTimelineIO writes and reads `Inf`; strings are left as they are."""
    return found[0] if found[0].startswith(b'"') else found[0] + b"inity"


def _said(error: Exception) -> str:
    if isinstance(error, json.JSONDecodeError):
        return f"{error.msg[:1].lower()}{error.msg[1:]}, line {error.lineno}"
    if isinstance(error, UnicodeDecodeError):
        return "it is not UTF-8"
    return "a number of it has thousands of digits" if "digits" in str(error) else "it is nested too deeply"


def _check_root(root: Element, *, flavor: str, name: str) -> None:
    if root.tag == "fcpxml":
        raise TimelineError(
            f"{name} is FCPXML, for which there is no lint yet",
            where=name,
            next_step="export FCP7 XML or OpenTimelineIO",
        )
    if root.tag != "xmeml":
        raise TimelineError(f"{name} is XML, but no timeline (<{root.tag[:40]}>)", where=name, next_step=_EXPORT_AGAIN)
    if flavor != "fcp7":
        also = "Resolve and Premiere take it too" if flavor == "resolve" else "Premiere takes it too"
        raise TimelineError(
            f"{name} is FCP7 XML, not OpenTimelineIO; {also}", where=name, next_step="lint it with --for fcp7"
        )
