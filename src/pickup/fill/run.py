"""`fill`: plan under the cut's lock, ask, make what is missing, hand back."""

from __future__ import annotations

import os
from collections import defaultdict
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path

from pickup import _files
from pickup.config import Config
from pickup.errors import ConfigError, Finding, LibraryError
from pickup.fill.approval import write_plan
from pickup.fill.budget import allowances_of, begun_takes, with_what_is_left
from pickup.fill.bundles import write_bundles
from pickup.fill.catalogues import look_up_catalogues
from pickup.fill.drafts import conform_drafts
from pickup.fill.generate import Made, make_takes
from pickup.fill.hand_back import Version, hand_back
from pickup.fill.keeping import keep_source, log_event
from pickup.fill.prepare import plan_again, prepare
from pickup.fill.prepared import FillOptions, Prepared, Shot
from pickup.fill.reading import read_settings
from pickup.fill.shown import Shown, choose_takes
from pickup.jobs.gates import Allowance
from pickup.jobs.ledger import Ledger, open_ledger
from pickup.jobs.outcomes import RunResult
from pickup.library import Library
from pickup.library.lock import Waiting
from pickup.media.provenance import Signer, find_signer
from pickup.plan import check_budget, fit_budget, pilot_of
from pickup.ports import ProgressReport

_ROOM_FOR_ORIGINALS = 2
"""An original and its conformed file lie side by side; drawn originals are smaller, generated ones about as large."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Hearing:
    """Who is told, and asked.

    Attributes:
        approve: Shown the plan before anything is made; a reason ends the run with everything held for it, nothing
            lets it go on.
        may_send: Asked whether the frames that the plan lists may be sent; unattended, none are.
        report: Progress of each take.
        waits: Told whom the run waits for.
        stage: Told what is being done beside the takes.
        stop: Asked again and again, from any thread, whether the run should end.
        portion: Told how much of that is done, 0.0 to 1.0, where it may take long.
    """

    approve: Callable[[Prepared], str] = lambda _prepared: ""
    may_send: Callable[[Prepared], bool] = lambda _prepared: False
    report: ProgressReport = lambda _progress: None
    waits: Callable[[str], None] = lambda _sentence: None
    stage: Callable[[str], None] = lambda _sentence: None
    portion: Callable[[float], None] = lambda _share: None
    stop: Callable[[], bool] = lambda: False


@dataclass(frozen=True, slots=True, kw_only=True)
class Filled:
    """What a run did.

    Attributes:
        cut: Name of the cut's folder in the library.
        holes: How many holes were found.
        filled: Every shot that the version shows.
        held: Pairs of shot code and reason; likewise `failed`.
        doubt: Pairs of shot code and job.
        waits: Why nothing was made, where the plan was not approved.
        parked: Shots, among those held, that a later run goes on with by itself.
        spent: USD of this run, and `spent_total` of the cut.
    """

    timeline: Path
    library: Path
    cut: str
    holes: int
    version: int | None
    changed: bool
    filled: tuple[str, ...]
    held: tuple[tuple[str, str], ...]
    failed: tuple[tuple[str, str], ...]
    doubt: tuple[tuple[str, str], ...]
    spent: Decimal
    spent_total: Decimal
    outputs: Mapping[str, Path]
    changes: Path | None
    findings: tuple[Finding, ...]
    made: int
    bundles: Mapping[str, Path] = field(default_factory=dict)
    waits: str = ""
    parked: tuple[str, ...] = ()


def fill(timeline: Path, *, config: Config, state_folder: Path, options: FillOptions, hearing: Hearing) -> Filled:
    """Fills a timeline's holes and writes a new version of it; running it again does nothing that is done.

    Raises:
        TimelineError: The timeline cannot be read, or the new one could not be verified.
        ConfigError: A setting is wrong.
        BudgetError: The plan does not fit; nothing was spent.
        LibraryError: No room, no permission, or the library is damaged.
        Stopped: `hearing.stop` said so; the next run goes on from there.
    """
    if config.ledger is not None:
        raise ConfigError("a shared ledger is not built yet", where="ledger", next_step="remove `ledger`")
    said = look_up_catalogues(config, today=datetime.now(UTC).astimezone().date())
    hearing.stage("reading the timeline")
    prepared = prepare(timeline, config=config, options=options, unpacked=hearing.portion, said=said)
    if not prepared.shots and not (prepared.survey.fills and prepared.library.exists):
        return _nothing(prepared)
    library = Library.at(config.library_folder, tag=config.tag)
    cut = library.claim_cut(timeline)
    library = library.with_places()
    waiting = Waiting(stop=hearing.stop)
    with library.hold_cut(cut, on_wait=hearing.waits, waiting=waiting), open_ledger(state_folder) as ledger:
        now = datetime.now(UTC)
        allowances = allowances_of(config, library=library.id, cut=cut, now=now)
        config = with_what_is_left(config, ledger=ledger, library=library.id, cut=cut, now=now)
        begun = begun_takes(ledger, library=library.id)
        prepared = _commit(prepared, library=library, config=config, options=options, begun=begun)
        if any(pickup.asks for pickup in prepared.plan.pickups):
            options = replace(options, send_frames=hearing.may_send(prepared))
            prepared = _commit(prepared, library=library, config=config, options=options, begun=begun)
        signer = None
        if prepared.plan.pickups:
            _check_ready(prepared)
            signer = find_signer(config.provenance, state_folder=state_folder, environment=os.environ)
            write_plan(prepared)
            if why := hearing.approve(prepared):
                return _declined(prepared, why)
        library.remove_leftovers(cut, shots=[shot.spec.code for shot in prepared.shots])
        limits = read_settings(config, library=library).limits
        keep_source(prepared, limits=limits)
        filled = _fill_held_cut(
            prepared,
            ledger=ledger,
            config=config,
            hearing=hearing,
            allowances=allowances,
            signer=signer,
            state_folder=state_folder,
            retakes=options.retakes,
        )
        if options.bundle:
            hearing.stage("packing timelines with their media")
            bundles, said = write_bundles(filled.outputs, config=config, limits=limits, report=hearing.portion)
            filled = replace(filled, bundles=bundles, findings=(*filled.findings, *said))
        return filled


def _commit(
    prepared: Prepared,
    *,
    library: Library,
    config: Config,
    options: FillOptions,
    begun: Mapping[str, Mapping[int, Decimal]],
) -> Prepared:
    """Plans again under the lock and gives the new shot codes, so that a crash later finds the same ones."""
    while True:
        prepared = plan_again(prepared.reading, library=library, config=config, options=options, begun=begun)
        if options.fit:
            prepared = replace(prepared, plan=fit_budget(prepared.plan) if prepared.plan.total else prepared.plan)
        if options.pilot is not None:
            prepared = replace(prepared, plan=pilot_of(prepared.plan, shots=options.pilot))
        check_budget(prepared.plan)
        _check_room(prepared)
        if not library.commit(prepared.cut_name, sightings=prepared.sightings, new_codes=prepared.new_codes):
            return prepared


def _check_ready(prepared: Prepared) -> None:
    """Keys and addresses are there, before anything is asked or paid.

    Raises:
        ConfigError: Something is missing; it says how to set it.
    """
    for key in {(pickup.offer.provider, pickup.offer.model) for pickup in prepared.plan.pickups}:
        prepared.routes[key].provider.check_ready()


def _check_room(prepared: Prepared) -> None:
    needed = prepared.plan.bytes_expected * _ROOM_FOR_ORIGINALS
    free = _files.free_bytes(prepared.library.folder)
    if needed > free:
        raise LibraryError(
            f"the takes need about {needed >> 20} MB and {free >> 20} MB are free",
            where=str(prepared.library.folder),
            next_step="make room, choose another --library, or lower --size",
        )


def _fill_held_cut(
    prepared: Prepared,
    *,
    ledger: Ledger,
    config: Config,
    hearing: Hearing,
    allowances: Sequence[Allowance],
    signer: Signer | None,
    state_folder: Path,
    retakes: int,
) -> Filled:
    if prepared.plan.pickups:
        log_event(prepared, "planned", pickups=len(prepared.plan.pickups), total=str(prepared.plan.total))
    spent_before = _spent(prepared, ledger=ledger)
    made = make_takes(
        prepared,
        ledger=ledger,
        report=hearing.report,
        stop=hearing.stop,
        allowances=allowances,
        signer=signer,
        retakes=retakes,
    )
    result = made.result
    for outcome in result.outcomes:
        log_event(prepared, outcome.ending.value, shot=outcome.shot, take=outcome.take, message=outcome.message)
    _circle_refreshed(prepared, result)
    prepared = replace(prepared, shots=_with_new_takes(prepared, config=config))
    _circle_what_fits(prepared)
    drafts = conform_drafts(
        prepared,
        everything=not prepared.delivery.drafts,
        signer=lambda: signer or find_signer(config.provenance, state_folder=state_folder, environment=os.environ),
        report=hearing.report,
        waits=hearing.waits,
        stop=hearing.stop,
    )
    if drafts.conformed:
        prepared = replace(prepared, shots=_with_new_takes(prepared, config=config))
    made = replace(made, findings=(*made.findings, *drafts.findings))
    shown = choose_takes(prepared, unready=drafts.unready)
    held = (*_held(prepared, shown, result), *made.held)
    hearing.stage("writing and verifying the timeline")
    failed = [(each.shot, f"{each.message.rstrip('.')}; {each.next_step}") for each in result.failed]
    version = hand_back(prepared, shown, held=held, failed=failed, config=config)
    if version.changed:
        log_event(prepared, "delivered", version=version.number)
    spent_total = _spent(prepared, ledger=ledger)
    return _filled(
        prepared,
        shown,
        version,
        made,
        held=held,
        failed=failed,
        spent=spent_total - spent_before,
        spent_total=spent_total,
    )


def _spent(prepared: Prepared, *, ledger: Ledger) -> Decimal:
    """USD that the cut is known to have cost; only the run that holds its lock adds to it."""
    return ledger.spent(library=prepared.library.id, cut=prepared.cut_name).cost


def _with_new_takes(prepared: Prepared, *, config: Config) -> tuple[Shot, ...]:
    again = plan_again(prepared.reading, library=prepared.library, config=config, options=FillOptions())
    return again.shots


def _circle_refreshed(prepared: Prepared, result: RunResult) -> None:
    """A shot that was renewed shows its new take, one that quality control has not failed before others."""
    made: dict[str, set[int]] = defaultdict(set)
    for outcome in result.done:
        if outcome.shot in prepared.refreshed:
            made[outcome.shot].add(outcome.take)
    for shot, numbers in made.items():
        prepared.library.circle(shot, take=min(_not_failed(shot, numbers, library=prepared.library)))


def _circle_what_fits(prepared: Prepared) -> None:
    """Where a hole outgrew its circled take and the library has one that fits, that one is shown.

    So it is after a new take was made for the hole, also where a crash came before it was circled.
    """
    library = prepared.library
    circled = library.circled_of(shot.spec.code for shot in prepared.shots)
    for shot in prepared.shots:
        shown = circled[shot.spec.code]
        fitting = {take.number for take in shot.takes if not shot.misfit(take)}
        if shown is not None and shot.misfit(shown) and fitting:
            library.circle(shot.spec.code, take=max(_not_failed(shot.spec.code, fitting, library=library)))


def _not_failed(shot: str, numbers: Collection[int], *, library: Library) -> Collection[int]:
    """Those takes that quality control has not failed; all of them where it has failed all."""
    failed = {each.take for each in library.take_files(shot) if each.has_failed}
    return set(numbers) - failed or numbers


def _held(prepared: Prepared, shown: Shown, result: RunResult) -> tuple[tuple[str, str], ...]:
    """Every shot that the version does not show and that did not fail, with the reason; each once."""
    reasons = dict(shown.held)
    reasons |= {held.spec.code: held.why for held in prepared.plan.held if held.spec.code not in shown.shots}
    reasons |= {each.shot: f"{each.message}; {each.next_step}" for each in result.parked}
    return tuple(reasons.items())


def _filled(
    prepared: Prepared,
    shown: Shown,
    version: Version,
    made: Made,
    *,
    held: Sequence[tuple[str, str]],
    failed: Sequence[tuple[str, str]],
    spent: Decimal,
    spent_total: Decimal,
) -> Filled:
    library, result = prepared.library, made.result
    return Filled(
        timeline=prepared.timeline.absolute(),
        library=library.folder.absolute(),
        cut=prepared.cut_name,
        holes=len(prepared.survey.found.holes),
        version=version.number,
        changed=version.changed,
        filled=shown.shots,
        held=tuple(held),
        failed=tuple(failed),
        doubt=tuple((each.shot, each.job.key if each.job else "") for each in result.doubt),
        spent=spent,
        spent_total=spent_total,
        outputs=version.outputs,
        changes=version.changes,
        findings=(*prepared.findings, *made.findings, *result.findings, *shown.findings, *version.findings),
        made=len(result.done),
        parked=tuple(dict.fromkeys(each.shot for each in result.parked)),
    )


def _nothing(prepared: Prepared) -> Filled:
    return Filled(
        timeline=prepared.timeline.absolute(),
        library=prepared.library.folder.absolute(),
        cut=prepared.cut_name,
        holes=len(prepared.survey.found.holes),
        version=None,
        changed=False,
        filled=(),
        held=(),
        failed=(),
        doubt=(),
        spent=Decimal(0),
        spent_total=Decimal(0),
        outputs={},
        changes=None,
        findings=prepared.findings,
        made=0,
    )


def _declined(prepared: Prepared, why: str) -> Filled:
    held = tuple((pickup.spec.code, why) for pickup in prepared.plan.pickups)
    return replace(_nothing(prepared), held=held, waits=why)
