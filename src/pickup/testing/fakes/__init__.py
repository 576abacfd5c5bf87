"""Fake servers for tests and for hands: the videos API in several dialects, ComfyUI, and hosted services.

They hold no model, take no money and listen on loopback only. `server` shows how they are used, `faults` how they are
told to fail, `python -m pickup.testing.fakes --help` how they are run by hand.
"""

from collections.abc import Mapping
from types import MappingProxyType

from pickup.testing.fakes.clock import Clock, Pace, RealClock, VirtualClock
from pickup.testing.fakes.comfyui import FakeComfyUI
from pickup.testing.fakes.faults import Call, Fault, What, Which
from pickup.testing.fakes.hosted import FakeHosted
from pickup.testing.fakes.luma import FakeLuma
from pickup.testing.fakes.openai_videos import FakeOpenAI
from pickup.testing.fakes.openrouter import FakeOpenRouter
from pickup.testing.fakes.orders import Accepted, Fate, Limits, State
from pickup.testing.fakes.profiles import PROFILES, Profile
from pickup.testing.fakes.routes import Setup
from pickup.testing.fakes.server import FakeServer
from pickup.testing.fakes.wire import Request, Upload

HOSTED: Mapping[str, type[FakeHosted]] = MappingProxyType({fake.kind: fake for fake in (FakeOpenRouter, FakeLuma)})
"""The fakes of hosted services, by the kind of provider that speaks to them."""

__all__ = [
    "HOSTED",
    "PROFILES",
    "Accepted",
    "Call",
    "Clock",
    "FakeComfyUI",
    "FakeHosted",
    "FakeLuma",
    "FakeOpenAI",
    "FakeOpenRouter",
    "FakeServer",
    "Fate",
    "Fault",
    "Limits",
    "Pace",
    "Profile",
    "RealClock",
    "Request",
    "Setup",
    "State",
    "Upload",
    "VirtualClock",
    "What",
    "Which",
]
