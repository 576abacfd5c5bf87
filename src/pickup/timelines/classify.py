"""What an OTIO item is, in the words of `cut`: footage, offline media, title, slug, leader, or something unreadable.

Premiere's and Resolve's names for synthetic media are told apart here. Whether a file exists is asked here too, once
per file; the disk is not opened otherwise.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Mapping
from dataclasses import replace
from pathlib import Path
from urllib.parse import unquote

import opentimelineio as otio

from pickup.cut import EventKind, Media, MediaKind, MissingFrames, Numbering
from pickup.paths import LocalPath, PathKind, file_name, map_path
from pickup.timelines.references import read_reference
from pickup.timelines.ruler import is_frame_rate, span_of
from pickup.timelines.texts import child, text_of
from pickup.timing import exact_rate

_STILLS = frozenset(
    {"bmp", "dng", "dpx", "exr", "gif", "hdr", "heic", "jpeg", "jpg", "pdf", "png", "psd", "svg",
     "tga", "tif", "tiff", "webp"}
)  # fmt: skip
_SOUNDS = frozenset({"aac", "aif", "aiff", "flac", "m4a", "mp3", "ogg", "opus", "wav", "wma"})
_LISTED = re.compile(r"(.*[/\\]|)([^/\\]*)\[(\d+)-\d+\]([^/\\]*)")
_NUMBERED_FRAMES = re.compile(r"%0?\d*d|#{2,}|\[\d+-\d+\]")

_LEADER = re.compile(r"\b(bars?|tone|smpte\s*bars|counting leader|leader|2[- ]?pop|countdown)\b", re.IGNORECASE)
_TITLE = re.compile(r"\b(rich|text\+?|title|graphic\w*|caption|subtitle|lower third)\b", re.IGNORECASE)
_ADJUSTMENT = re.compile(r"\b(adjustment (clip|layer)|transparent video)\b", re.IGNORECASE)
_SLUG = re.compile(r"\b(solid|matte|slug|black( video)?|color|colour)\b", re.IGNORECASE)
_SYNTHETIC_NAMES = re.compile(
    r"(?i)(black video|transparent video|(hd )?bars and tone|universal counting leader|adjustment (clip|layer)"
    r"|solid colou?r|(\w+ )?colou?r matte)( \d+)?"
)


class MediaLooker:
    """Turns references into `Media`, asking the disk once for each file.

    Args:
        folder: Where the timeline lies; relative references start there.
        prefixes: Path prefixes as the timeline has them, and as they are here.
        bundled: Files below `folder` that a bundle holds, and that count as present before they are unpacked.
    """

    def __init__(self, folder: Path, *, prefixes: Mapping[str, str], bundled: Iterable[str] = ()) -> None:
        self._folder = folder
        self._prefixes = dict(prefixes)
        self._found = {str(folder / name): True for name in bundled}

    def external(self, reference: otio.schema.ExternalReference, *, name: str) -> Media:
        """A movie, still, sequence or sound file."""
        url = reference.target_url or ""
        parsed = read_reference(url, folder=self._folder, exists=self._exists)
        path = self._local(parsed)
        kind = kind_by_extension(url)
        if kind is MediaKind.SEQUENCE:
            online: bool | None = path is not None and self._exists(str(Path(path).parent))
        else:
            online = self._exists(path) if path is not None else None
        file = parsed.name if parsed is not None else file_name(url)
        numbering = _listed_numbering(path) if kind is MediaKind.SEQUENCE else None
        return self._media(
            reference, kind=kind, name=file or name, url=url, path=path, online=online, numbering=numbering
        )

    def sequence(self, reference: otio.schema.ImageSequenceReference) -> Media:
        """Numbered frames; they are taken as present when their first frame is."""
        base = reference.target_url_base or ""
        named = _numbering(reference)
        name = named.path(named.first)
        path = self.local("/".join((base.rstrip("/\\"), name)) if base else name)
        return self._media(
            reference,
            kind=MediaKind.SEQUENCE,
            name=f"{reference.name_prefix}*{reference.name_suffix}",
            url=base,
            path=path,
            online=self._exists(path) if path is not None else None,
            holds=named.missing is MissingFrames.HOLD,
            numbering=_in_folder(named, path=path),
        )

    def offline(self, reference: otio.core.MediaReference | None, *, name: str, url: str | None) -> Media:
        """Media of which only a name or a last path is known; it may have come back."""
        path = self.local(url) if url else None
        online = path is not None and self._exists(path)
        kind = kind_by_extension(url or name) if online else MediaKind.MISSING
        return self._media(reference, kind=kind, name=file_name(url or "") or name, url=url, path=path, online=online)

    def local(self, url: str) -> str | None:
        """The path on this machine that a reference means; None for what is no local file."""
        return self._local(read_reference(url, folder=self._folder, exists=self._exists))

    def _local(self, parsed: LocalPath | None) -> str | None:
        if parsed is None:
            return None
        if not parsed.is_absolute:
            return str(self._folder / parsed.text)
        mapped = map_path(parsed, prefixes=self._prefixes)
        if mapped.kind is PathKind.UNC and mapped == parsed:
            return None  # a server that nobody named in [map] is not asked for anything
        return mapped.text

    def _exists(self, path: str) -> bool:
        known = self._found.get(path)
        if known is None:
            known = self._found[path] = os.path.exists(path)  # noqa: PTH110 - a Path for each of 50,000 clips costs
        return known

    @staticmethod
    def _media(
        reference: otio.core.MediaReference | None,
        *,
        kind: MediaKind,
        name: str,
        url: str | None,
        path: str | None,
        online: bool | None,
        holds: bool = False,
        numbering: Numbering | None = None,
    ) -> Media:
        available, rate = None, None
        known = reference.available_range if reference is not None else None
        if known is not None:
            rate = exact_rate(known.start_time.rate)
            available = span_of(known)
        return Media(
            kind=kind,
            name=name,
            url=url,
            path=path,
            available=available,
            rate=rate,
            holds_last_frame=holds,
            online=online,
            numbering=numbering,
        )


def _numbering(reference: otio.schema.ImageSequenceReference) -> Numbering:
    """How a sequence is numbered, in no folder yet."""
    return Numbering(
        folder="",
        prefix=reference.name_prefix,
        suffix=reference.name_suffix,
        first=reference.start_frame,
        step=max(reference.frame_step, 1),
        padding=reference.frame_zero_padding,
        rate=exact_rate(reference.rate) if is_frame_rate(reference.rate) else None,
        missing=MissingFrames(reference.missing_frame_policy.name),
    )


def _in_folder(named: Numbering, *, path: str | None) -> Numbering | None:
    """The numbering in the folder of its first file; None for what is no local file."""
    if path is None:
        return None
    name = named.path(named.first)
    for prefix, suffix in ((named.prefix, named.suffix), (unquote(named.prefix), unquote(named.suffix))):
        spelled = replace(named, prefix=prefix, suffix=suffix)
        name = spelled.path(named.first)
        if path.endswith(name):
            return replace(spelled, folder=path.removesuffix(name))
    return None


def _listed_numbering(path: str | None) -> Numbering | None:
    """The numbering of `shot.[0101-0148].dpx`; `%04d` and `####` do not say with which number they begin."""
    listed = _LISTED.fullmatch(path or "")
    if listed is None:
        return None
    folder, prefix, first, suffix = listed.groups()
    return Numbering(folder=folder, prefix=prefix, suffix=suffix, first=int(first), padding=len(first))


def classify(
    clip: otio.schema.Clip, reference: otio.core.MediaReference | None, *, looker: MediaLooker, resolve: bool
) -> tuple[EventKind, Media | None, str]:
    """Kind, media and, for synthetic media, the generator's name.

    Args:
        clip: The clip.
        reference: Its active reference; None where the file names one that it does not have.
        looker: Asks the disk.
        resolve: The file is Resolve's, where a missing reference without a last path is a Fusion title.
    """
    if isinstance(reference, otio.schema.ExternalReference):
        return _external(clip, looker.external(reference, name=clip.name))
    if isinstance(reference, otio.schema.ImageSequenceReference):
        media = looker.sequence(reference)
        return (EventKind.FOOTAGE if media.online else EventKind.OFFLINE), media, ""
    if isinstance(reference, otio.schema.GeneratorReference):
        return _generator(clip, reference)
    if reference is None or isinstance(reference, otio.schema.MissingReference):
        return _missing(clip, reference, looker=looker, resolve=resolve)
    return EventKind.OPAQUE, None, ""


def _external(clip: otio.schema.Clip, media: Media) -> tuple[EventKind, Media, str]:
    if not media.url:
        return EventKind.OFFLINE, media, ""
    if media.online is False:
        if _SYNTHETIC_NAMES.fullmatch(clip.name):
            return _by_words(clip.name), media, clip.name
        return EventKind.OFFLINE, media, ""
    return EventKind.FOOTAGE, media, ""


def _generator(clip: otio.schema.Clip, reference: otio.schema.GeneratorReference) -> tuple[EventKind, Media, str]:
    kind = reference.generator_kind or ""
    own = text_of(child(reference.metadata, "Resolve_OTIO", "Generator Type"))
    words = " ".join(each for each in (own, kind, reference.name or "") if each)
    if kind == "Slug" and clip.name:  # FCP7 XML: bars, leader and transparent video are all of kind "Slug"
        words = clip.name if _SYNTHETIC_NAMES.fullmatch(clip.name) else kind
    media = Media(kind=MediaKind.GENERATOR, name=reference.name or kind)
    return _by_words(words), media, own or kind or clip.name


def _by_words(words: str) -> EventKind:
    for pattern, kind in (
        (_ADJUSTMENT, EventKind.ADJUSTMENT),
        (_LEADER, EventKind.LEADER),
        (_TITLE, EventKind.TITLE),
        (_SLUG, EventKind.SLUG),
    ):
        if pattern.search(words):
            return kind
    return EventKind.LEADER if "bars" in words.lower() else EventKind.TITLE


def _missing(
    clip: otio.schema.Clip, reference: otio.core.MediaReference | None, *, looker: MediaLooker, resolve: bool
) -> tuple[EventKind, Media | None, str]:
    url = text_of(child(reference.metadata, "Resolve_OTIO", "Media Url")) if reference is not None else ""
    if not url and _SYNTHETIC_NAMES.fullmatch(clip.name):
        return _by_words(clip.name), Media(kind=MediaKind.GENERATOR, name=clip.name), clip.name
    media = looker.offline(reference, name=clip.name, url=url or None)
    if resolve and not url:
        return EventKind.TITLE, media, "Fusion title"
    return EventKind.OFFLINE, media, ""


def kind_by_extension(url: str) -> MediaKind:
    """What a file is, as far as its name can say; what no other kind claims is a movie."""
    extension = url.rpartition(".")[2].lower()
    if extension in _SOUNDS:
        return MediaKind.SOUND
    if extension in _STILLS:
        return MediaKind.SEQUENCE if _NUMBERED_FRAMES.search(url) else MediaKind.STILL
    return MediaKind.MOVIE
