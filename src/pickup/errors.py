"""Every error that Pickup raises on purpose, split by what the user can do about it.

    PickupError
      TimingError            a rate or timecode makes no sense      -> the message quotes it
      TimelineError          the cut cannot be read or written      -> fix or re-export the cut
      ConfigError            a setting or key is missing or wrong   -> the message says how to set it
      BudgetError            the plan does not fit the budget       -> raise it or drop pickups
      LibraryError           the library is busy, full or damaged   -> the message says what holds it
      ProviderError          carries a `kind`; see `FailureKind`
        ProviderRefused      content or parameters rejected         -> change the shot; never retried
        ProviderRetired      the model or service has ended         -> says since when, and what to use now
        PriceUnknown         nobody knows what it costs             -> the message says how to set it
        ProviderUnavailable  network, 5xx, rate limit               -> retried, then reported
        OutcomeUnknown       may have been charged                  -> a person decides
      Stopped                the run was asked to stop              -> the same command goes on
      MediaError             probe, decode or conform failed        -> carries the path

A message says what is wrong; `where` names file, track, record timecode or shot; `next_step` says what to do.
What is wrong but not fatal is a `Finding`, returned and never raised.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class PickupError(Exception):
    """Base of everything raised for the user: `str()` is what happened, never a traceback."""

    code = "ERROR"

    def __init__(self, message: str, *, where: str | None = None, next_step: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.where = where
        self.next_step = next_step


class TimingError(PickupError):
    """A rate, a frame number or a timecode makes no sense."""

    code = "TIMING"


class TimelineError(PickupError):
    """The timeline cannot be read, or what would be written is not what was asked for."""

    code = "TIMELINE"


class ConfigError(PickupError):
    """A setting is missing, unknown or not allowed where it stands."""

    code = "CONFIG"


class BudgetError(PickupError):
    """The plan costs more than the smallest budget that applies."""

    code = "BUDGET"


class LibraryError(PickupError):
    """The library is held by another run, has no room, or contradicts itself."""

    code = "LIBRARY"


class Stopped(PickupError):
    """The run was asked to stop; nothing that was made or paid for is lost."""

    code = "STOPPED"


class MediaError(PickupError):
    """A media file could not be probed, decoded or conformed."""

    code = "MEDIA"


class FailureKind(StrEnum):
    """Why a provider's job ended without a clip.

    `EXPIRED` is a result that can no longer be fetched; `TRANSPORT` a network that failed before anything was accepted.
    """

    INVALID_REQUEST = "invalid_request"
    MODERATION_INPUT = "moderation_input"
    MODERATION_OUTPUT = "moderation_output"
    AUTH = "auth"
    NO_CREDIT = "no_credit"
    RATE_LIMITED = "rate_limited"
    CONCURRENCY_LIMITED = "concurrency_limited"
    MODEL_GONE = "model_gone"
    PROVIDER_FAILED = "provider_failed"
    EXPIRED = "expired"
    UNKNOWN_OUTCOME = "unknown_outcome"
    TRANSPORT = "transport"
    BAD_OUTPUT = "bad_output"


class ProviderError(PickupError):
    """Something went wrong at the provider; the subclass says what the user can do.

    Attributes:
        kind: Why; each class has its own unless another is given.
        retry_after_s: Seconds after which the provider wants to be asked again; 0 where it does not say.
    """

    code = "PROVIDER"
    kind = FailureKind.PROVIDER_FAILED

    def __init__(
        self,
        message: str,
        *,
        where: str | None = None,
        next_step: str = "",
        kind: FailureKind | None = None,
        retry_after_s: float = 0.0,
    ) -> None:
        super().__init__(message, where=where, next_step=next_step)
        self.kind = kind or type(self).kind
        self.retry_after_s = retry_after_s


class ProviderRefused(ProviderError):
    """The provider rejected the content or the parameters; asking again changes nothing."""

    code = "REFUSED"
    kind = FailureKind.INVALID_REQUEST


class ProviderRetired(ProviderError):
    """The model or the service has ended."""

    code = "RETIRED"
    kind = FailureKind.MODEL_GONE


class PriceUnknown(ProviderError):
    """Nobody knows what it would cost, so it is not bought."""

    code = "PRICE_UNKNOWN"
    kind = FailureKind.INVALID_REQUEST


class ProviderUnavailable(ProviderError):
    """Network, overload or rate limit: harmless to try again later."""

    code = "UNAVAILABLE"
    kind = FailureKind.TRANSPORT


class OutcomeUnknown(ProviderError):
    """The request may have been accepted and charged, and nobody can tell."""

    code = "OUTCOME_UNKNOWN"
    kind = FailureKind.UNKNOWN_OUTCOME


class Severity(StrEnum):
    """How much a finding matters."""

    INFO = "info"
    WARNING = "warning"
    ERROR = "error"


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """Something worth saying that stops nothing.

    Attributes:
        code: Stable upper-case name that scripts may rely on, such as `FLASH_FRAME`.
        where: Track and record timecode, a shot code or a file, as a person would look for it.
    """

    severity: Severity
    code: str
    message: str
    where: str


def counted(count: int, noun: str) -> str:
    """A count as it is spoken: `1 frame`, `2 frames`, `0 holes`; for nouns that take an s."""
    return f"{count} {noun}" if count == 1 else f"{count} {noun}s"


def info(code: str, message: str, *, where: str) -> Finding:
    """A finding that only tells."""
    return Finding(severity=Severity.INFO, code=code, message=message, where=where)


def warning(code: str, message: str, *, where: str) -> Finding:
    """A finding that the user should look at."""
    return Finding(severity=Severity.WARNING, code=code, message=message, where=where)
