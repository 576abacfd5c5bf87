"""Settings: `pickup.toml`, the environment and flags, read once and frozen.

config = load_config(timeline=Path("harbor.otio"), flags={"takes": 2}, environment=os.environ, config_file=None)
config.takes                       2
config.files                       the files that were read, the user's own first
"""

from pickup.config.loading import Config, load_config, state_folder
from pickup.config.settings import (
    BUILT_IN_STYLES,
    Character,
    ConformSettings,
    HoleSettings,
    LimitSettings,
    ProvenanceSettings,
    ProviderSettings,
    SecondsRange,
    Settings,
    Style,
    WatchSettings,
)

__all__ = [
    "BUILT_IN_STYLES",
    "Character",
    "Config",
    "ConformSettings",
    "HoleSettings",
    "LimitSettings",
    "ProvenanceSettings",
    "ProviderSettings",
    "SecondsRange",
    "Settings",
    "Style",
    "WatchSettings",
    "load_config",
    "state_folder",
]
