"""The settings of a watched folder, and of each file in it: all of its files go to one library.

settings = FolderSettings(folder=Path("/edit/in"), environment=os.environ)
settings.of_folder().watch.settle_s                  2.0
settings.of_file(Path("/edit/in/reel1.otio")).library_folder         /edit/in/pickup
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from pickup._files import is_allowed
from pickup.config import Config, load_config
from pickup.config.layers import nearest_file, users_file
from pickup.errors import ConfigError


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
            ConfigError: A setting is wrong, or a file that anybody may have left there names a library elsewhere.
        """
        config = self._load(None, library=self.library)
        allowed = (str(self.folder), *config.trusted_roots, *filter(None, [config.trusted_library]))
        if self.library is None and not is_allowed(str(config.library_folder), roots=allowed):
            raise ConfigError(
                f"the library would lie in {config.library_folder}, outside the watched folder",
                where=", ".join(map(str, config.files)) or str(self.folder),
                next_step="give --library, or name it, or a folder above it in `roots`, in your own settings",
            )
        return config

    def of_file(self, timeline: Path, *, library: Path) -> Config:
        """What holds for one file in it or below, which may have a `pickup.toml` of its own.

        Raises:
            ConfigError: A setting is wrong.
        """
        return self._load(timeline, library=library)

    def stamp(self) -> str:
        """What stands for the files that hold for the folder: it is another one when one of them changes."""
        try:
            users = users_file(self.config_file, self.environment)
        except ConfigError:
            users = None  # it was there at the start
        stamps = [_stamp(path) for path in (nearest_file(self.folder), users) if path is not None]
        return hashlib.sha256(repr(stamps).encode()).hexdigest()

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
