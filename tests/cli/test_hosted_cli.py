"""Each hosted provider fills a hole from the command line, at its fake: one charge, the right sum, no key left."""

from __future__ import annotations

import json
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from pickup.testing.fakes import HOSTED, FakeHosted, Setup

KEY = "key-of-the-service"
PRICE = Decimal("0.10")


def name_in_settings(desk: Any, fake: FakeHosted, **more: str) -> None:
    """The user's own settings with one provider, `hosted`, at the fake."""
    table = {
        "kind": fake.kind,
        "base_url": fake.base_url,
        "api_key_env": "SERVICE_KEY",
        "model": fake.model,
        "price_per_second": str(PRICE),
        "poll_s": 0.05,
        **more,
    }
    lines = [f"{key} = {json.dumps(value)}" for key, value in table.items()]
    options = [f"{key} = {json.dumps(value)}" for key, value in fake.options.items()]
    text = ['provider = "hosted"', "[providers.hosted]", *lines, "[providers.hosted.options]", *options]
    Path(desk.environment["PICKUP_CONFIG"]).write_text("\n".join(text))


@pytest.mark.parametrize("kind", HOSTED)
def test_a_hole_is_filled_once_and_paid_for_once(kind: str, desk: Any) -> None:
    with HOSTED[kind](setup=Setup(key=KEY, price_per_second=PRICE)) as fake:
        name_in_settings(desk, fake)
        answer = desk.run("fill", desk.timeline, "--unbriefed", "--yes", "--json", "--budget", "9.00", SERVICE_KEY=KEY)
        assert answer.code == 0, answer.out + answer.err
        assert fake.charges == 1
        [job] = fake.accepted
    assert answer.document["filled"] == ["SH0010"]
    assert Decimal(answer.document["spent"]) == fake.charged_usd == PRICE * job.order.shape.seconds
    take = json.loads((desk.library / "takes/SH0010/t01/take.json").read_text())
    assert (take["provider"], take["model"], take["frames"] > 0) == ("hosted", fake.model, True)
    kept = [path for path in desk.folder.parent.rglob("*") if path.is_file()]
    assert not [path for path in kept if KEY.encode() in path.read_bytes()]


def test_a_doubt_takes_only_an_id_that_the_service_knows(desk: Any) -> None:
    with HOSTED["luma"](faults=["create 1: accept, drop"], setup=Setup(key=KEY, price_per_second=PRICE)) as fake:
        name_in_settings(desk, fake)
        command = ("fill", desk.timeline, "--unbriefed", "--yes", "--json", "--budget", "9.00")
        [doubt] = desk.run(*command, SERVICE_KEY=KEY).document["doubt"]
        wrong = desk.run("settle", doubt["job"][:8], "--charged", "nonsense", "--json", SERVICE_KEY=KEY)
        assert (wrong.code, wrong.document["state"]) == (2, "doubt")
        assert "knows no job 'nonsense'" in wrong.document["message"]
        right = desk.run("settle", doubt["job"][:8], "--charged", fake.accepted[0].remote_id, SERVICE_KEY=KEY)
        assert right.code == 0, right.err
        assert desk.run(*command, SERVICE_KEY=KEY).document["filled"] == ["SH0010"]
        assert fake.charges == 1


def test_a_plan_says_what_filling_would_stop_for(desk: Any) -> None:
    out = desk.run("plan", desk.timeline, "--unbriefed", "--provider", "luma", LUMA_AGENTS_API_KEY="").out
    said = " ".join(out.split())
    assert "Before that: it needs a budget, such as --budget 0.15" in said
    assert "LUMA_AGENTS_API_KEY" in said
    assert "with the same options" in said


def test_doctor_says_of_each_whether_its_key_works(desk: Any) -> None:
    kind = "luma"
    with HOSTED[kind](setup=Setup(key=KEY)) as fake:
        name_in_settings(desk, fake)
        good = desk.run("doctor", "--json", SERVICE_KEY=KEY).document["checks"]
        wrong = desk.run("doctor", "--json", SERVICE_KEY="another").document["checks"]
        assert fake.charges == 0
    told = {each["name"]: each for each in good}["provider hosted"]
    assert (told["status"], "takes the key" in told["message"]) == ("ok", True)
    told = {each["name"]: each for each in wrong}["provider hosted"]
    assert (told["status"], "did not accept the key" in told["message"]) == ("problem", True)
    assert "SERVICE_KEY" in told["next"]
    named = desk.run("doctor", "runway", "--json", RUNWAYML_API_SECRET="").document["checks"]
    told = {each["name"]: each for each in named}["provider runway"]
    assert (told["status"], "RUNWAYML_API_SECRET" in told["next"]) == ("problem", True)


def test_a_plan_uses_the_prices_of_a_catalogue(desk: Any) -> None:
    with HOSTED["openrouter"](setup=Setup(key=KEY)) as fake:
        name_in_settings(desk, fake)
        settings = Path(desk.environment["PICKUP_CONFIG"])
        settings.write_text(settings.read_text().replace('price_per_second = "0.10"\n', ""))
        plan = desk.run("plan", desk.timeline, "--unbriefed", "--json", SERVICE_KEY=KEY).document
        assert [each.path for each in fake.requests] == ["/api/v1/videos/models"]
    again = desk.run("plan", desk.timeline, "--unbriefed", "--json", SERVICE_KEY=KEY).document
    assert plan["total"] == again["total"] != "0.00"
    shown = desk.run("providers", "hosted", SERVICE_KEY=KEY).out
    assert "the catalogue, 20" in shown
