"""The fake servers do what they say: each fault, each profile, ComfyUI, and the command line."""

from __future__ import annotations

import base64
import io
import json
import os
import queue
import signal
import socket
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from typing import IO, Any

import httpx
import openai
import pytest
from PIL import Image

from pickup._av import open_video, read_frames
from pickup.config.settings import Settings
from pickup.testing.clips import read_number
from pickup.testing.fakes import (
    PROFILES,
    Call,
    FakeComfyUI,
    FakeOpenAI,
    FakeServer,
    Fault,
    Limits,
    Pace,
    Setup,
    State,
    VirtualClock,
    What,
    Which,
)

TINY = Setup(content="tiny", price_per_second=Decimal("0.10"))
NOW = replace(TINY, pace=Pace(polls=0))
LOCAL: dict[str, Any] = {"trust_env": False, "verify": False, "timeout": 20}
"""No certificates are loaded, which costs more than most tests."""
JSON = {"prompt": "rain", "model": "sora-2", "seconds": "4", "size": "1280x720"}
INWORLD = {"prompt": "rain", "model": "alibaba/wan-3.0", "duration": 5, "resolution": "720p"}
GRAPH: dict[str, Any] = {
    "3": {"class_type": "KSampler", "inputs": {"seed": 7, "latent_image": ["5", 0]}},
    "5": {
        "class_type": "Wan22ImageToVideoLatent",
        "inputs": {"width": 64, "height": 48, "length": 9, "image": ["8", 0]},
    },
    "6": {"class_type": "CLIPTextEncode", "inputs": {"text": "rain on a pier"}},
    "7": {"class_type": "CreateVideo", "inputs": {"images": ["3", 0], "fps": 12.0}},
    "8": {"class_type": "LoadImage", "inputs": {"image": "first.png"}},
    "9": {"class_type": "SaveVideo", "inputs": {"video": ["7", 0], "filename_prefix": "video/gap_0001"}},
}


@contextmanager
def caller_of(fake: FakeServer, **headers: str) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=fake.base_url, headers=headers, **LOCAL) as caller:
        yield caller


def create(caller: httpx.Client, **changes: Any) -> dict[str, Any]:
    reply = caller.post("/videos", json={**JSON, **changes})
    assert reply.status_code == 200, reply.text
    video: dict[str, Any] = reply.json()
    return video


def picture(size: tuple[int, int] = (1280, 720), color: tuple[int, int, int] = (200, 40, 80)) -> bytes:
    stream = io.BytesIO()
    Image.new("RGB", size, color).save(stream, format="PNG")
    return stream.getvalue()


# The script


@pytest.mark.parametrize(
    ("text", "hit"),
    [
        ("poll 2: 503", [2]),
        ("poll 2-3: 503", [2, 3]),
        ("poll every 3rd: 503", [3, 6]),
        ("poll all: 503", [1, 2, 3, 4, 5, 6]),
        ("poll: 503", [1, 2, 3, 4, 5, 6]),
    ],
)
def test_a_line_names_its_calls(text: str, hit: list[int]) -> None:
    fault = Fault.parse(text)
    assert [number for number in range(1, 7) if fault.which.matches(number)] == hit


def test_luck_is_the_same_on_every_run_and_about_as_often_as_said() -> None:
    tenth = Which.parse("10% seed 7")
    hit = [number for number in range(1, 2001) if tenth.matches(number)]
    assert 150 < len(hit) < 250
    assert hit == [number for number in range(1, 2001) if Which(chance=0.1, seed=7).matches(number)]
    assert hit != [number for number in range(1, 2001) if Which(chance=0.1, seed=8).matches(number)]


def test_a_line_is_the_same_as_a_fault_that_was_constructed() -> None:
    two = Which(first=2, last=2)
    assert Fault.parse("create 2: accept, drop") == Fault(call=Call.CREATE, which=two, what=What.DROP, accepted=True)
    assert Fault.parse("content: redirect /x") == Fault(call=Call.CONTENT, what=What.REDIRECT, url="/x")
    assert Fault.parse("content: slow 0.5") == Fault(call=Call.CONTENT, what=What.SLOW, seconds=0.5)
    assert Fault.parse("create: 429 after 9").retry_after_s == 9
    assert Fault.parse("create: 429").retry_after_s == 1
    assert Fault.parse("create: 503").retry_after_s is None


@pytest.mark.parametrize(
    "text",
    [
        "create 2 accept", "submit 2: drop", "create two: drop", "create: explode", "create: accept, repeat",
        "poll: repeat", "list: fail moderation", "create: expire", "create: 200", "create 0: drop", "poll: status",
        "poll: redirect", "create: accept, truncate",
    ],
)  # fmt: skip
def test_a_line_that_is_no_fault_is_quoted(text: str) -> None:
    with pytest.raises(ValueError, match=f"the fault '{text}' cannot be read: ."):
        Fault.parse(text)


# The faults


def test_a_lost_request_is_not_accepted() -> None:
    with FakeOpenAI(faults=["create 1: drop"], setup=TINY) as fake, caller_of(fake) as caller:
        with pytest.raises(httpx.TransportError):
            caller.post("/videos", json=JSON)
        assert (fake.charges, fake.requests[0].lost) == (0, True)
        create(caller)
        assert fake.charges == 1


@pytest.mark.parametrize("profile", ["openai", "litellm"])
def test_a_lost_reply_is_charged(profile: str) -> None:
    with FakeOpenAI(profile=profile, faults=["create 1: accept, drop"], setup=TINY) as fake, caller_of(fake) as caller:
        with pytest.raises(httpx.ReadError, match="reset"):
            caller.post("/videos", json=JSON)
        assert fake.charges == 1
        assert fake.charged_usd == Decimal("0.40")
        assert fake.accepted[0].order.prompt == "rain"
        assert fake.requests[0].fields == JSON


def test_a_stalled_create_is_charged_and_ends_with_the_caller_or_the_fake() -> None:
    charged: queue.Queue[str] = queue.Queue()
    with FakeOpenAI(faults=["create: accept, stall"], setup=replace(TINY, tell=charged.put)) as fake:
        with caller_of(fake) as caller, pytest.raises(httpx.ReadTimeout):
            caller.post("/videos", json=JSON, timeout=0.2)
        assert charged.get(timeout=5).startswith("charged 0.40 USD for video_")
        assert charged.get(timeout=5) == "POST /v1/videos → no answer"
        with ThreadPoolExecutor(1) as pool, caller_of(fake) as caller:
            waiting = pool.submit(caller.post, "/videos", json=JSON)
            charged.get(timeout=5)
            fake.close()
            with pytest.raises(httpx.RemoteProtocolError):
                waiting.result(timeout=5)
        assert fake.charges == 2


@pytest.mark.parametrize(
    ("fault", "status", "retry_after", "charges"),
    [
        ("accept, 500", 500, None, 1),
        ("accept, 503 after 4", 503, "4", 1),
        ("500", 500, None, 0),
        ("503", 503, None, 0),
        ("503 after 3", 503, "3", 0),
        ("429 after 2", 429, "2", 0),
        ("400", 400, None, 0),
        ("401", 401, None, 0),
        ("402", 402, None, 0),
    ],
)
def test_a_status_is_answered_before_or_after_the_work(
    fault: str, status: int, retry_after: str | None, charges: int
) -> None:
    with FakeOpenAI(faults=[f"create 1: {fault}"], setup=TINY) as fake, caller_of(fake) as caller:
        reply = caller.post("/videos", json=JSON)
        assert (reply.status_code, reply.headers.get("retry-after"), fake.charges) == (status, retry_after, charges)
        assert reply.json()["error"].keys() == {"message", "type", "param", "code"}


def test_a_create_that_is_not_valid_is_refused_even_if_it_was_to_be_lost() -> None:
    with FakeOpenAI(faults=["create: accept, drop"], setup=TINY) as fake, caller_of(fake) as caller:
        assert caller.post("/videos", json={**JSON, "seconds": "5"}).status_code == 400
        assert fake.charges == 0


def test_a_repeated_reply_names_the_job_before() -> None:
    with FakeOpenAI(faults=["create 2: repeat"], setup=TINY) as fake, caller_of(fake) as caller:
        first, second, third = create(caller), create(caller, prompt="snow"), create(caller)
        assert first["id"] == second["id"] != third["id"]
        assert fake.charges == 2


def test_garbage_and_html_are_answered_with_200() -> None:
    faults = ["create 1: garbage", "create 2: accept, garbage", "poll: html"]
    with FakeOpenAI(faults=faults, setup=TINY) as fake, caller_of(fake) as caller:
        for charges in (0, 1):
            reply = caller.post("/videos", json=JSON)
            assert (reply.status_code, fake.charges) == (200, charges)
            with pytest.raises(json.JSONDecodeError):
                reply.json()
        page = caller.get(f"/videos/{fake.accepted[0].remote_id}")
        assert (page.status_code, page.headers["content-type"]) == (200, "text/html; charset=utf-8")


@pytest.mark.parametrize(
    ("fault", "code"), [("fail moderation", "moderation_blocked"), ("fail internal", "internal_error")]
)
@pytest.mark.parametrize("call", ["create", "poll"])
def test_a_job_fails(fault: str, code: str, call: str) -> None:
    with FakeOpenAI(faults=[f"{call} 1: {fault}"], setup=NOW) as fake, caller_of(fake) as caller:
        video = caller.get(f"/videos/{create(caller)['id']}").json()
        assert (video["status"], video["error"]["code"], fake.charges) == ("failed", code, 1)
        assert caller.get(f"/videos/{video['id']}/content").status_code == 404


def test_success_without_media_has_no_video() -> None:
    for profile in ("openai", "new-api", "inworld"):
        with (
            FakeOpenAI(profile=profile, faults=["create: success without media"], setup=NOW) as fake,
            caller_of(fake) as caller,
        ):
            order = INWORLD if profile == "inworld" else JSON
            video = caller.post("/videos", json=order).json()
            video = caller.get(f"/videos/{video['id']}").json()
            assert video["status"] == "completed"
            assert not {"output", "metadata"} & video.keys()
            assert caller.get(f"/videos/{video['id']}/content").status_code == 404


def test_a_download_is_cut_off() -> None:
    with FakeOpenAI(faults=["content 1: truncate"], setup=NOW) as fake, caller_of(fake) as caller:
        path = f"/videos/{create(caller)['id']}/content"
        with pytest.raises(httpx.RemoteProtocolError, match="peer closed"):
            caller.get(path)
        assert fake.fetched == 0
        assert caller.get(path).content == fake.video(fake.accepted[0])
    assert fake.fetched == 1  # it counts when the last byte is sent, and has ended now


def test_a_download_says_that_it_is_huge() -> None:
    with (
        FakeOpenAI(faults=["content 1: huge"], setup=NOW) as fake,
        caller_of(fake) as caller,
        caller.stream("GET", f"/videos/{create(caller)['id']}/content") as reply,
    ):
        assert int(reply.headers["content-length"]) == 2**40


def test_a_download_is_sent_elsewhere_or_trickles() -> None:
    faults = ["content 1: redirect http://127.0.0.1:9/x", "content 2: slow 0.2"]
    with FakeOpenAI(faults=faults, setup=NOW) as fake, caller_of(fake) as caller:
        path = f"/videos/{create(caller)['id']}/content"
        moved = caller.get(path)
        assert (moved.status_code, moved.headers["location"]) == (302, "http://127.0.0.1:9/x")
        slow = caller.get(path)
        assert slow.content == fake.video(fake.accepted[0])
        assert slow.elapsed.total_seconds() >= 0.2


def test_a_video_expires_by_the_script_or_by_the_clock() -> None:
    with FakeOpenAI(faults=["content 1: expire"], setup=NOW) as fake, caller_of(fake) as caller:
        scripted, kept = create(caller)["id"], create(caller)["id"]
        assert [caller.get(f"/videos/{scripted}/content").status_code for _ in range(2)] == [404, 404]
        expires_at = caller.get(f"/videos/{kept}").json()["expires_at"]
        fake.clock.advance(expires_at - fake.clock.now() - 1)
        assert caller.get(f"/videos/{kept}/content").status_code == 200
        fake.clock.advance(1)
        assert caller.get(f"/videos/{kept}/content").status_code == 404


# The books


def test_a_job_goes_by_polls_or_by_the_clock() -> None:
    with FakeOpenAI(setup=replace(TINY, pace=Pace(polls=2))) as fake, caller_of(fake) as caller:
        remote_id = create(caller)["id"]
        assert caller.get(f"/videos/{remote_id}/content").status_code == 404
        seen = [caller.get(f"/videos/{remote_id}").json()["status"] for _ in range(3)]
        assert seen == ["queued", "in_progress", "completed"]
    with FakeOpenAI(setup=replace(TINY, pace=Pace(latency_s=100, polls=0))) as fake, caller_of(fake) as caller:
        remote_id, seen = create(caller)["id"], []
        for seconds in (10, 50, 40):
            fake.clock.advance(seconds)
            video = caller.get(f"/videos/{remote_id}").json()
            seen.append((video["status"], video["progress"]))
        assert seen == [("queued", 10), ("in_progress", 60), ("completed", 100)]
        assert video["completed_at"] == video["created_at"] + 100


def test_limits_refuse_what_is_too_much_and_charge_nothing() -> None:
    limits = Limits(in_flight=2, per_minute=3)
    setup = replace(TINY, pace=Pace(latency_s=5, polls=0), limits=limits)
    with FakeOpenAI(setup=setup) as fake, caller_of(fake) as caller:
        create(caller)
        create(caller)
        busy = caller.post("/videos", json=JSON)
        assert (busy.status_code, busy.json()["error"]["code"]) == (429, "concurrency_limit_exceeded")
        fake.clock.advance(5)
        create(caller)
        fast = caller.post("/videos", json=JSON)
        assert (fast.status_code, fast.headers["retry-after"]) == (429, "55")
        fake.clock.advance(55)
        create(caller)
        assert (fake.charges, fake.most_running) == (4, 2)


def test_a_restart_loses_the_jobs_and_keeps_the_charges() -> None:
    with FakeOpenAI(setup=TINY) as fake, caller_of(fake) as caller:
        remote_id = create(caller)["id"]
        fake.restart()
        assert caller.get(f"/videos/{remote_id}").status_code == 404
        assert caller.get("/videos").json()["data"] == []
        assert (fake.charges, fake.jobs.by_prompt("rain")[0].remote_id) == (1, remote_id)


def test_another_process_controls_the_fake_without_a_key() -> None:
    setup = replace(TINY, key="secret", pace=Pace(latency_s=60, polls=0))
    with FakeOpenAI(setup=setup) as fake, caller_of(fake, Authorization="Bearer secret") as caller:
        remote_id = create(caller)["id"]
        with httpx.Client(base_url=fake.url, **LOCAL) as control:
            assert control.post("/__fake__/advance", json={"seconds": 60}).status_code == 200
            assert control.post("/__fake__/advance", json={"seconds": -1}).status_code == 400
            books = control.get("/__fake__/charges").json()
            assert control.post("/__fake__/restart").status_code == 200
        assert (books["charges"], books["charged_usd"], books["accepted"]) == (1, "0.40", 1)
        assert (books["jobs"][0]["id"], books["jobs"][0]["state"]) == (remote_id, "completed")
        assert caller.get(f"/videos/{remote_id}").status_code == 404
        assert len(fake.requests) == 2


def test_five_hundred_connections_are_held_at_a_time() -> None:
    request = b"GET /v1/videos?limit=1 HTTP/1.1\r\nHost: fake\r\n\r\n"
    with FakeOpenAI(setup=TINY) as fake, ExitStack() as held:
        port = httpx.URL(fake.url).port
        callers = [held.enter_context(socket.create_connection(("127.0.0.1", port), timeout=20)) for _ in range(500)]
        for _ in range(2):
            for each in callers:
                each.sendall(request)
            assert {each.recv(4096)[:15] for each in callers} == {b"HTTP/1.1 200 OK"}
        assert len(fake.requests) == 1000


def test_a_fake_that_breaks_says_so_at_its_end() -> None:
    class Broken(FakeOpenAI):
        def video(self, job: object) -> bytes:
            raise KeyError(job)

    with pytest.raises(RuntimeError, match="the fake broke"), Broken(setup=NOW) as fake, caller_of(fake) as caller:
        assert caller.get(f"/videos/{create(caller)['id']}/content").status_code == 500


# The videos API


@pytest.mark.filterwarnings("ignore::DeprecationWarning")
def test_the_vendors_own_sdk_goes_from_create_to_a_real_clip(tmp_path: Path) -> None:
    setup = Setup(key="secret", pace=Pace(polls=1), color_from_frame=True)
    shape = replace(PROFILES["openai"], sizes={"": frozenset({"320x180"})}, poll_after_ms=1)
    with FakeOpenAI(profile=shape, setup=setup) as fake:
        with openai.OpenAI(base_url=fake.base_url, api_key="secret", max_retries=0) as client:
            video = client.videos.create_and_poll(
                prompt="rain",
                model="sora-2",
                seconds="4",
                size="320x180",  # type: ignore[arg-type]
                input_reference=("first.png", picture((320, 180)), "image/png"),
            )
            assert (video.status, video.seconds, video.size) == ("completed", "4", "320x180")
            path = tmp_path / "clip.mp4"
            client.videos.download_content(video.id).write_to_file(path)
            assert [each.id for each in client.videos.list()] == [video.id]
            assert client.videos.delete(video.id).deleted
        sent = fake.requests[0]
        assert sent.content_type == "multipart/form-data"
        assert sent.fields == {"prompt": "rain", "model": "sora-2", "seconds": "4", "size": "320x180"}
        assert sent.files["input_reference"].data == picture((320, 180)) == fake.accepted[0].order.first_frame
        assert sent.files["input_reference"].content_type == "image/png"
    with open_video(path) as clip:
        assert (clip.stream.width, clip.stream.height, clip.stream.average_rate) == (320, 180, 30)
    frames = list(read_frames(path))
    assert [read_number(frame) for frame in frames] == list(range(120))
    assert abs(frames[60][120, 160].astype(int) - (200, 40, 80)).max() < 12


def test_a_form_keeps_every_byte() -> None:
    data = picture() + bytes(range(256)) + b"\r\n--x\r\n\n\r"
    with FakeOpenAI(profile="vllm-omni", setup=TINY) as fake, caller_of(fake) as caller:
        files = {"input_reference": ('a "b".png', data, "image/png")}
        caller.post("/videos", data={"prompt": "Regen über dem Pier", "seconds": "4"}, files=files).raise_for_status()
        assert fake.requests[0].files["input_reference"].data == data
        assert fake.requests[0].fields["prompt"] == "Regen über dem Pier"


@pytest.mark.parametrize(
    ("changes", "param"),
    [
        ({"seconds": "5"}, "seconds"),
        ({"seconds": 4}, "seconds"),
        ({"size": "640x360"}, "size"),
        ({"size": "1920x1080"}, "size"),
        ({"prompt": ""}, "prompt"),
        ({"prompt": "x" * 32_001}, "prompt"),
        ({"input_reference": {}}, "input_reference"),
        ({"input_reference": {"image_url": "https://x.example/a.png", "file_id": "file_1"}}, "input_reference"),
        ({"input_reference": {"image_url": "http://x.example/a.png"}}, "input_reference.image_url"),
        ({"input_reference": {"image_url": "data:image/png;base64,%"}}, "input_reference.image_url"),
        ({"input_reference": {"image_url": "data:image/png;base64,aGVsbG8="}}, "input_reference"),
    ],
)
def test_openai_refuses_what_it_does_not_make(changes: dict[str, Any], param: str) -> None:
    with FakeOpenAI(setup=TINY) as fake, caller_of(fake) as caller:
        reply = caller.post("/videos", json={**JSON, **changes})
        assert (reply.status_code, reply.json()["error"]["param"]) == (400, param)
        assert fake.charges == 0


def test_the_image_matches_the_size_pixel_for_pixel() -> None:
    for size, status in (((1280, 720), 200), ((1280, 704), 400)):
        url = "data:image/png;base64," + base64.b64encode(picture(size)).decode()
        with FakeOpenAI(setup=TINY) as fake, caller_of(fake) as caller:
            in_json = caller.post("/videos", json={**JSON, "input_reference": {"image_url": url}})
            in_form = caller.post("/videos", files={"x": (None, ""), "input_reference[image_url]": (None, url)} | {
                name: (None, value) for name, value in JSON.items()
            })  # fmt: skip
            assert (in_json.status_code, in_form.status_code) == (status, status)


def test_a_body_that_cannot_be_read_is_refused() -> None:
    with FakeOpenAI(setup=TINY) as fake, caller_of(fake) as caller:
        kinds = ("application/json", "multipart/form-data", "multipart/form-data; boundary=x", "text/plain")
        statuses = [caller.post("/videos", content=b"{", headers={"content-type": kind}).status_code for kind in kinds]
        assert statuses == [400, 400, 400, 415]
        assert fake.charges == 0


def test_a_list_goes_page_by_page() -> None:
    with FakeOpenAI(setup=TINY) as fake, caller_of(fake) as caller:
        ids = [create(caller)["id"] for _ in range(5)]
        page = caller.get("/videos", params={"limit": 2}).json()
        assert ([each["id"] for each in page["data"]], page["has_more"]) == (ids[:2:-1], True)
        assert (page["first_id"], page["last_id"]) == (ids[4], ids[3])
        rest = caller.get("/videos", params={"after": page["last_id"]}).json()
        assert ([each["id"] for each in rest["data"]], rest["has_more"]) == (ids[2::-1], False)
        oldest = caller.get("/videos", params={"order": "asc", "limit": 1}).json()
        assert oldest["data"][0]["id"] == ids[0]
        assert caller.get("/videos", params={"limit": 101}).status_code == 400


def test_only_what_is_over_is_deleted() -> None:
    with FakeOpenAI(setup=TINY) as fake, caller_of(fake) as caller:
        remote_id = create(caller)["id"]
        assert caller.delete(f"/videos/{remote_id}").status_code == 409
        for _ in range(2):
            caller.get(f"/videos/{remote_id}")
        gone = caller.delete(f"/videos/{remote_id}").json()
        assert gone == {"id": remote_id, "object": "video.deleted", "deleted": True}
        assert caller.get(f"/videos/{remote_id}").status_code == 404
        assert fake.charges == 1


def test_the_key_is_asked_for() -> None:
    for profile, right in (("openai", "Bearer s3"), ("inworld", "Basic s3")):
        with FakeOpenAI(profile=profile, setup=replace(TINY, key="s3")) as fake, caller_of(fake) as caller:
            for header, status in ((None, 401), ("Bearer other", 401), ("Basic", 401), (right, 200)):
                headers = {} if header is None else {"Authorization": header}
                order = INWORLD if profile == "inworld" else JSON
                assert caller.post("/videos", json=order, headers=headers).status_code == status
            assert fake.charges == 1


def test_a_retired_model_is_not_found() -> None:
    retired = replace(PROFILES["openai"], retired=frozenset({"sora-2"}))
    with FakeOpenAI(profile=retired, setup=TINY) as fake, caller_of(fake) as caller:
        reply = caller.post("/videos", json=JSON)
        assert (reply.status_code, reply.json()["error"]["code"]) == (404, "model_not_found")


def test_remixes_extensions_and_small_pictures() -> None:
    with FakeOpenAI(setup=NOW) as fake, caller_of(fake) as caller:
        remote_id = create(caller)["id"]
        remix = caller.post(f"/videos/{remote_id}/remix", json={"prompt": "snow"}).json()
        assert (remix["remixed_from_video_id"], remix["seconds"]) == (remote_id, "4")
        more = caller.post("/videos/extensions", json={"prompt": "on", "seconds": "8", "video": {"id": remote_id}})
        assert more.json()["seconds"] == "12"
        assert caller.post("/videos/edits", json={"prompt": "x", "video": {"id": "none"}}).status_code == 404
        small = caller.get(f"/videos/{remote_id}/content", params={"variant": "thumbnail"})
        assert small.headers["content-type"] == "image/webp"
        assert (fake.charges, fake.fetched) == (3, 0)


# The profiles


def test_a_dialect_may_be_made_up() -> None:
    words = {State.QUEUED: "submitted", State.COMPLETED: "succeeded"}
    for place in ("url", "video_url", "unsigned_urls[0]"):
        made_up = replace(
            PROFILES["openai"], words=words, seconds_as="int", omits=frozenset({"size", "model"}), result=place,
            create_status=202, error_as="text", ignores=frozenset({"size"}),
        )  # fmt: skip
        faults = ["create 2: fail internal"]
        with FakeOpenAI(profile=made_up, faults=faults, setup=NOW) as fake, caller_of(fake) as caller:
            reply = caller.post("/videos", json=JSON)
            assert (reply.status_code, reply.json()["status"]) == (202, "submitted")
            video = caller.get(f"/videos/{reply.json()['id']}").json()
            assert (video["status"], video["seconds"]) == ("succeeded", 4)
            assert not {"size", "model"} & video.keys()
            link = video["unsigned_urls"][0] if place == "unsigned_urls[0]" else video[place]
            assert caller.get(link).content == fake.video(fake.accepted[0])
            assert fake.accepted[0].order.size == "720x1280"
            failed = caller.get(f"/videos/{caller.post('/videos', json=JSON).json()['id']}").json()
            assert isinstance(failed["error"], str)


def test_litellm_packs_the_provider_into_its_ids() -> None:
    with (
        FakeOpenAI(profile="litellm", setup=replace(NOW, key="sk-1")) as fake,
        caller_of(fake, **{"x-litellm-api-key": "sk-1"}) as caller,
    ):
        remote_id = create(caller, seconds="7", size="640x360")["id"]
        assert b"custom_llm_provider" in base64.urlsafe_b64decode(remote_id.removeprefix("video_"))
        content = caller.get(f"{fake.url}/videos/{remote_id}/content")
        assert "attachment" in content.headers["content-disposition"]
        assert caller.get("/videos").status_code == 400
        assert caller.get("/videos", params={"custom_llm_provider": "fake"}).status_code == 200


def test_vllm_omni_takes_forms_and_makes_one_frame_unless_told() -> None:
    with (
        FakeOpenAI(profile="vllm-omni", faults=["create 4: fail internal"], setup=NOW) as fake,
        caller_of(fake) as caller,
    ):
        assert caller.post("/videos", json=JSON).status_code == 422
        forms = ({"seconds": "2"}, {"num_frames": "81", "fps": "16", "width": "832", "height": "480"})
        for form in forms:
            caller.post("/videos", files={k: (None, v) for k, v in {"prompt": "rain", **form}.items()})
        failed = caller.post("/videos", files={"prompt": (None, "rain")}).json()
        assert [job.order.shape.frames for job in fake.accepted] == [48, 81, 1]
        assert fake.accepted[1].order.shape.size == (832, 480)
        assert fake.accepted[1].order.shape.rate.fps == 16
        assert caller.get(f"/videos/{failed['id']}").json()["error"] == {
            "code": 500, "message": "The server had an error while it made the video.",
        }  # fmt: skip
        good = caller.get(f"/videos/{fake.accepted[0].remote_id}").json()
        assert good["id"].startswith("video_gen_")
        assert good["file_name"] == f"{good['id']}.mp4"
        reference = json.dumps({"image_url": "https://x.example/a.png"})
        twice = {
            "prompt": (None, "x"),
            "image_reference": (None, reference),
            "input_reference": ("a.png", picture()),
        }
        assert caller.post("/videos", files=twice).status_code == 400
        no_ids = {"prompt": (None, "x"), "image_reference": (None, '{"file_id": "f"}')}
        assert caller.post("/videos", files=no_ids).status_code == 400
        sync = caller.post("/videos/sync", files={"prompt": (None, "rain")})
        assert (sync.headers["content-type"], sync.content[:8]) == ("video/mp4", b"video of")


def test_sglang_says_whole_seconds_and_keeps_no_cursors() -> None:
    with FakeOpenAI(profile="sglang", setup=TINY) as fake, caller_of(fake) as caller:
        video = caller.post("/videos", json={"prompt": "rain", "seconds": 3, "seed": 7}).json()
        assert video["seconds"] == 3
        body = {"prompt": (None, "rain"), "extra_body": (None, '{"num_frames": 9, "seed": 8}')}
        caller.post("/videos", files=body)
        assert fake.accepted[1].order.shape.frames == 9
        assert caller.get(f"/videos/{video['id']}/content").status_code == 404
        assert caller.get("/videos").json().keys() == {"object", "data"}
        for _ in range(2):
            done = caller.get(f"/videos/{video['id']}").json()
        assert done["file_path"] == f"outputs/{video['id']}.mp4"
        assert caller.delete(f"/videos/{video['id']}").json()["status"] == "deleted"


def test_new_api_counts_milliseconds_and_has_no_list() -> None:
    with FakeOpenAI(profile="new-api", setup=TINY) as fake, caller_of(fake) as caller:
        missing = caller.post("/videos", json={"prompt": "rain"})
        assert (missing.status_code, missing.json()["error"]["code"]) == (400, "missing_model")
        video = create(caller, model="minimax/h3", size="848x480", input_reference="https://x.example/a.png")
        assert video["task_id"] == video["id"]
        assert video["id"].startswith("task_")
        assert video["created_at"] > 10**12
        assert caller.get(f"/videos/{video['id']}/content").status_code == 400
        assert caller.get("/videos").status_code == 404
        assert caller.delete(f"/videos/{video['id']}").status_code == 404
        for _ in range(2):
            done = caller.get(f"{fake.base_url}/video/generations/{video['id']}").json()
        part = caller.get(done["metadata"]["url"], headers={"Range": "bytes=6-7"})
        assert (part.status_code, part.content, part.headers["content-range"][:10]) == (206, b"of", "bytes 6-7/")


def test_inworld_replays_a_key_without_a_second_charge() -> None:
    headers = {"Idempotency-Key": "k1"}
    with FakeOpenAI(profile="inworld", faults=["create 1: accept, drop"], setup=NOW) as fake, caller_of(fake) as caller:
        with pytest.raises(httpx.ReadError):
            caller.post("/videos", json=INWORLD, headers=headers)
        with ThreadPoolExecutor(8) as pool:
            replies = list(pool.map(lambda _: caller.post("/videos", json=INWORLD, headers=headers), range(8)))
        assert {each.json()["id"] for each in replies} == {fake.accepted[0].remote_id}
        assert (fake.charges, fake.accepted[0].key) == (1, "k1")
        assert caller.delete(f"/videos/{fake.accepted[0].remote_id}").status_code == 200
        used = caller.post("/videos", json=INWORLD, headers=headers)
        assert (used.status_code, used.json()["error"]["code"]) == (409, "idempotency_key_reused")
        assert (fake.charges, fake.charged_usd) == (1, Decimal("0.50"))


def test_inworld_gives_links_that_die_and_are_renewed_by_a_poll() -> None:
    with (
        FakeOpenAI(profile="inworld", faults=["content 3: expire"], setup=replace(NOW, key="s")) as fake,
        caller_of(fake, Authorization="Basic s") as caller,
        httpx.Client(**LOCAL) as anyone,
    ):
        remote_id = caller.post("/videos", json=INWORLD).json()["id"]

        def link() -> str:
            (video,) = caller.get(f"/videos/{remote_id}").json()["output"]["videos"]
            assert video["url_expires_at"] == fake.clock.now() + 3600
            return str(video["url"])

        first = link()
        assert anyone.get(first).status_code == 200
        fake.clock.advance(3600)
        assert anyone.get(first).status_code == 403
        second = link()
        assert second != first
        assert [anyone.get(second).status_code for _ in range(2)] == [403, 403]
        assert anyone.get(link()).status_code == 200
        assert caller.get(f"/videos/{remote_id}/content").status_code == 404


def test_inworld_cancels_what_is_queued_and_bills_only_what_is_finished() -> None:
    setup = replace(TINY, pace=Pace(latency_s=100, polls=0))
    with (
        FakeOpenAI(profile="inworld", faults=["create 3: fail internal"], setup=setup) as fake,
        caller_of(fake) as caller,
    ):
        first, second, third = (caller.post("/videos", json=INWORLD).json()["id"] for _ in range(3))
        assert caller.post(f"/videos/{first}/cancel").json()["status"] == "cancelled"
        fake.clock.advance(60)
        late = caller.post(f"/videos/{second}/cancel")
        assert (late.status_code, late.json()["error"]["code"]) == (409, "video_not_cancellable")
        fake.clock.advance(60)
        states = [caller.get(f"/videos/{each}").json()["status"] for each in (first, second, third)]
        assert states == ["cancelled", "completed", "failed"]
        assert (len(fake.accepted), fake.charges, fake.charged_usd) == (3, 1, Decimal("0.50"))


@pytest.mark.parametrize(
    "changes",
    [
        {"duration": 1},
        {"duration": 31},
        {"duration": 2.5},
        {"frame_images": [{"type": "image_url", "image_url": {"url": "data:image/png;base64,AAAA"}}]},
        {"frame_images": [{"image_url": "https://x.example/a.png"}], "input_references": ["https://x.example/b.png"]},
    ],
)
def test_inworld_refuses_what_it_does_not_take(changes: dict[str, Any]) -> None:
    with FakeOpenAI(profile="inworld", setup=TINY) as fake, caller_of(fake) as caller:
        assert caller.post("/videos", json={**INWORLD, **changes}).status_code == 400
        form = caller.post("/videos", files={"prompt": (None, "rain")})
        assert (form.status_code, fake.charges) == (415, 0)


# ComfyUI


def test_comfyui_goes_from_a_graph_to_a_real_clip(tmp_path: Path) -> None:
    with FakeComfyUI(setup=Setup(color_from_frame=True)) as fake, caller_of(fake) as caller:
        upload = caller.post("/upload/image", files={"image": ("first.png", picture((64, 48)))}, data={"type": "input"})
        assert upload.json() == {"name": "first.png", "subfolder": "", "type": "input"}
        other = caller.post("/upload/image", files={"image": ("first.png", picture((32, 32)))})
        assert other.json()["name"] == "first (1).png"
        reply = caller.post("/prompt", json={"prompt": GRAPH, "prompt_id": "id-1", "client_id": "c"})
        assert reply.json() == {"prompt_id": "id-1", "number": 1, "node_errors": {}}
        assert [item[1] for item in caller.get("/queue").json()["queue_running"]] == ["id-1"]
        assert caller.get("/history/id-1").json() == {}
        entry = caller.get("/api/history/id-1").json()["id-1"]
        assert (entry["status"]["status_str"], entry["status"]["completed"]) == ("success", True)
        assert entry["outputs"]["9"]["animated"] == [True]
        (file,) = entry["outputs"]["9"]["images"]
        path = tmp_path / "clip.mp4"
        path.write_bytes(caller.get("/view", params=file).content)
        assert caller.get("/view", params={**file, "filename": "other.mp4"}).status_code == 404
        assert (fake.accepted[0].order.prompt, fake.fetched) == ("rain on a pier", 1)
    with open_video(path) as clip:
        assert (clip.stream.width, clip.stream.height, clip.stream.average_rate) == (64, 48, 12)
    frames = list(read_frames(path))
    assert len(frames) == 9
    assert abs(frames[4][40, 32].astype(int) - (200, 40, 80)).max() < 16


def test_comfyui_accepts_one_id_twice_and_loses_all_at_a_restart() -> None:
    with FakeComfyUI(setup=NOW) as fake, caller_of(fake) as caller:
        for _ in range(2):
            caller.post("/prompt", json={"prompt": GRAPH, "prompt_id": "same"}).raise_for_status()
        assert [job.remote_id for job in fake.accepted] == ["same", "same"]
        fake.restart()
        assert caller.get("/history/same").json() == {}
        assert fake.charges == 2


@pytest.mark.parametrize(
    ("graph", "kind"),
    [
        (None, "no_prompt"),
        ({"1": {"inputs": {}}}, "invalid_prompt"),
        ({"1": {"class_type": "SaveNothing2", "inputs": {}}, "2": {"class_type": "Gone"}}, "invalid_prompt"),
        ({"3": GRAPH["6"]}, "prompt_no_outputs"),
        ({"9": GRAPH["9"]}, "prompt_outputs_failed_validation"),
    ],
)
def test_comfyui_refuses_a_graph_that_does_not_hold_together(graph: object, kind: str) -> None:
    with FakeComfyUI(setup=TINY, missing_classes=["Gone"]) as fake, caller_of(fake) as caller:
        reply = caller.post("/prompt", json={"prompt": graph})
        assert (reply.status_code, reply.json()["error"]["type"], fake.charges) == (400, kind, 0)
        assert bool(reply.json()["node_errors"]) == (kind not in {"no_prompt", "prompt_no_outputs"})


def test_comfyui_fails_is_interrupted_and_forgets_what_is_pending() -> None:
    setup = replace(TINY, pace=Pace(latency_s=60, polls=0))
    with FakeComfyUI(faults=["create 4: fail internal"], setup=setup) as fake, caller_of(fake) as caller:
        a, b, c, d = (caller.post("/prompt", json={"prompt": GRAPH}).json()["prompt_id"] for _ in range(4))
        caller.post("/queue", json={"delete": [a, b]})
        caller.post("/interrupt", json={"prompt_id": c})
        queue = caller.get("/queue").json()
        assert [item[1] for item in queue["queue_running"] + queue["queue_pending"]] == [a, c, d]
        caller.post("/interrupt", json={"prompt_id": a})
        assert caller.get(f"/history/{a}").json()[a]["status"]["messages"][-1][0] == "execution_interrupted"
        fake.clock.advance(60)
        status = caller.get(f"/history/{d}").json()[d]["status"]
        assert (status["status_str"], status["messages"][-1][0]) == ("error", "execution_error")
        assert caller.get(f"/history/{b}").json() == {}


def test_comfyui_describes_itself_and_has_gifs_of_vhs() -> None:
    vhs = {"9": {"class_type": "VHS_VideoCombine", "inputs": {"frame_rate": 8}}}
    with FakeComfyUI(setup=NOW, missing_classes=["KSampler"]) as fake, caller_of(fake) as caller:
        assert caller.get("/system_stats").json()["devices"]
        assert "SaveVideo" in caller.get("/object_info").json()
        assert caller.get("/object_info/SaveVideo").json().keys() == {"SaveVideo"}
        assert caller.get("/object_info/KSampler").json() == {}
        remote_id = caller.post("/prompt", json={"prompt": vhs}).json()["prompt_id"]
        (file,) = caller.get(f"/history/{remote_id}").json()[remote_id]["outputs"]["9"]["gifs"]
        assert caller.get("/view", params=file).status_code == 200


# By hand


def block_in(lines: IO[str]) -> str:
    """What stands between the first empty line and the second."""
    assert lines.readline() == "\n"
    return "".join(iter(lines.readline, "\n"))


@pytest.mark.parametrize(("name", "end"), [("openai", signal.SIGINT), ("comfyui", signal.SIGTERM)])
def test_the_command_line_prints_a_block_tells_each_charge_and_sums_up(name: str, end: signal.Signals) -> None:
    command = [sys.executable, "-m", "pickup.testing.fakes", name, "--tiny", "--latency-s", "0", "--key", "s3"]
    command += ["--fault", "create 2: accept, drop"]
    environment = {**os.environ, "PYTHONUNBUFFERED": "1"}
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=environment) as process:
        try:
            assert process.stdout is not None
            first = process.stdout.readline()
            assert first.startswith("listening on http://127.0.0.1:")
            settings = Settings.model_validate(tomllib.loads(block_in(process.stdout)))
            base_url = settings.providers["fake"].base_url
            assert base_url == first.removeprefix("listening on ").strip()
            assert (settings.providers["fake"].kind, settings.providers["fake"].price_per_second) == (
                {"openai": "openai_videos", "comfyui": "comfyui"}[name],
                {"openai": Decimal("0.10"), "comfyui": Decimal(0)}[name],
            )
            order: dict[str, Any] = JSON if name == "openai" else {"prompt": GRAPH}
            path = "videos" if name == "openai" else "prompt"
            auth = {"Authorization": "Bearer s3"}
            assert httpx.post(f"{base_url}/{path}", json=order, headers=auth, **LOCAL).status_code == 200
            with pytest.raises(httpx.ReadError):
                httpx.post(f"{base_url}/{path}", json=order, headers=auth, **LOCAL)
            process.send_signal(end)
            said, _ = process.communicate(timeout=20)
        finally:
            process.kill()
    assert process.returncode == 0
    assert said.count("USD for ") == 2
    assert f"/{path} → 200" in said
    assert f"/{path} → connection reset" in said
    assert "accepted 2, charged 2 (" in said.splitlines()[-1]


def test_the_command_line_quotes_a_fault_that_it_cannot_read() -> None:
    command = [sys.executable, "-m", "pickup.testing.fakes", "openai", "--fault", "create 2: explode"]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 2
    assert "'explode' is no fault" in done.stderr


def test_a_clock_goes_forward_only() -> None:
    with pytest.raises(ValueError, match="cannot be moved"):
        VirtualClock().advance(-1)
