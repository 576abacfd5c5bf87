"""Filling for money, against a fake server: what is asked, what is charged, and what is said."""

from __future__ import annotations

import io
import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from decimal import Decimal
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image

from pickup._av import read_frames
from pickup.testing.clips import read_number
from pickup.testing.fakes import FakeOpenAI, Setup

SECONDS = "[2]"


@contextmanager
def studio(desk: Any, *faults: str, profile: str = "vllm-omni", **settings: str) -> Iterator[FakeOpenAI]:
    """A server on this machine and a user's own settings that name it."""
    setup = Setup(price_per_second=Decimal("0.10"))
    with FakeOpenAI(profile=profile, faults=faults, setup=setup) as fake:
        table = {
            "kind": '"openai_videos"',
            "profile": f'"{profile}"',
            "base_url": f'"{fake.base_url}"',
            "model": '"wan"',
            "price_per_second": '"0.10"',
            "seconds": SECONDS,
            "poll_s": "0.05",
            **settings,
        }
        lines = [f"{key} = {value}" for key, value in table.items() if value]
        text = "\n".join(['provider = "studio"', "[providers.studio]", *lines])
        Path(desk.environment["PICKUP_CONFIG"]).write_text(text)
        yield fake


def fill(desk: Any, *arguments: str, **environment: str) -> Any:
    return desk.run("fill", desk.timeline, "--unbriefed", "--yes", "--json", *arguments, **environment)


def take_of(desk: Any, take: int = 1) -> dict[str, Any]:
    content: dict[str, Any] = json.loads((desk.library / f"takes/SH0010/t{take:02d}/take.json").read_text())
    return content


def test_a_hole_is_bought_once_and_its_money_told(desk: Any) -> None:
    with studio(desk) as fake:
        first = fill(desk, "--budget", "1.00")
        again = fill(desk, "--budget", "1.00")
        assert (first.code, again.code, fake.charges, fake.charged_usd) == (0, 0, 1, Decimal("0.20"))
    assert (first.document["spent"], again.document["spent"], again.document["spent_total"]) == ("0.20", "0.00", "0.20")
    assert again.document["changed"] is False
    [row] = desk.run("costs", "--json").document["rows"]
    assert (Decimal(row["quoted"]), Decimal(row["cost"]), row["state"]) == (Decimal("0.20"), Decimal("0.20"), "done")


def test_a_long_hole_is_made_of_clips_that_go_on_from_each_other(desk: Any) -> None:
    with studio(desk, seconds="[1]") as fake:
        assert fill(desk, "--budget", "1.00").code == 0
        begun, continued = (job.order for job in fake.accepted)
    picture = np.asarray(Image.open(io.BytesIO(continued.first_frame or b"")).convert("RGB"))
    assert begun.first_frame is not None
    assert read_number(picture) == 23
    take = take_of(desk)
    assert (take["cost"], take["policies"], len(take["more_originals"])) == ("0.2000", ["join", "scale", "trim"], 1)
    frames = [read_number(frame) for frame in read_frames(desk.library / take["path"])]
    assert frames == [*range(24), *range(1, 1 + take["frames"] - 24)]


def test_without_a_budget_nothing_is_spent_and_it_says_how_to_set_one(desk: Any) -> None:
    with studio(desk) as fake:
        answer = fill(desk)
        assert not fake.requests
    assert (answer.code, answer.document["code"]) == (4, "BUDGET")
    assert "--budget 0.20" in answer.document["next"]


def test_without_its_key_nothing_is_asked(desk: Any) -> None:
    with studio(desk, api_key_env='"STUDIO_KEY"') as fake:
        answer = fill(desk, "--budget", "1.00", STUDIO_KEY="")
        assert not fake.requests
    assert answer.code == 2
    assert "STUDIO_KEY" in answer.document["next"]


def test_a_key_is_sent_and_left_nowhere(desk: Any) -> None:
    with studio(desk, api_key_env='"STUDIO_KEY"') as fake:
        assert fill(desk, "--budget", "1.00", STUDIO_KEY="sk-very-secret").code == 0
        assert fake.requests[0].headers["authorization"] == "Bearer sk-very-secret"
    kept = [path for path in desk.folder.parent.rglob("*") if path.is_file()]
    assert not [path for path in kept if b"sk-very-secret" in path.read_bytes()]


def test_a_model_that_has_ended_is_told_with_its_date_and_what_to_use(desk: Any) -> None:
    for provider in ("sora-2-pro", "openai:sora-2-pro"):
        answer = fill(desk, "--provider", provider, "--budget", "9")
        assert (answer.code, answer.document["code"]) == (2, "RETIRED")
        assert "2026-09-24" in answer.document["message"]
        assert "base_url" in answer.document["next"]


def test_a_price_that_nobody_knows_holds_the_shot(desk: Any) -> None:
    with studio(desk, price_per_second="") as fake:
        answer = fill(desk, "--budget", "9")
        assert not fake.requests
    assert answer.code == 3
    assert "price_per_second" in answer.document["held"][0]["why"]
    assert "PRICE_UNKNOWN" in {each["code"] for each in answer.document["findings"]}


def test_a_refusal_is_explained_and_the_rest_goes_on(desk: Any) -> None:
    with studio(desk, "create 1: fail moderation") as fake:
        answer = fill(desk, "--takes", "2", "--budget", "1.00")
        assert fake.charges == 2
    assert (answer.code, answer.document["filled"]) == (1, ["SH0010"])
    [failed] = answer.document["failed"]
    assert "change" in failed["why"]
    with studio(desk) as fake:  # what may have been billed is not bought again
        fill(desk, "--takes", "2", "--budget", "1.00")
        assert fake.charges == 0


def test_a_lost_reply_is_a_doubt_until_a_person_says_what_became_of_it(desk: Any) -> None:
    with studio(desk, "create 1: accept, drop", profile="new-api") as fake:
        lost = fill(desk, "--budget", "1.00")
        again = fill(desk, "--budget", "1.00")
        assert (lost.code, again.code, fake.charges) == (5, 5, 1)
        said = desk.run("fill", desk.timeline, "--unbriefed", "--yes", "--budget", "1.00").out
        assert "$0.20 asked for already" in said
        assert "Next: `pickup settle JOB`" in said
        assert "No holes" not in said
        [doubt] = lost.document["doubt"]
        shown = desk.run("settle", doubt["job"][:8])
        assert shown.code == 5
        settled = desk.run("settle", doubt["job"][:8], "--charged", fake.accepted[0].remote_id)
        assert settled.code == 0, settled.err
        done = fill(desk, "--budget", "1.00")
        assert (done.code, done.document["filled"], fake.charges) == (0, ["SH0010"], 1)


def test_a_fallback_is_taken_where_the_first_fails_unpaid(desk: Any) -> None:
    with studio(desk, "create: 400") as fake:
        answer = fill(desk, "--budget", "1.00", PICKUP_FALLBACK="slate")
        assert fake.charges == 0
    assert (answer.code, answer.document["filled"]) == (0, ["SH0010"])
    assert "FALLBACK" in {each["code"] for each in answer.document["findings"]}
    assert take_of(desk)["provider"] == "slate"


def test_the_plan_shows_what_each_route_costs_and_what_it_falls_back_to(desk: Any) -> None:
    with studio(desk) as fake:
        text = Path(desk.environment["PICKUP_CONFIG"]).read_text()
        dear = text.partition("[providers.studio]")[2].replace('"0.10"', '"0.90"')
        both = text.replace('provider = "studio"', 'provider = "dear, studio"\nfallback = ["slate"]')
        Path(desk.environment["PICKUP_CONFIG"]).write_text(f"{both}\n[providers.dear]{dear}")
        answer = desk.run("plan", desk.timeline, "--unbriefed", "--json")
        said = desk.run("plan", desk.timeline, "--unbriefed").out
        assert not fake.requests
    [pickup] = answer.document["pickups"]
    assert (pickup["provider"], pickup["price"]) == ("studio", "0.20")
    assert [(each["route"], each["price"], each["fallback"]) for each in pickup["instead"]] == [
        ("dear:wan", "1.80", False),
        ("slate:slate-1", "0.00", True),
    ]
    assert "dear:wan would cost $1.80" in said


def test_a_pilot_makes_so_many_and_holds_the_rest(desk_for: Callable[[str], Any]) -> None:
    desk = desk_for("documentary_broll_gaps")
    with studio(desk, seconds="{ min = 1, max = 5, step = 1 }") as fake:
        answer = fill(desk, "--pilot", "1", "--budget", "9")
        assert fake.charges == 1
    assert answer.code == 3
    assert [each["why"] for each in answer.document["held"] if "pilot" in each["why"]]


def test_what_neighbours_would_cover_is_proposed_and_not_bought(desk: Any) -> None:
    with studio(desk) as fake:
        answer = fill(desk, "--extend-neighbours", "--budget", "9")
        assert not fake.requests
    assert answer.code == 3
    assert "extend" in answer.document["held"][0]["why"]


def test_a_refresh_that_was_cut_short_is_brought_home_and_shown_by_a_plain_fill(desk: Any) -> None:
    with studio(desk) as fake:
        assert fill(desk, "--budget", "1.00").code == 0
    with studio(desk, "create 1: accept, drop", profile="new-api") as fake:
        assert fill(desk, "--budget", "1.00", "--refresh", "SH0010").code == 5
        job = json.loads(desk.run("jobs", "--json").out)["jobs"][-1]["job"]
        assert desk.run("settle", job, "--charged", fake.accepted[0].remote_id).code == 0
        home = fill(desk, "--budget", "0.10")  # what was paid before is not counted again
        assert (home.code, fake.charges) == (0, 1)
    shots = desk.run("takes", desk.timeline, "--json").document["shots"]
    assert shots[0]["circled"] == 2


def test_the_demo_asks_no_provider_whatever_the_settings_say(desk: Any) -> None:
    with studio(desk) as fake:
        answer = desk.run("demo", desk.folder / "demo", "--json")
        assert (answer.code, len(answer.document["filled"]), fake.requests) == (0, 5, [])
