"""An FCP7 XML file as a client can take it. What the copies change, and why, is said in docs/clients.md.

As in `harness.copies`, none of the program's own code is used.
"""

from __future__ import annotations

import copy
from dataclasses import replace
from pathlib import Path
from urllib.parse import unquote, urlsplit
from xml.etree import ElementTree as ET

from harness.copies import Cut, is_transparent

_SEEN_NOWHERE = "generatoritem"
_RETIMES = frozenset({"timeremap"})


def copy_for_render(sequence: Path, *, destination: Path, like: Cut) -> Cut:
    """Writes `destination` for GES and melt: picture tracks alone, media from zero, only what they can show.

    `like` is the copy of the same cut in OTIO, whose rate, length and edits hold for this one too.
    """
    root = _spelled_out(sequence)
    media = root.find("sequence/media")
    assert media is not None
    for audio in media.findall("audio"):
        media.remove(audio)
    for file in root.iter("file"):
        for timecode in file.findall("timecode"):
            file.remove(timecode)  # the adapter adds it to the in-point, and GES counts that from the first frame
    for track in root.iter("track"):
        for item in list(track):
            if item.tag == _SEEN_NOWHERE or (item.tag == "clipitem" and not _can_be_shown(item)):
                track.remove(item)
    ET.ElementTree(root).write(destination, encoding="utf-8", xml_declaration=True)
    return replace(like, path=destination)


def copy_for_openshot(sequence: Path, *, destination: Path) -> None:
    """Writes `destination` for OpenShot: every `<file>` in full, bare paths."""
    root = _spelled_out(sequence)
    for url in root.iter("pathurl"):
        url.text = str(path_of(url))
    ET.ElementTree(root).write(destination, encoding="utf-8", xml_declaration=True)


def path_of(url: ET.Element) -> Path:
    """The file that a `<pathurl>` means."""
    return Path(unquote(urlsplit(url.text or "").path))


def _spelled_out(sequence: Path) -> ET.Element:
    """The document, each `<file id="…"/>` replaced by what it refers to."""
    root = ET.parse(sequence).getroot()
    known = {file.get("id"): file for file in root.iter("file") if len(file)}
    for item in root.iter("clipitem"):
        for index, child in enumerate(item):
            if child.tag == "file" and not len(child):
                item[index] = copy.deepcopy(known[child.get("id")])
    return root


def _can_be_shown(item: ET.Element) -> bool:
    if item.findtext("enabled") == "FALSE":
        return False
    if item.find("sequence") is not None:
        return True
    if item.findtext("filter/effect/effectid") in _RETIMES:
        return False
    url = item.find("file/pathurl")
    return url is not None and path_of(url).is_file() and not is_transparent(path_of(url))
