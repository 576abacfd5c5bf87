"""The button Send: exports the open timeline into the watched folder, with a sidecar of what an export cannot carry.

The export counts from the moment it has its own name, which it gets last; until then its name is one that a watcher
never looks at. Sending a timeline again replaces what was sent under its name.

    run(resolve, beside=scripts)      Outcome(good=True, lines=("Sent Reel_1.otio to /edit/in.", ...))
"""

import os
import re
import string
import unicodedata
import zlib
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple, Tuple

from pickup_for_resolve.api import answering, ask, is_studio, open_project
from pickup_for_resolve.desktop import open_folder
from pickup_for_resolve.files import remove, temporary_name, write_json
from pickup_for_resolve.settings import read_settings
from pickup_for_resolve.sidecar import sidecar
from pickup_for_resolve.words import Outcome, Trouble, ended

if TYPE_CHECKING:
    from typing import Callable, List, Optional

    from fusionscript import Project, Resolve, Timeline

_LONGEST_NAME = 80
_PLAIN = string.ascii_letters + string.digits
_RESERVED = re.compile(r"(?i)(con|prn|aux|nul|com\d|lpt\d)(\..*)?$")


class Form(NamedTuple):
    """A kind of export.

    Attributes:
        kind: Takes the constant from the live object; a string in its place is refused without a word (19.1.3).
        begins: First byte of such a file after a byte order mark and white space.
    """

    suffix: str
    kind: "Callable[[Resolve], object]"
    begins: bytes


_FORMS: "Tuple[Form, ...]" = (
    Form(".otio", lambda resolve: resolve.EXPORT_OTIO, b"{"),
    Form(".xml", lambda resolve: resolve.EXPORT_FCP_7_XML, b"<"),
)


def run(
    resolve: "Optional[Resolve]", *, beside: Path, show_folder: "Callable[[Path], bool]" = open_folder
) -> "Outcome":
    """Sends the open timeline.

    Args:
        resolve: The `resolve` object; None where there is none.
        beside: The folder of the scripts, where the settings lie.
        show_folder: Opens a folder in the file manager and says whether it could.
    """
    return ended(lambda: _send(resolve, beside=beside, show_folder=show_folder))


def _send(resolve: "Optional[Resolve]", *, beside: Path, show_folder: "Callable[[Path], bool]") -> "Outcome":
    settings = read_settings(beside)
    live = answering(resolve)
    if not is_studio(live):
        shown = "which is open now" if show_folder(settings.folder) else "which you find in your file manager"
        raise Trouble(
            "This edition of DaVinci Resolve does not let a script export; that takes Studio. Nothing was changed.",
            next_step="Export by hand: File > Export > Timeline, type .otio, "
            f"into the watched folder {settings.folder}, {shown}.",
        )
    project = open_project(live)
    timeline = ask(project.GetCurrentTimeline)
    if not timeline:
        raise Trouble("No timeline is open.", next_step="Open the timeline to send, and press the button again.")
    name = safe_name(str(ask(timeline.GetName) or ""))
    part = _export(live, timeline, folder=settings.folder)
    try:
        target = settings.folder / (name + part.suffix)
        remarks = _write_sidecar(live, project, timeline=timeline, path=target)
        try:
            part.replace(target)
        except OSError:
            remove(_sidecar_of(target))
            raise
    finally:
        remove(part)
    return Outcome(
        good=True,
        lines=(
            f"Sent {target.name} to {settings.folder}.",
            *remarks,
            "`pickup watch` fills it. When it is done, press Pickup - Receive.",
        ),
    )


def _export(resolve: "Resolve", timeline: "Timeline", *, folder: Path) -> Path:
    """Exports under a temporary name.

    Returns:
        The file, whose suffix says its kind.

    Raises:
        Trouble: Resolve wrote nothing that can be used; nothing is left in the folder.
    """
    if not os.access(folder, os.W_OK):
        raise Trouble(
            f"{folder} cannot be written.", next_step="Give yourself the right to write there, and try again."
        )
    for form in _FORMS:
        kind = ask(form.kind, resolve)
        if kind is None:
            continue  # OTIO is exported since 18.5
        part = temporary_name(form.suffix)
        # The answer proves nothing: only a file does, and it may have another suffix than was asked for.
        ask(timeline.Export, str(folder / part), kind, ask(lambda: resolve.EXPORT_NONE))
        written = _written(folder, part=part, begins=form.begins)
        if written is not None:
            return written
    raise Trouble(
        "Resolve wrote no export of this timeline.",
        next_step=f"Export by hand: File > Export > Timeline, type .otio, into {folder}.",
    )


def _written(folder: Path, *, part: str, begins: bytes) -> "Optional[Path]":
    """What was written for a temporary name, under that very name; all else that came with it is removed."""
    token = part.split(".")[1]
    found: "Optional[Path]" = None
    for path in sorted(folder.iterdir()):
        if token not in path.name:
            continue
        if found is None and path.is_file() and _begins(path) == begins:
            found = folder / part
            path.replace(found)
        else:
            remove(path)
    return found


def _begins(path: Path) -> bytes:
    with path.open("rb") as file:
        return file.read(256).lstrip(b"\xef\xbb\xbf \t\r\n")[:1]


def _sidecar_of(path: Path) -> Path:
    return path.with_name(path.name + ".sent.json")


def _write_sidecar(resolve: "Resolve", project: "Project", *, timeline: "Timeline", path: Path) -> "List[str]":
    """Writes the sidecar of an export; where that fails the export goes without, and without an older one, too."""
    try:
        document = sidecar(resolve, project, timeline=timeline, file=path.name)
        write_json(_sidecar_of(path), document)
    except Exception as error:  # noqa: BLE001  whatever is wrong with it, the export must not be lost
        remove(_sidecar_of(path))
        why = (error.strerror if isinstance(error, OSError) else None) or str(error)
        return [f"Colors, custom data of markers and the picture size could not be sent with it: {why}."]
    return []


def safe_name(name: str) -> str:
    """A file's name for a timeline: ASCII letters, digits and `_ - .`, at most 80, the same for the same timeline.

    Where letters are lost, a checksum of the whole name keeps two timelines apart.
    """
    plain = unicodedata.normalize("NFKD", name)
    plain = "".join(letter for letter in plain if not unicodedata.combining(letter))
    lost = any(letter.isalnum() and letter not in _PLAIN for letter in plain)
    safe = re.sub(r"[^A-Za-z0-9_.-]+", "_", plain).strip("_. ")
    if not re.search("[A-Za-z0-9]", safe):
        safe = "timeline"
    if _RESERVED.match(safe):
        safe = "_" + safe
    if lost or len(safe) > _LONGEST_NAME:
        mark = "-{:08x}".format(zlib.crc32(name.encode("utf-8", "replace")))
        safe = safe[: _LONGEST_NAME - len(mark)] + mark
    return safe
