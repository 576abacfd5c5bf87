"""What the library keeps of a run: the editor's file as it was read, and a line for everything that happened."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path

from pickup import _files
from pickup.errors import TimelineError
from pickup.fill.prepared import Prepared
from pickup.fill.sent import read_sidecar_bytes
from pickup.timelines.bundles import read_bundle
from pickup.timelines.limits import ReadLimits, is_bundle


def keep_source(prepared: Prepared, *, limits: ReadLimits) -> None:
    """The editor's file as it was read lies in the library: later versions are made from it.

    Raises:
        TimelineError: It changed since it was read.
    """
    content = _timeline_bytes(prepared.timeline, limits=limits)
    folder = prepared.library.cut_folder(prepared.cut_name)
    copy = folder.source(prepared.timeline)
    if not copy.is_file() or copy.read_bytes() != content:
        _files.write_bytes(copy, content)
    _keep_sent(prepared.timeline, folder.sent)
    if _files.sha256_of(copy) != prepared.survey.sha256:
        raise TimelineError(
            f"{prepared.timeline.name} changed while it was read",
            where=str(prepared.timeline),
            next_step="wait until the export has ended, then run the command again",
        )


def _keep_sent(timeline: Path, copy: Path) -> None:
    """What came beside the file lies beside its copy, for the button that takes the result."""
    try:
        content = read_sidecar_bytes(timeline)
    except OSError:  # that it is not used was said when the timeline was read
        content = None
    if content is None:
        copy.unlink(missing_ok=True)
    elif not copy.is_file() or copy.read_bytes() != content:
        _files.write_bytes(copy, content)


def _timeline_bytes(timeline: Path, *, limits: ReadLimits) -> bytes:
    return read_bundle(timeline, limits=limits).content if is_bundle(timeline) else timeline.read_bytes()


def log_event(prepared: Prepared, event: str, **facts: object) -> None:
    """One line in the cut's log."""
    line = {"time": datetime.now(UTC).isoformat(timespec="seconds"), "event": event, **facts}
    log = prepared.library.cut_folder(prepared.cut_name).log
    _files.append_line(log, json.dumps(line, ensure_ascii=False))
