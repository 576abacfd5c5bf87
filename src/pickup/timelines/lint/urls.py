"""Whether a URL is percent-encoded as importers need it."""

from __future__ import annotations

import re

_NOT_ENCODED = re.compile(r"[^A-Za-z0-9\-._~!$&'()*+,;=:@/%]|%(?![0-9A-Fa-f]{2})")


def is_encoded(url: str) -> bool:
    """Whether no character of a file URL would end it or be misread: spaces, #, ?, quotes, what is not ASCII.

    >>> is_encoded("file:///a%20b.mov"), is_encoded("file:///a b.mov"), is_encoded("file:///100%.mov")
    (True, False, False)
    """
    return _NOT_ENCODED.search(url) is None
