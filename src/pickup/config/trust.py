"""What a file in a project folder may not do: redirect keys and frames, sign, raise limits, approve what costs money.

Such a file comes with the material, perhaps from a stranger; the user's own file, variables and flags do not.
"""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from pickup.config.layers import FILE_NAME, Layer, Table, check, table_of
from pickup.errors import ConfigError, Finding, warning


def refuse_from_project(project: Layer, *, users: Layer) -> None:
    """What would send keys or frames elsewhere, or money past the ledger, is the user's own to say."""
    if "ledger" in project.table:
        raise _only_users("ledger", project)
    _refuse_files(project)
    known = table_of(users.table, "providers")
    for name, provider in check(project).providers.items():
        key = f"providers.{name}"
        if name in known:
            raise _only_users(key, project)
        if provider.send_frames == "always":
            raise _only_users(f"{key}.send_frames", project)
        if provider.api_key_env is not None:
            raise _only_users(f"{key}.api_key_env", project)
        if provider.options:  # some name files of keys, or addresses
            raise _only_users(f"{key}.options", project)
        if not provider.is_on_this_machine:
            raise _only_users(f"{key}.base_url" if provider.base_url else key, project)


def _refuse_files(project: Layer) -> None:
    """Files anywhere on this machine: keys, and a color configuration, which names more of them."""
    for key in ("certificate", "private_key"):
        if key in table_of(project.table, "provenance"):
            raise _only_users(f"provenance.{key}", project)
    color_config = str(table_of(project.table, "conform").get("color_config", ""))
    if color_config and not color_config.startswith("ocio://"):
        raise _only_users("conform.color_config", project)


def _only_users(key: str, project: Layer) -> ConfigError:
    return ConfigError(
        f"`{key}` may not be set in a project's file",
        where=project.where,
        next_step=f"move it into your own {FILE_NAME}, which `pickup doctor` names, or into a file named with --config",
    )


def without_raised_limits(
    project: Layer, *, users: Layer, above: tuple[Layer, ...]
) -> tuple[Layer, tuple[Finding, ...]]:
    """The project's table with `max_takes` and `[limits]` no higher than the user's, and what was lowered."""
    mine, theirs = check(users), check(project)
    table, findings = dict(project.table), list[Finding]()
    if "max_takes" in table and theirs.max_takes > mine.max_takes:
        table["max_takes"] = mine.max_takes
        findings.append(_lowered("max_takes", project))
    limits = dict(table_of(table, "limits"))
    for key in limits:
        if getattr(theirs.limits, key) > getattr(mine.limits, key):
            limits[key] = getattr(mine.limits, key)
            findings.append(_lowered(f"limits.{key}", project))
    if limits:
        table["limits"] = limits
    if table.get("approve") == "auto" and not any("approve" in each.table for each in above) and mine.approve != "auto":
        message = '`approve = "auto"` in a project\'s file does not count for what costs money'
        findings.append(warning("PROJECT_SETTING_IGNORED", message, where=project.where))
    return replace(project, table=table), tuple(findings)


def _lowered(key: str, project: Layer) -> Finding:
    message = f"`{key}` in a project's file is above your own and was lowered to it"
    return warning("PROJECT_SETTING_IGNORED", message, where=project.where)


def characters_below(project: Layer, *, file: Path | None, trusted: Table) -> dict[str, tuple[str, ...]]:
    """Where the files of each set may lie that a project's file brings: it may not have any picture here sent away.

    Args:
        project: What the project's file sets.
        file: That file.
        trusted: What is set elsewhere.
    """
    if file is None:
        return {}
    library, roots = trusted.get("library"), trusted.get("roots", ())
    elsewhere = (library, *(roots if isinstance(roots, list | tuple) else ()))
    folders = (str(file.parent), *(each for each in elsewhere if isinstance(each, str)))
    return dict.fromkeys(table_of(project.table, "characters"), folders)
