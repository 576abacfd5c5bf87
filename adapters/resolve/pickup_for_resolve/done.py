"""What Pickup handed back: the `done.json` of every cut in the library, read as a stranger's file.

found = read_cuts(Path("/edit/in/pickup"))      Cuts(filled=[Done(cut="reel1", version=1, ...)], empty=[], unusable=[])
"""

import re
from pathlib import Path, PurePosixPath, PureWindowsPath
from typing import TYPE_CHECKING, NamedTuple, Tuple

from pickup_for_resolve.files import read_json

if TYPE_CHECKING:
    from typing import Dict, List, Optional

_MOST_MEDIA = 100000
_SUFFIXES = {"resolve": ".otio", "fcp7": ".xml"}


class Done(NamedTuple):
    """A version of a cut.

    Attributes:
        folder: Where `done.json` lies.
        written: When, in seconds since the epoch.
        outputs: Absolute path by flavor, for the flavors that Resolve reads.
        media: Absolute paths of the takes in the library.
    """

    cut: str
    folder: Path
    written: float
    version: int
    outputs: "Dict[str, Path]"
    media: "Tuple[Path, ...]"

    @property
    def name(self) -> str:
        """What its timeline is called: the stem of its file, without the flavor."""
        return re.sub(r"\.resolve$", "", self.outputs["resolve"].stem)


class Cuts(NamedTuple):
    """The cuts of a library.

    Attributes:
        filled: Newest first.
        empty: When and which cut had no holes, newest first.
        unusable: A sentence for each `done.json` that cannot be used.
    """

    filled: "List[Done]"
    empty: "List[Tuple[float, str]]"
    unusable: "List[str]"


def read_cuts(library: Path) -> Cuts:
    """Reads every `cuts/*/done.json`; a library that is not there has none."""
    cuts = library / "cuts"
    found = Cuts([], [], [])
    for folder in sorted(cuts.iterdir()) if cuts.is_dir() else []:
        path = folder / "done.json"
        if not path.is_file():
            continue
        try:
            written = path.stat().st_mtime
            done = _read(path, library=library, written=written)
        except (OSError, ValueError) as error:
            found.unusable.append(f"{path} cannot be used: {error}.")
            continue
        if done is None:
            found.empty.append((written, folder.name))
        else:
            found.filled.append(done)
    found.filled.sort(key=lambda done: (done.written, done.cut), reverse=True)
    found.empty.sort(reverse=True)
    return found


def _read(path: Path, *, library: Path, written: float) -> "Optional[Done]":
    """None where the cut has no holes."""
    document = read_json(path)
    if document.get("schema") != "Done.1":
        raise ValueError("it is no Done.1")
    version = document.get("version")
    if version is None:
        return None
    if isinstance(version, bool) or not isinstance(version, int) or version < 1:
        raise ValueError("`version` is no number of a version")
    folder = path.parent
    outputs, media = document.get("outputs"), document.get("media")
    if not isinstance(outputs, dict) or not isinstance(media, list) or len(media) > _MOST_MEDIA:
        raise ValueError("`outputs` or `media` is missing")
    files = {
        flavor: _output(outputs[flavor], folder=folder, library=library, suffix=suffix)
        for flavor, suffix in _SUFFIXES.items()
        if flavor in outputs
    }
    if "resolve" not in files:
        raise ValueError("it names no timeline for Resolve")
    takes = tuple(_inside(each, base=library, library=library) for each in media if not _is_elsewhere(each))
    return Done(cut=folder.name, folder=folder, written=written, version=version, outputs=files, media=takes)


def _output(value: object, *, folder: Path, library: Path, suffix: str) -> Path:
    path = _inside(value, base=folder, library=library)
    if path.suffix != suffix or not path.is_file():
        raise ValueError(f"there is no {suffix} file {value}")
    return path


def _is_elsewhere(value: object) -> bool:
    """Media outside the library is named by its whole path; what of it is needed the timeline says."""
    return isinstance(value, str) and (PurePosixPath(value).is_absolute() or PureWindowsPath(value).is_absolute())


def _inside(value: object, *, base: Path, library: Path) -> Path:
    """A `/`-separated path below `base`, once it is known to lie in the library with every link followed."""
    if not isinstance(value, str) or not value or "\\" in value or ":" in value or "\0" in value:
        raise ValueError(f"{value!r} is no relative path")
    parts = value.split("/")
    if any(part in ("", ".", "..") for part in parts):
        raise ValueError(f"{value!r} is no relative path")
    path = base.joinpath(*parts)
    if library.resolve() not in path.resolve().parents:
        raise ValueError(f"{value!r} leads out of the library")
    return path
