"""Fake servers for tests and for hands: the videos API in several dialects, ComfyUI, and hosted services.

They hold no model, take no money and listen on loopback only. `server` shows how they are used, `faults` how they are
told to fail, `python -m pickup.testing.fakes --help` how they are run by hand.
"""

from collections.abc import Mapping
from types import MappingProxyType

from pickup.testing.fakes.clock import Clock, Pace, RealClock, VirtualClock
from pickup.testing.fakes.comfyui import FakeComfyUI
from pickup.testing.fakes.fal import FakeFal
from pickup.testing.fakes.faults import Call, Fault, What, Which
from pickup.testing.fakes.gemini_omni import FakeGeminiOmni
from pickup.testing.fakes.hosted import FakeHosted
from pickup.testing.fakes.ltx import FakeLtx
from pickup.testing.fakes.luma import FakeLuma
from pickup.testing.fakes.openai_videos import FakeOpenAI
from pickup.testing.fakes.openrouter import FakeOpenRouter
from pickup.testing.fakes.orders import Accepted, Fate, Limits, State
from pickup.testing.fakes.profiles import PROFILES, Profile
from pickup.testing.fakes.replicate import FakeReplicate
from pickup.testing.fakes.routes import Setup
from pickup.testing.fakes.runway import FakeRunway
from pickup.testing.fakes.server import FakeServer
from pickup.testing.fakes.vertex_veo import FakeVertexVeo
from pickup.testing.fakes.wan import FakeWan
from pickup.testing.fakes.wire import Request, Upload

HOSTED: Mapping[str, type[FakeHosted]] = MappingProxyType(
    {
        fake.kind: fake
        for fake in (
            FakeOpenRouter,
            FakeFal,
            FakeVertexVeo,
            FakeGeminiOmni,
            FakeWan,
            FakeLtx,
            FakeRunway,
            FakeLuma,
            FakeReplicate,
        )
    }
)
"""The fakes of hosted services, by the kind of provider that speaks to them."""

__all__ = [
    "HOSTED",
    "PROFILES",
    "Accepted",
    "Call",
    "Clock",
    "FakeComfyUI",
    "FakeFal",
    "FakeGeminiOmni",
    "FakeHosted",
    "FakeLtx",
    "FakeLuma",
    "FakeOpenAI",
    "FakeOpenRouter",
    "FakeReplicate",
    "FakeRunway",
    "FakeServer",
    "FakeVertexVeo",
    "FakeWan",
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
