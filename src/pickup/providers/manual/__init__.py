"""Manual, the provider for everything that has no interface for programs: a person makes the clip on any web page.

A job is a folder in the library with the prompt, the frames at both sides and the length; see docs/providers/manual.md.
The clip that is put there is looked at, copied and conformed like any other. It asks nobody, sends nothing and costs
nothing: what the person pays elsewhere is not known here.

    ManualProvider(setup).quote(wish, model="by-hand").frames
"""

from __future__ import annotations

import asyncio
import io
from collections.abc import Awaitable, Callable, Iterator, Sequence
from decimal import Decimal
from pathlib import Path

from pickup.config.provider_setup import ProviderSetup
from pickup.errors import FailureKind, LibraryError, ProviderRefused, ProviderUnavailable, counted
from pickup.offers import FREE, Audio, Cancelling, Conditioning, Idempotency, Offer, Quote, Wish
from pickup.offers.rates import frames_needed
from pickup.ports import (
    Billing,
    Cancellation,
    Generation,
    LostSubmit,
    Provider,
    Reconciled,
    Reconciliation,
    RemoteState,
    RemoteStatus,
    Submission,
)
from pickup.providers.manual.clip import Clip, copy_clip, find_clip, is_still, why_useless
from pickup.providers.manual.pack import (
    BOUNDARY_IN,
    BOUNDARY_OUT,
    PROMPT,
    README,
    SETTINGS,
    Packs,
    Sheet,
    Shown,
    folder_name,
    read_sheet,
)
from pickup.providers.manual.readme import readme_of, reference_files, rounded_up

MODEL = "by-hand"
_STILL_S = 1.0
"""A file that did not change for so long is taken for whole; whether it is, decoding it shows."""
_CHECKS_AT_ONCE = 2
_IN_FLIGHT = 1000
_CLIP, _STAMP = "clip", "stamp"


class ManualProvider(Provider):
    """Hands jobs to a person as folders, and takes what is put there.

    Args:
        setup: Its model, if one is set, is what the person is asked to use: `manual:kling-3`.
        sleep: Where waiting comes from.
    """

    replays = True

    def __init__(self, setup: ProviderSetup, *, sleep: Callable[[float], Awaitable[object]] = asyncio.sleep) -> None:
        self.name = setup.name
        self._model = setup.settings.model or MODEL
        self._packs = Packs(setup.library.absolute() / "manual")
        self._sleep = sleep
        self._checking = asyncio.Semaphore(_CHECKS_AT_ONCE)

    def offers(self) -> Sequence[Offer]:
        """The one model: free, of any length and size."""
        return (
            Offer(
                provider=self.name,
                model=self._model,
                by_hand=True,
                frame_exact=True,
                takes_references=True,
                prices=FREE,
                audio=Audio.UNKNOWN,
                idempotency=Idempotency.REPLAY,
                cancelling=Cancelling.ANY,
                in_flight=_IN_FLIGHT,
                patience_s=0.0,
                notes=("you make the clip yourself, on any site", "nothing is uploaded, nothing is counted as spent"),
            ),
        )

    def quote(self, wish: Wish, *, model: str) -> Quote:
        """Exactly what is wished, from the frames that there are, with handles on the sides that join no neighbour.

        Raises:
            ProviderRefused: It has another model, or there is nothing to make.
        """
        self._check(wish.cover_frames, model=model)
        before = wish.before and wish.conditioning is not Conditioning.NONE
        after = wish.after and wish.conditioning not in (Conditioning.NONE, Conditioning.FIRST)
        head, tail = (0 if before else wish.handles), (0 if after else wish.handles)
        frames = head + wish.cover_frames + tail
        return Quote(
            frames=frames,
            head=head,
            tail=tail,
            uses_before=before,
            uses_after=after,
            price=Decimal(0),
            note="; ".join(_note(wish, frames=frames, before=before, after=after)),
            references=wish.references,
        )

    async def submit(self, request: Generation, *, key: str) -> Submission:
        """Writes the folder of a job, unless it is there.

        Raises:
            ProviderRefused: It has another model, or a frame that goes with it is damaged.
            ProviderUnavailable: The folder cannot be written.
        """
        self._check(request.frames, model=request.model)
        sheet = _sheet(request, key=key)
        pictures = {BOUNDARY_IN: request.boundary_in, BOUNDARY_OUT: request.boundary_out}
        for name, picture in pictures.items():
            _check_picture(picture, name=name, shot=request.shot)
        contents = {PROMPT: f"{request.prompt}\n".encode()}
        contents |= {name: picture for name, picture in pictures.items() if picture is not None}
        contents |= {file: each.data for file, each in zip(reference_files(request), request.references, strict=True)}
        earlier = len(list(self._packs.kept_aside(sheet.name))) + self._packs.place(sheet.name).exists()
        readme = readme_of(request, model="" if self._model == MODEL else self._model, earlier=earlier)
        try:
            self._packs.write(sheet, contents=contents | {README: readme.encode()})
        except (OSError, LibraryError) as error:
            place = self._packs.place(sheet.name)
            reason = error.message if isinstance(error, LibraryError) else error.strerror or str(error)
            raise ProviderUnavailable(
                f"the folder {place} could not be written: {reason}",
                where=str(place),
                next_step="close the files in it and make room on the disk, then run the command again",
                kind=FailureKind.PROVIDER_FAILED,
            ) from error
        return _submission(sheet.name, key=key)

    async def poll(self, submission: Submission) -> RemoteStatus:
        """Ready where one clip lies there, stands still and serves; else what the person can do, as a message.

        Raises:
            LibraryError: The library is not there.
        """
        name, key = _parts(submission)
        folder = self._packs.reach(name, key=key)
        sheet = None if folder is None else read_sheet(folder)
        if folder is None or sheet is None:
            return self._without_folder(self._packs.place(name))
        found = find_clip(folder)
        if isinstance(found, str):
            return _waits(found)
        await self._sleep(_STILL_S)
        async with self._checking:
            why = is_still(found) or await why_useless(found, sheet)
        if why:
            return _waits(why)
        return RemoteStatus(
            state=RemoteState.READY,
            done=1.0,
            urls={_CLIP: found.path.name, _STAMP: found.stamp},
            cost=Decimal(0),
            billing=Billing.NOT_BILLED,
        )

    async def fetch(
        self, request: Generation, submission: Submission, *, destination: Path, report: Callable[[float], None]
    ) -> None:
        """Copies the clip that the last poll found good; the person's file stays.

        Raises:
            ProviderUnavailable: That file is gone, or is another one now.
            LibraryError: The library is not there, or the copy cannot be written.
        """
        name, key = _parts(submission)
        folder = self._packs.reach(name, key=key)
        clip, stamp = submission.urls.get(_CLIP), submission.urls.get(_STAMP)
        if folder is None or clip is None or stamp is None:
            raise ProviderUnavailable(f"there is no clip for {name}", where=request.shot)
        await copy_clip(Clip(path=folder / clip, stamp=stamp), destination, report=report)

    def check_ready(self) -> None:
        """It needs nothing."""
        return

    async def cancel(self, submission: Submission) -> Cancellation:
        """Removes the folder, unless a person put something there: then everything stays."""
        name, key = _parts(submission)
        folder = self._packs.reach(name, key=key)
        message = ""
        try:
            if folder is not None and not self._packs.remove(folder, key=key):
                message = f"{folder} stays, because something of yours lies there"
        except OSError as error:
            message = f"{folder} stays: {error.strerror or error}"
        return Cancellation(stopped=True, billing=Billing.NOT_BILLED, message=message)

    async def reconcile(self, lost: LostSubmit) -> Reconciliation:
        """A folder is there whole or not at all, and names its request."""
        name = folder_name(lost.request.shot, take=lost.request.take)
        if self._packs.reach(name, key=lost.key) is None:
            return Reconciliation(outcome=Reconciled.NEVER_ARRIVED)
        return Reconciliation(outcome=Reconciled.FOUND, submission=_submission(name, key=lost.key))

    async def healthcheck(self) -> str:
        """It needs nothing but the library."""
        return f"{self.name} writes what you make yourself into {self._packs.root}; it needs no key and no network"

    async def aclose(self) -> None:
        """The next run may have another event loop."""
        self._checking = asyncio.Semaphore(_CHECKS_AT_ONCE)

    def _check(self, frames: int, *, model: str) -> None:
        if model != self._model:
            raise ProviderRefused(f"{self.name} has no model {model!r}", next_step=f"use {self.name}:{self._model}")
        if frames < 1:
            raise ProviderRefused("there is no frame to make", next_step="give the hole a length of at least one frame")

    def _without_folder(self, place: Path) -> RemoteStatus:
        """A folder that was deleted is a job that was given up; one without its settings can be mended."""
        if place.is_dir() and read_sheet(place) is None:
            return _waits(f"{place / SETTINGS} is missing or damaged: put it back, or delete the folder for a new one")
        return RemoteStatus(
            state=RemoteState.FAILED,
            kind=FailureKind.EXPIRED,
            cost=Decimal(0),
            billing=Billing.NOT_BILLED,
            message=f"the folder {place} was deleted",
        )


def _sheet(request: Generation, *, key: str) -> Sheet:
    return Sheet(
        shot=request.shot,
        take=request.take,
        prompt=request.prompt,
        negative=request.negative,
        seed=request.seed,
        seconds=rounded_up(request.length_s),
        frames=request.frames,
        fps=str(request.rate),
        size=request.size,
        references=tuple(
            Shown(name=each.name, file=file)
            for file, each in zip(reference_files(request), request.references, strict=True)
        ),
        key=key,
    )


def _note(wish: Wish, *, frames: int, before: bool, after: bool) -> Iterator[str]:
    needed = frames_needed(frames, made_at=wish.rate, shown_at=wish.rate, placeholder_speed=wish.placeholder_speed)
    yield f"by hand: at least {rounded_up(wish.rate.seconds(needed)):g} s at {wish.size[0]}x{wish.size[1]}"
    if before or after:
        first, last = wish.sides
        both = f"frames {first} and {last}" if before and after else f"frame {first if before else last}"
        yield f"from the {both}"
    if wish.references:
        yield f"with {counted(wish.references, 'reference picture')}"


def _check_picture(picture: bytes | None, *, name: str, shot: str) -> None:
    from PIL import Image, UnidentifiedImageError  # noqa: PLC0415 - planning opens no picture

    if picture is None:
        return
    try:
        Image.open(io.BytesIO(picture), formats=["PNG"]).verify()
    except (UnidentifiedImageError, OSError, SyntaxError, ValueError) as error:
        raise ProviderRefused(
            f"{name} is no whole picture", where=shot, next_step="see to the clip at that side of the hole"
        ) from error


def _submission(name: str, *, key: str) -> Submission:
    return Submission(remote_id=f"{name}:{key}")


def _parts(submission: Submission) -> tuple[str, str]:
    """Name of the folder, and key of the job."""
    name, _, key = submission.remote_id.partition(":")
    return name, key


def _waits(message: str) -> RemoteStatus:
    return RemoteStatus(state=RemoteState.RUNNING, message=message)


__all__ = ["MODEL", "ManualProvider"]
