"""Veo on Vertex AI: what is sent for each mode, clips inline and in a bucket, signing in, and Google's own SDK."""

from __future__ import annotations

import base64
import json
import sys
from collections.abc import Iterator
from dataclasses import replace
from fractions import Fraction
from pathlib import Path
from typing import ClassVar

import httpx
import pytest
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from google import genai
from google.auth.credentials import AnonymousCredentials
from google.genai import types
from google.oauth2.credentials import Credentials

from pickup._av import read_frames
from pickup.config.provider_setup import ProviderSetup
from pickup.config.settings import ProviderSettings
from pickup.errors import ConfigError, FailureKind, ProviderError, ProviderRefused, ProviderUnavailable
from pickup.hosted import HostedProvider
from pickup.offers import Mode
from pickup.ports import Billing, Generation, RemoteState, RemoteStatus, Submission
from pickup.providers.vertex_veo import VertexVeo
from pickup.testing.clips import read_number
from pickup.testing.fakes import Setup
from pickup.testing.fakes.hosted import FakeHosted
from pickup.testing.fakes.vertex_veo import FakeVertexVeo
from pickup.testing.hosted_contract import KEY, HostedContract, run
from pickup.testing.provider_contract import boundary_png, reference_pictures
from pickup.testing.sdk_requests import told

SIZE = (1280, 720)
FIRST, LAST = boundary_png(hue=60, size=SIZE), boundary_png(hue=200, size=SIZE)
BUCKET = "gs://studio-takes/pick ups/"
MODEL = "/v1/projects/p1/locations/us-central1/publishers/google/models/veo-3.1-fast-generate-001"
NAME = f"{MODEL.removeprefix('/v1/')}/operations/00000001-0000-4000-8000-000000000000"


class _Veo(HostedContract):
    provider_type = VertexVeo
    fake_type = FakeVertexVeo
    bucket: ClassVar[str] = ""

    def provider_at(self, fake: FakeHosted, *, key: str | None = KEY, **settings: object) -> HostedProvider:
        options = {"project": "p1", **({"storage_uri": self.bucket} if self.bucket else {})}
        given = settings.pop("options", {})
        return super().provider_at(fake, key=key, options={**options, **given}, **settings)

    def brief(self, **changes: object) -> Generation:
        return replace(self.asked(size=SIZE, seconds=Fraction(6), frames=144, prompt="rain", seed=7), **changes)

    def sent(self, *, options: dict[str, str] | None = None, **changes: object) -> dict[str, object]:
        provider = self.provider_at(self.fake, options=options or {})
        self.submitted(provider, self.brief(**changes))
        assert self.fake.requests[-1].path == f"{MODEL}:predictLongRunning"
        return dict(self.fake.requests[-1].fields)


class TestVertexVeo(_Veo):
    """With a bucket: a clip has an address, which is asked for with the token."""

    bucket = BUCKET
    refreshes = False  # what was deleted in the bucket is not made again

    def test_words_alone(self) -> None:
        assert self.sent() == {
            "instances": [{"prompt": "rain"}],
            "parameters": {
                "sampleCount": 1,
                "durationSeconds": 6,
                "aspectRatio": "16:9",
                "resolution": "720p",
                "generateAudio": False,
                "seed": 7,
                "storageUri": BUCKET,
            },
        }

    def test_an_object_is_fetched_by_its_quoted_name_with_the_token(self, tmp_path: Path) -> None:
        self.brought_home(self.provider_at(self.fake), self.asked(), folder=tmp_path)
        asked = self.fake.requests[-1]
        assert asked.path == "/storage/v1/b/studio-takes/o/pick%20ups%2F1%2Fsample_0.mp4"
        assert (asked.query, asked.headers["authorization"]) == ({"alt": "media"}, f"Bearer {KEY}")

    def test_a_storage_of_its_own_gets_the_token_and_the_api_is_not_asked_for_it(self, tmp_path: Path) -> None:
        with self.fake_with() as storage:
            provider = self.provider_at(self.fake, options={"storage_url": storage.url})
            error = self.fetch_error(provider, folder=tmp_path)
            assert [each.path.split("/")[1] for each in storage.requests] == ["storage", "storage"]
        assert error.kind is FailureKind.EXPIRED
        assert all(not each.path.startswith("/storage") for each in self.fake.requests)

    def test_a_bucket_that_may_not_be_read_is_told_from_an_object_that_is_gone(self, tmp_path: Path) -> None:
        self.fake.shows_objects = False
        error = self.fetch_error(self.provider_at(self.fake), folder=tmp_path)
        assert (type(error), error.kind) == (ProviderRefused, FailureKind.AUTH)
        assert "storage.objects.get" in error.message

    def test_the_storage_is_googles_unless_base_url_or_storage_url_is_set(self) -> None:
        place = "/storage/v1/b/b/o/a%2Fc.mp4"
        for settings, option, host in (
            ({}, {}, "https://storage.googleapis.com"),
            ({"base_url": "https://own.example/"}, {}, "https://own.example"),
            (
                {"base_url": "https://own.example"},
                {"storage_url": "https://eu.googleapis.com"},
                "https://eu.googleapis.com",
            ),
        ):
            provider = provider_of({"project": "p1", **option}, environment={}, **settings)
            assert provider._place_of("gs://b/a/c.mp4") == (host, host + place)
        for elsewhere in ("https://s.example", "http://storage.googleapis.com", "https://googleapis.com.s.example"):
            with pytest.raises(ConfigError, match="storage_url"):
                provider_of({"project": "p1", "storage_url": elsewhere}, environment={})


class TestInline(_Veo):
    """Without a bucket: the reply to a poll holds the clip, and there is no download that a fault could hit."""

    def make_provider(self) -> HostedProvider:
        """One model: what differs between them does not differ here."""
        return self.provider_at(self.fake, model=self.fake.model)

    def test_a_dead_link_is_followed_by_a_fresh_one(self, tmp_path: Path) -> None:
        """There is no link: a clip that is not sent any more is gone, and none is taken for whole."""
        provider = self.provider_at(self.fake)
        sent = self.submitted(provider, self.asked())
        self.fake.accepted[0].expired = True
        with pytest.raises(ProviderUnavailable) as raised:
            self.home(provider, self.asked(), sent, folder=tmp_path)
        assert raised.value.kind is FailureKind.EXPIRED
        assert not list(tmp_path.iterdir())

    def test_what_a_download_meets_leaves_no_file(self, tmp_path: Path) -> None:
        """The fetch is a third poll here: one says that the job runs, one that it is ready."""
        for fault in ("truncate", "html", "garbage", "drop", "503"):
            with self.fake_with(f"poll 3: {fault}", content="tiny") as fake:
                self.fetch_error(self.provider_at(fake), folder=tmp_path)
            assert not list(tmp_path.iterdir()), fault

    def test_the_bytes_are_not_kept_with_the_job(self) -> None:
        provider = self.provider_at(self.fake)
        sent = self.submitted(provider, self.asked())
        run(provider, lambda: provider.poll(sent))
        status = run(provider, lambda: provider.poll(sent))
        assert (status.state, dict(status.urls)) == (RemoteState.READY, {})

    def test_a_clip_that_cannot_be_decoded_is_bad_and_leaves_no_file(self, tmp_path: Path) -> None:
        provider = self.provider_at(self.fake)
        with pytest.raises(ProviderRefused) as raised:
            provider._unpack("no base64!", tmp_path / "part.mp4")
        assert raised.value.kind is FailureKind.BAD_OUTPUT
        assert not list(tmp_path.iterdir())

    def test_both_frames(self) -> None:
        instance = self.sent(boundary_in=FIRST, boundary_out=LAST)["instances"][0]
        assert instance == {
            "prompt": "rain",
            "image": {"bytesBase64Encoded": base64.b64encode(FIRST).decode(), "mimeType": "image/png"},
            "lastFrame": {"bytesBase64Encoded": base64.b64encode(LAST).decode(), "mimeType": "image/png"},
        }

    def test_the_first_frame_alone_needs_no_words(self) -> None:
        assert set(self.sent(boundary_in=FIRST, prompt="")["instances"][0]) == {"image"}

    @pytest.mark.parametrize(
        ("size", "wanted"),
        [((1080, 1920), ("9:16", "1080p")), ((3840, 2160), ("16:9", "4k")), ((720, 1280), ("9:16", "720p"))],
    )
    def test_a_size_is_a_shape_and_a_resolution(self, size: tuple[int, int], wanted: tuple[str, str]) -> None:
        parameters = self.sent(size=size)["parameters"]
        assert (parameters["aspectRatio"], parameters["resolution"]) == wanted

    def test_a_seed_stays_within_thirty_two_bits(self) -> None:
        assert self.sent(seed=2**32 + 5)["parameters"]["seed"] == 5
        assert self.sent(seed=-1)["parameters"]["seed"] == 2**32 - 1

    def test_what_is_not_wanted_and_who_may_be_seen(self) -> None:
        parameters = self.sent(negative="text", options={"person_generation": "allow_adult"})["parameters"]
        assert (parameters["negativePrompt"], parameters["personGeneration"]) == ("text", "allow_adult")

    def test_the_rewriting_of_words_is_left_alone_since_veo_3_fails_without_it(self) -> None:
        assert "enhancePrompt" not in self.sent()["parameters"]
        provider = self.provider_at(self.fake, options={"enhance_prompt": "false"})
        error = self.refused(provider, self.asked())
        assert "enhance_prompt" in error.next_step
        assert len(self.fake.requests) == 1

    def test_the_lite_model_makes_no_4k(self) -> None:
        heights = {each.model: max(min(size) for size in each.capabilities[0].sizes) for each in self.offers()}
        assert heights == {
            "veo-3.1-fast-generate-001": 2160,
            "veo-3.1-generate-001": 2160,
            "veo-3.1-lite-generate-001": 1080,
        }
        assert all(Mode.FIRST_LAST in each.modes for each in self.offers())

    def offers(self) -> list:
        return list(self.provider_at(self.fake).offers())

    def test_every_model_has_a_price_for_every_size(self) -> None:
        provider = self.provider_at(self.fake, price_per_second=None)
        for offer in provider.offers():
            for size in offer.capabilities[0].sizes:
                assert offer.prices.of(Fraction(4), size=size, silent=True), f"{offer.model} at {size}"


class TestAnswers:
    def standing(self, **content: object) -> RemoteStatus | None:
        return provider_of({"project": "p1"}, environment={}).standing({"name": NAME, **content})

    @pytest.mark.parametrize(
        ("code", "kind"),
        [
            (2, FailureKind.PROVIDER_FAILED),
            (3, FailureKind.INVALID_REQUEST),
            (4, FailureKind.PROVIDER_FAILED),
            (5, FailureKind.INVALID_REQUEST),
            (7, FailureKind.AUTH),
            (8, FailureKind.RATE_LIMITED),
            (9, FailureKind.INVALID_REQUEST),
            (11, FailureKind.INVALID_REQUEST),
            (12, FailureKind.INVALID_REQUEST),
            (13, FailureKind.PROVIDER_FAILED),
            (14, FailureKind.PROVIDER_FAILED),
            (16, FailureKind.AUTH),
            (99, FailureKind.PROVIDER_FAILED),
        ],
    )
    def test_a_code_of_a_failed_operation_has_a_kind(self, code: int, kind: FailureKind) -> None:
        status = self.standing(done=True, error={"code": code, "message": "no"})
        assert (status.state, status.kind, status.billing) == (RemoteState.FAILED, kind, Billing.UNKNOWN)

    def test_a_cancelled_operation_is_cancelled(self) -> None:
        assert self.standing(done=True, error={"code": 1}).state is RemoteState.CANCELLED

    def test_an_error_about_content_is_moderation_although_its_code_is_that_of_any_wrong_request(self) -> None:
        status = self.standing(done=True, error={"code": 3, "message": "The image violates the usage guidelines."})
        assert status.kind is FailureKind.MODERATION_INPUT

    @pytest.mark.parametrize(
        ("reasons", "kind", "billing"),
        [
            ([], FailureKind.MODERATION_OUTPUT, Billing.UNKNOWN),
            (["Blocked. Support codes: 1"], FailureKind.MODERATION_OUTPUT, Billing.UNKNOWN),
            (["You will not be charged."], FailureKind.MODERATION_OUTPUT, Billing.NOT_BILLED),
            (["The input image was blocked."], FailureKind.MODERATION_INPUT, Billing.UNKNOWN),
        ],
    )
    def test_a_filtered_clip_is_moderation(self, reasons: list[str], kind: FailureKind, billing: Billing) -> None:
        status = self.standing(done=True, response={"raiMediaFilteredCount": 1, "raiMediaFilteredReasons": reasons})
        assert (status.kind, status.billing) == (kind, billing)
        assert status.message

    def test_an_end_without_a_clip_and_without_a_filter_is_bad_output(self) -> None:
        assert self.standing(done=True, response={"raiMediaFilteredCount": 0}).kind is FailureKind.BAD_OUTPUT

    @pytest.mark.parametrize(
        ("error", "kind"),
        [
            ({"status": "INVALID_ARGUMENT", "message": "Responsible AI: no"}, FailureKind.MODERATION_INPUT),
            ({"status": "INVALID_ARGUMENT", "message": "bad size"}, None),
            ({"status": "RESOURCE_EXHAUSTED", "message": "too many concurrent jobs"}, FailureKind.CONCURRENCY_LIMITED),
            ({"status": "RESOURCE_EXHAUSTED", "message": "quota exceeded"}, None),
            ({"status": "PERMISSION_DENIED", "details": [{"reason": "BILLING_DISABLED"}]}, FailureKind.NO_CREDIT),
        ],
    )
    def test_what_a_refusal_means_beyond_its_status(self, error: object, kind: FailureKind | None) -> None:
        trouble = provider_of({"project": "p1"}, environment={}).trouble_in({"error": error})
        assert trouble is not None
        assert trouble.kind is kind

    @pytest.mark.parametrize("name", ["", "operations/1", "projects/../operations/x", f"{NAME}?x=1", f"{NAME}/../y"])
    def test_a_name_that_is_no_path_of_an_operation_is_no_job(self, name: str) -> None:
        assert provider_of({"project": "p1"}, environment={}).accepted({"name": name}) is None


# --- where and as whom ------------------------------------------------------------------------------------------------


def provider_of(options: dict[str, str], *, environment: dict[str, str], **settings: object) -> VertexVeo:
    table = {"kind": "vertex_veo", "options": options, **settings}
    return VertexVeo(
        ProviderSetup(
            name="veo",
            settings=ProviderSettings.model_validate(table),
            library=Path("/nowhere"),
            today=None,
            environment=environment,
        )
    )


@pytest.mark.parametrize(
    ("location", "host"),
    [
        ("europe-west4", "europe-west4-aiplatform.googleapis.com"),
        ("global", "aiplatform.googleapis.com"),
        ("eu", "aiplatform.eu.rep.googleapis.com"),
    ],
)
def test_a_location_has_its_own_host(location: str, host: str) -> None:
    provider = provider_of({"project": "p1", "location": location}, environment={})
    assert provider.base_url == f"https://{host}"
    assert provider.offers()[0].host == host


@pytest.mark.parametrize(
    "option",
    [
        {"location": "evil.example/"},
        {"project": "a/b"},
        {"storage_uri": "s3://x"},
        {"person_generation": "all"},
        {"enhance_prompt": "no"},
    ],
)
def test_an_option_that_cannot_be_is_refused_with_what_it_should_be(option: dict[str, str]) -> None:
    with pytest.raises(ConfigError, match=next(iter(option))) as raised:
        provider_of({"project": "p1", **option}, environment={})
    assert raised.value.next_step


def test_the_project_is_named_in_the_settings_or_in_the_environment() -> None:
    with pytest.raises(ConfigError, match="project") as raised:
        provider_of({}, environment={}).check_ready()
    assert "GOOGLE_CLOUD_PROJECT" in raised.value.next_step
    assert provider_of({}, environment={"GOOGLE_CLOUD_PROJECT": "p2"}).project == "p2"
    assert provider_of({"project": "p1"}, environment={"GOOGLE_CLOUD_PROJECT": "p2"}).project == "p1"


def test_without_credentials_it_says_the_ways_to_them(tmp_path: Path) -> None:
    environment = {"CLOUDSDK_CONFIG": str(tmp_path)}
    with pytest.raises(ConfigError, match="no credentials") as raised:
        provider_of({"project": "p1"}, environment=environment).check_ready()
    for way in ("gcloud auth application-default login", "GOOGLE_APPLICATION_CREDENTIALS", "options.credentials"):
        assert way in raised.value.next_step
    (tmp_path / "application_default_credentials.json").write_text("{}")
    provider_of({"project": "p1"}, environment=environment).check_ready()


def test_a_file_of_credentials_that_is_not_there_is_named(tmp_path: Path) -> None:
    gone = str(tmp_path / "gone.json")
    for options, environment in (
        ({"credentials": gone}, {}),
        ({}, {"GOOGLE_APPLICATION_CREDENTIALS": gone, "CLOUDSDK_CONFIG": str(tmp_path)}),
    ):
        with pytest.raises(ConfigError, match=r"gone\.json"):
            provider_of({"project": "p1", **options}, environment=environment).check_ready()


def test_a_machine_in_the_cloud_is_asked_only_where_the_settings_say_so() -> None:
    provider_of({"project": "p1", "credentials": "default"}, environment={}).check_ready()


def test_without_google_auth_it_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "google.auth.transport.requests", None)
    provider = provider_of({"project": "p1", "credentials": "default"}, environment={})
    provider.offers()
    for call in (provider.check_ready, lambda: run(provider, provider.healthcheck)):
        with pytest.raises(ConfigError) as raised:
            call()
        assert raised.value.next_step == 'pip install "otio-pickup[vertex]"'


# --- a service account, whose tokens the fake gives -------------------------------------------------------------------


@pytest.fixture(scope="module")
def private_key() -> str:
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()


class TestServiceAccount:
    @pytest.fixture(autouse=True)
    def at_loopback(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("NO_PROXY", "127.0.0.1")

    @pytest.fixture
    def fake(self) -> Iterator[FakeVertexVeo]:
        with FakeVertexVeo(setup=Setup(key="only-tokens-that-were-given")) as server:
            yield server

    @pytest.fixture
    def path(self, fake: FakeVertexVeo, private_key: str, tmp_path: Path) -> Path:
        path = tmp_path / "account.json"
        account = {
            "type": "service_account",
            "client_email": "pickup@p1.iam.gserviceaccount.com",
            "private_key": private_key,
            "token_uri": fake.token_url,
        }
        path.write_text(json.dumps(account))
        return path

    def provider(self, fake: FakeVertexVeo, path: Path, **options: str) -> HostedProvider:
        options = {"project": "p1", "credentials": str(path), **options}
        return provider_of(options, environment={}, base_url=fake.base_url, price_per_second="0.10")

    def request(self) -> Generation:
        contract = TestInline()
        contract.fake = FakeVertexVeo()
        with contract.fake:
            return contract.asked()

    def test_a_clip_comes_home_with_one_token(self, fake: FakeVertexVeo, path: Path, tmp_path: Path) -> None:
        provider = self.provider(fake, path, storage_uri=BUCKET)
        TestInline().brought_home(provider, self.request(), folder=tmp_path)
        assert fake.tokens == ["ya29.fake-1"]
        assert {each.headers["authorization"] for each in fake.requests if "/token" not in each.path} == {
            "Bearer ya29.fake-1"
        }

    def test_a_token_that_is_about_to_expire_is_renewed_before_each_request(
        self, fake: FakeVertexVeo, path: Path, tmp_path: Path
    ) -> None:
        fake.token_s = 60
        TestInline().brought_home(self.provider(fake, path), self.request(), folder=tmp_path)
        sent = [each.headers["authorization"] for each in fake.requests if each.path != "/token"]
        assert sent == [f"Bearer {token}" for token in fake.tokens]
        assert len(sent) == 4

    def test_the_healthcheck_signs_in_and_names_the_project(self, fake: FakeVertexVeo, path: Path) -> None:
        provider = self.provider(fake, path)
        assert run(provider, provider.healthcheck).endswith("for the project p1")
        assert [each.path for each in fake.requests] == ["/token", "/v1/projects/p1/locations/us-central1/models"]

    def test_an_account_that_is_refused_is_no_fault_of_the_network(self, fake: FakeVertexVeo, path: Path) -> None:
        fake.signs_in = False
        error = self.submit_error(self.provider(fake, path))
        assert (type(error), error.kind) == (ProviderRefused, FailureKind.AUTH)
        assert "gcloud auth" in error.next_step
        assert fake.charges == 0

    def test_a_sign_in_that_cannot_be_reached_is_asked_again(self, fake: FakeVertexVeo, path: Path) -> None:
        account = {**json.loads(path.read_text()), "token_uri": "http://127.0.0.1:9/token"}
        path.write_text(json.dumps(account))
        error = self.submit_error(self.provider(fake, path))
        assert (type(error), error.kind) == (ProviderUnavailable, FailureKind.TRANSPORT)
        assert not fake.requests

    def test_a_file_that_holds_no_account_is_named(self, fake: FakeVertexVeo, path: Path) -> None:
        for content in ("{}", "no json", '{"client_email": "a", "token_uri": "b", "private_key": "c"}'):
            path.write_text(content)
            provider = self.provider(fake, path)
            with pytest.raises(ConfigError, match=r"account\.json"):
                run(provider, provider.healthcheck)

    def test_application_default_credentials_may_be_such_a_file(
        self, fake: FakeVertexVeo, path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setenv("GOOGLE_APPLICATION_CREDENTIALS", str(path))
        provider = self.provider(fake, Path("default"))
        assert "answers" in run(provider, provider.healthcheck)
        assert fake.tokens == ["ya29.fake-1"]

    def test_the_quota_project_of_user_credentials_is_named(self, fake: FakeVertexVeo, path: Path) -> None:
        fake.tokens.append("user-token")
        provider = self.provider(fake, path)
        provider._signer._found = Credentials("user-token", quota_project_id="q1")
        run(provider, provider.healthcheck)
        assert fake.requests[-1].headers["x-goog-user-project"] == "q1"

    def submit_error(self, provider: HostedProvider) -> ProviderError:
        request = self.request()
        with pytest.raises(ProviderError) as raised:
            run(provider, lambda: provider.submit(request, key="key-1"))
        return raised.value


# --- Google's own SDK -------------------------------------------------------------------------------------------------


class _Token(AnonymousCredentials):
    """Credentials that have a token and ask nobody."""

    quota_project_id = None

    @property
    def token(self) -> str:
        return KEY

    @token.setter
    def token(self, _value: object) -> None:
        """The base class sets it to None."""


@pytest.fixture
def fake() -> Iterator[FakeVertexVeo]:
    with FakeVertexVeo(setup=Setup(key=KEY)) as server:
        yield server


@pytest.fixture
def client(fake: FakeVertexVeo) -> Iterator[genai.Client]:
    made = genai.Client(
        vertexai=True,
        project="p1",
        location="us-central1",
        credentials=_Token(),
        http_options=types.HttpOptions(base_url=fake.base_url, api_version="v1"),
    )
    yield made
    made.close()


def picture(png: bytes) -> types.Image:
    return types.Image(image_bytes=png, mime_type="image/png")


def source(prompt: str, *, first: bytes | None = None) -> types.GenerateVideosSource:
    return types.GenerateVideosSource(prompt=prompt, image=None if first is None else picture(first))


def ours(fake: FakeVertexVeo, **options: str) -> tuple[HostedProvider, Generation]:
    contract = TestInline()
    contract.fake = fake
    return contract.provider_at(fake, options=options), contract.brief()


@pytest.mark.parametrize("bucket", ["", "gs://studio-takes/pickups"], ids=["inline", "bucket"])
def test_the_sdk_brings_a_clip_home_from_the_fake(
    fake: FakeVertexVeo, client: genai.Client, bucket: str, tmp_path: Path
) -> None:
    operation = client.models.generate_videos(
        model="veo-3.1-generate-001",
        source=source("rain"),
        config=types.GenerateVideosConfig(duration_seconds=4, output_gcs_uri=bucket or None),
    )
    while not operation.done:
        operation = client.operations.get(operation)
    [made] = operation.response.generated_videos
    clip = tmp_path / "clip.mp4"
    if bucket:
        assert made.video.uri == f"{bucket}/1/sample_0.mp4"
        place = f"{fake.url}/storage/v1/b/studio-takes/o/pickups%2F1%2Fsample_0.mp4?alt=media"
        clip.write_bytes(httpx.get(place, headers={"Authorization": f"Bearer {KEY}"}).content)
    else:
        made.video.save(str(clip))
    assert [read_number(frame) for frame in read_frames(clip)] == list(range(96))
    assert fake.charges == 1


def test_the_sdk_sees_what_veo_3_says_to_those_who_forbid_rewriting(fake: FakeVertexVeo, client: genai.Client) -> None:
    config = types.GenerateVideosConfig(enhance_prompt=False)
    operation = client.models.generate_videos(model=fake.model, source=source("rain"), config=config)
    while not operation.done:
        operation = client.operations.get(operation)
    assert operation.error["code"] == 3


@pytest.mark.parametrize("frames", ["", "image", "both"])
@pytest.mark.parametrize("bucket", ["", BUCKET], ids=["inline", "bucket"])
def test_our_request_is_the_one_that_the_sdk_sends(
    fake: FakeVertexVeo, client: genai.Client, frames: str, bucket: str
) -> None:
    client.models.generate_videos(
        model=fake.model,
        source=source("rain", first=FIRST if frames else None),
        config=types.GenerateVideosConfig(
            number_of_videos=1,
            duration_seconds=6,
            aspect_ratio="16:9",
            resolution="720p",
            generate_audio=False,
            seed=7,
            negative_prompt="text",
            person_generation="dont_allow",
            output_gcs_uri=bucket or None,
            last_frame=picture(LAST) if frames == "both" else None,
        ),
    )
    theirs = fake.requests[-1]
    options = {"person_generation": "dont_allow", **({"storage_uri": bucket} if bucket else {})}
    provider, request = ours(fake, **options)
    request = replace(
        request,
        negative="text",
        boundary_in=FIRST if frames else None,
        boundary_out=LAST if frames == "both" else None,
    )
    run(provider, lambda: provider.submit(request, key="key-1"))
    assert told(fake.requests[-1]) == told(theirs)


def test_our_reference_pictures_are_those_that_the_sdk_sends(fake: FakeVertexVeo, client: genai.Client) -> None:
    shown = reference_pictures(3)
    client.models.generate_videos(
        model=fake.model,
        source=source("rain"),
        config=types.GenerateVideosConfig(
            number_of_videos=1,
            duration_seconds=8,
            aspect_ratio="16:9",
            resolution="720p",
            generate_audio=False,
            seed=7,
            reference_images=[
                types.VideoGenerationReferenceImage(image=picture(each.data), reference_type="asset") for each in shown
            ],
        ),
    )
    theirs = fake.requests[-1]
    provider, request = ours(fake)
    request = replace(request, seconds=Fraction(8), frames=192, references=shown)
    run(provider, lambda: provider.submit(request, key="key-1"))
    mine, wanted = told(fake.requests[-1]), told(theirs)
    for said in (mine, wanted):  # "asset" in Google's documentation of the request, "ASSET" of its SDK
        for each in said["fields"]["instances"][0]["referenceImages"]:
            each["referenceType"] = each["referenceType"].lower()
    assert mine == wanted


def test_our_poll_and_our_probe_are_those_that_the_sdk_sends(fake: FakeVertexVeo, client: genai.Client) -> None:
    operation = client.models.generate_videos(model=fake.model, source=source("rain"))
    client.operations.get(operation)
    provider, _request = ours(fake)
    run(provider, lambda: provider.poll(Submission(remote_id=operation.name)))
    assert told(fake.requests[-1]) == told(fake.requests[-2])
    list(client.models.list(config={"page_size": 1, "query_base": False}))
    run(provider, provider.healthcheck)
    theirs, mine = told(fake.requests[-2]), told(fake.requests[-1])
    assert theirs["query"].pop("filter") == "labels.tune-type:*"  # it wants tuned models, and we want any
    assert mine == theirs
