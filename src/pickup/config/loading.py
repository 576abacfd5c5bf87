"""Finding settings and putting them together: flag > environment > project file > the user's own file > default.

Three things are no plain precedence, because a file in a project folder may come from anybody: it may not say where
keys and frames go, of all budgets the smallest holds, and it may lower limits but not raise them.

    load_config(timeline=None, flags={}, environment={"PICKUP_TAKES": "2"}, config_file=None).takes        2
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from pydantic import Field

from pickup._files import is_allowed
from pickup.config.layers import (
    FILE_NAME,
    NOTHING,
    Layer,
    Table,
    check,
    environment_layer,
    file_layer,
    flag_layer,
    misspelt,
    nearest_file,
    table_of,
    users_file,
)
from pickup.config.settings import BUILT_IN_STYLES, Flavor, Settings
from pickup.config.trust import characters_below, refuse_from_project, without_raised_limits
from pickup.errors import ConfigError, Finding, warning

_BUDGETS = ("budget", "budget_per_timeline", "budget_per_day")


class Config(Settings):
    """The settings of one run.

    Attributes:
        files: What was read, the user's own file first.
        library_folder: Absolute; the library of this run, which need not exist.
        approve_paid: `approve` for a plan that costs money; a project's `auto` does not count for it.
        trusted_library: The library, if not only the project's file names it.
        trusted_roots: `roots` without those that only the project's file names.
        trusted_map: `map` likewise.
        trusted_deliver: `deliver` of `[watch]` likewise.
        project_providers: Names of providers that the project's file brought; they are on this machine.
        characters_below: Folders below which the files of a set must lie that the project's file brought, by its name.
        media_below: Folders below which alone media may be opened; None for anywhere.
        findings: What a project's file asked for and did not get, and misspelt variables.
    """

    files: tuple[Path, ...]
    library_folder: Path
    approve_paid: str
    trusted_library: str | None
    trusted_roots: tuple[str, ...]
    trusted_map: Mapping[str, str]
    trusted_deliver: Mapping[str, str]
    project_providers: frozenset[str]
    characters_below: Mapping[str, tuple[str, ...]] = Field(default_factory=dict)
    media_below: tuple[str, ...] | None = None
    findings: tuple[Finding, ...]

    def for_watch(self, folder: Path) -> Config:
        """The settings as a watcher of `folder` may use them, which reads what strangers may have left there.

        Media may be opened below the folder, the library, the targets of `map` and `roots` alone. Of a project's
        `roots` and `map` only what lies below the user's own `roots` counts, and copies go there, into the folder or
        into the library; findings name the rest.
        """
        dropped = [root for root in self.roots if not is_allowed(root, roots=self.trusted_roots)]
        path_map = dict(self.trusted_map)
        for there, here in self.path_map.items():
            if is_allowed(here, roots=self.trusted_roots):
                path_map[there] = here
            elif self.trusted_map.get(there) != here:
                dropped.append(here)
        deliver = dict[Flavor, str]()
        for flavor, here in self.watch.deliver.items():
            own_places = (*self.trusted_roots, str(folder), str(self.library_folder))
            if self.trusted_deliver.get(flavor) == here or is_allowed(here, roots=own_places):
                deliver[flavor] = here
            else:
                dropped.append(here)
        findings = tuple(
            warning("PROJECT_SETTING_IGNORED", "it is not below the roots in your own settings", where=each)
            for each in dropped
        )
        changed = {
            "roots": self.trusted_roots,
            "path_map": path_map,
            "watch": self.watch.model_copy(update={"deliver": deliver}),
            "media_below": (str(folder), str(self.library_folder), *path_map.values(), *self.trusted_roots),
            "findings": (*self.findings, *findings),
        }
        return self.model_copy(update=changed)

    def style_prompt(self, name: str | None = None) -> str:
        """The words of a style, the configured one unless another is named.

        Raises:
            ConfigError: There is no such style.
        """
        wanted = name or self.style
        if wanted not in self.styles:
            raise ConfigError(
                f"there is no style {wanted!r}",
                where="style",
                next_step=f"use one of {', '.join(sorted(self.styles))}, or add [styles.{wanted}] to {FILE_NAME}",
            )
        return self.styles[wanted].prompt


def state_folder(environment: Mapping[str, str]) -> Path:
    """Where the ledger lies: `PICKUP_STATE`, else the platform's folder for a user's state."""
    named = environment.get("PICKUP_STATE")
    if named:
        return Path(named).expanduser().absolute()
    import platformdirs  # noqa: PLC0415 - only where nothing is named

    return platformdirs.user_state_path("pickup", appauthor=False)


def load_config(
    *,
    timeline: Path | None,
    flags: Mapping[str, object],
    environment: Mapping[str, str],
    config_file: Path | None,
    folder: Path | None = None,
) -> Config:
    """Reads every file that applies and puts the settings together.

    Args:
        timeline: The project's `pickup.toml` lies beside it or above; None where a command names no timeline.
        flags: Settings by key (`takes`, `holes.offline`, `for`, `map`); None stands for a flag that was not given.
        environment: Variables; `PICKUP_TAKES`, `PICKUP_HOLES_OFFLINE`. Lists are separated by commas, `roots` as
            in PATH.
        config_file: The user's own file, instead of `PICKUP_CONFIG` or the platform's.
        folder: Where to look from when there is no timeline: the watched or (None) the current folder.

    Raises:
        ConfigError: A file cannot be read, a key is unknown, a value is wrong, or a project's file sets what only
            the user may set.
    """
    here = Path.cwd()
    start = timeline.absolute().parent if timeline is not None else (folder or here).absolute()
    users_path = users_file(config_file, environment)
    project_path = nearest_file(start)
    if project_path is not None and users_path is not None and project_path.resolve() == users_path.resolve():
        project_path = None
    users = file_layer(users_path, is_project=False)
    project = file_layer(project_path, is_project=True)
    variables = environment_layer(environment, folder=here)
    options = flag_layer(flags, folder=here)
    for layer in (users, project, variables, options):
        check(layer)
    refuse_from_project(project, users=users)
    project, findings = without_raised_limits(project, users=users, above=(variables, options))
    merged = _merged(users, project, variables, options)
    trusted = _merged(users, NOTHING, variables, options)
    _use_smallest_budgets(merged, layers=(users, project, variables, options))
    library = merged.get("library")
    config = Config.model_validate(
        {
            **merged,
            "files": tuple(path for path in (users_path, project_path) if path is not None),
            "library_folder": Path(library) if isinstance(library, str) else start / "pickup",
            "approve_paid": _approve_paid(merged, trusted=trusted),
            "trusted_library": trusted.get("library"),
            "trusted_roots": trusted.get("roots", ()),
            "trusted_map": trusted.get("map", {}),
            "trusted_deliver": table_of(table_of(trusted, "watch"), "deliver"),
            "project_providers": frozenset(table_of(project.table, "providers")),
            "characters_below": characters_below(project, file=project_path, trusted=trusted),
            "findings": (*findings, *misspelt(environment)),
        }
    )
    config.style_prompt()
    return config


def _approve_paid(merged: Table, *, trusted: Table) -> object:
    approve = merged.get("approve", "ask")
    return trusted.get("approve", "ask") if approve == "auto" else approve


def _merged(*layers: Layer) -> dict[str, object]:
    """Later layers win; tables are put together key by key, except a single provider, style or character."""
    merged: dict[str, object] = {"styles": {name: {"prompt": prompt} for name, prompt in BUILT_IN_STYLES.items()}}
    for layer in layers:
        for key, value in layer.table.items():
            merged[key] = {**table_of(merged, key), **value} if isinstance(value, dict) else value
    return merged


def _use_smallest_budgets(merged: dict[str, object], *, layers: tuple[Layer, ...]) -> None:
    for key in _BUDGETS:
        budgets = [getattr(check(layer), key) for layer in layers if key in layer.table]
        if budgets:
            merged[key] = min(budgets)
