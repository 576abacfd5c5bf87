"""fal: each model's own input, what is made of jobs that failed, and fal's own SDK against the same fake."""

from __future__ import annotations

import base64
import json
import os
import socket
import ssl
import subprocess
import sys
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from fractions import Fraction
from ipaddress import ip_address
from pathlib import Path

import fal_client
import httpx
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from pickup._av import read_frames
from pickup._http import Reply
from pickup._http.replies import Headers
from pickup.config.routes import known_route
from pickup.errors import (
    ConfigError,
    FailureKind,
    ProviderError,
    ProviderRefused,
    ProviderRetired,
    ProviderUnavailable,
)
from pickup.offers import Mode
from pickup.ports import Billing, Provider, RemoteState, RemoteStatus, Submission
from pickup.providers.fal import Fal, _Result
from pickup.providers.fal.models import ROWS, Row
from pickup.testing.clips import read_number
from pickup.testing.fakes import Pace, Request, Setup
from pickup.testing.fakes.fal import FakeFal
from pickup.testing.fakes.routes import Exchange
from pickup.testing.fakes.wire import json_reply
from pickup.testing.hosted_contract import KEY, HostedContract, run
from pickup.testing.provider_contract import boundary_png, reference_pictures
from pickup.testing.sdk_requests import told
from pickup.timing import FrameRate

SIZE = (1280, 720)
FIRST, LAST = boundary_png(hue=60, size=SIZE), boundary_png(hue=200, size=SIZE)
FULL_HD = (1920, 1080)
FRAMES: Mapping[str, Mapping[str, bytes | None]] = {
    "words": {"boundary_in": None, "boundary_out": None},
    "first": {"boundary_in": FIRST, "boundary_out": None},
    "both": {"boundary_in": FIRST, "boundary_out": LAST},
}


def uri(png: bytes) -> str:
    return f"data:image/png;base64,{base64.b64encode(png).decode()}"


class TestFal(HostedContract):
    provider_type = Fal
    fake_type = FakeFal
    refreshes = False

    def make_provider(self) -> Provider:
        """With the fake's model: clips of all of them would take minutes, and they differ in what is sent alone."""
        return self.provider_at(self.fake, model=FakeFal.model)

    def sent(self, *, settings: Mapping[str, object] | None = None, **changes: object) -> Request:
        provider = self.provider_at(self.fake, **(settings or {}))
        request = self.asked(**{"size": SIZE, "seconds": Fraction(4), "frames": 96, "seed": 11, **changes})
        run(provider, lambda: provider.submit(request, key="key-1"))
        return self.fake.requests[-1]

    def ended_as(self, fault: str) -> RemoteStatus:
        with self.fake_with(fault) as fake:
            return self.ended(self.provider_at(fake), self.asked())

    # --- what is sent -------------------------------------------------------------------------------------------------

    def test_veo_from_words(self) -> None:
        sent = self.sent()
        assert sent.path == "/fal-ai/veo3.1/fast"
        assert sent.fields == {
            "prompt": "rain over the harbor",
            "duration": "4s",
            "resolution": "720p",
            "aspect_ratio": "16:9",
            "generate_audio": False,
            "seed": 11,
            "auto_fix": False,
        }

    def test_veo_has_an_endpoint_for_one_frame_and_one_for_two(self) -> None:
        one, two = self.sent(boundary_in=FIRST), self.sent(boundary_in=FIRST, boundary_out=LAST)
        assert (one.path, one.fields["image_url"]) == ("/fal-ai/veo3.1/fast/image-to-video", uri(FIRST))
        assert two.path == "/fal-ai/veo3.1/fast/first-last-frame-to-video"
        assert (two.fields["first_frame_url"], two.fields["last_frame_url"]) == (uri(FIRST), uri(LAST))
        assert "image_url" not in two.fields

    def test_an_upright_picture_in_4k_with_words_for_what_is_not_wanted(self) -> None:
        fields = self.sent(size=(2160, 3840), negative="people").fields
        assert (fields["aspect_ratio"], fields["resolution"], fields["negative_prompt"]) == ("9:16", "4k", "people")

    def test_ltx_counts_in_numbers_and_takes_the_rate(self) -> None:
        sent = self.sent(
            model="fal-ai/ltx-2.3/fast",
            size=FULL_HD,
            seconds=Fraction(20),
            rate=FrameRate.parse("25"),
            boundary_in=FIRST,
            boundary_out=LAST,
        )
        assert sent.path == "/fal-ai/ltx-2.3/image-to-video/fast"
        assert sent.fields == {
            "prompt": "rain over the harbor",
            "duration": 20,
            "resolution": "1080p",
            "aspect_ratio": "16:9",
            "fps": 25,
            "generate_audio": False,
            "image_url": uri(FIRST),
            "end_image_url": uri(LAST),
        }

    def test_kling_takes_its_shape_from_the_frame(self) -> None:
        changes = {"model": "fal-ai/kling-video/v3/pro", "size": FULL_HD}
        assert self.sent(**changes).fields == {
            "prompt": "rain over the harbor",
            "duration": "4",
            "aspect_ratio": "16:9",
            "generate_audio": False,
        }
        sent = self.sent(**changes, boundary_in=FIRST, boundary_out=LAST)
        assert sent.path == "/fal-ai/kling-video/v3/pro/image-to-video"
        assert sent.fields == {
            "prompt": "rain over the harbor",
            "duration": "4",
            "generate_audio": False,
            "start_image_url": uri(FIRST),
            "end_image_url": uri(LAST),
        }

    @pytest.mark.parametrize("frames", FRAMES.values(), ids=FRAMES)
    @pytest.mark.parametrize("row", ROWS, ids=lambda row: row.name)
    def test_every_model_is_asked_in_every_mode_as_it_wants(self, row: Row, frames: Mapping[str, bytes]) -> None:
        provider = self.provider_at(self.fake)
        offer = next(each for each in provider.offers() if each.model == row.name)
        for capability in offer.capabilities:
            rate, seconds = capability.rates[0], capability.lengths.seconds[-1]
            for size in capability.sizes:
                self.sent(model=offer.model, size=size, seconds=seconds, rate=rate, **frames)
                order = self.fake.accepted[-1].order
                assert order.shape.seconds == seconds
                assert order.first_frame == frames["boundary_in"]
                assert order.shape.rate == rate
                if not (frames["boundary_in"] and "kling" in row.name):
                    assert order.shape.size == size

    @pytest.mark.parametrize("row", ROWS, ids=lambda row: row.name)
    def test_every_model_covers_a_hole_from_words_and_from_frames(self, row: Row) -> None:
        provider = self.provider_at(self.fake)
        for wish in self.wishes():
            quote = provider.quote(wish, model=row.name)
            assert quote.frames == quote.head + wish.cover_frames + quote.tail
            assert quote.uses_before is wish.before

    def test_an_endpoint_stands_for_its_product(self) -> None:
        name = "fal-ai/veo3.1/fast/first-last-frame-to-video"
        [offer] = self.provider_at(self.fake, model=name).offers()
        assert offer.model == name
        assert offer.modes == {Mode.TEXT, Mode.FIRST, Mode.FIRST_LAST}
        assert self.sent(model=name).path == "/fal-ai/veo3.1/fast"

    def test_a_last_frame_alone_is_refused_before_anything_is_sent(self) -> None:
        with pytest.raises(ProviderRefused, match="only together with a first"):
            self.sent(boundary_out=LAST)
        assert not self.fake.requests

    def test_what_fal_is_to_do_with_a_request_goes_in_headers(self) -> None:
        plain = self.sent().headers
        assert plain["x-app-fal-disable-fallback"] == "1"
        assert not {"x-fal-store-io", "x-fal-object-lifecycle-preference"} & plain.keys()
        wishes = {"store_io": "0", "keep_media_s": "86400", "auto_fix": "true"}
        sent = self.sent(settings={"options": wishes})
        assert sent.headers["x-fal-store-io"] == "0"
        assert json.loads(sent.headers["x-fal-object-lifecycle-preference"]) == {"expiration_duration_seconds": 86400}
        assert sent.fields["auto_fix"] is True
        assert self.provider_at(self.fake, options={"keep_media_s": "86400"}).offers()[0].result_kept_s == 86400
        assert self.provider_at(self.fake, options=wishes).offers()[0].result_kept_s == 360

    @pytest.mark.parametrize("option", [{"keep_media_s": "a week"}, {"keep_media_s": "0"}, {"seconds_as": "minutes"}])
    def test_an_option_without_sense_is_refused(self, option: Mapping[str, str]) -> None:
        with pytest.raises(ConfigError) as raised:
            self.provider_at(self.fake, options=option)
        assert raised.value.next_step

    # --- a model that is in no table ----------------------------------------------------------------------------------

    TURBO = "fal-ai/kling-video/v2.5-turbo/pro/image-to-video"
    DESCRIBED: Mapping[str, object] = {
        "model": TURBO,
        "seconds": [5, 10],
        "sizes": ["1920x1080"],
        "fps": 24,
        "frames_from": "first_last",
        "fields": {"first_frame": "image_url", "last_frame": "tail_image_url", "negative": "negative_prompt"},
    }

    def test_a_model_in_no_table_is_asked_as_the_settings_say(self) -> None:
        sent = self.sent(
            settings=self.DESCRIBED,
            model=self.TURBO,
            seconds=Fraction(5),
            negative="people",
            boundary_in=FIRST,
            boundary_out=LAST,
        )
        assert sent.path == f"/{self.TURBO}"
        assert sent.fields == {
            "prompt": "rain over the harbor",
            "duration": "5",
            "negative_prompt": "people",
            "image_url": uri(FIRST),
            "tail_image_url": uri(LAST),
        }

    def test_how_a_length_is_written_can_be_set(self) -> None:
        for written, wanted in (("{}s", "5s"), ("number", 5)):
            settings = {**self.DESCRIBED, "options": {"seconds_as": written}}
            provider = self.provider_at(self.fake, **settings)
            call = provider.order(self.asked(model=self.TURBO, seconds=Fraction(5)))
            assert call.json is not None
            assert call.json["duration"] == wanted

    def test_a_model_that_has_ended_says_so(self) -> None:
        with pytest.raises(ProviderRetired, match="2026-09-24"):
            self.provider_at(self.fake, model="fal-ai/sora-2/image-to-video").offers()

    def test_what_a_model_calls_its_frames_must_be_said(self) -> None:
        settings = {**self.DESCRIBED, "fields": {"first_frame": "image_url"}}
        with pytest.raises(ConfigError, match="last frame") as raised:
            self.provider_at(self.fake, **settings).check_ready()
        assert f"https://fal.ai/models/{self.TURBO}/llms.txt" in raised.value.next_step

    # --- a job --------------------------------------------------------------------------------------------------------

    def test_the_addresses_of_a_job_are_used_as_they_came(self) -> None:
        provider = self.provider_at(self.fake)
        sent = self.submitted(provider, self.asked())
        job = f"{self.fake.url}/fal-ai/veo3.1/requests/{sent.remote_id}"
        assert {name: url for name, url in sent.urls.items() if name != "base"} == {
            "status": f"{job}/status",
            "result": job,
            "cancel": f"{job}/cancel",
        }
        status = run(provider, lambda: provider.poll(sent))
        assert status.state is RemoteState.RUNNING

    def test_a_job_that_a_person_names_is_found_below_its_application(self) -> None:
        provider = self.provider_at(self.fake)
        sent = self.submitted(provider, self.asked())
        with pytest.raises(ProviderError) as raised:
            run(provider, lambda: provider.poll(Submission(remote_id=sent.remote_id)))
        assert f"fal-ai/veo3.1/{sent.remote_id}" in raised.value.next_step
        whole = Submission(remote_id=f"fal-ai/veo3.1/{sent.remote_id}")
        chosen = self.provider_at(self.fake, model="fal-ai/veo3.1/fast")
        for asker, named in ((provider, whole), (chosen, Submission(remote_id=sent.remote_id))):
            status = run(asker, lambda asker=asker, named=named: asker.poll(named))
            assert status.state in (RemoteState.RUNNING, RemoteState.READY)

    def test_it_says_how_many_wait_before_a_clip(self) -> None:
        with self.fake_with(pace=Pace(polls=5)) as fake:
            provider = self.provider_at(fake)
            jobs = [self.submitted(provider, self.asked()) for _ in range(2)]
            said = [run(provider, lambda job=job: provider.poll(job)).message for job in jobs]
        assert said == ["queued, the next in line", "queued, 1 before it"]

    @pytest.mark.parametrize(
        ("fault", "kind", "billing"),
        [
            ("create: fail moderation", FailureKind.MODERATION_INPUT, Billing.UNKNOWN),
            ("create: fail internal", FailureKind.PROVIDER_FAILED, Billing.NOT_BILLED),
            ("create: success without media", FailureKind.BAD_OUTPUT, Billing.UNKNOWN),
        ],
    )
    def test_what_a_completed_job_came_to(self, fault: str, kind: FailureKind, billing: Billing) -> None:
        status = self.ended_as(fault)
        assert (status.state, status.kind, status.billing) == (RemoteState.FAILED, kind, billing)

    def test_what_is_refused_for_good_is_told_by_its_code(self) -> None:
        with pytest.raises(ProviderRefused) as raised:
            self.sent(seconds=Fraction(5))
        assert raised.value.kind is FailureKind.INVALID_REQUEST

    @pytest.mark.parametrize(
        ("status", "body", "kind", "billing"),
        [
            (422, {"detail": [{"type": "content_policy_violation"}]}, FailureKind.MODERATION_INPUT, Billing.UNKNOWN),
            (422, {"detail": [{"type": "image_load_error"}]}, FailureKind.INVALID_REQUEST, Billing.UNKNOWN),
            (422, {"detail": [{"type": "no_media_generated"}]}, FailureKind.BAD_OUTPUT, Billing.UNKNOWN),
            (422, {"detail": "not so"}, FailureKind.INVALID_REQUEST, Billing.UNKNOWN),
            (400, {"detail": "bad", "error_type": "bad_request"}, FailureKind.INVALID_REQUEST, Billing.UNKNOWN),
            (400, {"detail": "the model cannot"}, FailureKind.INVALID_REQUEST, Billing.UNKNOWN),
            (
                500,
                {"detail": "x", "error_type": "runner_server_error"},
                FailureKind.PROVIDER_FAILED,
                Billing.NOT_BILLED,
            ),
            (504, {"detail": [{"type": "generation_timeout"}]}, FailureKind.PROVIDER_FAILED, Billing.NOT_BILLED),
            (504, {"detail": "x", "error_type": "startup_timeout"}, FailureKind.PROVIDER_FAILED, Billing.NOT_BILLED),
        ],
    )
    def test_each_result_that_is_an_error(self, status: int, body: object, kind: FailureKind, billing: Billing) -> None:
        found = self.failure(status, body)
        assert found is not None
        assert (found.state, found.kind, found.billing) == (RemoteState.FAILED, kind, billing)
        assert found.message

    def failure(self, status: int, body: object, **headers: str) -> RemoteStatus | None:
        reply = Reply(status=status, body=json.dumps(body).encode(), headers=Headers(headers.items()))
        return self.provider_at(self.fake).failure_in(reply)

    def test_trouble_on_the_way_to_a_clip_that_is_there_does_not_end_the_job(self) -> None:
        """The queue says COMPLETED and of no error: a gateway's 500 is asked again, and nothing is bought anew."""

        class Stumbling(FakeFal):
            def _result(self, exchange: Exchange) -> Reply:
                if not getattr(self, "has_stumbled", False):
                    self.has_stumbled = True
                    return json_reply({"detail": "x", "error_type": "internal_error"}, status=500)
                return super()._result(exchange)

        with Stumbling(setup=self.setup_of_fake()) as fake:
            provider = self.provider_at(fake)
            sent = self.submitted(provider, self.asked())
            for _ in range(2):
                with suppress(ProviderUnavailable):
                    status = run(provider, lambda: provider.poll(sent))
            status = run(provider, lambda: provider.poll(sent))
        assert fake.has_stumbled
        assert status.state is RemoteState.READY

    def test_a_clip_is_found_as_its_link_alone_and_in_a_list(self) -> None:
        for content in ({"video": "https://x/v"}, {"videos": ["https://x/v"]}, {"videos": [{"url": "https://x/v"}]}):
            assert _Result.model_validate(content).link == "https://x/v"

    def test_an_error_that_is_not_about_the_job_does_not_end_it(self) -> None:
        for status in (408, 502, 503):
            assert self.failure(status, {"detail": "nginx"}) is None
        for status in (401, 403, 404, 429):
            assert self.failure(status, {"detail": "no", "error_type": "internal_error"}) is None
        early = self.failure(400, {"detail": "Request is still in progress"})
        assert early is not None
        assert early.state is RemoteState.RUNNING

    def test_the_code_may_stand_in_a_header_alone(self) -> None:
        found = self.failure(503, "busy", **{"x-fal-error-type": "runner_disconnected"})
        assert found is not None
        assert (found.kind, found.billing) == (FailureKind.PROVIDER_FAILED, Billing.NOT_BILLED)

    def test_an_empty_account_is_told_from_a_wrong_key(self) -> None:
        trouble = self.provider_at(self.fake).trouble_in
        empty = trouble({"detail": "User is locked. Reason: Exhausted balance."})
        locked = trouble({"detail": "Forbidden"})
        assert empty is not None
        assert locked is not None
        assert (empty.kind, locked.kind) == (FailureKind.NO_CREDIT, None)

    def test_a_result_that_cannot_be_had_now_is_asked_for_again(self) -> None:
        provider = self.provider_at(self.fake)
        sent = self.submitted(provider, self.asked())
        elsewhere = replace(sent, urls={**sent.urls, "result": f"{self.fake.url}/fal-ai/none/requests/1"})
        for _ in range(5):
            found = self.polled_or_raised(provider, elsewhere)
        assert found is FailureKind.EXPIRED

    # --- cancelling ---------------------------------------------------------------------------------------------------

    def test_what_waits_is_stopped(self) -> None:
        with self.fake_with(pace=Pace(polls=5)) as fake:
            provider = self.provider_at(fake)
            sent = self.submitted(provider, self.asked())
            told_so = run(provider, lambda: provider.cancel(sent))
            assert (fake.requests[1].method, fake.requests[1].path) == (
                "PUT",
                f"/fal-ai/veo3.1/requests/{sent.remote_id}/cancel",
            )
            after = run(provider, lambda: provider.poll(sent))
        assert (told_so.stopped, told_so.billing) == (True, Billing.UNKNOWN)
        assert (after.state, fake.charges) == (RemoteState.CANCELLED, 0)

    def test_what_has_begun_goes_on_whatever_fal_answers(self, tmp_path: Path) -> None:
        with self.fake_with(pace=Pace(polls=2)) as fake:
            provider = self.provider_at(fake)
            sent = self.submitted(provider, self.asked())
            for _ in range(2):
                run(provider, lambda: provider.poll(sent))
            told_so = run(provider, lambda: provider.cancel(sent))
            self.home(provider, self.asked(), sent, folder=tmp_path)
        assert (told_so.stopped, fake.charges) == (False, 1)
        assert "may go on" in told_so.message

    def test_what_is_over_is_not_stopped_and_what_is_unknown_is_said_to_be(self) -> None:
        provider = self.provider_at(self.fake)
        sent = self.submitted(provider, self.asked())
        for _ in range(3):
            run(provider, lambda: provider.poll(sent))
        assert not run(provider, lambda: provider.cancel(sent)).stopped
        self.fake.restart()
        with pytest.raises(ProviderError) as raised:
            run(provider, lambda: provider.cancel(sent))
        assert raised.value.kind is FailureKind.EXPIRED

    # --- money --------------------------------------------------------------------------------------------------------

    def test_prices_are_those_without_sound(self) -> None:
        for model, size, usd in (
            ("fal-ai/veo3.1/fast", SIZE, "0.10"),
            ("fal-ai/veo3.1/fast/image-to-video", (3840, 2160), "0.30"),
            ("fal-ai/veo3.1", SIZE, "0.20"),
            ("fal-ai/veo3.1/first-last-frame-to-video", (3840, 2160), "0.40"),
            ("fal-ai/veo3.1/lite", SIZE, "0.05"),
            ("fal-ai/ltx-2.3", FULL_HD, "0.06"),
            ("fal-ai/ltx-2.3/image-to-video/fast", (3840, 2160), "0.24"),
            ("fal-ai/kling-video/v3/pro", FULL_HD, "0.112"),
            ("fal-ai/kling-video/o3/standard", SIZE, "0.084"),
        ):
            prices = known_route("fal", model, host="queue.fal.run").prices
            assert prices is not None, model
            assert str(prices.of(Fraction(1), size=size, silent=True)).rstrip("0") == usd.rstrip("0"), model

    def test_a_price_that_nobody_stated_is_not_there(self) -> None:
        lite = known_route("fal", "fal-ai/veo3.1/lite", host="queue.fal.run").prices
        assert lite is not None
        assert lite.of(Fraction(4), size=FULL_HD, silent=True) is None
        assert known_route("fal", "bytedance/seedance-2.0", host="queue.fal.run").prices is None


# --- fal's own SDK: what it submits ----------------------------------------------------------------------------------

SUBMIT = """
import json, sys, fal_client
for endpoint, arguments in json.load(sys.stdin):
    handle = fal_client.submit(endpoint, arguments, headers={"x-app-fal-disable-fallback": "1"})
print(json.dumps(handle.get(interval=0.01)))
"""
"""Waits for the last."""


def certificate(folder: Path) -> tuple[Path, Path]:
    """A certificate for this machine's own address, which signs itself, and its key."""
    key, name = ec.generate_private_key(ec.SECP256R1()), x509.Name([])
    start = datetime.now(UTC) - timedelta(minutes=5)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(start)
        .not_valid_after(start + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ip_address("127.0.0.1"))]), critical=True)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    written = folder / "cert.pem", folder / "key.pem"
    written[0].write_bytes(made.public_bytes(serialization.Encoding.PEM))
    form = (serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    written[1].write_bytes(key.private_bytes(*form))
    return written


@contextmanager
def encrypted(fake: FakeFal, *, folder: Path) -> Iterator[tuple[str, Path]]:
    """Host and port that speak https before a fake that does not, and the certificate: the SDK knows nothing else."""
    cert, key = certificate(folder)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(cert, key)
    target = httpx.URL(fake.url)

    def pump(source: socket.socket, sink: socket.socket) -> None:
        with suppress(OSError):
            while piece := source.recv(1 << 16):
                sink.sendall(piece)
            sink.shutdown(socket.SHUT_WR)

    def serve(plain: socket.socket, pool: ThreadPoolExecutor) -> None:
        with (
            suppress(OSError),
            context.wrap_socket(plain, server_side=True) as near,
            socket.create_connection((target.host, target.port)) as far,
        ):
            near.settimeout(30)
            far.settimeout(30)
            back = pool.submit(pump, far, near)
            pump(near, far)
            back.result()

    def accept(listener: socket.socket, pool: ThreadPoolExecutor) -> None:
        with suppress(OSError):
            while True:
                pool.submit(serve, listener.accept()[0], pool)

    with ThreadPoolExecutor(max_workers=16) as pool, socket.create_server(("127.0.0.1", 0)) as listener:
        pool.submit(accept, listener, pool)
        yield f"127.0.0.1:{listener.getsockname()[1]}", cert
        listener.shutdown(socket.SHUT_RDWR)


@pytest.fixture
def fake() -> Iterator[FakeFal]:
    with FakeFal(setup=Setup(key=KEY)) as server:
        yield server


def submitted_by_the_sdk(
    fake: FakeFal, orders: list[tuple[str, Mapping[str, object]]], *, folder: Path
) -> Mapping[str, object]:
    """The result of the last order; the SDK reads its host when it is imported, so it runs in a process of its own."""
    with encrypted(fake, folder=folder) as (host, cert):
        done = subprocess.run(
            [sys.executable, "-c", SUBMIT],
            input=json.dumps(orders),
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
            env={**os.environ, "FAL_QUEUE_RUN_HOST": host, "SSL_CERT_FILE": str(cert), "FAL_KEY": KEY, "NO_PROXY": "*"},
        )
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def test_seedance_is_told_in_its_words_whom_each_picture_shows() -> None:
    with FakeFal(setup=Setup(key=KEY)) as fake:
        contract = TestFal()
        contract.fake = fake
        model = "bytedance/seedance-2.0"
        request = contract.sent(model=model, references=reference_pictures(2), seconds=Fraction(5), frames=120)
    assert request.path == f"/{model}/reference-to-video"
    assert request.fields["prompt"] == "@Image1 shows mara. @Image2 shows pier. rain over the harbor"


def test_our_requests_are_those_that_the_sdk_sends_and_it_brings_a_clip_home(fake: FakeFal, tmp_path: Path) -> None:
    base = {"prompt": "rain over the harbor", "duration": "4s", "resolution": "720p", "aspect_ratio": "16:9"}
    plain = {**base, "generate_audio": False, "seed": 11, "auto_fix": False}
    first, last = (fal_client.encode(png, "image/png") for png in (FIRST, LAST))
    orders = [
        ("fal-ai/veo3.1/fast", plain),
        ("fal-ai/veo3.1/fast/image-to-video", {**plain, "image_url": first}),
        ("fal-ai/veo3.1/fast/first-last-frame-to-video", {**plain, "first_frame_url": first, "last_frame_url": last}),
    ]
    shown = reference_pictures(2)
    pictures = [fal_client.encode(each.data, "image/png") for each in shown]
    bare = {name: value for name, value in plain.items() if name != "seed"}
    with_references = {**bare, "duration": "8s", "image_urls": pictures}
    orders.insert(0, ("fal-ai/veo3.1/fast/reference-to-video", with_references))
    result = submitted_by_the_sdk(fake, orders, folder=tmp_path)
    theirs = [told(each) for each in fake.requests if each.method == "POST"]
    contract = TestFal()
    contract.fake = fake
    ours = [
        told(contract.sent(references=shown, seconds=Fraction(8), frames=192)),
        *(told(contract.sent(**frames)) for frames in FRAMES.values()),
    ]
    assert ours == theirs
    clip = tmp_path / "clip.mp4"
    clip.write_bytes(httpx.get(result["video"]["url"], timeout=60, trust_env=False).content)
    assert [read_number(frame) for frame in read_frames(clip)] == list(range(96))


# --- the SDK on a job, over plain http -------------------------------------------------------------------------------


@pytest.fixture
def client() -> Iterator[httpx.Client]:
    with httpx.Client(headers={"Authorization": f"Key {KEY}"}, trust_env=False) as made:
        yield made


def handle_of(fake: FakeFal, client: httpx.Client) -> fal_client.SyncRequestHandle:
    reply = client.post(f"{fake.url}/fal-ai/veo3.1/fast", json={"prompt": "rain", "duration": "4s"}).json()
    urls = {name: reply[name] for name in ("request_id", "response_url", "status_url", "cancel_url")}
    return fal_client.SyncRequestHandle(**urls, client=client)


def test_the_sdk_reads_every_state(fake: FakeFal, client: httpx.Client) -> None:
    fake.jobs.pace = Pace(polls=2)
    handle = handle_of(fake, client)
    early = client.get(handle.response_url)
    assert (early.status_code, early.json()) == (400, {"detail": "Request is still in progress"})
    states = [handle.status(with_logs=True) for _ in range(3)]
    assert states[0] == fal_client.Queued(position=0)
    assert isinstance(states[1], fal_client.InProgress)
    assert states[1].logs
    assert isinstance(states[2], fal_client.Completed)
    assert states[2].error is None
    assert client.get(handle.status_url).status_code == 200
    assert client.get(handle_of(fake, client).status_url).status_code == 202


@pytest.mark.parametrize(
    ("fault", "status", "code"),
    [
        ("create: fail moderation", 422, "content_policy_violation"),
        ("create: fail internal", 500, "internal_server_error"),
    ],
)
def test_the_sdk_finds_that_a_completed_job_failed(client: httpx.Client, fault: str, status: int, code: str) -> None:
    with FakeFal(faults=[fault], setup=Setup(key=KEY)) as fake:
        handle = handle_of(fake, client)
        with pytest.raises(fal_client.FalClientHTTPError) as failed:
            handle.get(interval=0)
        told_so = handle.status()
    assert (failed.value.status_code, failed.value.error_type) == (status, code)
    assert failed.value.response_headers["x-fal-request-id"] == handle.request_id
    assert isinstance(told_so, fal_client.Completed)
    assert told_so.error_type == code


def test_the_sdk_cancels_what_waits_and_not_what_is_over(fake: FakeFal, client: httpx.Client) -> None:
    fake.jobs.pace = Pace(polls=5)
    waiting = handle_of(fake, client)
    waiting.cancel()
    assert client.get(waiting.response_url).status_code == 499
    fake.jobs.pace = Pace(polls=0)
    over = handle_of(fake, client)
    assert client.put(over.cancel_url).json() == {"status": "ALREADY_COMPLETED"}
    with pytest.raises(fal_client.FalClientHTTPError):
        over.cancel()
    assert client.put(over.cancel_url.replace(over.request_id, "none")).status_code == 404


def test_an_upload_as_the_sdk_does_it_can_be_a_frame(fake: FakeFal, client: httpx.Client) -> None:
    """The SDK uploads to an address that cannot be set, so its two requests are made by hand."""
    start = f"{fake.url}/storage/upload/initiate?storage_type=gcs"
    place = client.post(start, json={"file_name": "in.png", "content_type": "image/png"}).json()
    httpx.put(place["upload_url"], content=FIRST, headers={"Content-Type": "image/png"}).raise_for_status()
    order = {"prompt": "rain", "image_url": place["file_url"]}
    client.post(f"{fake.url}/fal-ai/veo3.1/fast/image-to-video", json=order).raise_for_status()
    assert fake.accepted[0].order.first_frame == FIRST
    assert client.post(start, json={}).status_code == 422


@pytest.mark.parametrize(
    ("endpoint", "fields", "place"),
    [
        ("fal-ai/veo3.1/fast", {"duration": 4}, "duration"),
        ("fal-ai/veo3.1/fast", {"resolution": "2160p"}, "resolution"),
        ("fal-ai/veo3.1/fast/first-last-frame-to-video", {"first_frame_url": uri(FIRST)}, "last_frame_url"),
        ("fal-ai/veo3.1/fast/image-to-video", {"image_url": "data:image/png;base64,AAAA"}, "image_url"),
        ("fal-ai/ltx-2.3/text-to-video", {"duration": "6"}, "duration"),
        ("fal-ai/ltx-2.3/text-to-video/fast", {"duration": 12, "fps": 24}, "duration"),
        ("fal-ai/kling-video/v3/pro/image-to-video", {"image_url": uri(FIRST)}, "image_url"),
    ],
)
def test_the_fake_refuses_what_a_model_does_not_take(
    fake: FakeFal, client: httpx.Client, endpoint: str, fields: Mapping[str, object], place: str
) -> None:
    reply = client.post(f"{fake.url}/{endpoint}", json={"prompt": "rain", **fields})
    assert (reply.status_code, reply.json()["detail"][0]["loc"]) == (422, ["body", place])
    assert fake.charges == 0


def test_a_job_is_not_to_be_found_below_its_endpoint(fake: FakeFal, client: httpx.Client) -> None:
    handle = handle_of(fake, client)
    built = f"{fake.url}/fal-ai/veo3.1/fast/requests/{handle.request_id}/status"
    assert client.get(built).status_code == 404
