"""Every rule of every lint, as data; docs/lint.md is written from it.

RULES["RESOLVE_URL"].remedy
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from pickup.timelines.lint.rules.fcp7 import FCP7_RULES
from pickup.timelines.lint.rules.otio import OTIO_RULES
from pickup.timelines.lint.rules.premiere import PREMIERE_RULES
from pickup.timelines.lint.rules.resolve import RESOLVE_RULES
from pickup.timelines.lint.rules.rule import Rule

RULES: Mapping[str, Rule] = MappingProxyType(
    {rule.code: rule for rule in (*OTIO_RULES, *RESOLVE_RULES, *PREMIERE_RULES, *FCP7_RULES)}
)

__all__ = ["FCP7_RULES", "OTIO_RULES", "PREMIERE_RULES", "RESOLVE_RULES", "RULES", "Rule"]
