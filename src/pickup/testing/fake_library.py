"""A store and a conform for tests of the job runner: files in a folder, and counts of what was made.

store = FolderStore(tmp_path)
conform = CopyConform(log=tmp_path / "conforms.log")
conform.count
"""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from decimal import Decimal
from pathlib import Path

from pickup._files import sha256_of, whole_file, write_text
from pickup.errors import MediaError
from pickup.ports import Conformed, Delivery, Generation


class FolderStore:
    """A folder for each take: `SH0010/t01/original.mp4`, `original_2.mp4`, `conformed.mov`, `take.json`."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def original(self, shot: str, *, take: int, part: int = 1) -> Path:
        """Where the provider's clip belongs."""
        return self._take(shot, take=take) / ("original.mp4" if part == 1 else f"original_{part}.mp4")

    def conformed(self, shot: str, *, take: int) -> Path:
        """Where the conformed clip belongs."""
        return self._take(shot, take=take) / "conformed.mov"

    def proxy(self, shot: str, *, take: int) -> Path:
        """Where the small film belongs."""
        return self._take(shot, take=take) / "proxy.mp4"

    def has_take(self, shot: str, *, take: int) -> bool:
        """Whether record and clip are there; of a draft, the small film."""
        record, conformed = self._take(shot, take=take) / "take.json", self.conformed(shot, take=take)
        return record.is_file() and (conformed.is_file() or self.proxy(shot, take=take).is_file())

    def keep_take(
        self, request: Generation, *, delivery: Delivery, conformed: Conformed, provider: str, cost: Decimal
    ) -> None:
        """Writes the record."""
        record = {"provider": provider, "cost": str(cost), "sha256": conformed.sha256, "reel": delivery.reel}
        record |= {"version": delivery.origin.version} if delivery.origin else {}
        write_text(self._take(request.shot, take=request.take) / "take.json", json.dumps(record))

    def version_of(self, shot: str, *, take: int) -> str:
        """The model's version that the record says."""
        record: dict[str, str] = json.loads((self._take(shot, take=take) / "take.json").read_text())
        return record["version"]

    def cost_of(self, shot: str, *, take: int) -> Decimal:
        """USD that the record says."""
        return Decimal(json.loads((self._take(shot, take=take) / "take.json").read_text())["cost"])

    def _take(self, shot: str, *, take: int) -> Path:
        folder = self._folder / shot / f"t{take:02d}"
        folder.mkdir(parents=True, exist_ok=True)
        return folder


class CopyConform:
    """Copies the originals into one file; one line in `log` for each call, so that the count outlives the process.

    A clip for which `is_bad` says so cannot be conformed.
    """

    def __init__(self, *, log: Path, is_bad: Callable[[bytes], bool] = lambda _clip: False) -> None:
        self._log = log
        self._is_bad = is_bad

    @property
    def count(self) -> int:
        """How many conforms were begun."""
        return len(self._log.read_text().splitlines()) if self._log.exists() else 0

    async def __call__(
        self, originals: Sequence[Path], destination: Path, *, delivery: Delivery, report: Callable[[float], None]
    ) -> Conformed:
        """Copies `originals` to `destination`, whole or not at all."""
        with self._log.open("a") as log:
            log.write(f"{destination}\n")
        clips = [(original, _bytes_of(original)) for original in originals]
        for original, clip in clips:
            if self._is_bad(clip):
                raise MediaError("the clip cannot be decoded", where=str(original))
        joined = b"".join(clip for _original, clip in clips)
        with whole_file(destination) as part:
            part.write_bytes(joined)
        report(1.0)
        return Conformed(
            frames=delivery.frames,
            rate=delivery.rate,
            size=delivery.size,
            codec=delivery.codec,
            timecode="00:00:00:00",
            bytes_written=len(joined),
            sha256=sha256_of(destination),
        )


def _bytes_of(path: Path) -> bytes:
    return path.read_bytes()
