"""ComfyUI: what is sent to it, what is made of its answers, and what is said of a workflow before anything is sent."""

from __future__ import annotations

import asyncio
import json
import re
import uuid
from collections.abc import Awaitable, Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, date, datetime
from fractions import Fraction
from pathlib import Path
from typing import Any, TypeVar

import pytest

from pickup._av import read_frames
from pickup.config import load_config
from pickup.config.provider_setup import ProviderSetup, provider_setup
from pickup.config.settings import ProviderSettings
from pickup.errors import ConfigError, FailureKind, OutcomeUnknown, ProviderError, ProviderRefused, ProviderUnavailable
from pickup.offers import Audio, Cancelling, Conditioning, Idempotency, Mode, Wish
from pickup.ports import (
    Billing,
    Generation,
    LostSubmit,
    Provider,
    Reconciled,
    Reconciliation,
    RemoteState,
    RemoteStatus,
    Submission,
)
from pickup.providers.comfyui import ComfyProvider
from pickup.providers.comfyui.fill import fill
from pickup.providers.comfyui.graph import Cut, Place, as_sent, links_of, read_graph, value_at, with_values, without
from pickup.providers.comfyui.outcomes import status_of
from pickup.providers.comfyui.replies import HistoryEntry, Queue, clip_of
from pickup.providers.comfyui.workflow import IMAGES, SHIPPED, Role, Workflow, shipped
from pickup.providers.registry import provider_kinds
from pickup.testing.clips import read_number
from pickup.testing.fakes import FakeComfyUI, Pace, Setup
from pickup.testing.fakes.routes import Exchange
from pickup.testing.fakes.wire import RefusedError, Reply, json_reply
from pickup.testing.provider_contract import ProviderContract, boundary_png
from pickup.timing import FrameRate

TODAY = date(2026, 11, 29)
RATE = FrameRate.parse("24")
WORDS, FIRST, BOTH = Mode.TEXT, Mode.FIRST, Mode.FIRST_LAST
KEY = "a-key-of-a-job"
PROMPT_ID = str(uuid.uuid5(uuid.NAMESPACE_URL, f"pickup:{KEY}"))
TINY = Setup(content="tiny")
NOW = replace(TINY, pace=Pace(polls=0))
SLOW = replace(TINY, pace=Pace(polls=50))
PREFIX = f"pickup/SH0010_t01_{PROMPT_ID[:8]}"
OWN: dict[str, Any] = {
    "3": {"class_type": "KSampler", "inputs": {"seed": 7, "steps": 20, "latent_image": ["5", 0]}},
    "5": {
        "class_type": "Wan22ImageToVideoLatent",
        "inputs": {"width": 64, "height": 48, "length": 9, "start_image": ["8", 0]},
    },
    "6": {"class_type": "CLIPTextEncode", "inputs": {"text": "rain"}, "_meta": {"title": "Words"}},
    "7": {"class_type": "CreateVideo", "inputs": {"images": ["3", 0], "fps": 12.0}},
    "8": {"class_type": "LoadImage", "inputs": {"image": "first.png"}},
    "9": {"class_type": "SaveVideo", "inputs": {"video": ["7", 0], "filename_prefix": "video/mine"}},
}
"""A workflow of a user's own, in which every input is the only one of its name."""
Answer = TypeVar("Answer")


def setup_for(base_url: str | None, *, environment: dict[str, str] | None = None, **settings: Any) -> ProviderSetup:
    made = ProviderSettings.model_validate({"kind": "comfyui", "base_url": base_url, **settings})
    return ProviderSetup(
        name="desk", settings=made, library=Path("/nowhere"), today=TODAY, environment=environment or {}
    )


def provider_at(fake: FakeComfyUI | None = None, **settings: Any) -> ComfyProvider:
    return ComfyProvider(setup_for(fake.base_url if fake else None, **settings))


def request(**changes: Any) -> Generation:
    made = Generation(
        shot="SH0010",
        take=1,
        prompt="rain over the harbor",
        negative="",
        seed=11,
        model="wan22-ti2v-5b",
        frames=49,
        rate=RATE,
        size=(1280, 704),
        look="",
    )
    return replace(made, **changes)


def ask(provider: ComfyProvider, what: Callable[[ComfyProvider], Awaitable[Answer]]) -> Answer:
    async def run() -> Answer:
        try:
            return await what(provider)
        finally:
            await provider.aclose()

    return asyncio.run(run())


def submit(provider: ComfyProvider, wanted: Generation | None = None, *, key: str = KEY) -> Submission:
    return ask(provider, lambda each: each.submit(wanted or request(), key=key))


def poll(provider: ComfyProvider, submission: Submission) -> RemoteStatus:
    return ask(provider, lambda each: each.poll(submission))


def fetch(provider: ComfyProvider, submission: Submission, path: Path) -> list[float]:
    told = list[float]()
    ask(provider, lambda each: each.fetch(request(), submission, destination=path, report=told.append))
    return told


def poll_to_the_end(provider: ComfyProvider, submission: Submission) -> RemoteStatus:
    for _ in range(20):
        status = poll(provider, submission)
        if status.state is not RemoteState.RUNNING:
            return status
    raise AssertionError("it never ends")


def reconcile(provider: ComfyProvider, wanted: Generation | None = None) -> Reconciliation:
    lost = LostSubmit(request=wanted or request(), key=KEY, asked=datetime.now(UTC), is_claimed=lambda _id: False)
    return ask(provider, lambda each: each.reconcile(lost))


def posted(fake: FakeComfyUI) -> list[Mapping[str, Any]]:
    return [dict(each.fields) for each in fake.requests if each.method == "POST" and each.path == "/prompt"]


def asked(fake: FakeComfyUI) -> list[str]:
    return [f"{each.method} {each.path}" for each in fake.requests]


@contextmanager
def own_file(folder: Path, graph: Mapping[str, Any] | None = None) -> Iterator[str]:
    path = folder / "mine.json"
    path.write_text(json.dumps(OWN if graph is None else graph), encoding="utf-8")
    yield str(path)


def own(folder: Path, graph: Mapping[str, Any] | None = None, **settings: Any) -> ComfyProvider:
    with own_file(folder, graph) as path:
        return provider_at(workflow=path, **settings)


def changed(node: str, **inputs: Any) -> dict[str, Any]:
    return {**OWN, node: {**OWN[node], "inputs": {**OWN[node]["inputs"], **inputs}}}


class EquippedComfyUI(FakeComfyUI):
    """One that has every class and file that Pickup's workflows name, or all but some."""

    def __init__(self, *, lacks: Sequence[str] = (), setup: Setup | None = None) -> None:
        self.lacks = frozenset(lacks)
        super().__init__(setup=setup)

    def _object_info(self, exchange: Exchange) -> Reply:
        (wanted,) = exchange.parts
        required: dict[str, Any] = {}
        for workflow in map(shipped, SHIPPED):
            for node in workflow.graph.values():
                for name, value in node.inputs.items():
                    if node.class_type == wanted and isinstance(value, str):
                        required.setdefault(name, [[]])[0].append(value)
        if not required and wanted not in {
            node.class_type for workflow in map(shipped, SHIPPED) for node in workflow.graph.values()
        }:
            return json_reply({})
        for options in required.values():
            options[0] = [each for each in options[0] if each not in self.lacks]
        for free in ("text", "filename_prefix"):
            required.pop(free, None)
        return json_reply({} if wanted in self.lacks else {wanted: {"input": {"required": required}}})


class RefusingComfyUI(FakeComfyUI):
    """One that refuses every workflow as it is told to."""

    def __init__(self, refused: RefusedError) -> None:
        self.refused = refused
        super().__init__(setup=TINY)

    def _create(self, _exchange: Exchange) -> Reply:
        raise self.refused


# The contract


class TestComfyKeepsTheContract(ProviderContract):
    @pytest.fixture(autouse=True)
    def _server(self) -> Iterator[None]:
        with EquippedComfyUI() as self.fake:
            yield

    def make_provider(self) -> Provider:
        return provider_at(self.fake, workflow="ltx-2", sizes=["320x192"])


class TestAWorkflowOfOnesOwnKeepsTheContract(ProviderContract):
    @pytest.fixture(autouse=True)
    def _server(self, tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
        with FakeComfyUI() as self.fake, own_file(tmp_path_factory.mktemp("own")) as self.path:
            yield

    def make_provider(self) -> Provider:
        return provider_at(
            self.fake, workflow=self.path, frames_from="first", frames={"min": 9, "max": 81}, sizes=["320x180"], fps=24
        )


def test_it_is_installed_under_its_name() -> None:
    assert "comfyui" in provider_kinds()


# What it offers


def test_without_a_workflow_all_that_pickup_brings_are_offered() -> None:
    offers = provider_at().offers()
    assert [offer.model for offer in offers] == list(SHIPPED)
    for offer in offers:
        assert (offer.provider, offer.host, offer.is_free) == ("desk", "", True)
        assert (offer.idempotency, offer.cancelling) == (Idempotency.CALLER_ID, Cancelling.ANY)
        assert (offer.audio, offer.seed, offer.negative, offer.in_flight, offer.poll_s) == (
            Audio.NONE, True, True, 2, 10.0
        )  # fmt: skip


def test_the_workflows_make_what_their_models_make() -> None:
    wan22, flf, ltx = (offer.capabilities[0] for offer in provider_at().offers())
    assert (wan22.lengths.frames, wan22.sizes) == (range(5, 122, 4), ((1280, 704), (704, 1280)))
    assert (wan22.modes, wan22.rates) == (frozenset({WORDS, FIRST}), (RATE,))
    assert (flf.lengths.frames, flf.modes, flf.rates) == (
        range(5, 82, 4), frozenset({BOTH}), (FrameRate.parse("16"),)
    )  # fmt: skip
    assert (ltx.lengths.frames, ltx.rate_is_chosen) == (range(9, 242, 8), True)
    assert ltx.modes == frozenset({WORDS, FIRST, BOTH})


def test_the_settings_go_before_what_a_workflow_makes() -> None:
    provider = provider_at(
        workflow="ltx-2",
        frames={"min": 25, "max": 97, "step": 8},
        sizes=["768x512"],
        fps=25,
        frames_from="first",
        max_in_flight=1,
        poll_s=3,
        per_minute=4,
        generation_s=60,
    )
    (offer,) = provider.offers()
    (made,) = offer.capabilities
    assert (made.lengths.frames, made.sizes, made.rates) == (
        range(25, 98, 8), ((768, 512),), (FrameRate.parse("25"),)
    )  # fmt: skip
    assert made.modes == frozenset({WORDS, FIRST})
    assert (offer.in_flight, offer.poll_s, offer.per_minute, offer.generation_s) == (1, 3.0, 4, 60.0)


@pytest.mark.parametrize(
    ("base_url", "host"),
    [
        (None, ""),
        ("http://localhost:8188", ""),
        ("http://[::1]:9", ""),
        ("http://render7.studio:8188", "render7.studio"),
    ],
)
def test_frames_leave_this_machine_only_where_the_server_is_another(base_url: str | None, host: str) -> None:
    assert ComfyProvider(setup_for(base_url)).offers()[0].host == host


def test_a_price_in_the_settings_counts() -> None:
    wish = Wish(cover_frames=48, handles=0, rate=RATE, size=(1280, 704))
    assert provider_at().quote(wish, model="wan22-ti2v-5b").price == 0
    rented = provider_at(price_per_second="0.01")
    assert not rented.offers()[0].is_free
    assert rented.quote(wish, model="wan22-ti2v-5b").price > 0


def test_a_workflow_from_both_frames_says_why_it_does_not_serve() -> None:
    provider = provider_at(workflow="wan21-flf2v-14b")
    wish = Wish(cover_frames=48, handles=0, rate=RATE, size=(1280, 720), before=True, after=True)
    with pytest.raises(ProviderRefused, match=r"none of its lengths fits to 2.00 s \(5-81 frames, every 4 at 16") as no:
        provider.quote(wish, model="wan21-flf2v-14b")
    assert 'conditioning = "both"' in no.value.next_step
    assert provider.quote(replace(wish, conditioning=Conditioning.BOTH), model="wan21-flf2v-14b").uses_after
    with pytest.raises(ProviderRefused, match="from the first and last frame only, and the cut has no such frame"):
        provider.quote(replace(wish, after=False), model="wan21-flf2v-14b")


def test_a_wish_that_is_too_long_for_text_is_refused_as_everywhere() -> None:
    wish = Wish(cover_frames=2400, handles=0, rate=RATE, size=(1280, 704))
    with pytest.raises(ProviderRefused, match="too long"):
        provider_at().quote(replace(wish, cover_frames=24 * 600), model="wan22-ti2v-5b")


# The graphs that Pickup brings


@pytest.mark.parametrize("name", SHIPPED)
def test_a_shipped_graph_holds_together(name: str) -> None:
    workflow = shipped(name)
    assert workflow.name == name
    graph = read_graph(json.dumps(as_sent(workflow.graph)), where=name)
    assert all(link[0] in graph for _place, link in links_of(graph))
    for places in workflow.places.values():
        for place in places:
            value_at(graph, place)
    assert set(Role) - set(IMAGES) <= set(workflow.places)


def ways(workflow: Workflow) -> Iterator[tuple[Mode, dict[str, bytes]]]:
    frames = {"boundary_in": boundary_png(hue=60), "boundary_out": boundary_png(hue=200)}
    for mode in workflow.modes:
        count = (Mode.TEXT, Mode.FIRST, Mode.FIRST_LAST).index(mode)
        yield mode, dict(list(frames.items())[:count])


@pytest.mark.parametrize("name", SHIPPED)
def test_a_graph_has_the_loaders_of_its_mode_and_no_loose_end(name: str) -> None:
    workflow = shipped(name)
    for mode, frames in ways(workflow):
        pictures = {role: f"pickup/{role}.png" for role, _data in zip(IMAGES, frames, strict=False)}
        graph = fill(workflow, request(**frames), pictures=pictures, prefix="pickup/x")
        loaded = [node.inputs["image"] for node in graph.values() if node.class_type == "LoadImage"]
        assert loaded == list(pictures.values()), mode
        assert all(link[0] in graph for _place, link in links_of(graph)), mode
        used = {link[0] for _place, link in links_of(graph)}
        ends = {node_id for node_id in graph if node_id not in used}
        assert [graph[each].class_type for each in ends] == ["SaveVideo"], mode


@pytest.mark.parametrize("name", SHIPPED)
def test_every_shipped_graph_is_accepted_in_every_mode(name: str) -> None:
    with EquippedComfyUI(setup=TINY) as fake:
        provider = provider_at(fake, workflow=name)
        for mode, frames in ways(shipped(name)):
            submit(provider, request(model=name, **frames), key=mode)
        assert len(fake.accepted) == len(shipped(name).modes)
        assert {each.order.prompt for each in fake.accepted} == {"rain over the harbor"}


def test_a_value_stands_wherever_the_graph_needs_it() -> None:
    rate = FrameRate.parse("25")
    graph = fill(shipped("ltx-2"), request(frames=97, rate=rate), pictures={}, prefix="pickup/x")
    assert (graph["10"].inputs["length"], graph["12"].inputs["frames_number"]) == (97, 97)
    assert [graph[node].inputs[name] for node, name in (("5", "frame_rate"), ("12", "frame_rate"), ("50", "fps"))] == [
        25, 25, 25
    ]  # fmt: skip


def test_a_length_that_the_model_does_not_make_becomes_the_next_longer_one() -> None:
    def length(**changes: Any) -> object:
        graph = fill(shipped("wan22-ti2v-5b"), request(**changes), pictures={}, prefix="x")
        return graph["55"].inputs["length"]

    assert (length(frames=49), length(frames=48), length(frames=50)) == (49, 49, 53)
    assert length(frames=25, rate=FrameRate.parse("25")) == 25
    assert length(frames=1, seconds=Fraction(2)) == 49
    assert length(frames=1000) == 121


def test_no_negative_words_leave_those_of_the_workflow() -> None:
    workflow = shipped("wan22-ti2v-5b")
    plain = fill(workflow, request(), pictures={}, prefix="x")["7"].inputs["text"]
    assert plain == workflow.graph["7"].inputs["text"] != ""
    assert fill(workflow, request(negative="boats"), pictures={}, prefix="x")["7"].inputs["text"] == "boats"


# What is sent


def test_a_clip_from_words_is_asked_for_field_by_field() -> None:
    with FakeComfyUI(setup=TINY) as fake:
        submission = submit(provider_at(fake), request(negative="boats"))
        assert asked(fake) == [
            f"GET /history/{PROMPT_ID}", "GET /queue", f"GET /history/{PROMPT_ID}", "POST /prompt"
        ]  # fmt: skip
        (body,) = posted(fake)
        assert (body["prompt_id"], body["client_id"], set(body)) == (
            PROMPT_ID, "pickup", {"prompt", "prompt_id", "client_id"}
        )  # fmt: skip
        graph = body["prompt"]
        assert "56" not in graph
        assert graph["55"] == {
            "class_type": "Wan22ImageToVideoLatent",
            "inputs": {"vae": ["39", 0], "width": 1280, "height": 704, "length": 49, "batch_size": 1},
        }
        assert (graph["6"]["inputs"]["text"], graph["7"]["inputs"]["text"]) == ("rain over the harbor", "boats")
        assert (graph["3"]["inputs"]["seed"], graph["57"]["inputs"]["fps"]) == (11, 24)
        assert graph["58"]["inputs"]["filename_prefix"] == PREFIX
        assert (submission.remote_id, submission.urls) == (PROMPT_ID, {"base": fake.base_url})
        assert not any("authorization" in each.headers for each in fake.requests)


def test_the_neighbours_frames_are_uploaded_under_names_of_their_own() -> None:
    first, last = boundary_png(hue=60), boundary_png(hue=200)
    with FakeComfyUI(setup=TINY) as fake:
        wanted = request(model="wan21-flf2v-14b", boundary_in=first, boundary_out=last, size=(1280, 720))
        submit(provider_at(fake), wanted)
        uploads = [each for each in fake.requests if each.path == "/upload/image"]
        assert [each.fields for each in uploads] == [{"type": "input", "subfolder": "pickup", "overwrite": "true"}] * 2
        files = [each.files["image"] for each in uploads]
        assert [(each.name, each.content_type, each.data) for each in files] == [
            (f"{PROMPT_ID}_first_image.png", "image/png", first),
            (f"{PROMPT_ID}_last_image.png", "image/png", last),
        ]
        graph = posted(fake)[0]["prompt"]
        assert graph["52"]["inputs"]["image"] == f"pickup/{PROMPT_ID}_first_image.png"
        assert graph["53"]["inputs"]["image"] == f"pickup/{PROMPT_ID}_last_image.png"


def test_the_name_of_a_result_holds_nothing_that_comfyui_would_expand() -> None:
    with FakeComfyUI(setup=TINY) as fake:
        submit(provider_at(fake), request(shot="A%date%/../7"))
        assert posted(fake)[0]["prompt"]["58"]["inputs"]["filename_prefix"] == f"pickup/A_date_7_t01_{PROMPT_ID[:8]}"


def test_a_key_is_sent_only_where_one_is_configured() -> None:
    with FakeComfyUI(setup=replace(NOW, key="s3cret")) as fake:
        environment = {"DESK_KEY": "s3cret"}
        with_key = provider_at(fake, api_key_env="DESK_KEY", environment=environment)
        with_key.check_ready()
        submit(with_key)
        assert {each.headers.get("authorization") for each in fake.requests} == {"Bearer s3cret"}
        with pytest.raises(ProviderRefused) as refused:
            submit(provider_at(fake, environment=environment))
        assert refused.value.kind is FailureKind.AUTH
        with pytest.raises(ConfigError, match="desk needs a key"):
            provider_at(fake, api_key_env="DESK_KEY").check_ready()
    provider_at().check_ready()


def test_the_same_job_is_not_queued_twice() -> None:
    with FakeComfyUI(setup=SLOW) as fake:
        first = submit(provider_at(fake))
        assert submit(provider_at(fake)) == first
        assert len(fake.accepted) == 1
        assert submit(provider_at(fake), key="another").remote_id != first.remote_id
    with FakeComfyUI(setup=NOW) as fake:
        assert submit(provider_at(fake)) == submit(provider_at(fake))
        assert len(fake.accepted) == 1


def test_a_frame_that_is_no_picture_is_refused_before_anything_is_sent() -> None:
    with FakeComfyUI(setup=TINY) as fake:
        with pytest.raises(ProviderRefused, match="no PNG"):
            submit(provider_at(fake), request(boundary_in=b"no png"))
        assert not fake.requests


@pytest.mark.parametrize("frames", [("boundary_in", "boundary_out"), ("boundary_out",)])
def test_frames_that_a_workflow_has_no_place_for_are_refused(frames: tuple[str, ...]) -> None:
    with FakeComfyUI(setup=TINY) as fake:
        with pytest.raises(ProviderRefused, match="makes nothing from") as refused:
            submit(provider_at(fake), request(**dict.fromkeys(frames, boundary_png(hue=3))))
        assert "first frame, text" in refused.value.next_step
        assert not fake.requests


# A submit that goes wrong


def test_a_server_that_is_not_running_is_asked_for_in_words() -> None:
    with FakeComfyUI(setup=TINY) as fake:
        base_url = fake.base_url
    with pytest.raises(ProviderUnavailable, match=f"is ComfyUI running at {base_url}?") as error:
        submit(ComfyProvider(setup_for(base_url)))
    assert "base_url in [providers.desk]" in error.value.next_step


@pytest.mark.parametrize("fault", ["list: 404", "list: garbage", "list: html", "poll: garbage"])
def test_what_is_no_comfyui_gets_no_job(fault: str) -> None:
    with FakeComfyUI(faults=[fault], setup=TINY) as fake:
        with pytest.raises(ProviderUnavailable, match="is no ComfyUI"):
            submit(provider_at(fake))
        assert not posted(fake)


def test_a_lost_reply_is_found_by_our_own_id() -> None:
    with FakeComfyUI(faults=["create 1: accept, drop"], setup=SLOW) as fake:
        with pytest.raises(OutcomeUnknown):
            submit(provider_at(fake))
        found = reconcile(provider_at(fake))
        assert found.outcome is Reconciled.FOUND
        assert found.submission is not None
        assert found.submission.remote_id == fake.accepted[0].remote_id


def test_a_job_that_is_over_is_found_too() -> None:
    with FakeComfyUI(faults=["create 1: accept, garbage"], setup=NOW) as fake:
        with pytest.raises(OutcomeUnknown):
            submit(provider_at(fake))
        assert reconcile(provider_at(fake)).outcome is Reconciled.FOUND


def test_a_lost_request_may_be_sent_again_where_it_costs_nothing() -> None:
    with FakeComfyUI(faults=["create 1: drop"], setup=TINY) as fake:
        with pytest.raises(OutcomeUnknown):
            submit(provider_at(fake))
        assert reconcile(provider_at(fake)).outcome is Reconciled.NEVER_ARRIVED
        assert reconcile(provider_at(fake, price_per_second="0")).outcome is Reconciled.NEVER_ARRIVED


def test_where_it_costs_something_a_restart_hides_the_truth() -> None:
    with FakeComfyUI(setup=TINY) as fake:
        provider = provider_at(fake, price_per_second="0.02")
        submit(provider)
        assert reconcile(provider).outcome is Reconciled.FOUND
        fake.restart()
        answer = reconcile(provider)
        assert answer.outcome is Reconciled.CANNOT_TELL
        assert "restarted" in answer.message


def test_a_5xx_of_a_create_leaves_it_open_and_one_of_a_look_up_does_not() -> None:
    with FakeComfyUI(faults=["create: 500"], setup=TINY) as fake, pytest.raises(OutcomeUnknown):
        submit(provider_at(fake))
    with FakeComfyUI(faults=["list: 500"], setup=TINY) as fake, pytest.raises(ProviderUnavailable):
        submit(provider_at(fake))


def test_an_upload_that_fails_queues_nothing() -> None:
    with FakeComfyUI(faults=["upload: 500"], setup=TINY) as fake:
        with pytest.raises(ProviderUnavailable):
            submit(provider_at(fake), request(boundary_in=boundary_png(hue=1)))
        assert not posted(fake)


def test_a_model_that_is_missing_is_named() -> None:
    problem = {
        "type": "value_not_in_list",
        "message": "Value not in list",
        "details": "unet_name: 'wan2.2_ti2v_5B_fp16.safetensors' not in ['a', 'b']",
        "extra_info": {"input_name": "unet_name", "received_value": "wan2.2_ti2v_5B_fp16.safetensors"},
    }
    nodes = {"37": {"errors": [problem], "dependent_outputs": ["58"], "class_type": "UNETLoader"}}
    refused = RefusedError(
        "Prompt outputs failed validation", code="prompt_outputs_failed_validation", details={"node_errors": nodes}
    )
    with RefusingComfyUI(refused) as fake, pytest.raises(ProviderRefused) as error:
        submit(provider_at(fake))
    assert error.value.kind is FailureKind.INVALID_REQUEST
    assert error.value.message == (
        "desk refused the workflow: node 37 (UNETLoader), input unet_name: Value not in list: "
        "'wan2.2_ti2v_5B_fp16.safetensors'"
    )
    assert error.value.next_step.startswith("put wan2.2_ti2v_5B_fp16.safetensors where ComfyUI looks for it")
    assert error.value.where == "SH0010"


def test_an_input_that_is_wrong_is_named() -> None:
    problem = {"type": "required_input_missing", "message": "Required input is missing", "details": "image",
               "extra_info": {"input_name": "image"}}  # fmt: skip
    nodes = {"54": {"errors": [problem], "class_type": "CLIPVisionEncode"}}
    with RefusingComfyUI(RefusedError("x", details={"node_errors": nodes})) as fake:
        with pytest.raises(ProviderRefused, match=r"node 54 .CLIPVisionEncode., input image: Required") as error:
            submit(provider_at(fake))
        assert error.value.next_step


def test_a_class_that_is_missing_is_named() -> None:
    with FakeComfyUI(missing_classes=["ModelSamplingSD3"], setup=TINY) as fake:
        with pytest.raises(ProviderRefused, match="the class ModelSamplingSD3 of node 48 is not installed") as error:
            submit(provider_at(fake))
        assert error.value.next_step.startswith("update ComfyUI")


@pytest.mark.parametrize(
    ("body", "words"),
    [
        (
            {
                "error": {
                    "type": "missing_node_type",
                    "message": "Node 'X' not found. The custom node may not be installed.",
                    "details": "Node ID '#48'",
                    "extra_info": {"node_id": "48", "class_type": "ModelSamplingSD3", "node_title": "X"},
                },
                "node_errors": [],
            },
            "the class ModelSamplingSD3 of node 48 is not installed",
        ),
        (
            {
                "error": {"type": "prompt_no_outputs", "message": "Prompt has no outputs", "details": ""},
                "node_errors": {},
            },
            "Prompt has no outputs",
        ),
        ("just words", "just words"),
    ],
)
def test_a_refusal_in_any_shape_has_words(body: object, words: str) -> None:
    class Saying(FakeComfyUI):
        def _create(self, _exchange: Exchange) -> Reply:
            return json_reply(body, status=400)

    with Saying(setup=TINY) as fake, pytest.raises(ProviderRefused, match=words) as error:
        submit(provider_at(fake))
    assert error.value.next_step


def test_an_id_that_the_server_gives_itself_is_kept() -> None:
    class Old(FakeComfyUI):
        def _create(self, _exchange: Exchange) -> Reply:
            return json_reply({"prompt_id": "its-own", "number": 1, "node_errors": {}})

    with Old(setup=TINY) as fake:
        assert submit(provider_at(fake)).remote_id == "its-own"


# Where a job stands


def test_a_job_waits_runs_and_is_ready() -> None:
    with FakeComfyUI(setup=replace(TINY, pace=Pace(polls=2))) as fake:
        provider = provider_at(fake)
        first, second, third = (submit(provider, key=key) for key in ("one", "two", "three"))
        assert (poll(provider, first).state, poll(provider, first).message) == (RemoteState.RUNNING, "generating")
        assert [poll(provider, each).message for each in (second, third)] == [
            "queued, 1 before it", "queued, 2 before it"
        ]  # fmt: skip
        status = poll_to_the_end(provider, first)
        assert (status.state, status.done, status.billing) == (RemoteState.READY, 1.0, Billing.NOT_BILLED)
        assert status.urls["clip"].startswith(f"{fake.base_url}/view?filename=SH0010_t01_")
        assert status.urls["clip"].endswith("_00001_.mp4&subfolder=pickup&type=output")


def test_the_queue_is_counted_by_number_and_not_by_place() -> None:
    queue = Queue(queue_running=([7, "a", {}, {}, []],), queue_pending=([11, "d"], [8, "b"], [9, "c"]))
    assert (queue.is_running("a"), queue.is_running("b")) == (True, False)
    assert [queue.ahead_of(each) for each in "abcd"] == [None, 1, 2, 3]


def test_a_job_that_ends_between_two_questions_is_not_taken_for_lost() -> None:
    class Quick(FakeComfyUI):
        """Ends the job just after it was asked for its history the first time."""

        def _history(self, exchange: Exchange) -> Reply:
            before = asked(self).count(f"GET {exchange.request.path}")
            return json_reply({}) if before <= seen + 1 else super()._history(exchange)

    with Quick(setup=NOW) as fake:
        seen = 99
        submission = submit(provider_at(fake))
        seen = asked(fake).count(f"GET /history/{PROMPT_ID}")
        assert poll(provider_at(fake), submission).state is RemoteState.READY


@pytest.mark.parametrize(("price", "billing"), [(None, Billing.NOT_BILLED), ("0.02", Billing.UNKNOWN)])
def test_a_restart_loses_the_job(price: str | None, billing: Billing) -> None:
    with FakeComfyUI(setup=SLOW) as fake:
        provider = provider_at(fake, price_per_second=price)
        submission = submit(provider)
        fake.restart()
        status = poll(provider, submission)
        assert (status.state, status.kind, status.billing) == (RemoteState.EXPIRED, FailureKind.EXPIRED, billing)
        assert "restarted" in status.message


def test_success_without_a_file_is_a_failure() -> None:
    with FakeComfyUI(faults=["create: success without media"], setup=NOW) as fake:
        status = poll(provider_at(fake), submit(provider_at(fake)))
        assert (status.state, status.kind) == (RemoteState.FAILED, FailureKind.BAD_OUTPUT)
        assert (status.billing, "SaveVideo" in status.message) == (Billing.NOT_BILLED, True)


@pytest.mark.parametrize(("price", "billing"), [(None, Billing.NOT_BILLED), ("0.02", Billing.UNKNOWN)])
def test_too_little_memory_is_said_with_what_to_do(price: str | None, billing: Billing) -> None:
    with FakeComfyUI(faults=["create: fail internal"], setup=NOW) as fake:
        provider = provider_at(fake, price_per_second=price)
        status = poll(provider, submit(provider))
        assert (status.state, status.kind, status.billing) == (
            RemoteState.FAILED, FailureKind.PROVIDER_FAILED, billing
        )  # fmt: skip
        assert status.message.startswith("ComfyUI failed in node ")
        assert "torch.OutOfMemoryError: CUDA out of memory; choose a smaller size" in status.message


def test_another_failure_is_quoted_without_advice_on_memory() -> None:
    with FakeComfyUI(faults=["create: fail moderation"], setup=NOW) as fake:
        status = poll(provider_at(fake), submit(provider_at(fake)))
        assert status.message.endswith("ValueError: The prompt was blocked.")


def test_a_job_that_somebody_interrupts_is_cancelled() -> None:
    with FakeComfyUI(setup=SLOW) as fake:
        provider = provider_at(fake)
        submission = submit(provider)
        assert ask(provider, lambda each: each.cancel(submission)).stopped
        status = poll(provider, submission)
        assert (status.state, status.billing) == (RemoteState.CANCELLED, Billing.NOT_BILLED)


def test_a_history_without_a_status_is_judged_by_its_files() -> None:
    entry = HistoryEntry.model_validate({"outputs": {"9": {"gifs": [{"filename": "a.mp4", "type": "output"}]}}})
    assert status_of(entry, is_free=True, link=lambda file: file.filename).urls == {"clip": "a.mp4"}


def file(name: str, kind: str = "output", subfolder: str = "") -> dict[str, Any]:
    return {"filename": name, "subfolder": subfolder, "type": kind}


@pytest.mark.parametrize(
    ("outputs", "name"),
    [
        ({"9": {"images": [file("a.mp4")], "animated": [True]}}, "a.mp4"),
        ({"9": {"gifs": [file("a.webm")]}}, "a.webm"),
        ({"9": {"videos": [file("a.MOV")]}}, "a.MOV"),
        ({"9": {"whatever": [file("a.mkv")], "text": ["words"]}}, "a.mkv"),
        ({"9": {"images": [file("a.mp4")]}, "10": {"images": [file("a.png")]}}, "a.mp4"),
        ({"9": {"images": [file("a.mp4")]}, "10": {"images": [file("b.mp4")]}}, "b.mp4"),
        ({"9": {"images": [file("a.mp4")]}, "10": {"images": [file("b.mp4", "temp")]}}, "a.mp4"),
        ({"9": {"images": [file("a.png"), file("b.png")]}}, "b.png"),
        ({"9": {"images": [{"name": "a"}, None, 3], "animated": [True]}, "10": [], "11": {"text": "x"}}, None),
        ({}, None),
    ],
)
def test_the_clip_is_the_last_video_that_was_kept(outputs: dict[str, Any], name: str | None) -> None:
    clip = clip_of(outputs)
    assert (clip.filename if clip else None) == name


def test_a_name_of_a_file_is_quoted_in_its_link() -> None:
    clip = clip_of({"9": {"images": [file("a b&c.mp4", subfolder="x/y")]}})
    assert clip is not None
    assert clip.query == "filename=a+b%26c.mp4&subfolder=x%2Fy&type=output"


def test_another_server_is_not_asked_for_the_job() -> None:
    with FakeComfyUI(setup=SLOW) as fake, FakeComfyUI(setup=TINY) as other:
        submission = submit(provider_at(fake))
        for what in ("poll", "cancel"):
            with pytest.raises(ConfigError, match="the job lies at") as error:
                ask(provider_at(other), lambda each, what=what: getattr(each, what)(submission))  # type: ignore[misc]
            assert fake.base_url in error.value.next_step
        assert not other.requests


# The clip


def test_the_clip_comes_home_as_it_was_made(tmp_path: Path) -> None:
    with FakeComfyUI(setup=Setup(pace=Pace(polls=0), key="s3cret")) as fake:
        provider = provider_at(
            fake,
            api_key_env="DESK_KEY",
            environment={"DESK_KEY": "s3cret"},
            sizes=["320x180"],
            workflow="wan22-ti2v-5b",
        )
        path = tmp_path / "original.mp4"
        submission = submit(provider, request(frames=9, size=(320, 180)))
        ready = replace(submission, urls={**submission.urls, **poll(provider, submission).urls})
        told = fetch(provider, ready, path)
        assert [read_number(frame) for frame in read_frames(path)] == list(range(9))
        assert (told[-1], [each.name for each in tmp_path.iterdir()]) == (1.0, ["original.mp4"])


def test_a_clip_that_was_cut_off_leaves_nothing(tmp_path: Path) -> None:
    with FakeComfyUI(faults=["content 1: truncate"], setup=NOW) as fake:
        provider = provider_at(fake)
        submission = submit(provider)
        ready = replace(submission, urls=poll(provider, submission).urls)
        with pytest.raises(ProviderUnavailable, match="cut off"):
            fetch(provider, ready, tmp_path / "a.mp4")
        assert not list(tmp_path.iterdir())


def test_a_clip_of_too_many_bytes_is_refused(tmp_path: Path) -> None:
    with FakeComfyUI(faults=["content 1: huge"], setup=NOW) as fake:
        provider = provider_at(fake)
        submission = submit(provider)
        ready = replace(submission, urls=poll(provider, submission).urls)
        with pytest.raises(ProviderRefused, match="larger than 4294967296 bytes"):
            fetch(provider, ready, tmp_path / "a.mp4")


def test_a_clip_that_nobody_has_named_is_asked_for_by_a_poll(tmp_path: Path) -> None:
    with FakeComfyUI(setup=NOW) as fake:
        submission = submit(provider_at(fake))
        with pytest.raises(ProviderUnavailable) as error:
            fetch(provider_at(fake), submission, tmp_path / "a.mp4")
    assert error.value.kind is FailureKind.EXPIRED


# Stopping it


def test_a_job_that_waits_is_taken_out_and_one_that_runs_is_interrupted() -> None:
    with FakeComfyUI(setup=SLOW) as fake:
        provider = provider_at(fake, price_per_second="0.02")
        running, waiting = submit(provider, key="one"), submit(provider, key="two")
        taken = ask(provider, lambda each: each.cancel(waiting))
        assert (taken.stopped, taken.billing, taken.message) == (True, Billing.NOT_BILLED, "taken out of the queue")
        stopped = ask(provider, lambda each: each.cancel(running))
        assert (stopped.stopped, stopped.billing, stopped.message) == (True, Billing.UNKNOWN, "interrupted")
        changes = [each for each in fake.requests if each.path in ("/queue", "/interrupt") and each.method == "POST"]
        assert [(each.path, dict(each.fields)) for each in changes] == [
            ("/queue", {"delete": [waiting.remote_id]}),
            ("/interrupt", {"prompt_id": running.remote_id}),
        ]


def test_a_free_job_that_runs_costs_nothing_when_it_is_stopped() -> None:
    with FakeComfyUI(setup=SLOW) as fake:
        submission = submit(provider_at(fake))
        stopped = ask(provider_at(fake), lambda each: each.cancel(submission))
        assert (stopped.stopped, stopped.billing) == (True, Billing.NOT_BILLED)


def test_what_is_over_or_gone_is_not_stopped_again() -> None:
    with FakeComfyUI(faults=["create 2: fail internal"], setup=NOW) as fake:
        provider = provider_at(fake)
        made, failed = submit(provider, key="one"), submit(provider, key="two")
        answer = ask(provider, lambda each: each.cancel(made))
        assert (answer.stopped, answer.message) == (False, "it is made already")
        assert ask(provider, lambda each: each.cancel(failed)).stopped
        fake.restart()
        assert ask(provider, lambda each: each.cancel(made)).stopped
        assert not [each for each in fake.requests if each.path == "/interrupt"]


def test_a_job_that_begins_while_it_is_taken_out_is_interrupted() -> None:
    class Beginning(FakeComfyUI):
        def _change_queue(self, exchange: Exchange) -> Reply:
            self.jobs.cancel(self.jobs.live[0])
            return super()._change_queue(exchange)

    with Beginning(setup=SLOW) as fake:
        provider = provider_at(fake)
        submit(provider, key="one")
        waiting = submit(provider, key="two")
        answer = ask(provider, lambda each: each.cancel(waiting))
        assert (answer.stopped, answer.message) == (True, "interrupted")


# Its state


def test_the_doctor_is_told_version_memory_and_what_is_there() -> None:
    with EquippedComfyUI() as fake:
        said = ask(provider_at(fake, workflow="ltx-2"), lambda each: each.healthcheck())
        assert said == (
            f"ComfyUI 0.3.66, 20.0 GiB of video memory free at {fake.base_url}: ltx-2 has all that it needs"
        )


def test_the_doctor_names_what_is_missing_and_goes_on_with_what_is_whole() -> None:
    with EquippedComfyUI(lacks=["wan2.2_vae.safetensors", "CLIPVisionEncode", "CLIPVisionLoader"]) as fake:
        said = ask(provider_at(fake), lambda each: each.healthcheck())
        assert "wan22-ti2v-5b lacks vae_name = wan2.2_vae.safetensors (VAELoader)" in said
        assert "wan21-flf2v-14b lacks the class CLIPVisionLoader, the class CLIPVisionEncode" in said
        assert "ltx-2 has all that it needs" in said
        with pytest.raises(ProviderError, match=r"wan2\.2_vae") as error:
            ask(provider_at(fake, workflow="wan22-ti2v-5b"), lambda each: each.healthcheck())
        assert "docs/providers/comfyui.md" in error.value.next_step


def test_the_doctor_reads_lists_of_newer_classes_too() -> None:
    class Newer(EquippedComfyUI):
        def _object_info(self, exchange: Exchange) -> Reply:
            found = json.loads(super()._object_info(exchange).body)
            for info in found.values():
                required = info["input"]["required"]
                info["input"]["required"] = {
                    name: ["COMBO", {"options": described[0]}] for name, described in required.items()
                }
            return json_reply(found)

    with Newer() as fake:
        assert "has all" in ask(provider_at(fake, workflow="ltx-2"), lambda each: each.healthcheck())
    with Newer(lacks=["euler"]) as fake, pytest.raises(ProviderError, match=r"sampler_name = euler \(KSamplerSelect\)"):
        ask(provider_at(fake, workflow="ltx-2"), lambda each: each.healthcheck())


# A workflow of one's own


def test_what_alone_can_be_meant_is_guessed(tmp_path: Path) -> None:
    provider = own(tmp_path)
    (offer,) = provider.offers()
    (made,) = offer.capabilities
    assert (offer.model, offer.audio, offer.seed, offer.negative) == ("mine", Audio.UNKNOWN, True, False)
    assert (made.lengths.frames, made.sizes, made.rates) == (range(9, 10), ((64, 48),), (FrameRate.parse("12"),))
    assert made.modes == frozenset({FIRST})


def test_ones_own_workflow_is_sent_with_its_values_and_all_else_as_it_is(tmp_path: Path) -> None:
    with FakeComfyUI(setup=TINY) as fake, own_file(tmp_path) as path:
        provider = provider_at(fake, workflow=path)
        wanted = request(
            model="mine", frames=9, rate=FrameRate.parse("12"), size=(64, 48), boundary_in=boundary_png(hue=5)
        )
        submit(provider, wanted)
        image = f"pickup/{PROMPT_ID}_first_image.png"
        assert posted(fake)[0]["prompt"] == {
            "3": {"class_type": "KSampler", "inputs": {"seed": 11, "steps": 20, "latent_image": ["5", 0]}},
            "5": OWN["5"],
            "6": {**OWN["6"], "inputs": {"text": "rain over the harbor"}},
            "7": OWN["7"],
            "8": {"class_type": "LoadImage", "inputs": {"image": image}},
            "9": {"class_type": "SaveVideo", "inputs": {"video": ["7", 0], "filename_prefix": PREFIX}},
        }
        with pytest.raises(ProviderRefused, match="makes nothing from text"):
            submit(provider, replace(wanted, boundary_in=None))


def test_a_picture_that_is_not_given_takes_its_loader_along_where_the_settings_allow_it(tmp_path: Path) -> None:
    with FakeComfyUI(setup=TINY) as fake, own_file(tmp_path) as path:
        provider = provider_at(fake, workflow=path, frames_from="first")
        assert provider.offers()[0].modes == frozenset({WORDS, FIRST})
        submit(provider, request(model="mine", frames=9, rate=FrameRate.parse("12"), size=(64, 48)))
        graph = posted(fake)[0]["prompt"]
        assert "8" not in graph
        assert graph["5"]["inputs"] == {"width": 64, "height": 48, "length": 9}


def test_the_settings_say_what_ones_own_workflow_makes(tmp_path: Path) -> None:
    provider = own(tmp_path, seconds=[2, 4], sizes=["832x480", "480x832"], fps="16", frames_from="first")
    (made,) = provider.offers()[0].capabilities
    assert (made.lengths.seconds, made.sizes, made.rates) == (
        (Fraction(2), Fraction(4)), ((832, 480), (480, 832)), (FrameRate.parse("16"),)
    )  # fmt: skip
    spread = own(tmp_path, seconds={"min": 1, "max": 3, "step": "0.5"})
    assert spread.offers()[0].capabilities[0].lengths.seconds == tuple(Fraction(each, 2) for each in range(2, 7))


def test_inputs_are_named_once_or_several_times(tmp_path: Path) -> None:
    graph = {
        **OWN,
        "10": {"class_type": "CLIPTextEncode", "inputs": {"text": "bad"}},
        "11": {"class_type": "LoadImage", "inputs": {"image": "last.png"}},
        "12": {"class_type": "EmptyAudio", "inputs": {"frames_number": 9}},
    }
    inputs = {
        "prompt": "6.text",
        "negative": "10.text",
        "last_image": "11.image",
        "frames": "5.length, 12.frames_number",
    }
    (offer,) = own(tmp_path, graph, inputs=inputs).offers()
    assert (offer.negative, offer.modes) == (True, frozenset({BOTH}))
    both = own(tmp_path, graph, inputs=inputs, frames_from="first_last")
    assert both.offers()[0].modes == frozenset({WORDS, FIRST, BOTH})


TWO_TEXTS = {**OWN, "10": {"class_type": "CLIPTextEncode", "inputs": {"text": "bad"}}}
TWO_IMAGES = {**OWN, "11": {"class_type": "LoadImage", "inputs": {"image": "last.png"}}}
LINKED = changed("5", length=["12", 0]) | {"12": {"class_type": "PrimitiveInt", "inputs": {"value": 9}}}


@pytest.mark.parametrize(
    ("graph", "settings", "message", "step"),
    [
        (TWO_TEXTS, {}, "could be the prompt: 6.text (CLIPTextEncode), 10.text (CLIPTextEncode)", 'prompt = "6.text"'),
        (TWO_IMAGES, {}, "could be the first image: 8.image (LoadImage), 11.image", 'first_image = "8.image"'),
        (OWN, {"inputs": {"promt": "6.text"}}, "`inputs.promt` is not known", "prompt, negative"),
        (OWN, {"inputs": {"prompt": "text"}}, "'text' names no input", '"6.text"'),
        (OWN, {"inputs": {"prompt": "66.text"}}, "has no node 66", "3, 5, 6"),
        (OWN, {"inputs": {"prompt": "6.txt"}}, "node 6 (CLIPTextEncode) has no input 'txt'", "text"),
        (OWN, {"inputs": {"prompt": ""}}, "no input of the workflow is known to be the prompt", "6 (CLIPTextEncode)"),
        (LINKED, {"inputs": {"frames": "5.length"}}, "ImageToVideoLatent) is linked to node 12", "node 12 (Primitive"),
        (LINKED, {}, "does not say how long a clip is", "frames = {"),
        (OWN, {"inputs": {"width": ""}}, "does not say how large a picture is", "sizes ="),
        (OWN, {"inputs": {"fps": ""}}, "does not say how many frames a second has", "fps = 24"),
        (changed("7", fps=0.3), {}, "does not say how many frames", "fps = 24"),
        (LINKED, {"seconds": [2, 4]}, "several lengths", "name frames"),
        (OWN, {"inputs": {"width": ""}, "sizes": ["64x64", "64x128"]}, "several sizes", "width and height"),
        (OWN, {"frames_from": "first_last"}, "needs a place for every picture", "last_image"),
        (OWN, {"frames_from": "first", "inputs": {"first_image": ""}}, "needs a place for every picture", "first_im"),
        (OWN, {"inputs": {"last_image": "8.image"}}, "has a last picture and no first one", "first_image"),
    ],
)  # fmt: skip
def test_what_is_not_known_is_asked_for_and_not_guessed(
    tmp_path: Path, graph: dict[str, Any], settings: dict[str, Any], message: str, step: str
) -> None:
    with pytest.raises(ConfigError) as error:
        own(tmp_path, graph, **settings)
    assert message in error.value.message
    assert step in error.value.next_step
    assert error.value.where == "providers.desk, mine.json"


def test_a_fixed_length_in_the_settings_needs_no_input_for_it(tmp_path: Path) -> None:
    made = own(tmp_path, LINKED, seconds=[2]).offers()[0].capabilities[0]
    assert made.lengths.seconds == (Fraction(2),)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ('{"nodes": [], "links": [], "version": 0.4}', "in the editor's format"),
        ("{", "is no JSON"),
        ("[]", "is no graph in API format"),
        ('{"3": {"inputs": {}}}', "is no graph in API format"),
        ("{}", "has no nodes"),
        (
            '{"3": {"class_type": "X", "inputs": {"model": ["4", 0]}}}',
            "3.model is linked to node 4, which is not there",
        ),
        ("\ud800", "is no JSON"),
    ],
)
def test_what_is_no_workflow_says_how_one_is_exported(tmp_path: Path, text: str, message: str) -> None:
    path = tmp_path / "mine.json"
    path.write_bytes(text.encode("utf-8", errors="surrogatepass"))
    with pytest.raises(ConfigError) as error:
        provider_at(workflow=str(path))
    assert message in error.value.message
    assert "Export (API)" in error.value.next_step
    assert error.value.where == str(path)


def test_a_workflow_that_is_not_there_or_too_large_is_said(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="cannot be read: No such file"):
        provider_at(workflow=str(tmp_path / "none.json"))
    large = tmp_path / "large.json"
    with large.open("wb") as file:
        file.truncate((8 << 20) + 1)
    with pytest.raises(ConfigError, match="too large"):
        provider_at(workflow=str(large))


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"workflow": "wan99"}, "brings no workflow 'wan99'"),
        ({"workflow": "ltx-2", "inputs": {"prompt": "3.text"}}, "`inputs` belongs to a workflow of your own"),
        ({"workflow": "wan21-flf2v-14b", "frames_from": "first"}, "leaves nothing that the workflow can make"),
    ],
)
def test_settings_that_fit_to_no_workflow_are_refused(settings: dict[str, Any], message: str) -> None:
    with pytest.raises(ConfigError) as error:
        provider_at(**settings)
    assert message in error.value.message
    assert error.value.next_step


# Graphs


def test_a_link_is_never_written_over() -> None:
    graph = read_graph(json.dumps(OWN), where="x")
    with pytest.raises(ConfigError, match="cut the link"):
        with_values(graph, {Place.parse("5.start_image"): "a.png"})
    assert with_values(graph, {Place.parse("6.text"): "snow"})["6"].inputs == {"text": "snow"}
    assert graph["6"].inputs == {"text": "rain"}


def test_an_inputs_name_may_hold_dots() -> None:
    assert Place.parse(" 58.format.codec ") == Place(node="58", input="format.codec")


def test_a_bypassed_node_is_led_past_through_others_that_go_too() -> None:
    nodes = {
        "1": {"class_type": "A", "inputs": {}},
        "2": {"class_type": "B", "inputs": {"x": ["1", 1]}},
        "3": {"class_type": "B", "inputs": {"x": ["2", 0], "image": ["9", 0]}},
        "4": {"class_type": "C", "inputs": {"y": ["3", 0], "z": ["9", 0], "n": 3}},
        "9": {"class_type": "LoadImage", "inputs": {"image": "a.png"}},
    }
    graph = read_graph(json.dumps(nodes), where="x")
    left = without(graph, Cut(remove=("9",), bypass={"2": ("x",), "3": ("x",)}))
    assert as_sent(left) == {"1": nodes["1"], "4": {"class_type": "C", "inputs": {"y": ["1", 1], "n": 3}}}


# The guide


GUIDE = (Path(__file__).parents[2] / "docs" / "providers" / "comfyui.md").read_text(encoding="utf-8")


def test_every_setting_in_the_guide_can_be_set_and_used(tmp_path: Path) -> None:
    blocks = re.findall(r"```toml\n(.*?)```", GUIDE, flags=re.DOTALL)
    assert len(blocks) == 3
    graph = {
        **OWN,
        "52": {"class_type": "LoadImage", "inputs": {"image": "a.png"}},
        "7": {"class_type": "CLIPTextEncode", "inputs": {"text": "bad"}},
    }
    del graph["8"]
    (tmp_path / "my_workflow.json").write_text(json.dumps(graph | {"5": changed("5", start_image=["52", 0])["5"]}))
    for block in blocks:
        path = tmp_path / "pickup.toml"
        path.write_text(block, encoding="utf-8")
        config = load_config(timeline=None, flags={}, environment={}, config_file=path)
        (name,) = config.providers
        assert ComfyProvider(provider_setup(config, name, today=TODAY)).offers()


def test_the_guide_names_every_workflow_and_every_file() -> None:
    for workflow in map(shipped, SHIPPED):
        assert f"`{workflow.name}`" in GUIDE
        for node in workflow.graph.values():
            for value in node.inputs.values():
                if isinstance(value, str) and value.endswith(".safetensors"):
                    assert f"`{value}`" in GUIDE
