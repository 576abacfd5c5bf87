"""Which providers a shot may be made on, and whether frames of the footage may go there: rule by rule."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from pickup.config import Config, load_config
from pickup.errors import ConfigError, ProviderRetired
from pickup.fill.routes import Routes
from pickup.plan import MaySend

TODAY = date(2026, 11, 29)
STUDIO = '[providers.studio]\nkind = "openai_videos"\nprofile = "vllm-omni"\nbase_url = "{url}"\n{more}\n'
ELSEWHERE, HERE = "http://gpu.example:8091/v1", "http://127.0.0.1:8091/v1"


def config(folder: Path, *, url: str = HERE, more: str = "", top: str = "") -> Config:
    file = folder / "user.toml"
    file.write_text(f"{top}\n{STUDIO.format(url=url, more=more)}")
    return load_config(timeline=folder / "reel.otio", flags={}, environment={}, config_file=file)


def routes(settings: Config, *, answer: bool | None = None) -> Routes:
    return Routes(config=settings, send_frames=answer, today=TODAY)


@pytest.mark.parametrize(
    ("setting", "answer", "expected"),
    [
        ("ask", None, MaySend.ASK),
        ("ask", True, MaySend.YES),
        ("ask", False, MaySend.NO),
        ("always", None, MaySend.YES),
        ("always", False, MaySend.YES),
        ("never", None, MaySend.NO),
        ("never", True, MaySend.NO),
    ],
)
def test_frames_leave_this_machine_only_as_the_setting_says_or_after_a_yes(
    tmp_path: Path, setting: str, *, answer: bool | None, expected: MaySend
) -> None:
    settings = config(tmp_path, url=ELSEWHERE, more=f'send_frames = "{setting}"')
    assert routes(settings, answer=answer).load("studio").may_send is expected


def test_a_no_beforehand_goes_before_every_setting(tmp_path: Path) -> None:
    settings = config(tmp_path, url=ELSEWHERE, more='send_frames = "always"')
    made = Routes(config=settings, send_frames=None, today=TODAY, no_frames=True)
    assert made.load("studio").may_send is MaySend.NO


def test_a_brief_that_cannot_have_its_provider_is_told_why_and_stops_nothing_else(tmp_path: Path) -> None:
    made = routes(config(tmp_path, top='provider = "slate"', more='model = "wan"'))
    assert made.why_not("studio") == ""
    assert "add [providers.fal] to your own pickup.toml" in made.why_not("fal:some/model")
    named = config(tmp_path, top="[providers.luma]\n[providers.openai]\n")
    assert "does not know what ray-9 makes" in routes(named).why_not("luma:ray-9")
    assert "ended on 2026-09-24" in routes(named).why_not("openai:sora-2-pro")


@pytest.mark.parametrize("answer", [None, False])
def test_nobody_is_asked_about_frames_that_stay_on_this_machine(tmp_path: Path, *, answer: bool | None) -> None:
    route = routes(config(tmp_path), answer=answer).load("studio")
    assert (route.offer.host, route.may_send) == ("", MaySend.YES)


def test_a_brief_may_choose_only_among_configured_providers(tmp_path: Path) -> None:
    made = routes(config(tmp_path, top='fallback = ["manual"]'))
    assert [
        name for name in ("studio", "slate", "manual", "openai", "comfyui", "inworld") if made.is_configured(name)
    ] == [
        "studio",
        "slate",
        "manual",
    ]


def test_providers_come_in_the_order_of_the_settings_and_fallbacks_last(tmp_path: Path) -> None:
    settings = config(tmp_path, top='provider = "studio:wan, slate"\nfallback = ["manual"]')
    made = routes(settings).configured
    assert [(each.offer.provider, each.offer.model, each.is_fallback) for each in made][:2] == [
        ("studio", "wan", False),
        ("slate", "slate-1", False),
    ]
    assert (made[-1].offer.provider, made[-1].is_fallback) == ("manual", True)


def test_a_model_that_was_famous_is_told_as_ended_by_its_bare_name(tmp_path: Path) -> None:
    with pytest.raises(ProviderRetired) as ended:
        routes(config(tmp_path)).load("sora-2-pro")
    assert "2026-09-24" in ended.value.message


def test_a_provider_that_is_none_is_told_with_those_that_are(tmp_path: Path) -> None:
    with pytest.raises(ConfigError) as unknown:
        routes(config(tmp_path)).load("studoi")
    assert "openai_videos" in unknown.value.next_step
