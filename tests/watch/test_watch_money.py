"""Unattended money: plans wait for a yes, budgets hold what exceeds them, and nothing is bought twice."""

from __future__ import annotations

import textwrap
from pathlib import Path

import pytest

from pickup.testing.watch_room import QUICK, WatchRoom, cut_text, wait

REEL = cut_text("reel 1", gaps=1)


@pytest.fixture
def paid_room(tmp_path: Path) -> WatchRoom:
    """A room whose provider costs money: an installed one that says what it was asked for."""
    site = tmp_path / "site"
    known = site / "paid-1.0.dist-info"
    known.mkdir(parents=True)
    (known / "METADATA").write_text("Metadata-Version: 2.1\nName: paid\nVersion: 1.0\n")
    (known / "entry_points.txt").write_text("[pickup.providers]\nfake = paid:provider\n")
    (site / "paid.py").write_text(
        textwrap.dedent(f"""
            from pathlib import Path

            from pickup.testing.clips import write_numbered_clip
            from pickup.testing.fake_provider import Behavior, FakeProvider

            def provider(_setup):
                def clip(request, path):
                    write_numbered_clip(path, frames=request.frames, rate=request.rate, size=request.size)
                return FakeProvider(Path({str(tmp_path / "charged")!r}), behavior=Behavior(clip=clip))
        """)
    )
    room = WatchRoom.at(tmp_path)
    room.environment["PYTHONPATH"] = str(site)
    return room


def user_settings(room: WatchRoom, text: str) -> None:
    (room.place / "user.toml").write_text(text)


def charged(room: WatchRoom) -> int:
    return len(list((room.place / "charged" / "jobs").glob("*.json")))


def test_a_plan_waits_for_its_yes_and_another_plan_waits_again(tmp_path: Path) -> None:
    room = WatchRoom.at(tmp_path, settings=QUICK.replace("[watch]", 'approve = "plan"\n[watch]'))
    with room.watcher():
        room.put("reel1.otio", REEL)
        standing = room.wait_for("reel1.otio", "waiting")
        assert (
            f"1 take of 1 shot, $0.00; waits for `pickup approve {room.folder / 'reel1.otio'}`" in standing["message"]
        )
        assert (room.library / "cuts/reel1/plan.md").is_file()
        assert room.takes() == []
        approved = room.run("approve", room.folder / "reel1.otio")
        assert approved.returncode == 0, approved.stderr
        assert approved.stdout == "Approved: 1 take for $0.00.\n"
        assert room.wait_for("reel1.otio", "done")["version"] == 1
        room.put("reel1.otio", cut_text("reel 1", gaps=2))
        assert "1 take of 1 shot" in room.wait_for("reel1.otio", "waiting")["message"]
        (room.library / "cuts/reel1/APPROVED").touch()
        assert room.wait_for("reel1.otio", "done")["version"] == 2
    assert room.takes() == ["takes/SH0010/t01", "takes/SH0020/t01"]


def test_what_costs_waits_unless_the_users_own_settings_say_otherwise(paid_room: WatchRoom) -> None:
    room = paid_room
    (room.folder / "pickup.toml").write_text('provider = "fake"\napprove = "auto"\nbudget = 10\n' + QUICK)
    user_settings(room, "budget = 10\n")
    with room.watcher():
        room.put("reel1.otio", REEL)
        assert "waits for `pickup approve" in room.wait_for("reel1.otio", "waiting")["message"]
        assert charged(room) == 0


def test_a_days_budget_holds_what_exceeds_it_and_says_so(paid_room: WatchRoom) -> None:
    room = paid_room
    user_settings(room, 'provider = "fake"\napprove = "auto"\nbudget_per_day = 100\n')
    with room.watcher():
        room.put("reel1.otio", REEL)
        first = room.wait_for("reel1.otio", "done")
        price = float(first["spent"])
        assert price > 0
        wait(lambda: room.status()["spent_today"] == first["spent"])
        user_settings(room, f'provider = "fake"\napprove = "auto"\nbudget_per_day = {price * 1.5:.2f}\n')
        wait(lambda: room.status()["budget_per_day"] == f"{price * 1.5:.2f}")
        room.put("reel2.otio", cut_text("reel 2", gaps=1, footage="B"))
        held = room.wait_for("reel2.otio", "held")
        assert "of the budget are left" in held["held"][0]["why"]
        user_settings(room, f'provider = "fake"\napprove = "auto"\nbudget_per_day = {price * 5:.2f}\n')
        assert room.wait_for("reel2.otio", "done")["spent"] == first["spent"]
    assert len(room.takes()) == charged(room) == 2


@pytest.mark.parametrize("moment", ["waiting", "working"])
def test_killed_while_money_is_asked_for_or_spent_it_is_spent_once(paid_room: WatchRoom, moment: str) -> None:
    room = paid_room
    (room.folder / "pickup.toml").write_text('provider = "fake"\n' + QUICK)
    user_settings(room, "budget_per_timeline = 10\n")
    with room.watcher() as watcher:
        room.put("reel1.otio", REEL)
        room.wait_for("reel1.otio", "waiting")
        if moment == "working":
            (room.library / "cuts/reel1/APPROVED").touch()
            wait(lambda: charged(room) == 1)
        watcher.kill()
        watcher.wait()
    with room.watcher():
        if moment == "waiting":
            assert room.wait_for("reel1.otio", "waiting")
            assert room.run("approve", room.folder / "reel1.otio", "--quiet").returncode == 0
        assert room.wait_for("reel1.otio", "done", "held", "failed")["state"] == "done"
    assert charged(room) == 1
