"""Fake servers for tests and for hands: the videos API in several dialects, and ComfyUI.

They hold no model, take no money and listen on loopback only. `server` shows how they are used, `faults` how they are
told to fail, `python -m pickup.testing.fakes --help` how they are run by hand.
"""

from pickup.testing.fakes.clock import Clock, Pace, RealClock, VirtualClock
from pickup.testing.fakes.comfyui import FakeComfyUI
from pickup.testing.fakes.faults import Call, Fault, What, Which
from pickup.testing.fakes.openai_videos import FakeOpenAI
from pickup.testing.fakes.orders import Accepted, Fate, Limits, State
from pickup.testing.fakes.profiles import PROFILES, Profile
from pickup.testing.fakes.routes import Setup
from pickup.testing.fakes.server import FakeServer
from pickup.testing.fakes.wire import Request, Upload

__all__ = [
    "PROFILES",
    "Accepted",
    "Call",
    "Clock",
    "FakeComfyUI",
    "FakeOpenAI",
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
