"""Slate, the embedded provider: previs footage without a key, a network or a graphics card.

It bridges or dissolves between a hole's neighbours, moves on one of them, draws a plate (a sea, a city, a forest),
or sets the brief on a card. The pictures are drawn in a child process; nothing heavy is imported here.

    SlateProvider().quote(wish, model="slate-1").look
"""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from decimal import Decimal
from importlib import resources
from pathlib import Path
from typing import TYPE_CHECKING

from pickup import _child, _files
from pickup.errors import ProviderError, ProviderRefused
from pickup.offers import FREE, Cancelling, Idempotency, Offer, Quote, Wish
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
from pickup.providers.slate.job import Rendered, RenderJob
from pickup.providers.slate.looks import LOOKS, PLATES, choose

if TYPE_CHECKING:
    from pickup.config.provider_setup import ProviderSetup  # settings are nothing for the child that draws

MODEL = "slate-1"
_FONTS = ("Inter-Regular.otf", "Inter-SemiBold.otf", "OFL.txt")
_START_S = 120.0
_S_PER_MEGAPIXEL = 1.5


class SlateProvider(Provider):
    """Draws previs takes on this machine.

    There is no remote side: `submit` gives the id that follows from the key, and `fetch` draws.
    """

    name = "slate"
    replays = True

    def __init__(self, setup: ProviderSetup | None = None) -> None:
        del setup  # it needs no key, no address and no price

    def offers(self) -> Sequence[Offer]:
        """The one model: free, frame-exact, previs."""
        return (
            Offer(
                provider=self.name,
                model=MODEL,
                frame_exact=True,
                previs=True,
                prices=FREE,
                idempotency=Idempotency.REPLAY,
                cancelling=Cancelling.ANY,
                looks=(*LOOKS, *PLATES),
            ),
        )

    def quote(self, wish: Wish, *, model: str) -> Quote:
        """The look that words and neighbours allow, and handles on the sides that join no neighbour.

        Raises:
            ProviderRefused: The look is unknown or cannot be served, or there is nothing to draw.
        """
        self._check(wish.cover_frames, model=model)
        choice = choose(wish)
        head = 0 if choice.joins_before else wish.handles
        tail = 0 if choice.joins_after else wish.handles
        return Quote(
            frames=head + wish.cover_frames + tail,
            head=head,
            tail=tail,
            look=choice.look,
            uses_before=choice.uses_before,
            uses_after=choice.uses_after,
            price=Decimal(0),
            note=choice.why,
        )

    async def submit(self, request: Generation, *, key: str) -> Submission:
        """Accepts the request; nothing is drawn yet."""
        self._check(request.frames, model=request.model)
        return _submission(key)

    async def poll(self, submission: Submission) -> RemoteStatus:
        """Always ready."""
        del submission
        return RemoteStatus(state=RemoteState.READY, done=1.0, cost=Decimal(0), billing=Billing.NOT_BILLED)

    async def fetch(
        self, request: Generation, submission: Submission, *, destination: Path, report: Callable[[float], None]
    ) -> None:
        """Draws the take and writes an H.264 file at the asked rate and size (odd sides are made even by one pixel).

        Beside it stands `<stem>.json` (`SlateRender.1`) with the look that was taken, how much of the flow was found
        again, and letters that could not be written.

        Raises:
            MediaError: A boundary frame cannot be read, or encoding failed.
            ProviderRefused: The look lacks its frames or its word.
            ProviderError: The drawing process crashed or took too long.
        """
        del submission
        megapixels = request.frames * request.size[0] * request.size[1] / 1e6
        limits = _child.Limits(seconds=_START_S + _S_PER_MEGAPIXEL * megapixels)
        with _files.whole_file(destination) as part:
            rendered = await self._drawn(
                RenderJob(request=request, destination=str(part)), limits=limits, report=report
            )
            _files.write_text(destination.with_suffix(".json"), _as_json(rendered))

    async def _drawn(self, job: RenderJob, *, limits: _child.Limits, report: Callable[[float], None]) -> Rendered:
        try:
            rendered = await _child.call_async(f"{__name__}.render:render", job, limits=limits, report=report)
        except _child.ChildDied as death:
            raise ProviderError(
                f"drawing the take failed: the process {death.reason}",
                where=job.request.shot,
                next_step="run the command again; if it fails again choose `look: slate` or a smaller size",
            ) from death
        if not isinstance(rendered, Rendered):
            raise ProviderError("drawing the take gave no answer", where=job.request.shot, next_step="run it again")
        return rendered

    async def cancel(self, submission: Submission) -> Cancellation:
        """There is nothing to stop, and nothing was charged."""
        del submission
        return Cancellation(stopped=True, billing=Billing.NOT_BILLED)

    async def reconcile(self, lost: LostSubmit) -> Reconciliation:
        """A submit leaves nothing behind, so the one that was lost is as good as found."""
        return Reconciliation(outcome=Reconciled.FOUND, submission=_submission(lost.key))

    async def healthcheck(self) -> str:
        """Whether the typeface is there; the rest is in the package's own dependencies."""
        folder = resources.files(__name__) / "fonts"
        missing = [name for name in _FONTS if not (folder / name).is_file()]
        if missing:
            raise ProviderError(
                f"the typeface of slate is incomplete: {', '.join(missing)}", next_step="install otio-pickup again"
            )
        return "slate draws previs on this machine; it needs no key and no network"

    def _check(self, frames: int, *, model: str) -> None:
        if model != MODEL:
            raise ProviderRefused(f"slate has no model {model!r}", next_step=f"use {self.name}:{MODEL}")
        if frames < 1:
            raise ProviderRefused("there is no frame to draw", next_step="give the hole a length of at least one frame")


def _submission(key: str) -> Submission:
    return Submission(remote_id=f"{SlateProvider.name}-{key[:32]}")


def _as_json(rendered: Rendered) -> str:
    content = {
        "schema": "SlateRender.1",
        "look": rendered.look,
        "found_again": None if rendered.found_again is None else round(rendered.found_again, 3),
        "missing_letters": rendered.missing_letters,
    }
    return json.dumps(content, ensure_ascii=False, indent=2) + "\n"


__all__ = ["MODEL", "SlateProvider"]
