"""Which IPTC term says what a take is: https://cv.iptc.org/newscodes/digitalsourcetype/ as of 17 September 2024.

source_type(origin)        SourceType.TRAINED
"""

from __future__ import annotations

from enum import StrEnum
from importlib.metadata import PackageNotFoundError, version

from pickup.ports import Origin

PROGRAM = "Pickup"
_VOCABULARY = "http://cv.iptc.org/newscodes/digitalsourcetype/"


class SourceType(StrEnum):
    """Terms of IPTC's vocabulary "digital source type", as it spells them.

    TRAINED: made by a trained model. DRAWN: made purely by an algorithm, from no training data. COMPOSITE: put together
    of elements, any of which may or may not be generative AI. ALTERED: changed by an algorithm, its content kept.
    """

    TRAINED = _VOCABULARY + "trainedAlgorithmicMedia"
    WITH_TRAINED = _VOCABULARY + "compositeWithTrainedAlgorithmicMedia"
    DRAWN = _VOCABULARY + "algorithmicMedia"
    COMPOSITE = _VOCABULARY + "composite"
    ALTERED = _VOCABULARY + "algorithmicallyEnhanced"


def source_type(origin: Origin) -> SourceType | None:
    """The term for a take; None for a clip that a person brought, of which nobody here knows what it is.

    A previs that was drawn over frames of the shots beside it is no pure product of an algorithm.
    """
    if origin.by_hand:
        return None
    if not origin.previs:
        return SourceType.TRAINED
    return SourceType.COMPOSITE if origin.references else SourceType.DRAWN


def says_trained(terms: object) -> bool:
    """Whether one of several terms says that a trained model had a part in it."""
    return isinstance(terms, tuple) and any(each in (SourceType.TRAINED, SourceType.WITH_TRAINED) for each in terms)


def program_version() -> str:
    """Version of this program; empty where it runs without being installed."""
    try:
        return version("otio-pickup")
    except PackageNotFoundError:
        return ""


def system_of(origin: Origin) -> str:
    """Provider and model in one line."""
    return " ".join(filter(None, (origin.provider, origin.model if origin.model != origin.provider else "")))
