"""Files of a watched folder that may not be read: links that lead elsewhere, or nowhere."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from datetime import datetime

from pickup.watch.files import FileState, Standing, WatchedFile
from pickup.watch.telling import Telling

_NEXT = "put the file itself there, or add its folder to `roots` in your own settings"


class Refusals:
    """What is refused at the moment; each is told once, and its note goes when it is refused no longer."""

    def __init__(self, telling: Telling, *, now: Callable[[], datetime]) -> None:
        self._telling = telling
        self._now = now
        self._files: dict[str, WatchedFile] = {}
        self.revision = 0
        """Grows with every change."""

    @property
    def files(self) -> Collection[WatchedFile]:
        """How they are listed."""
        return self._files.values()

    def __contains__(self, name: str) -> bool:
        return name in self._files

    def update(self, refused: Mapping[str, str]) -> None:
        """What a look found: names, and why each is refused."""
        for name in self._files.keys() - refused.keys():
            self.revision += 1
            self._telling.gone(self._files.pop(name))
        for name, why in refused.items():
            message = f"{why}; {_NEXT}"
            if name not in self._files or self._files[name].standing.message != message:
                standing = Standing(
                    state=FileState.FAILED, since=self._now(), message=message, next_step=_NEXT, note=True
                )
                self._files[name] = WatchedFile(name=name, standing=standing)
                self.revision += 1
                self._telling.log.info("%s  failed: %s", name, message)
                self._telling.note(name, standing)
