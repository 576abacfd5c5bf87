"""A wrong setting in the words of the person who wrote it: file, key, what is wrong, what to write instead.

ConfigError: `holes.min_fames` is not a setting          where: /show/pickup.toml
next: write `holes.min_frames`
"""

from __future__ import annotations

import difflib
from collections.abc import Iterable

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from pickup.config.settings import NAMED_TABLES, TABLES, Settings, keys_of
from pickup.errors import ConfigError

_SHOWN_LENGTH = 40
_PLAIN_TYPES = {
    "int_type": "a whole number",
    "int_parsing": "a whole number",
    "int_from_float": "a whole number",
    "float_type": "a number",
    "float_parsing": "a number",
    "decimal_type": 'an amount such as "20.00"',
    "decimal_parsing": 'an amount such as "20.00"',
    "finite_number": 'an amount such as "20.00"',
    "bool_type": "true or false",
    "bool_parsing": "true or false",
    "string_type": "text in quotes",
    "path_type": "a path in quotes",
    "tuple_type": "a list in brackets",
    "mapping_type": "a table",
    "dict_type": "a table",
    "model_type": "a table",
    "model_attributes_type": "a table",
    "string_pattern_mismatch": "a name such as slate, or name:model",
    "string_too_short": "something",
    "too_short": "a list with something in it",
}


def complaint(error: ValidationError, *, where: str, prefix: str = "") -> ConfigError:
    """The first thing that is wrong, as a `ConfigError`; an unknown key before anything else.

    Args:
        error: Of `Settings`.
        where: The file, or `the environment`, or `the command line`.
        prefix: Stands before the key, such as `--` of a flag.
    """
    details = error.errors(include_url=False)
    first = next((each for each in details if each["type"] == "extra_forbidden"), details[0])
    parts = tuple(str(part) for part in first["loc"])
    key = prefix + ".".join(parts)
    if first["type"] == "extra_forbidden":
        return unknown_key(parts, where=where, prefix=prefix)
    if first["type"] == "missing":
        return ConfigError(
            f"`{key}` is missing", where=where, next_step=f"add `{parts[-1]}` to [{'.'.join(parts[:-1])}]"
        )
    wanted, example = _wanted(first)
    shown = "" if "providers" in parts else _shown(first["input"])  # a key may have landed in the wrong place
    return ConfigError(f"`{key}` {wanted}{shown}", where=where, next_step=example or f"correct `{key}`, or remove it")


def unknown_key(parts: tuple[str, ...], *, where: str, prefix: str = "") -> ConfigError:
    """A key that is no setting, with the nearest one that is."""
    nearest = nearest_key(parts)
    if nearest is None and len(parts) == 3 and parts[0] == "providers":  # noqa: PLR2004 - providers, a name, a key
        step = f"take it out; what its kind alone knows goes into [providers.{parts[1]}.options]"
        return ConfigError(f"`{prefix}{'.'.join(parts)}` is not a setting", where=where, next_step=step)
    next_step = f"write `{prefix}{nearest}`" if nearest else "remove it; docs/cli.md lists every setting"
    return ConfigError(f"`{prefix}{'.'.join(parts)}` is not a setting", where=where, next_step=next_step)


def nearest_key(parts: tuple[str, ...]) -> str | None:
    """The known key that was probably meant: among its neighbours, then in the other tables."""
    *tables, name = parts
    for prefix, keys in (_neighbours(tables), *_all_tables()):
        near = difflib.get_close_matches(name.lower(), keys, n=1, cutoff=0.7)
        near += [key for key in keys if name.lower() in key.split("_")]  # `url` for `base_url`
        if near:
            return prefix + near[0]
    return None


def _neighbours(tables: list[str]) -> tuple[str, tuple[str, ...]]:
    if not tables:
        return "", keys_of(Settings)
    model = TABLES.get(tables[0]) or NAMED_TABLES.get(tables[0])
    return ".".join(tables) + ".", keys_of(model) if model else ()


def _all_tables() -> Iterable[tuple[str, tuple[str, ...]]]:
    yield "", keys_of(Settings)
    for name, model in TABLES.items():
        yield f"{name}.", keys_of(model)
    for name, model in NAMED_TABLES.items():
        yield f"{name}.<name>.", keys_of(model)


def _wanted(details: ErrorDetails) -> tuple[str, str]:
    """What the value must be, and an example if there is a good one."""
    kind, context = details["type"], details.get("ctx", {})
    if kind == "literal_error":
        return f"must be one of {context['expected']}", ""
    if kind == "value_error":
        return str(context.get("error", "cannot be used")), ""
    if kind in ("greater_than_equal", "greater_than"):
        bound = context.get("ge", context.get("gt"))
        return f"must be {'at least' if kind == 'greater_than_equal' else 'more than'} {bound}", ""
    if kind in ("less_than_equal", "less_than"):
        return f"must be at most {context.get('le', context.get('lt'))}", ""
    if kind in _PLAIN_TYPES:
        return f"must be {_PLAIN_TYPES[kind]}", ""
    return "cannot be used", ""


def _shown(value: object) -> str:
    if isinstance(value, dict | list | tuple):
        return ""
    text = str(value).lower() if isinstance(value, bool) else str(value)
    return f", not {text!r}" if len(text) <= _SHOWN_LENGTH else ""
