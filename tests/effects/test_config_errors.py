from pathlib import Path

import pytest

from pickup.config import load_config
from pickup.errors import ConfigError


def _load_with(folder: Path, text: str) -> None:
    own = folder / "own.toml"
    own.write_text(text)
    load_config(timeline=folder / "harbor.otio", flags={}, environment={}, config_file=own)


@pytest.mark.parametrize(
    ("text", "message", "next_step"),
    [
        ("takse = 2", "`takse` is not a setting", "write `takes`"),
        ("[holes]\nmin_fames = 2", "`holes.min_fames` is not a setting", "write `holes.min_frames`"),
        ("min_frames = 2", "`min_frames` is not a setting", "write `holes.min_frames`"),
        ("flavors = ['otio']", "`flavors` is not a setting", "remove it; docs/cli.md lists every setting"),
        ("[hole]\ngaps = true", "`hole` is not a setting", "write `holes`"),
        ("[providers.a]\nkind = 'x'\nurl = 'x'", "`providers.a.url` is not", "write `providers.a.base_url`"),
        ("[providers.a]\nkind = 'x'\napi_key = 'x'", "`providers.a.api_key` is", "write `providers.a.api_key_env`"),
        ("takes = 'two'", "`takes` must be a whole number, not 'two'", "correct `takes`, or remove it"),
        ("takes = true", "`takes` must be a number, not true or false", "correct"),
        ("takes = 0", "`takes` must be at least 1", "correct"),
        ("takes = 1.5", "`takes` must be a whole number", "correct"),
        ("size = '1921x1080'", "`size` must be even in width and height", "correct"),
        ("size = '32x32'", "`size` must lie between 64 and 8192", "correct"),
        ("size = 'big'", '`size` must be a size such as "1920x1080"', "correct"),
        ("budget = 'lots'", '`budget` must be an amount such as "20.00"', "correct"),
        ("budget = -1", "`budget` must be at least 0", "correct"),
        ("budget = nan", "`budget` must be an amount", "correct"),
        ("for = ['avid']", "`for.0` must be one of 'otio', 'resolve'", "correct"),
        ("for = 'otio'", "`for` must be a list in brackets", "correct"),
        ("codec = 'mpeg2'", "`codec` must be one of 'auto', 'prores_hq'", "correct"),
        ("tag = '12'", "`tag` must have a letter", "correct"),
        ("holes = 3", "`holes` must be a table", "correct"),
        ("[watch]\npoll_s = 0", "`watch.poll_s` must be more than 0", "correct"),
        ("[conform]\ncolor_strength = 2.0", "`conform.color_strength` must be at most 1", "correct"),
        ("library = 'pickup'", "`library` in your own file would lie", "write an absolute path"),
        ("takes = ", "it is not valid TOML", "correct that line"),
        ('[map]\n"Z:\\show" = "/mnt"', "it is not valid TOML", "write a backslash twice"),
    ],
)
def test_a_wrong_setting_is_named_with_its_file_and_what_to_write(
    tmp_path: Path, text: str, message: str, next_step: str
) -> None:
    with pytest.raises(ConfigError) as caught:
        _load_with(tmp_path, text)
    assert message in caught.value.message
    assert next_step in caught.value.next_step
    assert caught.value.where == str(tmp_path / "own.toml")
    assert "pydantic" not in f"{caught.value.message}{caught.value.next_step}"


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("api_key_env = 'sk-very-secret'", "must be the name of an environment variable, not the key itself"),
        ("base_url = 'https://me:very-secret@host/v1'", "must hold no user, password"),
        ("base_url = 'ftp://very-secret/v1'", 'must be a URL such as "https://host/v1"'),
        ("base_url = 'http://very-secret\\@127.0.0.1/'", "must hold no"),
        ("base_url = 'http://[very-secret'", "`providers.a.base_url`"),
        ("model = ['very-secret']", "must be text in quotes"),
        ("seconds = ['very-secret']", "must be lengths in seconds"),
        ("seconds = []", "must be lengths such as"),
        ("seconds = [0]", "must be lengths above zero"),
        ("seconds = { min = 9, max = 3, step = 1 }", "a min that is not above its max"),
        ("fps = 17.3", "must be a frame rate; use 23.976"),
        ("sizes = ['3x3']", "must be a size"),
    ],
)
def test_a_wrong_provider_is_named_without_showing_what_may_be_a_key(tmp_path: Path, line: str, message: str) -> None:
    with pytest.raises(ConfigError) as caught:
        _load_with(tmp_path, f"[providers.a]\nkind = 'x'\n{line}")
    assert message in caught.value.message
    assert "very-secret" not in caught.value.message + caught.value.next_step


def test_a_wrong_variable_names_the_environment(tmp_path: Path) -> None:
    (tmp_path / "own.toml").touch()
    with pytest.raises(ConfigError, match="`takes` must be a whole number, not 'x'") as caught:
        load_config(
            timeline=None,
            flags={},
            environment={"PICKUP_TAKES": "x"},
            config_file=tmp_path / "own.toml",
            folder=tmp_path,
        )
    assert caught.value.where == "the environment"


def test_a_wrong_flag_names_the_command_line(tmp_path: Path) -> None:
    (tmp_path / "own.toml").touch()
    with pytest.raises(ConfigError, match="`--takes` must be at least 1") as caught:
        load_config(
            timeline=None, flags={"takes": 0}, environment={}, config_file=tmp_path / "own.toml", folder=tmp_path
        )
    assert caught.value.where == "the command line"


def test_a_named_file_that_does_not_exist_is_an_error(tmp_path: Path) -> None:
    missing = str(tmp_path / "no.toml")
    with pytest.raises(ConfigError, match="does not exist") as caught:
        load_config(timeline=None, flags={}, environment={"PICKUP_CONFIG": missing}, config_file=None, folder=tmp_path)
    assert caught.value.where == missing


def test_a_file_in_another_encoding_is_an_error_and_a_byte_order_mark_is_not(tmp_path: Path) -> None:
    own = tmp_path / "own.toml"
    own.write_bytes(b"\xef\xbb\xbftakes = 2")
    assert load_config(timeline=None, flags={}, environment={}, config_file=own, folder=tmp_path).takes == 2
    own.write_bytes("style = 'é'".encode("latin-1"))
    with pytest.raises(ConfigError, match="not UTF-8"):
        load_config(timeline=None, flags={}, environment={}, config_file=own, folder=tmp_path)
