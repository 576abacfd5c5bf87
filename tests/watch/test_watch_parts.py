"""The parts of a watcher, each for itself: names, stillness, looks, journal, log, deliveries, status and its page."""

from __future__ import annotations

import json
import os
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from html.parser import HTMLParser
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pickup.config import load_config
from pickup.errors import ConfigError, LibraryError
from pickup.library.layout import Layout
from pickup.watch.again import is_due, wait_s
from pickup.watch.arrivals import Arrival, Signature, seen
from pickup.watch.deliver import deliver_copies
from pickup.watch.files import Again, FileState, Reasons, Standing, WatchedFile, recorded
from pickup.watch.journal import Journal
from pickup.watch.log import make_log
from pickup.watch.looking import FolderAway, Place
from pickup.watch.names import is_export
from pickup.watch.notes import note_of, remove_note, write_note
from pickup.watch.outputs import Outputs
from pickup.watch.page import status_page
from pickup.watch.purse import Purse
from pickup.watch.settings import FolderSettings
from pickup.watch.status import FolderStanding, StatusFiles, WatcherState
from pickup.watch.telling import Telling

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
ONE = Signature(size=10, mtime_ns=1, inode=1)


@pytest.mark.parametrize(
    "name",
    ["reel1.otio", "REEL.OTIOZ", "a b.xml", "x.tmpl.otio", "party.otio", "Reel1.Temp.Mix.otio", "reel.temp.otio"],
)
def test_these_may_be_exports(name: str) -> None:
    assert is_export(name)


@pytest.mark.parametrize(
    "name",
    [
        ".a.otio",
        "~a.otio",
        "a.otio~",
        "a.otio.part",
        "a.PART.otio",
        "a.crdownload.xml",
        "a.tmp.otio",
        "a.fcpxml",
        "a",
        "a.otio.sent.json",
    ],
)
def test_these_are_none(name: str) -> None:
    assert not is_export(name)


# When a file is whole


def looks(*times: tuple[float, int], closed_at: float | None = None) -> Arrival:
    arrival = None
    for now, size in times:
        arrival = seen(arrival, replace(ONE, size=size), now=now, closed=closed_at == now)
    assert arrival is not None
    return arrival


def test_a_file_is_read_after_it_stood_still_by_two_looks() -> None:
    assert not looks((0, 1)).may_be_read(settle_s=0)
    assert not looks((0, 1), (1.9, 1)).may_be_read(settle_s=2)
    assert looks((0, 1), (2, 1)).may_be_read(settle_s=2)
    assert not looks((0, 1), (2, 2), (3.9, 2)).may_be_read(settle_s=2)


def test_a_file_whose_writer_was_seen_to_close_it_is_read_at_once() -> None:
    assert looks((0, 1), (0.2, 1), closed_at=0).may_be_read(settle_s=2)
    assert not looks((0, 1), (0.1, 1), closed_at=0).may_be_read(settle_s=2)
    assert not looks((0, 1), (0.2, 2), closed_at=0).may_be_read(settle_s=2)  # and then it was written on


@given(st.lists(st.tuples(st.floats(0, 9), st.integers(0, 2)), min_size=1, max_size=12), st.floats(0.1, 5))
def test_no_file_is_read_that_changed_within_the_time(steps: list[tuple[float, int]], settle_s: float) -> None:
    now, arrival = 0.0, None
    history: list[tuple[float, int]] = []
    for wait, size in steps:
        now += wait
        history.append((now, size))
        arrival = seen(arrival, replace(ONE, size=size), now=now)
        before = [moment for moment, each in history if each != size]
        same = [moment for moment, each in history if each == size and moment >= max(before, default=0.0)]
        if arrival.may_be_read(settle_s=settle_s):
            assert all(now - moment >= settle_s for moment in before)
            assert now - same[0] >= settle_s


# Looks


def test_a_look_passes_over_folders_libraries_and_what_is_hidden(tmp_path: Path) -> None:
    for name in ("a.otio", "sub/b.otio", ".hid/c.otio", "pickup/d.otio", "other/library.json", "other/e.otio"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text("x")
    place = Place.of(tmp_path, shut=(tmp_path / "pickup",))
    assert list(place.look(recursive=False).files) == ["a.otio"]
    assert sorted(place.look(recursive=True).files) == ["a.otio", "sub/b.otio"]


def test_a_folder_that_is_gone_is_away_and_says_nothing_of_its_files(tmp_path: Path) -> None:
    folder = tmp_path / "in"
    folder.mkdir()
    place = Place.of(folder, shut=())
    folder.rmdir()
    with pytest.raises(FolderAway):
        place.look(recursive=False)
    folder.write_text("a file")
    with pytest.raises(FolderAway, match="no folder"):
        place.look(recursive=False)


def test_a_name_that_is_no_text_is_refused_and_can_be_told(tmp_path: Path) -> None:
    os.close(os.open(os.fsencode(tmp_path) + b"/bad\xff.otio", os.O_CREAT | os.O_WRONLY))
    look = Place.of(tmp_path, shut=()).look(recursive=False)
    assert (dict(look.files), dict(look.refused)) == ({}, {"bad\\udcff.otio": "its name is no text (UTF-8)"})


def test_a_folder_whose_drive_is_gone_is_away_though_its_mount_point_is_there(tmp_path: Path) -> None:
    place = Place.of(tmp_path, shut=())
    with pytest.raises(FolderAway, match="nothing is mounted"):
        replace(place, mount=place.mount / "a drive that is gone").check()


# Settings


def settings_of(watched: Path, users: str = "") -> FolderSettings:
    (watched.parent / "user.toml").write_text(users)
    return FolderSettings(folder=watched, environment={}, config_file=watched.parent / "user.toml")


def test_a_strangers_settings_name_no_library_elsewhere(tmp_path: Path) -> None:
    watched, elsewhere = tmp_path / "in", tmp_path / "elsewhere"
    watched.mkdir()
    elsewhere.mkdir()
    assert settings_of(watched).of_folder().library_folder == watched / "pickup"
    (watched / "pickup.toml").write_text(f'library = "{elsewhere}"\n')
    with pytest.raises(ConfigError, match="outside the watched folder"):
        settings_of(watched).of_folder()
    assert settings_of(watched, f'roots = ["{elsewhere}"]\n').of_folder().library_folder == elsewhere
    assert settings_of(watched, f'library = "{elsewhere}"\n').of_folder().library_folder == elsewhere
    named = replace(settings_of(watched), library=tmp_path / "named")
    assert named.of_folder().library_folder == tmp_path / "named"
    (watched / "pickup.toml").unlink()
    (watched / "pickup").symlink_to(elsewhere)
    with pytest.raises(ConfigError, match="outside the watched folder"):
        settings_of(watched).of_folder()


def test_settings_have_another_stamp_when_a_file_changes_or_comes(tmp_path: Path) -> None:
    watched = tmp_path / "in"
    watched.mkdir()
    settings = settings_of(watched)
    stamps = [settings.stamp()]
    (watched / "pickup.toml").write_text("takes = 2\n")
    stamps.append(settings.stamp())
    (tmp_path / "user.toml").write_text("takes = 3\n")
    stamps.append(settings.stamp())
    assert len(set(stamps)) == 3
    assert settings.stamp() == stamps[-1]


# Once more


def waiting(
    again: Again, *, state: FileState = FileState.WAITING, tried: Reasons | None, note: bool = False
) -> WatchedFile:
    standing = Standing(state=state, again=again, note=note)
    return WatchedFile(name="a.otio", standing=standing, rested=standing, tried_for=tried, next_try=10.0)


NOW = Reasons(yes=None, day=date(2026, 3, 1), returned=0, settings="a")
YES = replace(NOW, yes=(5, 0))


@pytest.mark.parametrize(
    ("file", "reasons", "due"),
    [
        (waiting(Again.YES, tried=NOW), NOW, False),
        (waiting(Again.YES, tried=NOW), YES, True),
        (waiting(Again.YES, tried=YES), YES, False),
        (waiting(Again.YES, tried=YES), replace(NOW, yes=(6, 0)), True),
        (waiting(Again.MONEY, tried=NOW), NOW, False),
        (waiting(Again.MONEY, tried=NOW), replace(NOW, day=date(2026, 3, 2)), True),
        (waiting(Again.MONEY, tried=NOW), replace(NOW, returned=1), True),
        (waiting(Again.MONEY, state=FileState.HELD, tried=NOW), replace(NOW, settings="b"), True),
        (waiting(Again.NEVER, state=FileState.FAILED, tried=NOW), NOW, False),
        (waiting(Again.NEVER, state=FileState.FAILED, tried=NOW), replace(NOW, settings="b"), True),
        (waiting(Again.NEVER, state=FileState.FAILED, tried=NOW), YES, True),
        (waiting(Again.NEVER, state=FileState.FAILED, tried=NOW, note=True), YES, False),
        (waiting(Again.NEVER, state=FileState.DONE, tried=NOW), replace(YES, settings="b"), False),
        (waiting(Again.NEVER, state=FileState.FAILED, tried=NOW, note=True), replace(NOW, settings="b"), True),
        (waiting(Again.LATER, state=FileState.DONE, tried=NOW), NOW, False),
    ],
)
def test_a_file_goes_on_when_what_it_waits_for_has_come(file: WatchedFile, reasons: Reasons, due: object) -> None:
    assert is_due(file, reasons=reasons, now=9.9) is due


def test_what_is_tried_later_waits_longer_each_time_but_not_for_ever() -> None:
    file = waiting(Again.LATER, tried=NOW)
    assert not is_due(file, reasons=NOW, now=9.9)
    assert is_due(file, reasons=NOW, now=10.0)
    assert is_due(waiting(Again.LATER, state=FileState.DONE, tried=NOW), reasons=NOW, now=10.0)  # a copy to be made
    waits = [wait_s(tries) for tries in range(1, 60)]
    assert waits == sorted(waits)
    assert (waits[0], waits[-1]) == (5, 600)


def test_the_days_money_is_not_promised_twice() -> None:
    purse = Purse()
    first = purse.set_aside(Decimal(6), of=Decimal(10))
    assert first is not None
    assert purse.set_aside(Decimal(5), of=Decimal(10)) is None
    assert purse.set_aside(Decimal(4), of=Decimal(10)) is not None
    purse.give_back(first)
    assert purse.returned == 1
    assert purse.set_aside(Decimal(6), of=Decimal(10)) is not None


# What is written down


def rested(name: str, **more: object) -> WatchedFile:
    standing = Standing(
        state=FileState.HELD,
        since=NOON,
        message="v\u00e4rt",
        cut="reel1",
        holes=3,
        version=2,
        filled=("SH0010",),
        held=(("SH0020", "no brief"),),
        failed=(("SH0030", "refused"),),
        outputs={"fcp7": "cuts/reel1/reel1_v002.xml"},
        price=Decimal("1.50"),
        spent=Decimal("3.00"),
        again=Again.MONEY,
        progress=1.0,
    )
    standing = replace(standing, **more)  # type: ignore[arg-type]
    return WatchedFile(name=name, handled=ONE, sha256="ab", standing=standing, rested=standing)


def test_a_journal_gives_back_what_was_written_though_its_end_is_cut_off(tmp_path: Path) -> None:
    path = tmp_path / "watch.jsonl"
    journal = Journal(path)
    for number in range(3):
        journal.add(rested(f"{number}.otio"))
    journal.add(rested("1.otio", state=FileState.DONE))
    whole = path.read_bytes()
    for length in (len(whole), len(whole) - 1, len(whole) - 40):
        path.write_bytes(whole[:length])
        files = Journal(path).read()
        assert set(files) == {"0.otio", "1.otio", "2.otio"}
        expected = rested("2.otio")
        assert expected.rested is not None
        assert files["2.otio"].rested == replace(expected.rested, progress=0.0)
        assert (files["2.otio"].handled, files["2.otio"].sha256, files["2.otio"].is_there) == (ONE, "ab", False)
    path.write_bytes(b"\xff\n{}\n[]\n" + whole)
    assert Journal(path).read()["1.otio"].standing.state is FileState.DONE


def test_a_journal_that_has_grown_is_written_anew(tmp_path: Path) -> None:
    journal = Journal(tmp_path / "watch.jsonl")
    for _ in range(400):
        journal.add(rested("a.otio"))
    again = Journal(tmp_path / "watch.jsonl")
    again.compact(again.read().values())
    assert len((tmp_path / "watch.jsonl").read_text().splitlines()) == 1


def test_a_record_that_makes_no_sense_is_passed_over() -> None:
    record = rested("a.otio").record()
    for key in ("state", "since", "signature", "sha256", "price", "held"):
        assert recorded({each: value for each, value in record.items() if each != key}) is None
        assert recorded(record | {key: {"x": 1}}) is None or key == "sha256"


def test_the_log_is_parted_and_the_oldest_part_goes(tmp_path: Path) -> None:
    told: list[str] = []
    log = make_log(tmp_path / "watch.log", tell=told.append)
    for number in range(800):
        log.info("%d %s", number, "x" * 10_000)
    parts = sorted(path.name for path in tmp_path.iterdir())
    assert parts == ["watch.log", *(f"watch.log.{number}" for number in range(1, 5))]
    assert sum(path.stat().st_size for path in tmp_path.iterdir()) < 6 << 20
    assert len(told) == 800
    other = make_log(tmp_path / "other.log", tell=told.append)
    other.info("of another folder")
    assert "of another folder" not in (tmp_path / "watch.log").read_text()
    log.info("%s  done", "x\ntouch y #\x1b[31m.otio")
    assert told[-1].endswith("x\ufffdtouch y #\ufffd[31m.otio  done")
    (tmp_path / "precious").write_text("kept")
    (tmp_path / "link.log").symlink_to(tmp_path / "precious")
    make_log(tmp_path / "link.log", tell=told.append).info("a line")
    assert (tmp_path / "precious").read_text() == "kept"
    missing = make_log(tmp_path / "gone" / "watch.log", tell=told.append)
    missing.warning("it goes on")
    assert told[-1].endswith("it goes on")
    try:
        raise ValueError("in the file alone")
    except ValueError:
        log.exception("a fault")
    assert told[-1].endswith("a fault")
    assert "in the file alone" in (tmp_path / "watch.log").read_text()


def test_a_note_of_ours_goes_and_a_file_of_somebody_elses_stays(tmp_path: Path) -> None:
    path = tmp_path / "a.otio"
    write_note(path, why="it is cut off", next_step="export it again")
    assert note_of(path).read_text().splitlines()[2:4] == ["Why:  it is cut off", "Next: export it again"]
    remove_note(path)
    assert not note_of(path).exists()
    note_of(path).write_text("my own notes")
    remove_note(path)
    with pytest.raises(LibraryError):
        write_note(path, why="it is cut off", next_step="export it again")
    assert note_of(path).read_text() == "my own notes"


def test_a_note_gives_the_whole_reason_and_what_to_do_apart(tmp_path: Path) -> None:
    telling = Telling(
        tmp_path, layout=Layout(folder=tmp_path / "pickup"), state_folder=tmp_path, tell=print, now=lambda: NOON
    )
    message = "it was cut off; twice; export it; then wait"
    telling.note("a.otio", Standing(state=FileState.FAILED, message=message, next_step="export it; then wait"))
    lines = (tmp_path / "a.otio.failed.txt").read_text().splitlines()
    assert lines[2:4] == ["Why:  it was cut off; twice", "Next: export it; then wait"]


# Deliveries


def test_a_copy_is_made_once_and_writes_over_nothing(tmp_path: Path) -> None:
    made = tmp_path / "reel1_v001.xml"
    made.write_text("one")
    there = tmp_path / "there"
    there.mkdir()
    assert deliver_copies({"fcp7": made}, folders={"fcp7": there}) == (there / made.name,)
    assert deliver_copies({"fcp7": made}, folders={"fcp7": there}) == (there / made.name,)
    made.write_text("two")
    assert deliver_copies({"fcp7": made, "otio": made}, folders={"fcp7": there}) == (there / "reel1_v001-2.xml",)
    assert (there / made.name).read_text() == "one"
    with pytest.raises(LibraryError, match="not there"):
        deliver_copies({"fcp7": made}, folders={"fcp7": tmp_path / "away"})


def test_a_strangers_settings_deliver_nowhere_but_where_the_user_allows(tmp_path: Path) -> None:
    watched, allowed, elsewhere = (tmp_path / name for name in ("in", "allowed", "elsewhere"))
    for folder in (watched, allowed, elsewhere):
        folder.mkdir()
    (watched / "pickup.toml").write_text(
        f'[watch.deliver]\nresolve = "{allowed / "x"}"\npremiere = "{elsewhere}"\nfcp7 = "back"\n'
    )
    users = tmp_path / "user.toml"
    users.write_text(f'roots = ["{allowed}"]\n')
    config = load_config(timeline=None, flags={}, environment={}, config_file=users, folder=watched).for_watch(watched)
    assert config.watch.deliver == {"resolve": str(allowed / "x"), "fcp7": str(watched / "back")}
    assert [each.where for each in config.findings if each.code == "PROJECT_SETTING_IGNORED"] == [str(elsewhere)]
    users.write_text(f'[watch.deliver]\npremiere = "{elsewhere}"\n')
    config = load_config(timeline=None, flags={}, environment={}, config_file=users, folder=watched).for_watch(watched)
    assert config.watch.deliver["premiere"] == str(elsewhere)


def test_delivered_timelines_are_known_by_their_bytes(tmp_path: Path) -> None:
    layout = Layout(folder=tmp_path)
    cut = layout.cut("reel1").folder
    cut.mkdir(parents=True)
    (cut / "reel1_v001.xml").write_text("ours")
    (cut / "source.otio").write_text("the editor's")
    now = [0.0]
    outputs = Outputs(layout, clock=lambda: now[0])
    ours, editors = _hash("ours"), _hash("the editor's")
    assert outputs.find(size=4, sha256=ours) == "cuts/reel1/reel1_v001.xml"
    assert outputs.find(size=12, sha256=editors) is None
    assert outputs.find(size=4, sha256=_hash("OURS")) is None
    (cut / "reel1_v002.xml").write_text("newer")
    now[0] = 6.0
    assert outputs.find(size=5, sha256=_hash("newer")) == "cuts/reel1/reel1_v002.xml"


def _hash(text: str) -> str:
    import hashlib  # noqa: PLC0415

    return hashlib.sha256(text.encode()).hexdigest()


# Status


def standing_of(*files: WatchedFile, **more: object) -> FolderStanding:
    standing = FolderStanding(
        folder=Path("/edit/in"),
        pid=7,
        host="studio",
        since=NOON,
        updated=NOON,
        state=WatcherState.WATCHING,
        files=files,
        spent_today=Decimal("1.5"),
        budget_per_day=Decimal(20),
        problems=(),
    )
    return replace(standing, **more)  # type: ignore[arg-type]


def done(number: int) -> WatchedFile:
    standing = Standing(state=FileState.DONE, since=NOON + timedelta(seconds=number))
    return WatchedFile(name=f"{number}.otio", standing=standing)


def test_the_status_lists_all_that_is_not_done_and_the_last_of_what_is() -> None:
    files = [done(number) for number in range(300)] + [rested("held.otio")]
    document = standing_of(*files).document()
    listed = document["files"]
    assert isinstance(listed, list)
    assert listed[0]["file"] == "held.otio"
    assert [each["file"] for each in listed[1:]] == [f"{number}.otio" for number in range(299, 99, -1)]
    assert document["counts"] == {state.value: 0 for state in FileState} | {"done": 300, "held": 1}
    assert (document["spent_today"], document["budget_per_day"]) == ("1.50", "20.00")
    assert listed[0]["held"] == [{"shot": "SH0020", "why": "no brief"}]


def test_the_status_is_written_at_once_then_each_second_then_as_a_sign_of_life(tmp_path: Path) -> None:
    status = StatusFiles(Layout(folder=tmp_path))
    assert status.wait_s(now=100.0, changed=False) == 0
    status.write(standing_of(), now=100.0)
    assert status.wait_s(now=100.2, changed=True) == pytest.approx(0.8)
    assert status.wait_s(now=100.2, changed=False) == pytest.approx(4.8)
    assert json.loads((tmp_path / "status.json").read_text())["schema"] == "Status.1"
    assert status.problem == ""
    (tmp_path / "file").touch()
    blocked = StatusFiles(Layout(folder=tmp_path / "file"))
    blocked.write(standing_of(), now=0.0)
    assert blocked.problem == "status.json could not be written: Not a directory"


class _Page(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.open: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        assert not any(name.startswith("on") for name, _ in attrs)
        if tag not in ("meta", "br"):
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag


@given(st.text(), st.text())
def test_what_files_say_is_text_in_the_page(name: str, words: str) -> None:
    nasty = f"{name}<script>alert(1)</script>\"'&"
    file = rested(nasty, message=words + nasty, held=((nasty, words),), same_as=nasty, cut=nasty)
    page = _Page()
    page.feed(status_page(standing_of(file, folder=Path("/edit") / "in<b>", problems=(nasty,)).document()))
    assert page.open == []
    assert page.tags.count("script") == 1
    assert "b" in page.tags  # counts and shots
    assert page.tags.count("b") == 6 + 2


@pytest.mark.parametrize("state", list(FileState))
def test_every_state_has_its_place_in_the_page(state: FileState) -> None:
    text = status_page(standing_of(rested("a.otio", state=state)).document())
    assert f">{state.value}</span>" in text
    assert ("<progress" in text) is (state is FileState.WORKING)
