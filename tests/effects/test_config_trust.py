from collections.abc import Mapping
from pathlib import Path

import pytest

from pickup.config import Config, load_config
from pickup.errors import ConfigError


def _load(
    folder: Path,
    *,
    user: str = "",
    project: str = "",
    flags: Mapping[str, object] | None = None,
    environment: Mapping[str, str] | None = None,
) -> Config:
    own, show = folder / "own.toml", folder / "show"
    show.mkdir()
    own.write_text(user)
    (show / "pickup.toml").write_text(project)
    return load_config(timeline=show / "a.otio", flags=flags or {}, environment=environment or {}, config_file=own)


@pytest.mark.parametrize(
    ("line", "key"),
    [
        ("base_url = 'https://evil.example/v1'", "providers.a.base_url"),
        ("base_url = 'http://127.0.0.1.evil.example/v1'", "providers.a.base_url"),
        ("base_url = 'http://192.168.1.7/v1'", "providers.a.base_url"),
        ("base_url = 'http://0.0.0.0/v1'", "providers.a.base_url"),
        ("base_url = 'http://127.0.0.1/v1'\napi_key_env = 'OPENAI_API_KEY'", "providers.a.api_key_env"),
        ("base_url = 'http://127.0.0.1/v1'\nsend_frames = 'always'", "providers.a.send_frames"),
        ("price_per_second = '0'", "providers.a"),
        ("base_url = 'http://127.0.0.1/v1'\noptions = { credentials = 'default' }", "providers.a.options"),
    ],
)
def test_a_projects_file_cannot_say_where_keys_and_frames_go(tmp_path: Path, line: str, key: str) -> None:
    with pytest.raises(ConfigError) as caught:
        _load(tmp_path, project=f"[providers.a]\nkind = 'x'\n{line}")
    assert caught.value.message == f"`{key}` may not be set in a project's file"
    assert caught.value.where == str(tmp_path / "show" / "pickup.toml")
    assert "your own pickup.toml" in caught.value.next_step


def test_a_projects_file_cannot_change_a_provider_of_the_users(tmp_path: Path) -> None:
    user = "[providers.a]\nkind = 'x'\napi_key_env = 'KEY'\nbase_url = 'https://host/v1'"
    with pytest.raises(ConfigError, match=r"`providers\.a` may not be set"):
        _load(tmp_path, user=user, project="[providers.a]\nkind = 'x'\nbase_url = 'http://127.0.0.1:9/v1'")


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "[::1]", "127.3.2.1"])
def test_a_projects_file_may_name_a_server_on_this_machine_without_a_key(tmp_path: Path, host: str) -> None:
    config = _load(tmp_path, project=f"[providers.a]\nkind = 'x'\nbase_url = 'http://{host}:8091/v1'")
    assert config.project_providers == {"a"}


@pytest.mark.parametrize("key", ["certificate", "private_key"])
def test_a_projects_file_cannot_name_the_key_that_signs(tmp_path: Path, key: str) -> None:
    with pytest.raises(ConfigError, match=rf"`provenance\.{key}` may not be set in a project's file"):
        _load(tmp_path, project=f"[provenance]\n{key} = 'key.pem'")


def test_the_users_own_file_may_name_the_key_and_a_project_whether_takes_are_signed(tmp_path: Path) -> None:
    user = "[provenance]\ncertificate = 'own.pem'\nprivate_key = '/keys/own.key'"
    provenance = _load(tmp_path, user=user, project="[provenance]\nc2pa = 'on'").provenance
    assert provenance.certificate == tmp_path / "own.pem"
    assert (provenance.private_key, provenance.c2pa) == (Path("/keys/own.key"), "on")


def test_a_projects_file_cannot_name_another_ledger(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="`ledger` may not be set"):
        _load(tmp_path, project="ledger = 'postgresql://x'")


@pytest.mark.parametrize(("user", "project", "takes"), [("", 9, 3), ("max_takes = 5", 9, 5), ("max_takes = 5", 2, 2)])
def test_a_projects_file_may_lower_what_a_brief_can_ask_for_but_not_raise_it(
    tmp_path: Path, user: str, project: int, takes: int
) -> None:
    config = _load(tmp_path, user=user, project=f"max_takes = {project}")
    assert config.max_takes == takes
    assert [each.code for each in config.findings] == ["PROJECT_SETTING_IGNORED"] * (project > takes)


def test_a_flag_or_variable_may_raise_what_a_brief_can_ask_for(tmp_path: Path) -> None:
    assert _load(tmp_path, project="max_takes = 2", environment={"PICKUP_MAX_TAKES": "9"}).max_takes == 9


def test_a_projects_file_may_lower_the_limits_of_reading_but_not_raise_them(tmp_path: Path) -> None:
    config = _load(tmp_path, user="[limits]\nseconds = 90", project="[limits]\nseconds = 900\nnesting = 20")
    assert (config.limits.seconds, config.limits.nesting) == (90, 20)
    assert [each.message for each in config.findings] == [
        "`limits.seconds` in a project's file is above your own and was lowered to it"
    ]


@pytest.mark.parametrize(
    ("user", "project", "flags", "free", "paid", "findings"),
    [
        ("", "approve = 'auto'", {}, "auto", "ask", 1),
        ("approve = 'plan'", "approve = 'auto'", {}, "auto", "plan", 1),
        ("approve = 'auto'", "approve = 'auto'", {}, "auto", "auto", 0),
        ("approve = 'auto'", "approve = 'plan'", {}, "plan", "plan", 0),
        ("", "approve = 'plan'", {"approve": "auto"}, "auto", "auto", 0),
    ],
)
def test_a_projects_file_cannot_approve_what_costs_money(
    tmp_path: Path, user: str, project: str, flags: Mapping[str, object], free: str, paid: str, findings: int
) -> None:
    config = _load(tmp_path, user=user, project=project, flags=flags)
    assert (config.approve, config.approve_paid) == (free, paid)
    assert len(config.findings) == findings


def test_in_a_watched_folder_only_what_the_users_roots_hold_counts(tmp_path: Path) -> None:
    raid, other = tmp_path / "raid", tmp_path / "other"
    raid.mkdir()
    other.mkdir()
    (raid / "out").symlink_to(other, target_is_directory=True)
    config = _load(
        tmp_path,
        user=f"roots = ['{raid}']\n[map]\n'Y:' = '{other}'\n'X:' = '{raid}/x'",
        project=f"roots = ['{other}', '{raid}/a']\n[map]\n'Z:' = '{raid}/z'\n'W:' = '{other}'\n'V:' = '{raid}/out'\n"
        "'X:' = '/etc'",
    )
    assert config.roots == (str(other), str(raid / "a"))
    assert config.path_map["W:"] == str(other)
    watched = config.for_watch(tmp_path)
    assert watched.roots == (str(raid),)
    assert watched.path_map == {"Y:": str(other), "X:": str(raid / "x"), "Z:": str(raid / "z")}
    assert sorted(each.where for each in watched.findings) == sorted(
        [str(other), str(other), str(raid / "out"), "/etc"]
    )
