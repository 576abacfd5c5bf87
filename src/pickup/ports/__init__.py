"""The seams between the pure core and the effects: what plugs into the job runner, and what passes through.

Three protocols: a `Provider` makes an original clip, `Conform` makes it match the cut, a `Store` keeps it.
Nothing here does anything. A provider is added as one file and one entry point; see docs/ARCHITECTURE.md.
"""

from __future__ import annotations

from pickup.ports.delivery import (
    FRAME_AFTER,
    FRAME_BEFORE,
    Beside,
    Conform,
    Conformed,
    Delivery,
    Origin,
    OriginReference,
    Sounding,
)
from pickup.ports.generation import (
    Billing,
    BurnIn,
    Cancellation,
    Generation,
    LostSubmit,
    Provider,
    Reconciled,
    Reconciliation,
    Reference,
    RemoteState,
    RemoteStatus,
    Submission,
)
from pickup.ports.store import (
    Progress,
    ProgressReport,
    Store,
)

__all__ = [
    "FRAME_AFTER",
    "FRAME_BEFORE",
    "Beside",
    "Billing",
    "BurnIn",
    "Cancellation",
    "Conform",
    "Conformed",
    "Delivery",
    "Generation",
    "LostSubmit",
    "Origin",
    "OriginReference",
    "Progress",
    "ProgressReport",
    "Provider",
    "Reconciled",
    "Reconciliation",
    "Reference",
    "RemoteState",
    "RemoteStatus",
    "Sounding",
    "Store",
    "Submission",
]
