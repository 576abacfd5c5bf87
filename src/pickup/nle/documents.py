"""`Plugins.1`: what `pickup plugins` answers to programs."""

from __future__ import annotations

from collections.abc import Iterable

from pickup.nle.adobe import Said
from pickup.nle.standing import Standing
from pickup.nle.steps import Steps

Document = dict[str, object]


def plugins_document(
    action: str,
    *,
    version: str,
    standings: Iterable[Standing],
    plan: Steps | None = None,
    done: bool = True,
    adobe: Said | None = None,
    next_steps: Iterable[str] = (),
) -> Document:
    """One answer of any of the three commands; paths are absolute. `done`: whether what was asked for is so now."""
    return {
        "schema": "Plugins.1",
        "action": action,
        "version": version,
        "done": done,
        "plugins": [_standing(each) for each in standings],
        "steps": _steps(plan) if plan else [],
        "adobe": {"done": adobe.done, "message": adobe.words} if adobe else None,
        "next": _sentence(next_steps),
    }


def _standing(each: Standing) -> Document:
    return {
        "plugin": each.plugin,
        "folder": str(each.folder) if each.folder else None,
        "state": each.state.value,
        "version": each.version,
        "edited": [str(each.folder / path) for path in each.edited] if each.folder else [],
        "missing": [str(each.folder / path) for path in each.missing] if each.folder else [],
        "watched": str(each.watched.folder) if each.watched else None,
        "library": str(each.watched.library) if each.watched else None,
        "in_premiere": each.in_premiere,
    }


def _sentence(steps: Iterable[str]) -> str:
    """Steps in a row; what stands in brackets belongs to the one before."""
    return "; ".join(steps).replace("; (", " (")


def _steps(plan: Steps) -> list[Document]:
    return [{"do": step.do.value, "path": str(plan.folder / step.path), "why": step.why or None} for step in plan.steps]
