import tomllib
from collections.abc import Callable, Mapping
from decimal import Decimal
from fractions import Fraction
from pathlib import Path

import pytest

from pickup.config import BUILT_IN_STYLES, Config, SecondsRange, Settings, load_config, state_folder
from pickup.errors import ConfigError

Load = Callable[..., Config]

_AS_DOCUMENTED = r"""
provider = "slate"
takes = 1
max_takes = 3
handles = 12
style = "documentary"
codec = "auto"
place = "replace"
burn_in = true
timecode = "zero"
for = ["resolve", "premiere", "fcp7"]
approve = "ask"
stand_ins = "off"

[holes]
gaps = true
slugs = true
placeholders = true
offline = false
short = true
min_frames = 3
dip_frames = 12
patterns = ["TEMP", "TMP", "PLACEHOLDER", "PH", "MISSING", "TBD", "TBC", "NEED", "SLUG", "PICKUP"]
overlays = ["LETTERBOX", "WATERMARK", "BURNIN", "LOGO", "MATTE"]

[conform]
rate = "auto"
fit = "fill"
color = "auto"
color_strength = 1.0
audio = "none"
proxies = true

[limits]
file_mb = 1024
nesting = 200
memory_mb = 4096
seconds = 60

[watch]
settle_s = 2
deadline_s = 300
scan_s = 60
poll_s = 5
polling = "auto"
recursive = false
"""

_EXAMPLES = r"""
library = "pickup"
size = "1920x1080"
drop_frame = true
tag = "HARBOR"
budget = "20.00"
roots = ["/Volumes/RAID"]

[holes]
ignore_tracks = ["TEMP VFX"]

[styles.noir]
prompt = "high-contrast black and white, hard side light"

[characters.mara]
images = ["refs/mara_1.png", "refs/mara_2.png"]

[map]
"Z:\\show" = "/mnt/show"
"""

_PROVIDER = """
[providers.studio-wan]
kind = "openai_videos"
profile = "vllm-omni"
base_url = "http://127.0.0.1:8091/v1"
model = "wan2.2"
api_key_env = "STUDIO_WAN_KEY"
send_frames = "ask"
max_in_flight = 2
price_per_second = "0"
seconds = [4, 8, 12]
sizes = ["1280x720", "720x1280"]
fps = 24
poll_s = 10
"""


@pytest.fixture
def load(tmp_path: Path) -> Load:
    """Loads with a user's file and a project's file of the given text, for a timeline in the project."""
    project = tmp_path / "show"
    project.mkdir()

    def run(
        *,
        user: str = "",
        project_text: str | None = None,
        flags: Mapping[str, object] | None = None,
        environment: Mapping[str, str] | None = None,
    ) -> Config:
        own = tmp_path / "own.toml"
        own.write_text(user)
        if project_text is not None:
            (project / "pickup.toml").write_text(project_text)
        return load_config(
            timeline=project / "harbor.otio", flags=flags or {}, environment=environment or {}, config_file=own
        )

    return run


def test_the_documented_defaults_are_the_defaults(load: Load) -> None:
    assert Settings.model_validate(tomllib.loads(_AS_DOCUMENTED)) == Settings()
    config = load()
    assert (config.takes, config.size, config.budget, config.library) == (1, None, None, None)


def test_the_documented_examples_are_read(load: Load, tmp_path: Path) -> None:
    config = load(project_text=_EXAMPLES)
    assert config.size == (1920, 1080)
    assert config.budget == Decimal("20.00")
    assert config.holes.ignore_tracks == ("TEMP VFX",)
    assert config.holes.min_frames == 3
    assert config.characters["mara"].images[0] == tmp_path / "show" / "refs" / "mara_1.png"
    assert config.path_map == {"Z:\\show": "/mnt/show"}
    assert config.library_folder == tmp_path / "show" / "pickup"


def test_the_documented_provider_is_read_from_the_users_file(load: Load) -> None:
    provider = load(user=_PROVIDER).providers["studio-wan"]
    assert provider.seconds == (Decimal(4), Decimal(8), Decimal(12))
    assert provider.sizes == ((1280, 720), (720, 1280))
    assert provider.fps is not None
    assert provider.fps.fps == Fraction(24)
    assert (provider.price_per_second, provider.is_on_this_machine) == (Decimal(0), True)


def test_lengths_may_be_a_range(load: Load) -> None:
    text = '[providers.a]\nkind = "x"\nseconds = { min = 2, max = 30, step = 0.5 }\nfps = "23.976"'
    provider = load(user=text).providers["a"]
    assert provider.seconds == SecondsRange(min=Decimal(2), max=Decimal(30), step=Decimal("0.5"))
    assert str(provider.fps) == "24000/1001"


def test_a_flag_beats_a_variable_beats_the_project_beats_the_user_beats_the_default(load: Load) -> None:
    places = {"user": "handles = 1", "project_text": "handles = 2", "environment": {"PICKUP_HANDLES": "3"}}
    assert load().handles == 12
    assert load(user="handles = 1").handles == 1
    assert load(user="handles = 1", project_text="handles = 2").handles == 2
    assert load(**places).handles == 3
    assert load(**places, flags={"handles": 4}).handles == 4
    assert load(**places, flags={"handles": None}).handles == 3


def test_tables_are_put_together_key_by_key(load: Load) -> None:
    config = load(
        user="[holes]\nmin_frames = 5\noffline = true",
        project_text="[holes]\nmin_frames = 6",
        environment={"PICKUP_HOLES_PATTERNS": "FEHLT, TODO", "PICKUP_CONFORM_FIT": "fit"},
        flags={"holes.gaps": False},
    )
    assert (config.holes.min_frames, config.holes.offline, config.holes.gaps) == (6, True, False)
    assert config.holes.patterns == ("FEHLT", "TODO")
    assert config.conform.fit == "fit"


@pytest.mark.parametrize(
    ("variable", "text", "key", "value"),
    [
        ("PICKUP_TAKES", "2", "takes", 2),
        ("PICKUP_BURN_IN", "false", "burn_in", False),
        ("PICKUP_SIZE", "1280x720", "size", (1280, 720)),
        ("PICKUP_FOR", "otio,fcpxml", "flavors", ("otio", "fcpxml")),
        ("PICKUP_BUDGET", "7.50", "budget", Decimal("7.50")),
        ("PICKUP_PROVIDER", "studio:wan2.2", "provider", "studio:wan2.2"),
        ("PICKUP_STYLE", "", "style", "documentary"),
    ],
)
def test_a_variable_sets_its_key(load: Load, variable: str, text: str, key: str, value: object) -> None:
    assert getattr(load(environment={variable: text}), key) == value


def test_a_misspelt_variable_is_named_and_a_foreign_one_is_not(load: Load) -> None:
    findings = load(environment={"PICKUP_BUGDET": "5", "PICKUP_TRUCK_COLOR": "red", "PICKUP_STATE": "/x"}).findings
    assert [(each.code, each.message) for each in findings] == [
        ("UNKNOWN_SETTING", "PICKUP_BUGDET is not a setting; did you mean PICKUP_BUDGET?")
    ]


def test_of_all_budgets_the_smallest_holds(load: Load) -> None:
    config = load(
        user='budget = "20"\nbudget_per_day = 50.10',
        project_text='budget = "30"',
        environment={"PICKUP_BUDGET_PER_DAY": "60"},
        flags={"budget": "100"},
    )
    assert (config.budget, config.budget_per_day) == (Decimal(20), Decimal("50.10"))
    assert load(user='budget = "20"', flags={"budget": Decimal(5)}).budget == Decimal(5)


def test_the_nearest_file_above_the_timeline_is_the_projects(tmp_path: Path) -> None:
    deep = tmp_path / "show" / "reels" / "one"
    deep.mkdir(parents=True)
    (tmp_path / "pickup.toml").write_text("takes = 2")
    (tmp_path / "show" / "pickup.toml").write_text('takes = 3\nlibrary = "../shared"')
    config = load_config(timeline=deep / "a.otio", flags={}, environment=_nobody(tmp_path), config_file=None)
    assert config.takes == 3
    assert config.library_folder == tmp_path / "shared"
    assert config.files == (tmp_path / "none.toml", tmp_path / "show" / "pickup.toml")


def test_without_a_file_the_library_lies_beside_the_timeline_or_in_the_folder(tmp_path: Path) -> None:
    environment = _nobody(tmp_path)
    beside = load_config(timeline=tmp_path / "a" / "b.otio", flags={}, environment=environment, config_file=None)
    inside = load_config(timeline=None, flags={}, environment=environment, config_file=None, folder=tmp_path / "in")
    here = load_config(timeline=None, flags={}, environment=environment, config_file=None)
    assert beside.library_folder == tmp_path / "a" / "pickup"
    assert inside.library_folder == tmp_path / "in" / "pickup"
    assert here.library_folder == Path.cwd() / "pickup"


def test_the_library_of_a_flag_starts_in_the_current_folder(load: Load) -> None:
    assert load(project_text='library = "x"', flags={"library": "mine"}).library_folder == Path.cwd() / "mine"
    assert load(environment={"PICKUP_LIBRARY": "/mnt/library"}).library_folder == Path("/mnt/library")


def test_a_file_that_is_the_users_own_is_not_also_the_projects(tmp_path: Path) -> None:
    own = tmp_path / "pickup.toml"
    own.write_text(_PROVIDER)
    config = load_config(timeline=tmp_path / "a.otio", flags={}, environment={}, config_file=own)
    assert config.files == (own,)
    assert config.project_providers == frozenset()


def test_styles_of_ones_own_stand_beside_those_that_come_with_it(load: Load) -> None:
    config = load(project_text='style = "noir"\n[styles.noir]\nprompt = "hard side light"')
    assert config.style_prompt() == "hard side light"
    assert set(config.styles) == {"noir", *BUILT_IN_STYLES}
    assert config.style_prompt("cinematic") == BUILT_IN_STYLES["cinematic"]


def test_an_unknown_style_is_an_error_that_names_the_known_ones(load: Load) -> None:
    with pytest.raises(ConfigError, match="no style 'cinematik'") as caught:
        load(flags={"style": "cinematik"})
    assert "cinematic" in caught.value.next_step


def test_maps_of_all_places_are_put_together_and_a_flag_names_them_as_from_to(load: Load) -> None:
    config = load(
        user="[map]\n'Z:\\show' = '/mnt/show'\n'Y:' = '/mnt/y'", flags={"map": ["Y:=/mnt/other", "/Volumes/a=/mnt/a=b"]}
    )
    assert config.path_map == {"Z:\\show": "/mnt/show", "Y:": "/mnt/other", "/Volumes/a": "/mnt/a=b"}


def test_a_map_without_a_target_is_an_error(load: Load) -> None:
    with pytest.raises(ConfigError, match="FROM=TO"):
        load(flags={"map": ["Z:"]})


def test_the_result_cannot_be_changed(load: Load) -> None:
    with pytest.raises(ValueError, match="frozen"):
        load().takes = 5


def test_the_state_folder_is_the_named_one_else_the_platforms(tmp_path: Path) -> None:
    assert state_folder({"PICKUP_STATE": str(tmp_path)}) == tmp_path
    assert state_folder({}).name == "pickup"


def _nobody(folder: Path) -> Mapping[str, str]:
    """An environment whose user has an empty file."""
    (folder / "none.toml").touch()
    return {"PICKUP_CONFIG": str(folder / "none.toml")}
