"""What a request says, without who says it: so a vendor's SDK and our client can be compared.

told(fake.requests[0]) == told(fake.requests[1])
"""

from __future__ import annotations

from collections.abc import Mapping

from pickup.testing.fakes import Request

_WHO_ASKS = frozenset(
    {"user-agent", "accept", "accept-encoding", "host", "connection", "content-length", "content-type"}
)
_OF_SDKS = ("x-stainless", "openai-", "x-goog-api-client", "x-fal-", "x-app-fal")


def told(request: Request) -> Mapping[str, object]:
    """Method, path, query, body, and every header that is about what is asked."""
    headers = {
        name: value
        for name, value in request.headers.items()
        if name not in _WHO_ASKS and not name.startswith(_OF_SDKS)
    }
    return {
        "method": request.method,
        "path": request.path,
        "query": dict(request.query),
        "fields": dict(request.fields),
        "files": dict(request.files),
        "headers": headers,
    }
