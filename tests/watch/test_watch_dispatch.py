"""Whatever happens to files, and in whatever order work ends: all come to rest, each content once. No disk."""

from __future__ import annotations

import logging
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pickup.library import Library
from pickup.watch.arrivals import Signature
from pickup.watch.dispatch import Dispatch
from pickup.watch.files import Again, FileState, Standing, WatchedFile, recorded
from pickup.watch.purse import Purse
from pickup.watch.register import Register, Timing
from pickup.watch.work import NotWhole, Task
from pickup.watch.workers import Hashed, Result

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
NAMES = ("reel_a.otio", "reel_b.otio", "reel_c.otio")
CONTENTS = ("good 1", "good 2", "bad", "ours", "waits")
TIMING = Timing(settle_s=2.0, deadline_s=60.0, retry_s=20.0)


@dataclass
class World:
    """A folder, its workers, and the program between them."""

    files: dict[str, tuple[str, Signature]] = field(default_factory=dict)
    clock: float = 0.0
    changes: int = 0
    running: list[tuple[str, Task, str]] = field(default_factory=list)
    ended: list[Result] = field(default_factory=list)
    filled: list[str] = field(default_factory=list)
    gone: list[str] = field(default_factory=list)
    said: list[tuple[str, FileState]] = field(default_factory=list)
    approved: bool = False

    def __post_init__(self) -> None:
        self.register = self.new_register(())

    def new_register(self, files: tuple[WatchedFile, ...]) -> Register:
        register = Register(
            files,
            timing=TIMING,
            on_rest=lambda file, news: self.said.append((file.name, file.standing.state)) if news else None,
            on_gone=lambda file: self.gone.append(file.name),
            now=lambda: NOW,
        )
        self.dispatch = Dispatch(
            place=SimpleNamespace(folder=Path("/in"), signature=self.signature),  # type: ignore[arg-type]
            library=Library.at(Path("/nowhere/library")),
            register=register,
            workers=self,  # type: ignore[arg-type]
            purse=Purse(),
            log=logging.getLogger("test"),
            now=lambda: NOW,
            settings="first",
        )
        return register

    # What is done to files

    def put(self, name: str, content: str) -> None:
        self.changes += 1
        self.files[name] = (content, Signature(size=len(content), mtime_ns=self.changes, inode=self.changes))

    def touch(self, name: str) -> None:
        if name in self.files:
            self.put(name, self.files[name][0])

    def remove(self, name: str) -> None:
        self.files.pop(name, None)

    def rename(self, name: str, to: str) -> None:
        if name in self.files and name != to:
            self.files[to] = self.files.pop(name)

    def signature(self, name: str) -> Signature | None:
        return self.files[name][1] if name in self.files else None

    # Workers, as `Dispatch` sees them

    @property
    def may_hash(self) -> int:
        return 4

    @property
    def may_work(self) -> int:
        return 2 - len(self.filling)

    @property
    def filling(self) -> dict[str, str]:
        ended = {each.task.name: each.sha256 for each in self.ended if each.sha256}
        return {task.name: sha256 for job, task, sha256 in self.running if job == "work"} | ended

    def hash(self, task: Task) -> None:
        self.running.append(("hash", task, ""))

    def work(self, task: Task, *, sha256: str) -> None:
        at_work = [each for job, _, each in self.running if job == "work"]
        assert sha256 not in at_work, "one content is filled twice at a time"
        assert sha256 not in ("bad tried", "ours"), f"{sha256} is filled"
        self.running.append(("work", task, sha256))

    def told(self) -> dict[str, Standing]:
        return {}

    def end(self, number: int) -> None:
        """One of the tasks ends."""
        if not self.running:
            return
        job, task, sha256 = self.running.pop(number % len(self.running))
        is_there = task.is_unchanged
        outcome: Any
        if job == "hash" and is_there:
            content = self.files[task.name][0]
            outcome = Hashed(sha256=content, own="cuts/x/x_v001.xml" if content == "ours" else None)
        elif job == "hash" or sha256 == "bad" or not is_there:
            outcome = NotWhole("it is cut off", next_step="export it again")
        elif sha256.startswith("waits") and not self.approved:
            outcome = Standing(state=FileState.WAITING, message="waits", again=Again.MONEY)
        else:
            self.filled.append(sha256)
            outcome = Standing(state=FileState.DONE, message="done", version=1)
        self.ended.append(Result(task=task, sha256=sha256, outcome=outcome))

    def turn(self, seconds: float) -> None:
        """A look at the folder, what ended before it, and everything that is due."""
        self.clock += seconds
        self.register.see_all({name: seen for name, (_, seen) in self.files.items()}, now=self.clock)
        ended, self.ended = self.ended, []
        self.dispatch.take(ended, now=self.clock, is_here=lambda: True)
        for file in self.register.overdue(now=self.clock):
            self.dispatch.give_up(file)
        self.dispatch.work_again(now=self.clock)
        self.dispatch.go_on(now=self.clock)

    def come_to_rest(self) -> None:
        """Turns until nothing more happens."""
        self.turn(0.1)
        for _ in range(400):
            while self.running:
                self.end(0)
                self.turn(0.1)
            if self.register.is_at_rest:
                return
            self.turn(3.0)
        raise AssertionError(f"it never came to rest: {[(each.name, each.standing) for each in self.register.files]}")

    def states(self) -> dict[str, FileState]:
        return {each.name: each.standing.state for each in self.register.files}


def events() -> st.SearchStrategy[list[tuple[Any, ...]]]:
    names, contents = st.sampled_from(NAMES), st.sampled_from(CONTENTS)
    put, rename = st.tuples(st.just("put"), names, contents), st.tuples(st.just("rename"), names, names)
    touch, remove = st.tuples(st.just("touch"), names), st.tuples(st.just("remove"), names)
    end = st.tuples(st.just("end"), st.integers(0, 3))
    turn = st.tuples(st.just("turn"), st.sampled_from((0.1, 3.0, 3.0, 3.0, 30.0)))
    often = (turn, turn, turn, end, end, put, put, rename)
    return st.lists(st.one_of(*often, touch, remove, st.just(("restart",))), min_size=10, max_size=60)


def restart(world: World) -> None:
    """The watcher is killed and begun anew with what it had written down; tasks are lost."""
    world.running.clear()
    world.ended.clear()
    kept = [recorded(file.record()) for file in world.register.known if file.rested is not None]
    world.register = world.new_register(tuple(each for each in kept if each is not None))


@settings(max_examples=200)
@given(events())
def test_every_file_comes_to_rest_as_its_content_deserves(happened: list[tuple[Any, ...]]) -> None:
    world = World()
    for name, *more in happened:
        if name == "restart":
            restart(world)
        else:
            getattr(world, name)(*more)
    world.come_to_rest()
    states = world.states()
    assert states.keys() == world.files.keys()
    for name, (content, _) in world.files.items():
        expected = {
            "bad": {FileState.FAILED},
            "ours": {FileState.SAME},
            "waits": {FileState.WAITING, FileState.SAME},
        }.get(content, {FileState.DONE, FileState.SAME})
        assert states[name] in expected, (name, content, states)
    for content in {content for content, _ in world.files.values()} & {"good 1", "good 2"}:
        assert content in world.filled
    for file in world.register.files:
        if file.standing.same_as in NAMES:
            assert world.files[file.name][0] not in ("bad", "ours")
    world.come_to_rest()
    before = list(world.filled)
    for name in world.files:
        world.touch(name)
    world.come_to_rest()
    assert world.filled == before, "a touch fills again"


def settled(*files: tuple[str, str]) -> World:
    world = World()
    for name, content in files:
        world.put(name, content)
    world.come_to_rest()
    return world


def test_the_same_content_under_another_name_does_nothing() -> None:
    world = settled(("reel_a.otio", "good 1"))
    world.put("copy.otio", "good 1")
    world.come_to_rest()
    assert world.states() == {"reel_a.otio": FileState.DONE, "copy.otio": FileState.SAME}
    assert world.filled == ["good 1"]


def test_a_rename_takes_everything_along() -> None:
    world = settled(("reel_a.otio", "good 1"))
    world.rename("reel_a.otio", "final.otio")
    world.come_to_rest()
    assert world.states() == {"final.otio": FileState.DONE}
    assert world.filled == ["good 1"]


def test_what_waits_goes_on_when_money_is_there_and_its_twin_stays_a_twin() -> None:
    world = settled(("reel_a.otio", "waits"), ("reel_b.otio", "waits"))
    assert sorted(world.states().values()) == [FileState.SAME, FileState.WAITING]
    world.approved = True
    world.turn(1.0)
    assert world.running == []  # nothing has changed yet
    world.dispatch.purse.give_back(0)
    world.turn(1.0)
    world.come_to_rest()
    assert sorted(world.states().values()) == [FileState.DONE, FileState.SAME]
    assert world.filled == ["waits"]


def test_settings_that_changed_let_what_failed_be_tried_again_but_nothing_that_is_done() -> None:
    world = settled(("reel_a.otio", "good 1"), ("reel_b.otio", "waits"))
    world.approved = True
    world.dispatch.settings = "second"
    world.turn(1.0)
    world.come_to_rest()
    assert world.filled == ["good 1", "waits"]


def test_a_bad_file_has_its_time_and_is_not_read_again_and_again() -> None:
    world = World()
    world.put("reel_a.otio", "bad")
    works = 0
    while world.states().get("reel_a.otio") is not FileState.FAILED:
        world.turn(1.0)
        works += any(job == "work" for job, _, _ in world.running)
        while world.running:
            world.end(0)
        assert world.clock < 100
    assert TIMING.deadline_s <= world.clock <= TIMING.deadline_s + TIMING.settle_s + 3
    assert works == 1


def test_two_exports_of_one_cut_are_filled_one_after_the_other_the_last_one_last() -> None:
    world = World()
    world.put("reel_a_v01.otio", "good 1")
    world.put("reel_a_v02.otio", "good 2")
    world.turn(0.1)
    world.turn(3.0)
    assert [task.name for _, task, _ in world.running] == ["reel_a_v01.otio", "reel_a_v02.otio"]
    world.end(1)
    world.turn(0.1)
    assert not world.filling  # the first one may still come
    world.end(0)
    world.turn(0.1)
    assert set(world.filling) == {"reel_a_v01.otio"}
    world.come_to_rest()
    assert world.filled == ["good 1", "good 2"]


def test_an_export_waits_while_an_earlier_one_of_its_cut_is_in_work() -> None:
    world = working("reel_a_v01.otio", "good 1")
    world.put("reel_a_v02.otio", "good 2")
    content, seen = world.files["reel_a_v02.otio"]
    world.files["reel_a_v02.otio"] = (content, replace(seen, mtime_ns=0))  # copied with an old time of change
    world.turn(0.1)
    world.turn(3.0)
    world.end(1)
    world.turn(0.1)
    assert set(world.filling) == {"reel_a_v01.otio"}
    world.come_to_rest()
    assert world.filled == ["good 1", "good 2"]


def test_a_cut_that_is_as_it_was_before_is_filled_again_though_a_copy_lies_there() -> None:
    world = settled(("reel_a.otio", "good 1"), ("reel_b.otio", "good 1"))
    world.put("reel_a.otio", "good 2")
    world.come_to_rest()
    world.put("reel_a.otio", "good 1")
    world.come_to_rest()
    assert world.filled == ["good 1", "good 2", "good 1"]
    assert world.states() == {"reel_a.otio": FileState.DONE, "reel_b.otio": FileState.SAME}


def working(name: str, content: str) -> World:
    """A file in work."""
    world = World()
    world.put(name, content)
    world.turn(0.1)
    world.turn(3.0)
    world.end(0)
    world.turn(0.1)
    assert set(world.filling) == {name}
    return world


def test_a_file_that_is_renamed_while_it_is_in_work_is_filled_once() -> None:
    world = working("reel_a.otio", "good 1")
    world.rename("reel_a.otio", "final.otio")
    world.turn(0.1)
    world.turn(3.0)
    world.running.reverse()
    world.end(0)
    world.turn(0.1)
    assert set(world.filling) == {"reel_a.otio"}
    job, task, sha256 = world.running.pop()
    done = Standing(state=FileState.DONE, message="done", version=1)
    world.ended.append(Result(task=task, sha256=sha256, outcome=done))
    world.come_to_rest()
    assert job == "work"
    assert world.states() == {"final.otio": FileState.DONE}
    assert world.filled == []  # not once more


def test_twins_of_a_file_that_turns_out_bad_are_bad_each_for_itself() -> None:
    world = working("reel_a.otio", "bad")
    world.put("reel_b.otio", "bad")
    world.turn(0.1)
    world.turn(3.0)
    world.end(1)
    world.turn(0.1)
    assert world.states()["reel_b.otio"] is FileState.ARRIVING  # nothing came of the first one yet
    world.come_to_rest()
    world.put("reel_c.otio", "bad")
    world.come_to_rest()
    assert set(world.states().values()) == {FileState.FAILED}
    assert all(each.standing.note for each in world.register.files)


def test_a_file_that_changed_between_its_hash_and_its_turn_is_hashed_again() -> None:
    world = World()
    for name in NAMES:
        world.put(name, f"good {name}")
    world.turn(0.1)
    world.turn(3.0)
    for _ in NAMES:
        world.end(0)
    world.put("reel_c.otio", "good 2")  # its hash is done and nobody has fetched it
    world.turn(0.1)
    assert set(world.filling) == {"reel_a.otio", "reel_b.otio"}
    world.come_to_rest()
    assert sorted(world.filled) == ["good 2", "good reel_a.otio", "good reel_b.otio"]
    world.put("reel_a.otio", "good 3")
    world.put("reel_b.otio", "good 4")
    world.put("reel_c.otio", "good 5")
    world.turn(0.1)
    world.turn(3.0)
    for _ in NAMES:
        world.end(0)
    world.turn(0.1)
    world.put("reel_c.otio", "good 6")  # it was hashed and waits for its turn
    world.come_to_rest()
    assert "good 6" in world.filled
    assert "good 5" not in world.filled


def test_what_waits_goes_on_though_copies_of_copies_lie_there() -> None:
    world = settled(("reel_a.otio", "waits"), ("reel_b.otio", "waits"))
    world.remove("reel_a.otio")
    world.come_to_rest()
    world.put("reel_c.otio", "waits")
    world.come_to_rest()
    world.put("reel_a.otio", "waits")
    world.come_to_rest()
    world.approved = True
    world.dispatch.purse.give_back(0)
    world.turn(1.0)
    world.come_to_rest()
    assert world.filled == ["waits"]
    assert sorted(world.states().values()) == [FileState.DONE, FileState.SAME, FileState.SAME]


def test_an_export_that_waits_is_not_filled_once_a_newer_one_of_its_cut_lies_there() -> None:
    world = settled(("reel_v1.otio", "waits"))
    world.put("reel_v2.otio", "good 1")
    world.come_to_rest()
    world.approved = True
    world.dispatch.settings = "second"
    world.dispatch.purse.give_back(0)
    world.turn(1.0)
    world.come_to_rest()
    assert world.filled == ["good 1"]
    old = world.register.get("reel_v1.otio")
    assert old is not None
    assert (old.standing.state, old.standing.message) == (FileState.WAITING, "waits; superseded by reel_v2.otio")


def test_of_two_exports_of_a_cut_that_wait_the_newer_one_goes_on() -> None:
    world = settled(("reel_v1.otio", "waits"), ("reel_v2.otio", "waits too"))
    world.approved = True
    world.dispatch.purse.give_back(0)
    world.turn(1.0)
    world.come_to_rest()
    assert world.filled == ["waits too"]


@pytest.mark.parametrize("change", ["remove", "put"])
def test_a_copy_stands_for_itself_when_what_it_copies_goes_before_it_was_filled(change: str) -> None:
    world = settled(("reel_a.otio", "waits"), ("reel_b.otio", "waits"))
    assert world.states()["reel_b.otio"] is FileState.SAME
    if change == "remove":
        world.remove("reel_a.otio")
    else:
        world.put("reel_a.otio", "good 1")
    world.come_to_rest()
    assert world.states()["reel_b.otio"] is FileState.WAITING


def test_a_copy_follows_what_it_copies_to_its_new_name() -> None:
    world = settled(("reel_a.otio", "good 1"), ("reel_b.otio", "good 1"))
    world.rename("reel_a.otio", "final.otio")
    world.come_to_rest()
    copy = world.register.get("reel_b.otio")
    assert copy is not None
    assert (copy.standing.state, copy.standing.same_as) in (
        (FileState.SAME, "final.otio"),
        (FileState.SAME, "reel_a.otio"),
        (FileState.SAME, "reel_b.otio"),
    )
    assert world.filled == ["good 1"]


def test_a_file_that_was_given_up_is_read_again_when_it_is_touched_or_the_settings_change() -> None:
    world = settled(("reel_a.otio", "bad"))
    assert world.states() == {"reel_a.otio": FileState.FAILED}
    for again in ("touch", "settings"):
        if again == "touch":
            world.touch("reel_a.otio")
        else:
            world.dispatch.settings = "second"
        read = 0
        for _ in range(12):
            world.turn(1.0)
            read += any(job == "work" for job, _, _ in world.running)
            while world.running:
                world.end(0)
        assert read == 1, again
        world.come_to_rest()


def test_a_reader_that_was_killed_is_no_fault_of_the_file() -> None:
    world = World()
    world.put("reel_a.otio", "good 1")
    for _ in range(2):
        while not world.filling:
            world.turn(1.0)
            while world.running and not world.filling:
                world.end(0)
        _job, task, sha256 = world.running.pop()
        killed = NotWhole("the reader was killed", next_step="", sure=False)
        world.ended.append(Result(task=task, sha256=sha256, outcome=killed))
        world.turn(0.1)
    assert "not whole yet" in world.register.files[0].standing.message
    world.come_to_rest()
    assert world.filled == ["good 1"]


def test_a_change_that_was_taken_back_leaves_everything_as_it_was() -> None:
    world = settled(("reel_a.otio", "good 1"))
    before = dict(world.files)
    world.touch("reel_a.otio")
    world.turn(0.1)
    assert world.states() == {"reel_a.otio": FileState.ARRIVING}
    world.files = before
    world.turn(0.1)
    assert world.states() == {"reel_a.otio": FileState.DONE}


def test_a_copy_of_a_file_in_work_is_no_copy_before_something_came_of_it() -> None:
    world = working("reel_a.otio", "good 1")
    world.put("copy.otio", "good 1")
    world.turn(0.1)
    world.turn(3.0)
    world.end(1)
    world.turn(0.1)
    assert world.states()["copy.otio"] is FileState.ARRIVING
    restart(world)
    world.remove("reel_a.otio")
    world.come_to_rest()
    assert world.states() == {"copy.otio": FileState.DONE}


def test_a_copy_whose_original_went_while_nobody_watched_stands_for_itself() -> None:
    world = settled(("reel_a.otio", "waits"), ("copy.otio", "waits"))
    (original,) = (name for name, state in world.states().items() if state is FileState.WAITING)
    restart(world)
    world.remove(original)
    world.turn(0.1)
    world.register.forget_absent()
    world.come_to_rest()
    assert list(world.states().values()) == [FileState.WAITING]


def test_no_file_is_a_copy_of_itself() -> None:
    world = settled(("reel_a.otio", "good 1"), ("copy.otio", "good 1"))
    copied = {each.name: each.standing.same_as for each in world.register.files}
    (copy,) = (name for name, same_as in copied.items() if same_as)
    original = str(copied[copy])
    world.put(original, "good 2")
    world.come_to_rest()
    world.remove(original)
    world.come_to_rest()
    world.rename(copy, original)
    world.come_to_rest()
    assert world.states() == {original: FileState.DONE}


def test_a_newer_export_that_cannot_be_used_supersedes_nothing() -> None:
    world = settled(("reel_v1.otio", "waits"))
    world.put("reel_v2.otio", "bad")
    world.come_to_rest()
    world.approved = True
    world.dispatch.purse.give_back(0)
    world.turn(1.0)
    world.come_to_rest()
    assert world.states() == {"reel_v1.otio": FileState.DONE, "reel_v2.otio": FileState.FAILED}


@pytest.mark.parametrize("state", ["hash", "work"])
def test_a_bad_file_that_goes_while_it_is_read_again_is_told_to_be_gone(state: str) -> None:
    world = settled(("reel_a.otio", "bad"))
    world.dispatch.settings = "second"
    world.touch("reel_a.otio")
    while not any(job == state for job, _, _ in world.running):
        world.turn(1.0)
        if world.running and world.running[0][0] != state:
            world.end(0)
    world.remove("reel_a.otio")
    world.turn(0.1)
    world.gone.clear()
    world.end(0)
    world.turn(0.1)
    assert world.gone == ["reel_a.otio"]
    assert world.states() == {}
    world.come_to_rest()
