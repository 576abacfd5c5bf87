"""The places where settings stand, each as one table with absolute paths: files, variables, flags.

Nothing is put together here; `loading` does, and `trust` says what a project's file may not set.

    environment_layer({"PICKUP_TAKES": "2"}, folder=Path.cwd()).table        {"takes": "2"}
"""

from __future__ import annotations

import os
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from types import MappingProxyType
from typing import get_origin

from pydantic import ValidationError

from pickup.config.complaints import complaint, nearest_key
from pickup.config.settings import NAMED_TABLES, TABLES, Settings, keys_of
from pickup.errors import ConfigError, Finding, warning
from pickup.paths import PathKind, parse_path

FILE_NAME = "pickup.toml"
_PREFIX = "PICKUP_"
_OTHER_VARIABLES = frozenset({"PICKUP_CONFIG", "PICKUP_STATE", "PICKUP_KEY_PASSPHRASE"})
_BUILT_IN_COLOR = "ocio://"
_KEY_FILES = frozenset({"certificate", "private_key"})
_NOT_IN_VARIABLES = frozenset({*TABLES, *NAMED_TABLES, "map"})

Table = Mapping[str, object]


@dataclass(frozen=True, slots=True, kw_only=True)
class Layer:
    """Settings from one place; `where` is shown in messages, `prefix` before a key."""

    table: Table
    where: str
    prefix: str = ""


NOTHING = Layer(table=MappingProxyType({}), where="")


def check(layer: Layer) -> Settings:
    """What a place sets, with defaults for the rest.

    Raises:
        ConfigError: A key is unknown or a value is wrong; the place and the key are named.
    """
    try:
        return Settings.model_validate(layer.table)
    except ValidationError as error:
        raise complaint(error, where=layer.where, prefix=layer.prefix) from None


def table_of(table: Table, key: str) -> Table:
    """A table inside a table; empty where there is none."""
    value = table.get(key, {})
    return value if isinstance(value, dict) else {}


def users_file(config_file: Path | None, environment: Mapping[str, str]) -> Path | None:
    """The user's own file: the one that is named, else the platform's if it exists.

    Raises:
        ConfigError: The named file does not exist.
    """
    named = config_file or (Path(environment["PICKUP_CONFIG"]) if environment.get("PICKUP_CONFIG") else None)
    if named is not None:
        path = _at_home(named).absolute()
        if not path.exists():
            raise ConfigError(
                "the settings file does not exist", where=str(path), next_step="correct --config or PICKUP_CONFIG"
            )
        return path
    path = usual_file()
    return path if path.is_file() else None


def usual_file() -> Path:
    """Where the user's own file lies unless another is named; it need not be there."""
    import platformdirs  # noqa: PLC0415 - only where nothing is named

    return platformdirs.user_config_path("pickup", appauthor=False) / FILE_NAME


def nearest_file(folder: Path) -> Path | None:
    """The `pickup.toml` in a folder or the nearest one above it."""
    return next((each / FILE_NAME for each in (folder, *folder.parents) if (each / FILE_NAME).is_file()), None)


def file_layer(path: Path | None, *, is_project: bool) -> Layer:
    """What a file sets; paths in it start at its folder.

    Raises:
        ConfigError: It cannot be read, or is no TOML.
    """
    if path is None:
        return NOTHING
    try:
        table = tomllib.loads(path.read_text(encoding="utf-8-sig"), parse_float=Decimal)
    except OSError as error:
        raise ConfigError(
            f"it cannot be read: {error.strerror}", where=str(path), next_step="allow reading it"
        ) from error
    except UnicodeDecodeError as error:
        raise ConfigError("it is not UTF-8 text", where=str(path), next_step="save it as UTF-8") from error
    except tomllib.TOMLDecodeError as error:
        raise ConfigError(
            f"it is not valid TOML: {error}",
            where=str(path),
            next_step="correct that line; in quotes write a backslash twice, or use 'single quotes'",
        ) from error
    library = table.get("library")
    if not is_project and isinstance(library, str) and not _at_home(Path(library)).is_absolute():
        raise ConfigError(
            "`library` in your own file would lie in the folder of your settings",
            where=str(path),
            next_step="write an absolute path, or set it in a project's pickup.toml",
        )
    return Layer(table=_anchored(table, folder=path.parent), where=str(path))


def _anchored(table: Table, *, folder: Path) -> dict[str, object]:
    """The table with its paths made absolute, from the folder in which they were written."""
    anchored = dict(table)
    if isinstance(library := table.get("library"), str) and library:
        anchored["library"] = _absolute(library, folder=folder)
    if isinstance(roots := table.get("roots"), list | tuple):
        anchored["roots"] = [_absolute(root, folder=folder) if isinstance(root, str) else root for root in roots]
    if isinstance(path_map := table.get("map"), dict):
        anchored["map"] = {
            there: _absolute(here, folder=folder) if isinstance(here, str) else here for there, here in path_map.items()
        }
    if isinstance(watch := table.get("watch"), dict) and isinstance(deliver := watch.get("deliver"), dict):
        here = {key: _absolute(each, folder=folder) if isinstance(each, str) else each for key, each in deliver.items()}
        anchored["watch"] = {**watch, "deliver": here}
    if isinstance(conform := table.get("conform"), dict) and isinstance(path := conform.get("color_config"), str):
        is_file = path and not path.startswith(_BUILT_IN_COLOR)
        anchored["conform"] = {**conform, "color_config": _absolute(path, folder=folder) if is_file else path}
    if isinstance(provenance := table.get("provenance"), dict):
        anchored["provenance"] = {
            key: _absolute(each, folder=folder) if key in _KEY_FILES and isinstance(each, str) and each else each
            for key, each in provenance.items()
        }
    if isinstance(characters := table.get("characters"), dict):
        anchored["characters"] = {name: _with_files(each, folder=folder) for name, each in characters.items()}
    if isinstance(providers := table.get("providers"), dict):
        anchored["providers"] = {name: _with_workflow(each, folder=folder) for name, each in providers.items()}
    return anchored


def _with_workflow(provider: object, *, folder: Path) -> object:
    """A workflow that is a file is found from the folder of the settings; one that Pickup brings has no `.json`."""
    if not isinstance(provider, dict) or not isinstance(workflow := provider.get("workflow"), str):
        return provider
    is_file = workflow.endswith(".json")
    return {**provider, "workflow": _absolute(workflow, folder=folder)} if is_file else provider


def _with_files(character: object, *, folder: Path) -> object:
    if not isinstance(character, dict):
        return character
    found = {key: files for key in ("images", "release") if isinstance(files := character.get(key), list)}
    made = {
        key: [_absolute(each, folder=folder) if isinstance(each, str) else each for each in files]
        for key, files in found.items()
    }
    return {**character, **made}


def _absolute(text: str, *, folder: Path) -> str:
    """A path of this machine; a network path or one with a drive stays as it is."""
    path = parse_path(text)
    if path is not None and path.kind is not PathKind.POSIX and path.is_absolute:
        return text
    plain = path.text if path is not None and path.is_url else text
    return os.path.normpath(folder / _at_home(Path(plain)))


def _at_home(path: Path) -> Path:
    return path.expanduser() if path.parts[:1] == ("~",) else path


def environment_layer(environment: Mapping[str, str], *, folder: Path) -> Layer:
    """What variables set; an empty one sets nothing."""
    table: dict[str, object] = {}
    for variable, parts in _variables().items():
        text = environment.get(variable)
        if text:
            _put(table, parts, _split(text, parts))
    return Layer(table=_anchored(table, folder=folder), where="the environment")


def _variables() -> dict[str, tuple[str, ...]]:
    """Every variable with the key that it sets; tables with names of one's own cannot be set by one."""
    plain = [(key,) for key in keys_of(Settings) if key not in _NOT_IN_VARIABLES]
    nested = [(table, key) for table, model in TABLES.items() for key in keys_of(model) if key != "deliver"]
    return {_PREFIX + "_".join(parts).upper(): parts for parts in (*plain, *nested)}


def _split(text: str, parts: tuple[str, ...]) -> object:
    model = TABLES[parts[0]] if len(parts) > 1 else Settings
    field = next(each for name, each in model.model_fields.items() if (each.alias or name) == parts[-1])
    if get_origin(field.annotation) is not tuple:
        return text
    separator = os.pathsep if parts == ("roots",) else ","
    return [each.strip() for each in text.split(separator) if each.strip()]


def misspelt(environment: Mapping[str, str]) -> tuple[Finding, ...]:
    """Variables that look like ours and are none: a budget that nobody reads would be a costly mistake."""
    known = _variables()
    findings = list[Finding]()
    for name in sorted(environment):
        if name.startswith(_PREFIX) and name not in known and name not in _OTHER_VARIABLES:
            near = nearest_key((name.removeprefix(_PREFIX).lower(),))
            meant = _PREFIX + (near or "").replace(".", "_").upper()
            if meant in known:
                message = f"{name} is not a setting; did you mean {meant}?"
                findings.append(warning("UNKNOWN_SETTING", message, where="the environment"))
    return tuple(findings)


def flag_layer(flags: Mapping[str, object], *, folder: Path) -> Layer:
    """What flags set; `map` may also be a list of `FROM=TO`."""
    table: dict[str, object] = {}
    for key, value in flags.items():
        if value is not None:
            _put(table, tuple(key.split(".")), _map_of(value) if key == "map" else value)
    return Layer(table=_anchored(table, folder=folder), where="the command line", prefix="--")


def _map_of(value: object) -> object:
    """`FROM=TO` texts as a table; a table as it is."""
    if not isinstance(value, list | tuple):
        return value
    pairs = [str(each).partition("=") for each in value]
    if any(not there or not here for there, _, here in pairs):
        raise ConfigError(
            "`--map` must be FROM=TO", where="the command line", next_step=r"write --map 'Z:\show=/mnt/show'"
        )
    return {there: here for there, _, here in pairs}


def _put(table: dict[str, object], parts: tuple[str, ...], value: object) -> None:
    *outer, last = parts
    for part in outer:
        inner = table.setdefault(part, {})
        if not isinstance(inner, dict):
            return
        table = inner
    table[last] = value
