"""A client that is not installed skips its tests, or fails them where PICKUP_REQUIRE_CLIENTS is set."""

from __future__ import annotations

import os

import pytest
from harness.programs import Client, clients


@pytest.fixture(params=clients(), ids=lambda client: client.name)
def client(request: pytest.FixtureRequest) -> Client:
    """Each render program in turn."""
    found: Client = request.param
    missing = found.missing()
    if missing is not None:
        said = f"{missing} is not installed; see docs/clients.md"
        if os.environ.get("PICKUP_REQUIRE_CLIENTS") == "1":
            pytest.fail(said)
        pytest.skip(said)
    return found
