import pytest

from pickup.cut import Event, EventKind, Track, TrackKind, paints, walk_events
from pickup.testing.cuts import compound, gap, make_cut, offline, row, shot, slug, synthetic, title

_PAINTING = (slug(10), title(10, text="words"), offline(10), synthetic(EventKind.LEADER, 10),
             synthetic(EventKind.OPAQUE, 10))  # fmt: skip


def brute_event_at(track: Track, frame: int) -> Event | None:
    return next((event for event in track.events if event.record.start <= frame < event.record.end), None)


def name_at(event: Event | None) -> str | None:
    return event.name if event is not None else None


def test_the_topmost_event_that_paints_is_what_is_seen() -> None:
    cut = make_cut(row(shot(30, name="low")), row(gap(10), shot(10, name="high")))
    assert [name_at(cut.picture_at(frame)) for frame in (9, 10, 19, 20)] == ["low", "high", "high", "low"]


@pytest.mark.parametrize("item", _PAINTING, ids=lambda item: item.kind.name)
def test_footage_cards_and_what_stands_for_footage_hide_what_lies_below(item: object) -> None:
    cut = make_cut(row(shot(10, name="low")), row(item))  # type: ignore[arg-type]
    assert name_at(cut.picture_at(5)) != "low"


@pytest.mark.parametrize(
    "item",
    [gap(10), synthetic(EventKind.ADJUSTMENT, 10), shot(10, name="off", enabled=False)],
    ids=["gap", "adjustment", "disabled"],
)
def test_gaps_adjustments_and_disabled_clips_hide_nothing(item: object) -> None:
    cut = make_cut(row(shot(10, name="low")), row(item))  # type: ignore[arg-type]
    assert name_at(cut.picture_at(5)) == "low"


def test_disabled_tracks_and_tracks_without_picture_show_nothing() -> None:
    for track in (
        row(shot(10), enabled=False),
        row(shot(10), kind=TrackKind.OTHER),
        row(shot(10), kind=TrackKind.AUDIO),
    ):
        assert make_cut(track).picture_at(5) is None


def test_a_compound_clip_shows_what_is_inside_and_is_open_where_that_is_empty() -> None:
    inside = compound(20, row(shot(5, name="a"), gap(5), shot(10, name="b")))
    cut = make_cut(row(shot(20, name="low")), row(inside))
    assert [name_at(cut.picture_at(frame)) for frame in (4, 5, 9, 10)] == ["a", "low", "low", "b"]


def test_a_compound_clip_that_cannot_be_looked_into_hides_what_lies_below() -> None:
    cut = make_cut(row(shot(20, name="low")), row(compound(20, name="ramped", straightened=False)))
    assert name_at(cut.picture_at(5)) == "ramped"


def test_an_overlay_can_be_looked_through() -> None:
    cut = make_cut(row(shot(10, name="low")), row(shot(10, name="logo")))
    over = cut.picture_at(5)
    assert over is not None
    assert name_at(cut.picture_at(5, besides=frozenset({over.address}))) == "low"


def test_nothing_is_seen_beyond_the_end() -> None:
    cut = make_cut(row(shot(10)))
    assert (cut.duration, cut.picture_at(10), cut.picture_at(-1)) == (10, None, None)


def test_lookups_agree_with_counting_even_where_items_are_empty() -> None:
    track = make_cut(row(gap(0), shot(4), shot(0), gap(0), slug(3), shot(5), gap(0))).tracks[0]
    for frame in range(-2, 15):
        assert track.event_at(frame) == brute_event_at(track, frame)
    cut = make_cut(row(shot(1)))
    for start in range(-2, 14):
        for end in range(start + 1, 15):
            seen = [each for each in track.events if each.record.start < end and start < each.record.end]
            assert [each for each in track.events_in(cut.range(start, end)) if each.record.length] == [
                each for each in seen if each.record.length
            ]


def test_walking_gives_compounds_before_what_they_hold_with_their_own_addresses() -> None:
    cut = make_cut(row(shot(5), compound(5, row(gap(2), shot(3, name="in")))))
    walked = [(event.kind, event.address) for _, event in walk_events(cut.tracks)]
    assert walked == [
        (EventKind.FOOTAGE, (0, 0)),
        (EventKind.NESTED, (0, 1)),
        (EventKind.GAP, (0, 1, 0, 0)),
        (EventKind.FOOTAGE, (0, 1, 0, 1)),
    ]


def test_timecode_counts_from_the_first_frame_of_the_cut() -> None:
    assert make_cut(row(shot(10)), start_frame=86400).timecode(48) == "01:00:02:00"


def test_a_disabled_item_never_paints() -> None:
    event = make_cut(row(shot(10, enabled=False))).tracks[0].events[0]
    assert not paints(event)
