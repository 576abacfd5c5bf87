"""The settings of a watched folder, and of each file in it: all of its files go to one library.

settings = FolderSettings(folder=Path("/edit/in"), environment=os.environ)
settings.of_folder().watch.settle_s                  2.0
settings.of_file(Path("/edit/in/reel1.otio")).library_folder         /edit/in/pickup
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from pickup.config import Config, load_config
from pickup.config.layers import nearest_file, users_file
from pickup.errors import ConfigError

Stamps = tuple[tuple[str, int, int], ...]
"""Path, time of change in nanoseconds, and length of files."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FolderSettings:
    """Where settings come from.

    Attributes:
        folder: Absolute.
        library: Instead of what the files say; absolute.
        config_file: The user's own file, instead of where it is looked for.
    """

    folder: Path
    environment: Mapping[str, str]
    library: Path | None = None
    config_file: Path | None = None

    def of_folder(self) -> Config:
        """What holds for the folder.

        Raises:
            ConfigError: A setting is wrong.
        """
        return self._load(None, library=self.library)

    def of_file(self, timeline: Path, *, library: Path) -> Config:
        """What holds for one file in it or below, which may have a `pickup.toml` of its own.

        Raises:
            ConfigError: A setting is wrong.
        """
        return self._load(timeline, library=library)

    def stamps(self) -> Stamps:
        """What changes when one of the files changes that hold for the folder."""
        try:
            users = users_file(self.config_file, self.environment)
        except ConfigError:
            users = None  # it was there at the start
        return tuple(_stamp(path) for path in (nearest_file(self.folder), users) if path is not None)

    def _load(self, timeline: Path | None, *, library: Path | None) -> Config:
        config = load_config(
            timeline=timeline,
            flags={"library": None if library is None else str(library)},
            environment=self.environment,
            config_file=self.config_file,
            folder=self.folder,
        )
        return config.for_watch(self.folder)


def _stamp(path: Path) -> tuple[str, int, int]:
    try:
        found = path.stat()
    except OSError:
        return str(path), 0, 0
    return str(path), found.st_mtime_ns, found.st_size
