"""What a provider is made with: its key, which is never shown, its prices, and the dated list of routes."""

from __future__ import annotations

import os
import subprocess
import sys
import tomllib
from collections import Counter
from datetime import date
from decimal import Decimal
from fractions import Fraction
from importlib import resources
from pathlib import Path
from typing import Any

import pytest

from pickup.config import load_config
from pickup.config.provider_setup import BUILT_IN, ProviderSetup, host_of, provider_setup
from pickup.config.routes import Route, known_route, retired_models
from pickup.config.settings import ProviderSettings
from pickup.errors import ConfigError
from pickup.offers import Per

TODAY = date(2026, 11, 29)
SECRET = "sk-very-secret"
SORA = "sora-2-pro"
OPENAI = "api.openai.com"


def setup(name: str = "studio", *, environment: dict[str, str] | None = None, **settings: Any) -> ProviderSetup:
    given = {"kind": "openai_videos", "api_key_env": "STUDIO_KEY", **settings}
    return ProviderSetup(
        name=name,
        settings=ProviderSettings(**given),
        library=Path("/library"),
        today=TODAY,
        environment=environment or {},
    )


class TestKeys:
    def test_it_stands_in_the_variable_that_the_settings_name(self) -> None:
        made = setup(environment={"STUDIO_KEY": f" {SECRET}\n"})
        assert (made.has_key, made.key()) == (True, SECRET)

    @pytest.mark.parametrize("blank", ["", " ", "\n\t"])
    def test_a_blank_one_is_none(self, blank: str) -> None:
        made = setup(environment={"STUDIO_KEY": blank})
        assert not made.has_key
        with pytest.raises(ConfigError, match="studio needs a key") as refused:
            made.key()
        assert refused.value.next_step == "set the environment variable STUDIO_KEY"

    def test_where_no_variable_is_named_it_says_how_to_name_one(self) -> None:
        with pytest.raises(ConfigError) as refused:
            setup(api_key_env=None, environment={"STUDIO_KEY": SECRET}).key()
        assert "api_key_env" in refused.value.next_step
        assert "[providers.studio]" in refused.value.next_step

    def test_it_is_never_shown(self) -> None:
        made = setup(environment={"STUDIO_KEY": SECRET, "OTHER": "x"})
        assert made.key() == SECRET
        assert SECRET not in f"{made!r} {made} {made.settings!r}"

    def test_a_variable_of_another_provider_is_not_looked_at(self) -> None:
        assert not setup(environment={"OPENAI_API_KEY": SECRET}).has_key


KEYRING = """
from keyring import errors

def get_password(service, name):
    found = {("pickup", "studio"): " from the keyring ", ("pickup", "blank"): "  "}
    if name == "locked":
        raise errors.KeyringLocked("no one is there to unlock it")
    return found.get((service, name))
"""
ERRORS = """
class KeyringError(Exception):
    pass

class KeyringLocked(KeyringError):
    pass
"""
ASKING = """
import sys
from datetime import date
from pathlib import Path
from pickup.config.provider_setup import ProviderSetup
from pickup.config.settings import ProviderSettings
settings = ProviderSettings(kind="openai_videos", api_key_env="STUDIO_KEY")
setup = ProviderSetup(name=sys.argv[1], settings=settings, library=Path("/library"), today=date(2026, 11, 29))
print(setup.key() if setup.has_key else "none")
"""


@pytest.fixture
def with_keyring(tmp_path: Path) -> Path:
    """A folder in which a package of that name is installed."""
    package = tmp_path / "site" / "keyring"
    package.mkdir(parents=True)
    (package / "__init__.py").write_text(KEYRING)
    (package / "errors.py").write_text(ERRORS)
    return tmp_path / "site"


@pytest.mark.parametrize(
    ("name", "variable", "expected"),
    [
        ("studio", "", "from the keyring"),
        ("studio", "from the environment", "from the environment"),
        ("another", "", "none"),
        ("blank", "", "none"),
        ("locked", "", "none"),
    ],
)
def test_the_keyring_is_asked_where_it_is_installed(
    with_keyring: Path, name: str, variable: str, expected: str
) -> None:
    environment = {**os.environ, "PYTHONPATH": str(with_keyring), "STUDIO_KEY": variable}
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", ASKING, name], env=environment, capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == expected


class TestSetup:
    def of(self, folder: Path, name: str, toml: str = "", *, model: str | None = None) -> ProviderSetup:
        (folder / "user.toml").write_text(toml)
        config = load_config(timeline=None, flags={}, environment={}, config_file=folder / "user.toml", folder=folder)
        return provider_setup(config, name, today=TODAY, model=model)

    def test_a_table_of_the_settings_goes_before_what_is_built_in(self, tmp_path: Path) -> None:
        toml = '[providers.openai]\nkind = "comfyui"\nbase_url = "https://mine.example"\n'
        assert self.of(tmp_path, "openai", toml).settings.kind == "comfyui"
        assert self.of(tmp_path, "openai").settings == BUILT_IN["openai"]

    def test_a_table_of_a_built_in_service_need_not_repeat_what_is_known(self, tmp_path: Path) -> None:
        settings = self.of(tmp_path, "luma", '[providers.luma]\nsend_frames = "always"\n').settings
        assert (settings.kind, settings.api_key_env, settings.send_frames) == ("luma", "LUMA_AGENTS_API_KEY", "always")
        mine = self.of(tmp_path, "cheap", '[providers.cheap]\nkind = "luma"\n').settings
        assert mine.api_key_env == "LUMA_AGENTS_API_KEY"
        inworld = self.of(tmp_path, "inworld", "[providers.inworld]\nmax_in_flight = 3\n").settings
        assert (inworld.kind, inworld.profile, inworld.api_key_env) == ("openai_videos", "inworld", "INWORLD_API_KEY")

    @pytest.mark.parametrize("line", ['base_url = "http://127.0.0.1:9/v1"', 'base_url = "https://mine.example"'])
    def test_a_key_that_is_built_in_is_not_lent_to_another_address(self, tmp_path: Path, line: str) -> None:
        for table in ("luma", "cheap"):
            settings = self.of(tmp_path, table, f'[providers.{table}]\nkind = "luma"\n{line}\n').settings
            assert settings.api_key_env is None
        profile = self.of(tmp_path, "x", '[providers.x]\nkind = "openai_videos"\nprofile = "sglang"\n').settings
        assert profile.api_key_env is None

    def test_a_name_alone_is_a_kind(self, tmp_path: Path) -> None:
        assert self.of(tmp_path, "slate").settings == ProviderSettings(kind="slate")

    def test_a_model_that_is_asked_for_goes_before_that_of_the_table(self, tmp_path: Path) -> None:
        toml = '[providers.studio]\nkind = "openai_videos"\nbase_url = "https://mine.example"\nmodel = "one"\n'
        assert self.of(tmp_path, "studio", toml).settings.model == "one"
        assert self.of(tmp_path, "studio", toml, model="two").settings.model == "two"

    def test_the_library_is_that_of_the_run(self, tmp_path: Path) -> None:
        assert self.of(tmp_path, "slate").library.is_absolute()

    @pytest.mark.parametrize("name", sorted(BUILT_IN))
    def test_what_is_built_in_has_a_key_of_its_own_and_no_address(self, name: str) -> None:
        settings = BUILT_IN[name]
        assert settings.api_key_env or name == "vertex_veo"  # which signs in as Google's own programs do
        assert settings.base_url is None
        assert settings.send_frames == "ask"


class TestPrices:
    def test_the_price_of_the_settings_wins(self) -> None:
        route = setup(price_per_second="0.07").route("sora-2", service="openai", host=OPENAI)
        assert route.prices is not None
        assert route.prices.of(Fraction(10), size=(1280, 720), silent=True) == Decimal("0.7000")
        assert route.prices.source == "your settings"
        assert route.retired == date(2026, 9, 24), "it has ended all the same"

    def test_a_price_of_nothing_is_a_price(self) -> None:
        route = setup(price_per_second="0").route("any", service="vllm-omni", host="gpu.example")
        assert route.prices is not None
        assert route.prices.is_free

    def test_else_that_of_the_list_else_nobody_knows(self) -> None:
        known = setup().route(SORA, service="openai", host=OPENAI)
        assert known == known_route("openai", SORA, host=OPENAI)
        assert setup().route("any", service="vllm-omni", host="gpu.example") == Route()


class TestRoutes:
    @pytest.mark.parametrize("model", ["sora-2", "sora-2-2025-12-08", "sora-2-pro", "sora-2-pro-2025-10-06"])
    def test_sora_has_ended_at_its_host_and_not_elsewhere(self, model: str) -> None:
        assert known_route("openai", model, host=OPENAI).retired == date(2026, 9, 24)
        assert known_route("openai", model, host="mine.example") == Route()
        assert known_route("litellm", model, host=OPENAI) == Route()

    @pytest.mark.parametrize(
        ("model", "size", "usd"),
        [
            ("sora-2", (1280, 720), "0.10"),
            ("sora-2-pro", (720, 1280), "0.30"),
            ("sora-2-pro", (1792, 1024), "0.50"),
            ("sora-2-pro", (1920, 1080), "0.70"),
        ],
    )
    def test_its_last_prices(self, model: str, size: tuple[int, int], usd: str) -> None:
        prices = known_route("openai", model, host=OPENAI).prices
        assert prices is not None
        assert prices.of(Fraction(1), size=size, silent=False) == Decimal(usd)

    def test_names_of_models_that_have_ended_are_known(self) -> None:
        [route] = retired_models(SORA)
        assert route.instead
        assert retired_models("wan2.2") == []

    def test_every_row_is_dated_parses_exactly_and_stands_once(self) -> None:
        text = resources.files("pickup.config").joinpath("routes.toml").read_text(encoding="utf-8")
        rows = tomllib.loads(text)["route"]
        assert rows
        for row in rows:
            where = (row["service"], row["models"])
            assert isinstance(row["checked"], date), where
            assert row["checked"] <= TODAY, where
            assert row.get("retired") is None or (isinstance(row["retired"], date) and row["instead"]), where
            for line in row.get("prices", ()):
                assert isinstance(line["usd"], str), f"a float is not exact: {where}"
                assert Decimal(line["usd"]) >= 0
                assert Per(line.get("per", "second"))
            assert all(isinstance(row.get(name, "0"), str) for name in ("minimum",)), where
            route = known_route(row["service"], row["models"][0].replace("*", ""), host=row.get("host") or "x")
            assert (route.prices is not None) == bool(row.get("prices")), where
        counted = Counter((row["service"], row.get("host"), model) for row in rows for model in row["models"])
        assert max(counted.values()) == 1, counted.most_common(1)

    def test_a_row_is_not_hidden_by_one_before_it(self) -> None:
        text = resources.files("pickup.config").joinpath("routes.toml").read_text(encoding="utf-8")
        for row in tomllib.loads(text)["route"]:
            for model in row["models"]:
                found = known_route(row["service"], model.replace("*", ""), host=row.get("host") or "x")
                assert found.retired == row.get("retired"), model
                if found.prices is not None:
                    assert found.prices.checked == row["checked"]
                    assert [str(line.usd) for line in found.prices.lines] == [line["usd"] for line in row["prices"]]


@pytest.mark.parametrize(
    ("url", "host"),
    [
        ("https://API.OpenAI.com/v1", OPENAI),
        ("http://[::1]:8080/", "::1"),
        ("http://u:p@x.example:1/", "x.example"),
        ("", ""),
    ],
)
def test_the_host_of_an_address(url: str, host: str) -> None:
    assert host_of(url) == host
