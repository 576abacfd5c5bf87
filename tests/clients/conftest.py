"""Each render program in turn; one that is not installed skips its tests, or fails them: `harness.programs.require`."""

from __future__ import annotations

import pytest
from harness.programs import Client, clients, require


@pytest.fixture(params=clients(), ids=lambda client: client.name)
def client(request: pytest.FixtureRequest) -> Client:
    """Each render program in turn."""
    found: Client = request.param
    require(found.missing())
    return found
