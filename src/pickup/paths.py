r"""Paths as timelines write them: URL forms, prefix maps and safe names, as pure text.

It never asks a disk: whether a file exists, and where a relative path starts, is decided by who opens it. A path is
written back in the style in which it came. Percent escapes are decoded only in a URL, because a real file may be
called `100%25.mov`; `without_escapes` says what else a relative path may mean.

    >>> path = parse_path("file://localhost/D%3a/media/a%20b.mov")
    >>> path.text
    'D:\\media\\a b.mov'
    >>> write_path(path, style=PathStyle.BACKSLASHES)
    'D:\\media\\a b.mov'
    >>> map_path(path, prefixes={"D:/media": "/mnt/media"}).text
    '/mnt/media/a b.mov'
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from urllib.parse import quote, unquote, urlsplit

_DRIVE = re.compile(r"[A-Za-z]:(?=[\\/]|$)")
_FILE_URL = re.compile(r"file:(?=[/\\])", re.IGNORECASE)
_ELSEWHERE = re.compile(r"(?:[A-Za-z][A-Za-z0-9+.-]+://|data:)", re.IGNORECASE)
_SEPARATORS = re.compile(r"[\\/]+")
_UNSAFE = re.compile(r"[^A-Za-z0-9_.-]+")
_KEPT_IN_URLS = "!$'()*,:;=@"
_LOCAL_HOSTS = frozenset({"", "localhost"})
_NOT_IN_URLS = re.compile(r"[^A-Za-z0-9\-._~!$&'()*+,;=:@/%]|%(?![0-9A-Fa-f]{2})")
_RESERVED = re.compile(r"(?:con|prn|aux|nul|com\d|lpt\d)(?=\.|$)", re.IGNORECASE)
_STEM_LENGTH = 80


class PathKind(StrEnum):
    """Which system's rules a path follows."""

    POSIX = "posix"
    WINDOWS = "windows"
    UNC = "unc"


class PathStyle(StrEnum):
    """How a path is spelled; the value shows it."""

    SLASHES = "/a/b"
    BACKSLASHES = r"C:\a\b"
    URL = "file:///a/b"
    URL_LOCALHOST = "file://localhost/a/b"
    URL_LOCALHOST_ESCAPED_DRIVE = "file://localhost/D%3a/a/b"
    URL_ONE_SLASH = "file:/a/b"


_URL_STARTS = {
    PathStyle.URL: "file://",
    PathStyle.URL_LOCALHOST: "file://localhost",
    PathStyle.URL_LOCALHOST_ESCAPED_DRIVE: "file://localhost",
    PathStyle.URL_ONE_SLASH: "file:",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class LocalPath:
    r"""A path to a file, on this machine or another.

    Attributes:
        text: The plain path. A bare path stands as it was written; one from a URL is decoded, with backslashes
            where it has a drive or a server.
        kind: Windows paths begin with a drive (or are relative, with backslashes); UNC paths begin with a server.
    """

    text: str
    kind: PathKind
    style: PathStyle

    @property
    def is_absolute(self) -> bool:
        """Whether it says where it starts."""
        if self.kind is PathKind.WINDOWS:
            return _DRIVE.match(self.text) is not None
        return self.kind is PathKind.UNC or self.text.startswith("/")

    @property
    def is_url(self) -> bool:
        """Whether it was written as a `file:` URL."""
        return self.style in _URL_STARTS

    @property
    def segments(self) -> tuple[str, ...]:
        """Names between the separators, drive or server and share first; empty ones and `.` left out."""
        parts = self.text.split("/") if self.kind is PathKind.POSIX else _SEPARATORS.split(self.text)
        return tuple(part for part in parts if part not in ("", "."))

    @property
    def name(self) -> str:
        """The last segment; empty for a root."""
        last = self.text.rpartition("/")[2]
        if self.kind is PathKind.POSIX and last not in ("", "."):
            return last
        segments = self.segments
        return segments[-1] if segments else ""


def parse_path(text: str) -> LocalPath | None:
    r"""Reads a bare path or a `file:` URL; None for what is no file: another scheme, nothing, or a zero byte.

    In a URL `#` and `?` are part of the name, because OTIO writes them unescaped. Escapes that are no UTF-8 stay.
    """
    if not text or "\0" in text:
        return None
    if _FILE_URL.match(text):
        return _parse_url(text[len("file:") :].replace("\\", "/"))
    if _ELSEWHERE.match(text):
        return None
    return _bare(text)


def _bare(text: str) -> LocalPath:
    if text[:2] in ("\\\\", "//") and text[2:3] not in ("", "\\", "/"):
        kind = PathKind.UNC
    elif _DRIVE.match(text) or ("\\" in text and "/" not in text):
        kind = PathKind.WINDOWS
    else:
        kind = PathKind.POSIX
    backslashes = kind is not PathKind.POSIX and "\\" in text
    return LocalPath(text=text, kind=kind, style=PathStyle.BACKSLASHES if backslashes else PathStyle.SLASHES)


def without_escapes(path: LocalPath) -> LocalPath | None:
    """A relative path with its percent escapes decoded; None where it has none, or would be relative no more."""
    text = _decoded(path.text)
    plain = parse_path(text) if text != path.text and not path.is_absolute else None
    return None if plain is None or plain.is_absolute else plain


def _parse_url(rest: str) -> LocalPath | None:
    """A `file:` URL without its scheme: `///a`, `//localhost/a`, `//server/share/a`, `/a`."""
    host, style = "", PathStyle.URL_ONE_SLASH
    if rest.startswith("//"):
        host, slash, tail = rest[2:].partition("/")
        rest, style = slash + tail, PathStyle.URL
        if host.lower() == "localhost":
            escaped = re.match(r"/[A-Za-z]%3a/", rest, re.IGNORECASE)
            style = PathStyle.URL_LOCALHOST_ESCAPED_DRIVE if escaped else PathStyle.URL_LOCALHOST
    path, host = _decoded(rest), _decoded(host)
    if "\0" in path or "\0" in host:
        return None
    if _DRIVE.fullmatch(host):  # file://C:/a, a common mistake
        path, host = f"/{host}{path}", ""
    if host.lower() not in _LOCAL_HOSTS:
        return LocalPath(text=_backslashed(f"//{host}{path}"), kind=PathKind.UNC, style=style)
    if path.startswith("//"):  # file:////server/share
        return LocalPath(text=_backslashed("//" + path.lstrip("/")), kind=PathKind.UNC, style=style)
    if _DRIVE.match(path[1:]):
        return LocalPath(text=_backslashed(path[1:]), kind=PathKind.WINDOWS, style=style)
    return LocalPath(text=path or "/", kind=PathKind.POSIX, style=style)


def _decoded(text: str) -> str:
    try:
        return unquote(text, errors="strict")
    except UnicodeDecodeError:
        return text


def _backslashed(text: str) -> str:
    return text.replace("/", "\\")


def write_path(path: LocalPath, *, style: PathStyle) -> str:
    """The path as text in another style, or in its own.

    A bare path is not encoded. A relative path has no URL and stays bare; a POSIX path has no backslashes.
    """
    if style in _URL_STARTS and path.is_absolute:
        return _as_url(path, style=style)
    if path.kind is PathKind.POSIX or style is path.style:
        return path.text
    return _backslashed(path.text) if style is PathStyle.BACKSLASHES else path.text.replace("\\", "/")


def _as_url(path: LocalPath, *, style: PathStyle) -> str:
    text = path.text if path.kind is PathKind.POSIX else path.text.replace("\\", "/")
    if path.kind is PathKind.UNC:
        return "file:" + _encoded(text)
    if path.kind is PathKind.POSIX:
        return f"{_URL_STARTS[style]}/{_encoded(text.lstrip('/'))}"
    drive, colon = text[0], "%3a" if style is PathStyle.URL_LOCALHOST_ESCAPED_DRIVE else ":"
    return f"{_URL_STARTS[style]}/{drive}{colon}{_encoded(text[2:])}"


def _encoded(text: str) -> str:
    return "/".join(quote(segment, safe=_KEPT_IN_URLS) for segment in text.split("/"))


def is_encoded(url: str) -> bool:
    """Whether a URL holds no character that has to be escaped in one: a space, `#`, `?`, or what is not ASCII."""
    return _NOT_IN_URLS.search(url) is None


def is_below(path: LocalPath, folder: LocalPath) -> bool:
    """Whether `path` is `folder` or lies in it, by whole segments.

    Windows and UNC paths compare without case, all in one Unicode form (macOS hands out decomposed names). A `..`
    is a segment like any other: a path from a stranger is resolved before this is asked.
    """
    if path.kind is not folder.kind or path.is_absolute is not folder.is_absolute:
        return False
    wanted = _comparable(folder)
    return _comparable(path)[: len(wanted)] == wanted


def _comparable(path: LocalPath) -> tuple[str, ...]:
    folded = path.kind is not PathKind.POSIX
    return tuple(
        unicodedata.normalize("NFC", segment.casefold() if folded else segment)
        for segment in (unicodedata.normalize("NFC", each) for each in path.segments)
    )


def map_path(path: LocalPath, *, prefixes: Mapping[str, str]) -> LocalPath:
    """The path with its longest matching prefix replaced, as a bare path; itself where none matches.

    Args:
        path: What the timeline says.
        prefixes: Folder there -> folder here, each in any style. What follows the prefix keeps its spelling.
    """
    if not prefixes:
        return path
    pairs = ((parse_path(there), parse_path(here)) for there, here in prefixes.items())
    matches = [(there, here) for there, here in pairs if there and here and is_below(path, there)]
    if not matches:
        return path
    there, here = max(matches, key=lambda pair: len(pair[0].segments))
    return _joined(here, path.segments[len(there.segments) :])


def map_back(path: LocalPath, *, prefixes: Mapping[str, str], kind: PathKind) -> LocalPath:
    """`map_path` in the other direction, to folders of one kind: what a timeline from there is to contain."""
    inverted: dict[str, str] = {}
    for there, here in prefixes.items():
        parsed = parse_path(there)
        if parsed is not None and parsed.kind is kind:
            inverted.setdefault(here, there)
    return map_path(path, prefixes=inverted)


def _joined(folder: LocalPath, segments: tuple[str, ...]) -> LocalPath:
    slashes = folder.kind is PathKind.POSIX or ("/" in folder.text and "\\" not in folder.text)
    separator = "/" if slashes else "\\"
    start = folder.text.rstrip("/" if folder.kind is PathKind.POSIX else "\\/")
    text = separator.join((start, *segments)) if segments else folder.text
    style = PathStyle.SLASHES if slashes else PathStyle.BACKSLASHES
    return LocalPath(text=text, kind=folder.kind, style=style)


def file_name(text: str) -> str:
    """The last name in a path or URL of any style, decoded if it is a URL; may be empty."""
    path = parse_path(text)
    if path is not None:
        return path.name
    return _decoded(urlsplit(text).path.rstrip("/").rpartition("/")[2]) if _is_plain_url(text) else ""


def _is_plain_url(text: str) -> bool:
    try:
        urlsplit(text)
    except ValueError:
        return False
    return "://" in text


def safe_stem(text: str) -> str:
    """A file name without extension that every system takes, made from any text.

    ASCII letters, digits, `_`, `-` and `.`; at most 80 characters; no dot or dash in front, no dot at the end, none
    of the names that Windows keeps for devices; never empty. Accents are dropped, all else becomes `_`.
    """
    plain = "".join(each for each in unicodedata.normalize("NFKD", text) if not unicodedata.combining(each))
    stem = _UNSAFE.sub("_", plain.strip()).lstrip(".-")
    if _RESERVED.match(stem):
        stem = f"_{stem}"
    stem = stem[:_STEM_LENGTH].rstrip(".")
    return stem if stem.strip("_.-") else "untitled"
