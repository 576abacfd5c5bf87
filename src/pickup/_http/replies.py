"""Replies: what a server said, read whole, and its words made fit to show.

What a status means is said in `status`; what a body means is said by each provider.

    reply.json()             # an object, or a ProviderError that quotes what came instead
    said(reply)              # "the prompt is too long"
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

from pickup._http.faults import ASK_THE_PROVIDER
from pickup.errors import OutcomeUnknown, ProviderError

_QUOTED_CHARACTERS = 200
_SAID_CHARACTERS = 300
_LOOKED_AT_BYTES = 1 << 20
"""No error text is longer; a body that is media is not taken for one."""

_NUMBER = re.compile(r"\d{1,9}(\.\d{1,9})?")


def utc_now() -> datetime:
    """The time, with its zone."""
    return datetime.now(UTC)


class Headers(Mapping[str, str]):
    """Headers of a reply; names are looked up in any case, and values of one name are joined by commas."""

    def __init__(self, pairs: Iterable[tuple[str, str]] = ()) -> None:
        self._values: dict[str, str] = {}
        for name, value in pairs:
            before = self._values.get(name.lower())
            self._values[name.lower()] = value if before is None else f"{before}, {value}"

    def __getitem__(self, name: str) -> str:
        return self._values[name.lower()]

    def __iter__(self) -> Iterator[str]:
        return iter(self._values)

    def __len__(self) -> int:
        return len(self._values)

    def __repr__(self) -> str:
        return f"Headers({', '.join(self._values)})"  # values may be cookies or signed links


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    """One answer of a server, read to its end.

    Attributes:
        name: The provider, as messages name it.
        creates: Whether the request may have started something that costs.
        now: The clock against which a date in `Retry-After` is read.
        mask: Takes the key out of a text that is shown.
    """

    status: int
    headers: Headers = field(default_factory=Headers)
    body: bytes = field(default=b"", repr=False)
    name: str = "the provider"
    creates: bool = False
    now: Callable[[], datetime] = field(default=utc_now, repr=False)
    mask: Callable[[str], str] = field(default=str, repr=False)

    def json(self) -> object:
        """The body as JSON.

        Raises:
            ProviderError: It is none; an `OutcomeUnknown` if the request creates.
        """
        try:
            return _parsed(self.body)
        except ValueError as error:
            quoted = shown(self, self._text(), limit=_QUOTED_CHARACTERS) or "nothing"
            message = f"{self.name} answered {self.status} with no JSON but: {quoted}"
            if self.creates:
                raise OutcomeUnknown(message, next_step=ASK_THE_PROVIDER) from error
            raise ProviderError(message) from error

    @property
    def retry_after_s(self) -> float:
        """Seconds after which the server wants to be asked again (`Retry-After`, RFC 9110); 0 where it does not say."""
        value = self.headers.get("retry-after", "").strip()
        if _NUMBER.fullmatch(value):
            return float(value)
        try:
            when = parsedate_to_datetime(value)
        except ValueError:
            return 0.0
        return max(0.0, (when.replace(tzinfo=when.tzinfo or UTC) - self.now()).total_seconds())

    @property
    def poll_after_s(self) -> float:
        """Seconds until the next poll, as `openai-poll-after-ms` asks for it; 0 where it does not say."""
        value = self.headers.get("openai-poll-after-ms", "").strip()
        return float(value) / 1000 if _NUMBER.fullmatch(value) else 0.0

    def _text(self) -> str:
        return self.body[:_LOOKED_AT_BYTES].decode(errors="replace")


def said(reply: Reply) -> str:
    """The server's own words on what went wrong: one line of at most 300 printable characters, without the key.

    They are looked for where servers commonly put them, `{"error": {"message"}}`, `{"error"}`, `{"message"}` and
    `{"detail"}`, alone or as the one item of a list; elsewhere it is the start of the body.
    """
    try:
        found = _message(_parsed(reply.body[:_LOOKED_AT_BYTES]))
    except ValueError:
        found = ""
    return shown(reply, found or reply._text(), limit=_SAID_CHARACTERS)  # noqa: SLF001 - one module


def _parsed(body: bytes) -> object:
    try:
        parsed: object = json.loads(body)
    except RecursionError as error:
        raise ValueError("nested too deep") from error
    return parsed


def _message(value: object) -> str:
    match value:
        case [first]:
            return _message(first)
        case {"error": {"message": str(text)}} | {"error": str(text)} | {"message": str(text)} | {"detail": str(text)}:
            return text
        case {"detail": [{"msg": str(text)}, *_]}:
            return text
    return ""


def shown(reply: Reply, text: str, *, limit: int = _SAID_CHARACTERS) -> str:
    """A text of a reply made fit to show: one line of at most `limit` printable characters, without the key."""
    masked = reply.mask(text)  # before it is cut, or a piece of the key might be left
    line = " ".join("".join(each if each.isprintable() else " " for each in masked).split())
    return line if len(line) <= limit else f"{line[: limit - 1]}…"
