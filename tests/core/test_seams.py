"""The small values that pass between the parts: requests, takes, offers, errors."""

from dataclasses import fields, replace
from decimal import Decimal
from fractions import Fraction

import pytest

from pickup.errors import (
    BudgetError,
    ConfigError,
    Finding,
    LibraryError,
    MediaError,
    OutcomeUnknown,
    PickupError,
    ProviderError,
    ProviderRefused,
    ProviderRetired,
    ProviderUnavailable,
    TimelineError,
    TimingError,
    counted,
    info,
    warning,
)
from pickup.holes import Placement, PlacementKind
from pickup.offers import Offer, Price, PriceList, Wish
from pickup.ports import BurnIn, Generation, Reference
from pickup.takes import LinkedTake, Relink, Take, take_name
from pickup.timing import FrameRange, FrameRate

RATE = FrameRate.parse("23.976")
REQUEST = Generation(
    shot="SH0010", take=1, prompt="rain", negative="", seed=7, model="one", frames=48, rate=RATE, size=(320, 180),
    look="plain",
)  # fmt: skip
CHANGES: dict[str, object] = {
    "shot": "SH0020",
    "take": 2,
    "prompt": "snow",
    "negative": "people",
    "seed": 8,
    "model": "two",
    "frames": 49,
    "rate": FrameRate.parse("24"),
    "size": (640, 360),
    "look": "sea",
    "seconds": Fraction(4),
    "part": 2,
    "follows": "job",
    "head": 1,
    "tail": 1,
    "style": "noir",
    "time_of_day": "night",
    "boundary_in": b"png",
    "boundary_out": b"png",
    "burn_in": BurnIn(shot="SH0010", brief="rain", start_frame=0, drop_frame=False),
    "references": (Reference.of(b"png", name="mara", source="ab"),),
}


def test_equal_requests_have_equal_digests_that_are_the_same_in_every_release() -> None:
    assert REQUEST.digest() == replace(REQUEST).digest()
    assert len(REQUEST.digest()) == 64


def test_a_request_without_references_has_the_digest_that_it_had_before_there_were_any() -> None:
    assert REQUEST.digest() == "463412fd45f0ff61903b5e96a0308b5367a56f0b60e4d37c34ee23597370020a"


def test_the_same_file_is_the_same_request_whatever_encodes_it() -> None:
    asked = [
        replace(REQUEST, references=(Reference.of(png, name="mara", source=source),)).digest()
        for png, source in ((b"one", "ab"), (b"another", "ab"), (b"one", "cd"))
    ]
    assert asked[0] == asked[1] != asked[2]


@pytest.mark.parametrize("name", [field.name for field in fields(Generation)])
def test_every_part_of_a_request_is_in_its_digest(name: str) -> None:
    assert replace(REQUEST, **{name: CHANGES[name]}).digest() != REQUEST.digest()  # type: ignore[arg-type]


def test_a_boundary_frame_before_is_not_one_after() -> None:
    assert replace(REQUEST, boundary_in=b"png").digest() != replace(REQUEST, boundary_out=b"png").digest()


def test_a_take_is_named_for_its_library_its_shot_and_its_number() -> None:
    assert take_name("HARBOR7K2Q", shot="SH0010", take=1) == "HARBOR7K2Q_SH0010_t01"
    assert take_name("HARBOR7K2Q", shot="SH0010", take=120) == "HARBOR7K2Q_SH0010_t120"


def test_what_a_take_shows_is_all_but_its_handles() -> None:
    take = Take(
        shot="SH0010", number=1, path="takes/a.mov", frames=72, head=12, tail=10, rate=RATE, size=(320, 180),
        provider="slate", model="slate", look="plain", previs=True, cost=Decimal(0), wish="",
    )  # fmt: skip
    assert take.cover_frames == 50


def test_a_relink_shows_the_circled_take() -> None:
    takes = tuple(LinkedTake(number=n, path=f"/t{n}.mov", frames=24, start=Fraction(0)) for n in (1, 2, 3))
    relink = Relink(
        shot="SH0010", hole="x", kind="GAP", track="Video 1", offset=0, circled=2, takes=takes,
        placement=Placement(kind=PlacementKind.ON_TRACK, address=(0,)),
        record=FrameRange(start=0, end=24, rate=RATE),
    )  # fmt: skip
    assert relink.shown.number == 2


def test_the_length_of_a_wish_is_exact_seconds() -> None:
    assert Wish(cover_frames=24, handles=12, rate=RATE, size=(320, 180)).seconds == Fraction(1001, 1000)


@pytest.mark.parametrize(("price", "free"), [("0", True), ("0.00", True), ("0.01", False)])
def test_an_offer_without_a_price_is_free(price: str, *, free: bool) -> None:
    offer = Offer(provider="x", model="y", prices=PriceList(lines=(Price(usd=Decimal(price)),)))
    assert offer.is_free is free


def test_an_offer_whose_price_nobody_knows_is_not_free() -> None:
    assert not Offer(provider="x", model="y").is_free


ERRORS = (
    TimingError, TimelineError, ConfigError, BudgetError, LibraryError, MediaError, ProviderError, ProviderRefused,
    ProviderRetired, ProviderUnavailable, OutcomeUnknown,
)  # fmt: skip


@pytest.mark.parametrize("error", ERRORS)
def test_every_error_says_what_where_and_what_next(error: type[PickupError]) -> None:
    raised = error("it is broken", where="Video 1 01:00:00:00", next_step="mend it")
    assert (str(raised), raised.where, raised.next_step) == ("it is broken", "Video 1 01:00:00:00", "mend it")


def test_every_error_has_its_own_code() -> None:
    assert len({error.code for error in ERRORS}) == len(ERRORS)


@pytest.mark.parametrize(("count", "spoken"), [(0, "0 takes"), (1, "1 take"), (2, "2 takes")])
def test_counts_are_spoken_as_people_do(count: int, spoken: str) -> None:
    assert counted(count, "take") == spoken


def test_a_finding_knows_how_much_it_matters() -> None:
    assert info("DIP", "a dip", where="here") == Finding(severity="info", code="DIP", message="a dip", where="here")  # type: ignore[arg-type]
    assert warning("DIP", "a dip", where="here").severity == "warning"
