"""What providers of hosted services have in common: a key, models in a table, jobs that are polled, clips behind links.

A service is a subclass of `HostedProvider` that says what it is sent and what its answers mean; all that it does with
the network stands here, once. It knows no service's JSON.

    class Luma(HostedProvider):
        service = Service(name="luma", base_url="https://agents.lumalabs.ai/v1", ...)
        models = (Model(name="ray-3.2", capabilities=(...)),)

        def order(self, request): ...           what is sent
        def accepted(self, content): ...        which job it is
        def standing(self, content): ...        where it stands
"""

from pickup.hosted.failures import Trouble, check_reply, check_same_server
from pickup.hosted.pictures import Picture, picture_of
from pickup.hosted.provider import NO_JOB, Call, HostedProvider, read
from pickup.hosted.service import MODES_FROM, Model, Service, offer_of
from pickup.hosted.wire import UNKNOWN_RATES, hd_sizes, nearest_shape, number, who_is_shown

__all__ = [
    "MODES_FROM",
    "NO_JOB",
    "UNKNOWN_RATES",
    "Call",
    "HostedProvider",
    "Model",
    "Picture",
    "Service",
    "Trouble",
    "check_reply",
    "check_same_server",
    "hd_sizes",
    "nearest_shape",
    "number",
    "offer_of",
    "picture_of",
    "read",
    "who_is_shown",
]
