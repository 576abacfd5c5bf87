"""Conforming drafts that are to be shown, from the originals that lie in the library; nothing is asked of a provider.

    drafts = conform_drafts(prepared, everything=False, signer=lambda: None, report=print, waits=print, stop=stop)
    drafts.conformed, drafts.unready

Which take is shown is known only when quality control has seen it conformed: where it fails one, the next good draft
follows, until the take that is shown is none.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

from pickup.errors import Finding, LibraryError, MediaError, PickupError, TimingError, warning
from pickup.fill.prepared import Prepared
from pickup.fill.shown import is_shown
from pickup.jobs.runner import Limits
from pickup.jobs.stopping import run_until_stopped
from pickup.library.drafts import read_draft
from pickup.library.lock import Waiting
from pickup.library.sidecars import TakeFile
from pickup.library.store import TakeStore
from pickup.media.conform import Conformer
from pickup.media.looks import look_of
from pickup.media.provenance import Signer
from pickup.ports import Progress, ProgressReport

_Place = tuple[str, int]


@dataclass(frozen=True, slots=True, kw_only=True)
class Drafts:
    """What became of the drafts of a cut.

    Attributes:
        conformed: Shot and number of those that are ordinary takes now.
        unready: Why a shot shows nothing, by its code: the take that it would show could not be conformed.
        findings: Drafts that nobody would see, and that could not be conformed.
    """

    conformed: tuple[_Place, ...] = ()
    unready: Mapping[str, str] = field(default_factory=dict)
    findings: tuple[Finding, ...] = ()


def conform_drafts(
    prepared: Prepared,
    *,
    everything: bool,
    signer: Callable[[], Signer | None],
    report: ProgressReport,
    waits: Callable[[str], None],
    stop: Callable[[], bool],
) -> Drafts:
    """Conforms every draft that the cut is to show.

    Args:
        prepared: The cut; its library is read anew.
        everything: Conform every other draft of its shots as well.
        signer: Finds who signs takes; asked only where there is something to sign.
        report: Told how far each take is.
        waits: Told whom the run waits for.
        stop: Asked whether the run should end.

    Raises:
        Stopped: `stop` said so; what was conformed stays.
    """
    if not any(_wanted(prepared, everything=everything)):
        return Drafts()
    wishes = prepared.delivery
    with (
        prepared.library.hold_drafts(on_wait=waits, waiting=Waiting(stop=stop)),
        look_of(wishes.color_space, config=wishes.color_config) as look,
    ):
        work = _Work(prepared=prepared, conform=Conformer(signer=signer(), look=look), report=report)
        while left := work.left(everything=everything):
            run_until_stopped(work.conform_all(left), stop=stop)
    return work.drafts()


def _wanted(prepared: Prepared, *, everything: bool) -> Iterator[TakeFile]:
    """Drafts to conform, as the library stands: those that are shown, or every one of the cut's shots."""
    fills = {fill.shot for fill in prepared.survey.fills if fill.online}
    shots = {shot.spec.code: shot for shot in prepared.shots if any(take.draft for take in shot.takes)}
    for code, (whole, circled) in prepared.library.shelf(sorted({*fills, *shots})).items():
        is_seen = circled is not None and (
            code in fills or is_shown(shots[code], circled.as_take(), partial=prepared.partial)
        )
        shown = circled.take if circled is not None and is_seen else None
        yield from (file for file in whole if file.draft is not None and (everything or file.take == shown))


@dataclass(slots=True, kw_only=True)
class _Work:
    """One run's drafts: what was conformed, and what could not be."""

    prepared: Prepared
    conform: Conformer
    report: ProgressReport
    conformed: list[_Place] = field(default_factory=list)
    failed: dict[_Place, PickupError] = field(default_factory=dict)

    def left(self, *, everything: bool) -> Sequence[TakeFile]:
        """Drafts to conform that were not tried in vain."""
        wanted = _wanted(self.prepared, everything=everything)
        return [file for file in wanted if (file.shot, file.take) not in self.failed]

    async def conform_all(self, files: Sequence[TakeFile]) -> None:
        """Some at once, each in its own process."""
        slots = asyncio.Semaphore(Limits().conforms)
        store = self.prepared.library.store(orders={})

        async def conform(file: TakeFile) -> None:
            async with slots:
                try:
                    await self._conform(file, store=store)
                except (MediaError, LibraryError, TimingError) as error:
                    self.failed[file.shot, file.take] = error

        async with asyncio.TaskGroup() as group:
            for file in files:
                group.create_task(conform(file))

    async def _conform(self, file: TakeFile, *, store: TakeStore) -> None:
        draft = read_draft(self.prepared.library.layout, file)
        if draft is None:
            return

        def tell(done: float) -> None:
            self.report(Progress(shot=file.shot, take=file.take, stage="conforming", done=done))

        destination = store.conformed(file.shot, take=file.take)
        delivery = replace(draft.delivery, proxy=False)  # its film is there, and is what take.json still speaks of
        conformed = await self.conform(draft.originals, destination, delivery=delivery, report=tell)
        store.keep_conformed(file, conformed=conformed)
        self.conformed.append((file.shot, file.take))
        tell(1.0)

    def drafts(self) -> Drafts:
        """What became of them."""
        unready, findings = {}, []
        shown = self.prepared.library.circled_of({shot for shot, _take in self.failed})
        for (shot, take), error in sorted(self.failed.items()):
            circled = shown[shot]
            if circled is not None and circled.number == take:
                unready[shot] = f"{error.message}; {error.next_step}"
            else:
                findings.append(warning("DRAFT_LEFT", error.message, where=f"{shot} take {take}"))
        return Drafts(conformed=tuple(self.conformed), unready=unready, findings=tuple(findings))
