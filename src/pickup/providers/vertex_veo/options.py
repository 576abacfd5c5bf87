"""What `options` in the settings may say of Google Cloud, and the host that follows from a location.

host_at("europe-west4")        "europe-west4-aiplatform.googleapis.com"
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from types import MappingProxyType

from pickup.errors import ConfigError

OPTIONS: Mapping[str, str] = MappingProxyType(
    {
        "project": "id of the project; GOOGLE_CLOUD_PROJECT where it is not set",
        "location": "where clips are made; us-central1 where it is not set",
        "storage_uri": "gs://bucket/folder/ that clips are written to; without it they come inside a reply",
        "storage_url": "where Cloud Storage is asked; Google's own host, or base_url where that is set",
        "person_generation": "allow_adult, dont_allow or allow_all",
        "credentials": 'file of a service account, or "default"',
        "enhance_prompt": "true or false, for a model that lets you choose",
    }
)

_ALLOWED: Mapping[str, tuple[str, str]] = MappingProxyType(
    {
        "project": (r"[\w.:-]+", "the id or the number of a project"),
        "location": (r"[a-z0-9-]+", "a location such as us-central1"),
        "storage_url": (
            r"https://([a-z0-9-]+\.)*googleapis\.com|http://(127\.0\.0\.1|localhost)(:\d+)?",
            "an https address at googleapis.com",
        ),
        "storage_uri": (r"gs://[\w.-]+(/.*)?", "a folder in a bucket, as gs://bucket/folder/"),
        "person_generation": (r"allow_adult|dont_allow|allow_all", "allow_adult, dont_allow or allow_all"),
        "enhance_prompt": (r"true|false", "true or false"),
    }
)
"""A pattern for the whole value, and what it says to a person."""

_WIDE: Mapping[str, str] = MappingProxyType(
    {
        "global": "aiplatform.googleapis.com",
        "us": "aiplatform.us.rep.googleapis.com",
        "eu": "aiplatform.eu.rep.googleapis.com",
    }
)
"""Locations that are no region; hosts as google-genai 3.6.1 has them."""


def host_at(location: str) -> str:
    """The host that serves a location."""
    return _WIDE.get(location, f"{location}-aiplatform.googleapis.com")


def check_options(options: Mapping[str, str], *, name: str) -> None:
    """Looks at the values; which options there are is looked at elsewhere.

    Raises:
        ConfigError: A value is not what it should be.
    """
    for option, (pattern, wanted) in _ALLOWED.items():
        value = options.get(option, "")
        if value and not re.fullmatch(pattern, value):
            raise ConfigError(
                f"{option} is {value!r}", where=f"providers.{name}.options", next_step=f"set it to {wanted}"
            )
