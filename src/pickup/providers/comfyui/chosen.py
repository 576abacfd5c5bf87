"""Which workflows the settings choose: one by name, the user's own, or all that Pickup brings.

chosen_workflows(setup)
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from pickup.config.provider_setup import ProviderSetup
from pickup.errors import ConfigError
from pickup.providers.comfyui.makes import capabilities_of
from pickup.providers.comfyui.own import own_workflow
from pickup.providers.comfyui.workflow import SHIPPED, Workflow, shipped


def chosen_workflows(setup: ProviderSetup) -> Sequence[Workflow]:
    """The workflows, with what the settings say that they make.

    Raises:
        ConfigError: There is none of this name, its file cannot be used, or the settings do not fit to it.
    """
    settings, where = setup.settings, f"providers.{setup.name}"
    if settings.workflow is not None and settings.workflow.endswith(".json"):
        return (own_workflow(settings, where=where),)
    names = SHIPPED if settings.workflow is None else (settings.workflow,)
    for name in names:
        if name not in SHIPPED:
            raise ConfigError(
                f"Pickup brings no workflow {name!r}",
                where=f"{where}.workflow",
                next_step=f"use one of: {', '.join(SHIPPED)}, or name a .json file in API format",
            )
    if settings.inputs:
        raise ConfigError(
            "`inputs` belongs to a workflow of your own; those that Pickup brings know theirs",
            where=f"{where}.inputs",
            next_step='leave it out, or set workflow = "file.json"',
        )
    return tuple(_set_up(shipped(name), setup=setup) for name in names)


def _set_up(workflow: Workflow, *, setup: ProviderSetup) -> Workflow:
    can_set = frozenset(workflow.places)
    return replace(workflow, capabilities=capabilities_of(setup.settings, base=workflow.capabilities, can_set=can_set))
