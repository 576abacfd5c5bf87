"""The error of this package."""

from __future__ import annotations

from pickup.errors import PickupError


class PluginError(PickupError):
    """A plug-in cannot be put where it belongs, or taken away; the message says what stands in the way."""

    code = "PLUGIN"
