"""Catalogues are read before a plan is made, at most once an hour, and what cannot be read is said."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from pickup.config import Config, load_config
from pickup.fill.catalogues import look_up_catalogues
from pickup.fill.routes import Routes
from pickup.testing.fakes import FakeOpenRouter

TODAY = date(2026, 11, 29)


@pytest.fixture
def config(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[str], Config]:
    monkeypatch.setenv("PICKUP_STATE", str(tmp_path / "state"))

    def made(base_url: str) -> Config:
        file = tmp_path / "user.toml"
        file.write_text(f'provider = "openrouter"\n[providers.openrouter]\nbase_url = "{base_url}"\n')
        return load_config(timeline=tmp_path / "reel.otio", flags={}, environment={}, config_file=file)

    return made


def file_in(folder: Path) -> Path:
    [file] = (folder / "state" / "catalogues").iterdir()
    return file


def test_a_catalogue_is_read_once_an_hour_and_kept(tmp_path: Path, config: Callable[[str], Config]) -> None:
    with FakeOpenRouter() as fake:
        settings = config(fake.base_url)
        assert look_up_catalogues(settings, today=TODAY) == ()
        assert look_up_catalogues(settings, today=TODAY) == ()
        assert len(fake.requests) == 1
        file = file_in(tmp_path)
        kept = json.loads(file.read_text())
        kept["read"] = (datetime.now(UTC) - timedelta(hours=2)).isoformat()
        file.write_text(json.dumps(kept))
        assert look_up_catalogues(settings, today=TODAY) == ()
        assert len(fake.requests) == 2


def test_a_catalogue_of_the_future_is_read_again(tmp_path: Path, config: Callable[[str], Config]) -> None:
    with FakeOpenRouter() as fake:
        settings = config(fake.base_url)
        look_up_catalogues(settings, today=TODAY)
        file = file_in(tmp_path)
        kept = json.loads(file.read_text())
        kept["read"] = (datetime.now(UTC) + timedelta(days=400)).isoformat()
        file.write_text(json.dumps(kept))
        look_up_catalogues(settings, today=TODAY)
        assert len(fake.requests) == 2


@pytest.mark.parametrize("fault", ["list: 500", "list: garbage", "list: drop", "list: stall"])
def test_what_cannot_be_read_is_said_and_planning_goes_on(fault: str, config: Callable[[str], Config]) -> None:
    with FakeOpenRouter(faults=[fault]) as fake:
        settings = config(fake.base_url)
        [finding] = look_up_catalogues(settings, today=TODAY, answer_s=1.0)
        assert (finding.code, finding.where) == ("CATALOGUE_NOT_READ", "openrouter")
        offer = Routes(config=settings, send_frames=None, today=TODAY).load("openrouter").offer
    assert offer.model == "google/veo-3.1-fast"
    assert offer.prices is not None


def test_a_model_of_the_catalogue_can_be_named_once_it_was_read(config: Callable[[str], Config]) -> None:
    with FakeOpenRouter() as fake:
        settings = config(fake.base_url)
        look_up_catalogues(settings, today=TODAY)
        offer = Routes(config=settings, send_frames=None, today=TODAY).load("openrouter:fake/only-words").offer
    assert offer.prices is not None
    assert offer.prices.source == "the catalogue"


def test_nobody_is_asked_where_no_provider_has_a_catalogue(tmp_path: Path) -> None:
    file = tmp_path / "user.toml"
    file.write_text('provider = "luma"\n')
    settings = load_config(timeline=tmp_path / "reel.otio", flags={}, environment={}, config_file=file)
    assert look_up_catalogues(settings, today=TODAY) == ()
