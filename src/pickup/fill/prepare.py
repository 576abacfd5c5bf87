"""Reading a timeline and planning its pickups; nothing is written, nothing is spent."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from types import MappingProxyType

from pickup.config import Config
from pickup.errors import Finding
from pickup.fill.delivery import SIZE_UNKNOWN, find_delivery
from pickup.fill.fit import misfit
from pickup.fill.foresight import plan_findings, shot_findings, shut_findings
from pickup.fill.identity import as_the_cut_shows, recognize_shots, sightings_of
from pickup.fill.prepared import FillOptions, Prepared, Reading, Shot
from pickup.fill.reading import read_settings, rules_of, source_folder
from pickup.fill.references import read_sets
from pickup.fill.routes import STAND_INS, Routes
from pickup.fill.sent import read_sent
from pickup.fill.stale import length_changed, what_changed
from pickup.library import Library
from pickup.library.layout import CutFolder
from pickup.library.sidecars import TakeFile
from pickup.library.versions import latest
from pickup.media.conform import expected_bytes
from pickup.offers import Conditioning, Offer, Quote
from pickup.plan import Manner, ShotRequest, make_plan
from pickup.ports import Delivery
from pickup.shots import ShotSpec, ShotWishes, make_spec, make_stand_in
from pickup.shots.extend import propose_extension
from pickup.takes import Take
from pickup.timelines.bundles import extract_media
from pickup.timelines.limits import is_bundle
from pickup.timelines.survey import Survey, survey_timeline

STAND_INS_GO_TO = "resolve"
"""The flavor that stand-ins are for."""


def prepare(
    timeline: Path,
    *,
    config: Config,
    options: FillOptions | None = None,
    explain: bool = False,
    probe: bool = True,
    unpacked: Callable[[float], None] = lambda _share: None,
    said: Sequence[Finding] = (),
) -> Prepared:
    """Finds holes, recognizes shots and plans what is missing.

    Args:
        timeline: The editor's file.
        config: Settings.
        options: What was asked for beside the settings.
        explain: Also say why items are no holes.
        probe: Whether media may be opened to find the picture size; those of a bundle are unpacked into the library
            for it.
        unpacked: Told how much of that is done, 0.0 to 1.0.
        said: Findings that go before those of the timeline.

    Raises:
        TimelineError: The timeline cannot be read.
        ConfigError: A setting makes no sense for it.
    """
    library = Library.at(config.library_folder, tag=config.tag).with_places()
    sent, heard = read_sent(timeline)
    settings = read_settings(config, library=library, sent=sent)
    folder = source_folder(timeline, library=library)
    if probe and is_bundle(timeline):
        extract_media(timeline, folder, report=unpacked)
    survey = survey_timeline(timeline, settings=settings, rules=rules_of(config), explain=explain, folder=folder)
    if sent is not None:
        heard = (*heard, *sent.contradicts(survey.cut.rate, size=survey.cut.size, timeline=timeline))
        if survey.cut.size is None and sent.size is not None:
            survey = replace(survey, cut=replace(survey.cut, size=sent.size, size_from="what was sent beside it"))
    delivery, of_size = find_delivery(survey, config=config, probe=probe)
    sets = read_sets(config, fields=_cast_fields(survey), may_read=probe)
    reading = Reading(
        timeline=timeline,
        folder=folder.absolute(),
        survey=survey,
        delivery=delivery,
        said=(*said, *heard, *of_size, *sets.findings),
        sent=sent,
        sets=sets,
    )
    return plan_again(reading, library=library, config=config, options=options or FillOptions())


def plan_again(
    reading: Reading,
    *,
    library: Library,
    config: Config,
    options: FillOptions,
    begun: Mapping[str, Mapping[int, Decimal]] = MappingProxyType({}),
) -> Prepared:
    """Recognizes and plans once more what was read before, as the library stands now; cheap.

    Args:
        reading: The timeline.
        library: The library.
        config: Settings.
        options: What was asked for beside them.
        begun: By shot and take what was asked for and did not come home yet, with the USD that are spent or set aside.
    """
    survey, delivery = reading.survey, reading.delivery
    cut_name = library.cut_name(reading.timeline)
    stand_ins = survey.found.stand_ins if _wants_stand_ins(library.cut_folder(cut_name), config=config) else ()
    wanted = sorted((*survey.found.holes, *stand_ins), key=lambda hole: hole.record.start)
    known, recognized, new_codes = recognize_shots(
        wanted, library=library, cut_name=cut_name, present=survey.media_names
    )
    wishes = _wishes(reading, config=config)
    routes = Routes(
        config=config,
        send_frames=options.send_frames,
        no_frames=options.no_frames,
        today=datetime.now(UTC).astimezone().date(),
    )
    sized = delivery.size_from != SIZE_UNKNOWN  # nothing is quoted, and nothing called stale, for a size unknown
    shelf = library.shelf(each.code for each in known)
    refreshed = {each.upper() for each in options.refresh}
    shots = []
    for each in (as_the_cut_shows(one, fills=survey.fills, takes=_takes_in(shelf[one.code][0])) for one in known):
        spec = make_spec(each.holes, code=each.code, wishes=wishes, shifts=each.shifts)
        spec = make_stand_in(spec) if each.holes[0].stand_in else spec
        made_on = (routes.load(STAND_INS),) if each.holes[0].stand_in else routes.for_shot(spec)
        whole, shown = ((), None) if each.asked else shelf[each.code]
        takes = _takes_in(whole)
        fits_none = all(misfit(take, spec, shifts=each.shifts) for take in takes)
        unfit = shown is not None and bool(misfit(shown.as_take(), spec, shifts=each.shifts))
        is_known = sized and spec.wish_is_known
        was_shown = any(hole.filled for hole in each.holes)  # then what was wanted there is not in the cut any more
        is_free = made_on[0].offer.is_free and made_on[0].offer.patience_s is None  # what nobody has to make by hand
        renewed = (unfit and fits_none and is_free) or each.code.upper() in refreshed
        stale = ""
        if is_known and shown is not None and not was_shown:
            stale = what_changed(shown, spec=spec, shifts=each.shifts)
        shot = Shot(
            spec=spec,
            takes=takes,
            known=each,
            stale=stale,
            outgrown=length_changed(shown, spec=spec) if unfit and shown is not None else "",
            renewed=renewed,
            missing=_missing(
                spec,
                takes=takes,
                renewed=renewed,
                retaken=bool(options.retakes and whole) and all(file.has_failed for file in whole),
                following=_following(each.code, library=library),
                begun=begun.get(each.code, {}),
            ),
            routes=made_on,
        )
        shots.append(shot)
    plan = make_plan(
        [_request(shot, routes=routes, begun=begun.get(shot.spec.code, {})) for shot in shots] if sized else [],
        estimate=_estimate,
        today=routes.today,
        manner=Manner(
            conditioning=Conditioning(config.conditioning),
            handles_required=config.handles_required,
            retime=Fraction(config.retime_percent, 100),
            free_first=options.extend_neighbours,
        ),
        budget=_budget(config),
        paid_unbriefed=options.unbriefed,
        paid_from_markers=options.approved,
    )
    found = (
        *config.findings,
        *survey.cut.findings,
        *survey.found.findings,
        *shut_findings(survey),
        *reading.said,
        *recognized,
    )
    return Prepared(
        reading=reading,
        library=library,
        cut_name=cut_name,
        shots=tuple(shots),
        plan=plan,
        new_codes=new_codes,
        sightings=tuple(sightings_of(((shot.known, shot.spec.wish) for shot in shots), cut_name=cut_name)),
        findings=(*found, *shot_findings(shots, refresh=options.refresh), *plan_findings(plan)),
        burn_in=config.burn_in,
        renewed=frozenset(shot.spec.code for shot in shots if shot.renewed),
        refreshed=frozenset(shot.spec.code for shot in shots if shot.renewed or _goes_on_renewing(shot, begun=begun)),
        partial=options.partial,
        routes=routes.by_name(),
    )


def _takes_in(files: Sequence[TakeFile]) -> tuple[Take, ...]:
    return tuple(file.as_take() for file in files)


def _wants_stand_ins(folder: CutFolder, *, config: Config) -> bool:
    """Whether a version has a flavor that stand-ins go to: one is to be written, or lies there already."""
    last = latest(folder)
    written = last is not None and folder.timeline(last, flavor=STAND_INS_GO_TO).is_file()
    return written or STAND_INS_GO_TO in config.flavors


def _cast_fields(survey: Survey) -> Iterator[str]:
    """What the briefs say under `characters`."""
    for hole in survey.found.holes:
        if hole.brief is not None and (field := hole.brief.field("characters")):
            yield field


def _wishes(reading: Reading, *, config: Config) -> ShotWishes:
    survey = reading.survey
    return ShotWishes(
        delivery=reading.delivery,
        styles={name: style.prompt for name, style in config.styles.items()},
        style=config.style,
        takes=config.takes,
        max_takes=config.max_takes,
        handles=config.handles,
        burn_in=config.burn_in,
        start_frame=survey.cut.start_frame,
        drop_frame=survey.cut.drop_frame,
        sets=reading.sets.sets,
    )


def _missing(
    spec: ShotSpec, *, takes: Sequence[Take], renewed: bool, retaken: bool, following: int, begun: Collection[int]
) -> tuple[int, ...]:
    """Numbers of the takes to make: those that are wanted and not there, or new ones for a shot to be renewed.

    What was begun is brought home, whether or not it would be wanted anew; one more is made where all have failed.
    """
    numbers = {take.number for take in takes}
    wanted = range(following, following + spec.takes) if renewed else range(1, spec.takes + 1)
    if retaken and numbers.issuperset(wanted):
        wanted = range(following, following + 1)
    return tuple(number for number in sorted({*wanted, *begun}) if number not in numbers)


def _goes_on_renewing(shot: Shot, *, begun: Mapping[str, Mapping[int, Decimal]]) -> bool:
    return any(number > shot.spec.takes for number in begun.get(shot.spec.code, {}))


def _following(code: str, *, library: Library) -> int:
    """Number of a new take; one that was begun and is not there yet, such as a parked one, is gone on with."""
    layout = library.layout
    ended = (
        number
        for number in layout.take_numbers(code)
        if layout.known_take_file(code, take=number).is_file() or layout.removed_file(code, take=number).is_file()
    )
    return max(ended, default=0) + 1


def _request(shot: Shot, *, routes: Routes, begun: Mapping[int, Decimal]) -> ShotRequest:
    spec = shot.spec
    held = next((hole.held for hole in spec.holes if hole.held), "")
    if shot.known.asked:
        held = shot.known.question
    if spec.provider and (why := routes.why_not(spec.provider)):
        held = f"its brief asks for the provider {spec.provider!r}: {why}"
    candidates = tuple(route.candidate for route in shot.routes)
    return ShotRequest(
        spec=spec,
        candidates=candidates,
        missing=shot.missing,
        held=held,
        extension=propose_extension(spec),
        begun=begun,
    )


def _estimate(spec: ShotSpec, offer: Offer, quote: Quote) -> int:
    """Bytes of one conformed take."""
    codec = codec_of(spec, offer=offer)
    delivery = Delivery(
        frames=quote.frames, rate=spec.delivery.rate, size=spec.delivery.size, codec=codec, reel=spec.code
    )
    return expected_bytes(delivery)


def codec_of(spec: ShotSpec, *, offer: Offer) -> str:
    """The codec of a shot's takes: LT for previs and HQ for generated footage, unless one is set."""
    if spec.delivery.codec != "auto":
        return spec.delivery.codec
    return "prores_lt" if offer.previs else "prores_hq"


def _budget(config: Config) -> Decimal | None:
    budgets = [each for each in (config.budget, config.budget_per_timeline, config.budget_per_day) if each is not None]
    return min(budgets, default=None)
