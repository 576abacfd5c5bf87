"""The network seam, against servers on loopback: where a key goes, what a failure means, what may be fetched."""

from __future__ import annotations

import asyncio
import base64
import gc
import json
import socket
import socketserver
import threading
import zlib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.parse import quote

import httpx
import pytest

from pickup._http import Api, Headers, Key, Origin, Reply, Secret, Timeouts, check_status, said
from pickup._http.keys import KeyAuth
from pickup.errors import (
    ConfigError,
    FailureKind,
    OutcomeUnknown,
    ProviderError,
    ProviderRefused,
    ProviderRetired,
    ProviderUnavailable,
)

WORD = "sk-a/b+c=1234"
KEY = Key(Secret(WORD))
NOW = datetime(2025, 6, 1, 12, 0, 0, tzinfo=UTC)
PUBLIC = "93.184.216.34"
MB = 1 << 20


@dataclass(frozen=True, kw_only=True)
class Asked:
    method: str
    target: str
    headers: dict[str, str]
    body: bytes
    nth: int


@dataclass(frozen=True, kw_only=True)
class Answer:
    """`content` is sent, and the connection is closed or kept for another request."""

    content: bytes
    closes: bool = True


def answered(status: int = 200, body: bytes = b"{}", *, closes: bool = True, **headers: str) -> Answer:
    named = {"Content-Length": str(len(body)), **{name.replace("_", "-"): text for name, text in headers.items()}}
    lines = [f"HTTP/1.1 {status} Said", *(f"{name}: {text}" for name, text in named.items() if text)]
    return Answer(content="\r\n".join([*lines, "", ""]).encode() + body, closes=closes)


@dataclass
class Server:
    """Answers on loopback and remembers what it was asked, on which connection."""

    answer: Callable[[Asked], Answer | None]
    asked: list[Asked] = field(default_factory=list)
    connections: int = 0
    port: int = 0
    released: threading.Event = field(default_factory=threading.Event)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def keys(self) -> list[str | None]:
        return [each.headers.get("authorization") for each in self.asked]

    def serve(self, connection: socket.socket) -> None:
        self.connections += 1
        with connection.makefile("rb") as lines:
            nth = 0
            while head := lines.readline().decode().split():
                headers = dict(iter(lambda: lines.readline().decode().rstrip("\r\n").partition(": ")[::2], ("", "")))
                named = {name.lower(): text for name, text in headers.items()}
                body = lines.read(int(named.get("content-length", 0)))
                nth += 1
                self.asked.append(Asked(method=head[0], target=head[1], headers=named, body=body, nth=nth))
                answer = self.answer(self.asked[-1])
                connection.sendall(answer.content if answer else b"")
                if answer is None or answer.closes:
                    return


class Listener(socketserver.ThreadingTCPServer):
    allow_reuse_address = True

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A client that goes away is what some tests are about."""


@pytest.fixture
def serve() -> Iterator[Callable[..., Server]]:
    listeners: list[tuple[Listener, Server]] = []

    def start(answer: Callable[[Asked], Answer | None] | Answer) -> Server:
        server = Server(answer=(lambda _asked: answer) if isinstance(answer, Answer) else answer)

        class Handler(socketserver.BaseRequestHandler):
            def handle(self) -> None:
                server.serve(self.request)

        listener = Listener(("127.0.0.1", 0), Handler)
        server.port = listener.server_address[1]
        threading.Thread(target=listener.serve_forever, kwargs={"poll_interval": 0.005}, daemon=True).start()
        listeners.append((listener, server))
        return server

    yield start
    for listener, server in listeners:
        server.released.set()
        listener.shutdown()
        listener.server_close()


@pytest.fixture(autouse=True)
def without_proxies(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("http_proxy", "https_proxy", "all_proxy", "no_proxy"):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.upper(), raising=False)


@dataclass
class Names:
    """A fake name service that counts."""

    addresses: dict[str, Sequence[str]]
    looked_up: list[tuple[str, int]] = field(default_factory=list)

    async def __call__(self, host: str, port: int) -> Sequence[str]:
        self.looked_up.append((host, port))
        if host not in self.addresses:
            raise socket.gaierror(socket.EAI_NONAME, "no such name")
        return self.addresses[host]


def api_at(url: str, **settings: Any) -> Api:
    return Api(**{"base_url": url, "name": "example", "key": KEY, "now": lambda: NOW, **settings})


def send(api: Api, *request: Any, **settings: Any) -> Reply:
    async def run() -> Reply:
        try:
            return await api.send(*request, **settings)
        finally:
            await api.aclose()

    return asyncio.run(run())


def download(api: Api, url: str, destination: Path, **settings: Any) -> int:
    shares: list[float] = settings.pop("shares", [])
    return asyncio.run(api.download(url, destination, **{"report": shares.append, "max_bytes": MB, **settings}))


def refusing_transport(error: Exception) -> httpx.MockTransport:
    def handle(_request: httpx.Request) -> httpx.Response:
        raise error

    return httpx.MockTransport(handle)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


# ---- secrets and keys


def test_a_secret_is_never_shown() -> None:
    secret = Secret(WORD)
    shown = f"{secret} {secret!r} {secret!s} {secret:>20} {KEY!r} {[KEY]} {api_at('http://127.0.0.1')!r}"
    assert WORD not in shown
    assert secret.reveal() == WORD


@pytest.mark.parametrize(
    "form",
    [
        WORD,
        quote(WORD, safe=""),
        quote(WORD, safe="").lower().replace("sk-A", "sk-a"),
        base64.b64encode(WORD.encode()).decode(),
        base64.urlsafe_b64encode(WORD.encode()).decode().rstrip("="),
        json.dumps(WORD),
    ],
)
def test_a_secret_is_masked_in_every_form_it_may_come_back_in(form: str) -> None:
    masked = Secret(WORD).masked(f"before {form}, after {form}")
    assert masked.count("•••") == 2
    assert form.strip('"') not in masked


@pytest.mark.parametrize("lead", ["", "u", "us", "user"])
def test_a_secret_inside_a_longer_base64_text_is_masked(lead: str) -> None:
    coded = base64.b64encode(f"{lead}:{WORD}".encode()).decode()
    masked = Secret(WORD).masked(coded)
    assert "•••" in masked
    assert len(masked) < len(coded) - len(WORD) + 4


def test_short_and_empty_secrets_are_masked_too() -> None:
    assert Secret("abc").masked("key abc!") == "key •••!"
    assert Secret("").masked("key") == "key"


@pytest.mark.parametrize("value", ["", " ", "sk-1\n", "sk\n1", "schlüssel"])
def test_a_key_that_cannot_be_sent_is_refused_before_anything_is_sent(value: str) -> None:
    with pytest.raises(ConfigError) as caught:
        Key(Secret(value))
    assert not value.strip() or value.strip() not in str(caught.value)


def test_a_key_is_sent_in_the_form_of_the_provider(serve: Callable[..., Server]) -> None:
    server = serve(answered())
    send(api_at(server.url), "GET", "/a")
    send(api_at(server.url, key=Key(Secret(WORD), header="x-api-key", form="{}")), "GET", "/a")
    assert server.keys() == [f"Bearer {WORD}", None]
    assert server.asked[1].headers["x-api-key"] == WORD


def test_origins_are_equal_whatever_the_case_and_the_default_port() -> None:
    assert Origin.of(httpx.URL("https://API.example")) == Origin.of(httpx.URL("https://api.example:443/v1"))
    assert Origin.of(httpx.URL("http://api.example")) != Origin.of(httpx.URL("https://api.example"))
    assert Origin.of(httpx.URL("http://api.example:8080")) != Origin.of(httpx.URL("http://api.example"))
    assert str(Origin.of(httpx.URL("http://[::1]:8188"))) == "[::1]:8188"


@pytest.mark.parametrize(
    ("url", "sent"),
    [
        ("https://API.example:443/x", True),
        ("http://api.example/x", False),
        ("https://api.example:444/x", False),
        ("https://api.example.evil.example/x", False),
        ("https://api.example@evil.example/x", False),
    ],
)
def test_a_key_is_added_to_requests_of_its_own_origin_and_to_no_other(url: str, sent: bool) -> None:  # noqa: FBT001 - a parameter set
    auth = KeyAuth(KEY, origin=Origin.of(httpx.URL("https://api.example")))
    request = next(auth.auth_flow(httpx.Request("GET", url)))
    assert ("authorization" in request.headers) is sent


def test_credentials_of_a_netrc_file_are_never_sent(
    serve: Callable[..., Server], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    netrc = tmp_path / ".netrc"
    netrc.write_text("machine 127.0.0.1 login someone password hidden\n")
    netrc.chmod(0o600)
    monkeypatch.setenv("NETRC", str(netrc))
    monkeypatch.setenv("HOME", str(tmp_path))
    server = serve(answered())
    api = api_at(server.url, key=None)
    send(api, "GET", "/a")
    download(api, f"{server.url}/clip", tmp_path / "clip")
    assert server.keys() == [None, None]


# ---- addresses of the API


@pytest.mark.parametrize(
    "url",
    ["", "api.example", "ftp://api.example", "http://", "http://me:word@api.example", "http://api.example/?key=1"],
)
def test_a_base_url_that_is_none_says_how_to_set_it(url: str) -> None:
    with pytest.raises(ConfigError, match="example") as caught:
        api_at(url)
    assert caught.value.next_step
    assert "word" not in str(caught.value)


@pytest.mark.parametrize(
    ("url", "private"),
    [
        ("http://localhost:8188", True),
        ("http://127.0.0.9", True),
        ("http://[::1]:8188", True),
        ("http://192.168.1.7:8188", True),
        ("http://100.101.1.2", True),
        ("https://api.example", False),
        ("http://93.184.216.34", False),
    ],
)
def test_an_api_knows_whether_it_is_private(url: str, private: bool) -> None:  # noqa: FBT001 - a parameter set
    assert api_at(url).is_private is private


def test_a_path_is_added_to_the_base_url_and_a_query_to_the_path(serve: Callable[..., Server]) -> None:
    server = serve(answered())
    api = api_at(f"{server.url}/v1/")
    send(api, "GET", "/videos?a=1", query={"b": "2"})
    send(api, "GET", f"{server.url}/other")
    send(api, "GET", "//evil.example/x")
    assert [each.target for each in server.asked] == ["/v1/videos?a=1&b=2", "/other", "/v1//evil.example/x"]


@pytest.mark.parametrize(
    "url", ["http://127.0.0.1:1/x", "https://evil.example", "ftp://127.0.0.1", "http://h\\@evil.example/"]
)
def test_a_whole_url_of_another_origin_is_not_asked(url: str) -> None:
    with pytest.raises(ProviderError, match=r"not at 127\.0\.0\.1:8188"):
        send(api_at("http://127.0.0.1:8188"), "GET", url)


@pytest.mark.parametrize(
    ("text", "url"),
    [
        ("/api/v1/videos/x", "https://api.example/api/v1/videos/x"),
        ("videos/x?a=1", "https://api.example/videos/x?a=1"),
        ("//cdn.example/x", "https://cdn.example/x"),
        ("http://cdn.example/x", "http://cdn.example/x"),
    ],
)
def test_a_relative_url_in_a_reply_belongs_to_the_origin_of_the_api(text: str, url: str) -> None:
    assert api_at("https://api.example/v1").resolve_url(text) == url


@pytest.mark.parametrize("text", ["file:///etc/passwd", "javascript:1", "http://", "http://me:word@cdn.example/x"])
def test_what_is_no_web_address_is_no_result(text: str) -> None:
    with pytest.raises(ProviderError):
        api_at("https://api.example/v1").resolve_url(text)


def test_json_forms_and_files_arrive_as_they_were_given(serve: Callable[..., Server]) -> None:
    server = serve(answered())
    api = api_at(server.url)
    send(api, "POST", "/a", json={"prompt": "rain"}, headers={"Idempotency-Key": "k1"}, creates=True)
    send(api, "POST", "/b", form={"prompt": "rain"}, creates=True)
    send(api, "POST", "/c", form={"a": "1"}, files={"image": ("in.png", b"\x89PNG", "image/png")}, creates=True)
    first, second, third = server.asked
    assert (json.loads(first.body), first.headers["idempotency-key"]) == ({"prompt": "rain"}, "k1")
    assert second.headers["content-type"].startswith("multipart/form-data; boundary=")
    assert b'name="prompt"\r\n\r\nrain\r\n' in second.body
    assert b'name="image"; filename="in.png"' in third.body


# ---- redirects of the API


def test_a_get_follows_redirects_that_stay_at_the_origin(serve: Callable[..., Server]) -> None:
    moved = {"/1": "/2", "/2": "/3?x=1"}
    server = serve(
        lambda asked: answered(302, Location=moved[asked.target]) if asked.target in moved else answered(body=b'"end"')
    )
    assert send(api_at(server.url), "GET", "/1").json() == "end"
    assert server.keys() == [f"Bearer {WORD}"] * 3


def test_a_get_does_not_follow_a_redirect_to_another_port_or_host(serve: Callable[..., Server]) -> None:
    other = serve(answered())
    for location in (f"{other.url}/x", f"http://localhost:{other.port}/x", "ftp://127.0.0.1/", ""):
        server = serve(answered(302, Location=location))
        with pytest.raises(ProviderError, match="another host"):
            send(api_at(server.url), "GET", "/1")
    assert not other.asked


def test_a_loop_of_redirects_ends(serve: Callable[..., Server]) -> None:
    server = serve(answered(302, Location="/1"))
    with pytest.raises(ProviderError, match="more than 3 times"):
        send(api_at(server.url), "GET", "/1")
    assert len(server.asked) == 4


@pytest.mark.parametrize(
    ("status", "error"),
    [
        (301, ProviderRefused),
        (307, ProviderRefused),
        (308, ProviderRefused),
        (302, OutcomeUnknown),
        (303, OutcomeUnknown),
    ],
)
def test_a_request_that_creates_is_never_sent_on(
    serve: Callable[..., Server], status: int, error: type[ProviderError]
) -> None:
    server = serve(answered(status, Location="/2"))
    with pytest.raises(error, match=str(status)):
        send(api_at(server.url), "POST", "/1", creates=True)
    assert len(server.asked) == 1


# ---- failures of the network


def test_what_never_connected_was_certainly_not_sent() -> None:
    with pytest.raises(ProviderUnavailable, match="nothing listens there") as caught:
        send(api_at(f"http://127.0.0.1:{free_port()}"), "POST", "/a?token=hidden", creates=True)
    assert caught.value.kind is FailureKind.TRANSPORT
    assert "hidden" not in str(caught.value)
    assert "127.0.0.1" in str(caught.value)


def test_a_failed_encryption_was_certainly_not_sent(serve: Callable[..., Server]) -> None:
    server = serve(answered())
    with pytest.raises(ProviderUnavailable, match="no encrypted connection"):
        send(api_at(server.url.replace("http", "https")), "POST", "/a", creates=True)


def test_a_lost_reply_leaves_a_doubt_only_where_something_may_have_been_created(serve: Callable[..., Server]) -> None:
    server = serve(lambda _asked: None)
    with pytest.raises(OutcomeUnknown, match="may have accepted") as caught:
        send(api_at(server.url), "POST", "/a?token=hidden", creates=True)
    assert caught.value.next_step
    assert "hidden" not in str(caught.value)
    with pytest.raises(ProviderUnavailable):
        send(api_at(server.url), "GET", "/a")


@pytest.mark.parametrize("timeouts", [Timeouts(read_s=0.05), Timeouts(total_s=0.05)])
def test_a_server_that_does_not_answer_in_time_leaves_a_doubt(serve: Callable[..., Server], timeouts: Timeouts) -> None:
    def wait(_asked: Asked) -> None:
        server.released.wait(5)

    server = serve(wait)
    with pytest.raises(OutcomeUnknown):
        send(api_at(server.url, timeouts=timeouts), "POST", "/a", creates=True)
    with pytest.raises(ProviderUnavailable):
        send(api_at(server.url, timeouts=timeouts), "GET", "/a")


@pytest.mark.parametrize(
    "error",
    [
        httpx.ConnectError(WORD),
        httpx.ConnectTimeout(WORD),
        httpx.PoolTimeout(WORD),
        httpx.UnsupportedProtocol(WORD),
        httpx.ProxyError(WORD),
    ],
)
def test_failures_before_the_request_are_harmless(error: Exception) -> None:
    with pytest.raises(ProviderUnavailable) as caught:
        send(api_at("https://api.example", transport=refusing_transport(error)), "POST", "/a", creates=True)
    assert caught.value.kind is FailureKind.TRANSPORT
    assert WORD not in str(caught.value)


@pytest.mark.parametrize(
    "error",
    [
        httpx.ReadTimeout(WORD),
        httpx.WriteTimeout(WORD),
        httpx.WriteError(WORD),
        httpx.ReadError(WORD),
        httpx.RemoteProtocolError(WORD),
        httpx.LocalProtocolError(WORD),
        OSError(WORD),
    ],
)
def test_failures_after_the_request_may_have_left_are_a_doubt(error: Exception) -> None:
    api = api_at("https://api.example", transport=refusing_transport(error))
    with pytest.raises(OutcomeUnknown) as caught:
        send(api, "POST", "/a", creates=True)
    assert WORD not in str(caught.value)
    with pytest.raises(ProviderUnavailable):
        send(api, "GET", "/a")


def test_a_reply_that_is_too_large_or_cannot_be_decoded_leaves_a_doubt(serve: Callable[..., Server]) -> None:
    large = serve(answered(body=b"x" * 2000))
    packed = zlib.compress(b"x" * 100_000)
    for server in (large, serve(answered(body=packed, Content_Encoding="deflate"))):
        api = api_at(server.url, max_reply_bytes=1000)
        with pytest.raises(OutcomeUnknown, match="more than 1000 bytes"):
            send(api, "POST", "/a", creates=True)
        with pytest.raises(ProviderError, match="more than 1000 bytes"):
            send(api, "GET", "/a")
    broken = serve(answered(body=b"no gzip", Content_Encoding="gzip"))
    with pytest.raises(OutcomeUnknown, match="cannot be decoded"):
        send(api_at(broken.url), "POST", "/a", creates=True)


def test_a_kept_connection_that_the_server_closes_is_not_used_to_create(serve: Callable[..., Server]) -> None:
    """The second request on one connection would be read and dropped, as by a server that has just given it up."""
    server = serve(lambda asked: answered(closes=False) if asked.nth == 1 else None)
    api = api_at(server.url)

    async def run() -> list[int]:
        replies = [await api.send("GET", "/a"), await api.send("POST", "/a", creates=True), await api.send("GET", "/a")]
        return [each.status for each in replies]

    assert asyncio.run(run()) == [200, 200, 200]
    assert [each.nth for each in server.asked] == [1, 1, 1]
    assert server.connections == 3


def test_an_api_can_be_used_from_one_event_loop_after_the_other(serve: Callable[..., Server]) -> None:
    server = serve(lambda _asked: answered(closes=False))
    api = api_at(server.url)

    async def closed_between() -> int:
        await api.send("GET", "/a")
        await api.aclose()
        return (await api.send("GET", "/a")).status

    assert asyncio.run(api.send("GET", "/a")).status == 200
    gc.collect()  # an unclosed connection would warn here, and a warning is an error
    assert asyncio.run(closed_between()) == 200
    assert asyncio.run(api.send("GET", "/a")).status == 200
    asyncio.run(api.aclose())
    gc.collect()


def test_a_cancelled_request_leaves_nothing_open(serve: Callable[..., Server]) -> None:
    arrived = threading.Event()

    def wait(_asked: Asked) -> None:
        arrived.set()
        server.released.wait(5)

    server = serve(wait)

    async def run() -> None:
        task = asyncio.create_task(api_at(server.url).send("POST", "/a", creates=True))
        await asyncio.to_thread(arrived.wait, 5)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task

    asyncio.run(run())
    gc.collect()


# ---- proxies


def test_the_proxy_of_the_environment_is_used_but_not_for_this_machine(
    serve: Callable[..., Server], monkeypatch: pytest.MonkeyPatch
) -> None:
    proxy, server = serve(answered()), serve(answered())
    monkeypatch.setenv("http_proxy", proxy.url)
    send(api_at("http://api.example/v1"), "GET", "/a")
    send(api_at(server.url), "GET", "/a")
    assert [each.target for each in proxy.asked] == ["http://api.example/v1/a"]
    assert [each.target for each in server.asked] == ["/a"]


def test_a_download_goes_through_the_proxy_by_name_although_the_name_is_unknown_here(
    serve: Callable[..., Server], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    proxy = serve(answered(body=b"film"))
    monkeypatch.setenv("http_proxy", proxy.url)
    api = api_at("http://api.example", resolve=Names({"inside.example": ["10.0.0.5"]}))
    assert download(api, "http://clips.example/x", tmp_path / "clip") == 4
    for refused in ("http://inside.example/x", "http://10.0.0.5/x"):
        with pytest.raises(ProviderRefused):
            download(api, refused, tmp_path / "clip")
    assert [each.target for each in proxy.asked] == ["http://clips.example/x"]


def test_a_proxy_that_refuses_was_certainly_not_passed(
    serve: Callable[..., Server], monkeypatch: pytest.MonkeyPatch
) -> None:
    proxy = serve(answered(407))
    monkeypatch.setenv("https_proxy", proxy.url)
    with pytest.raises(ProviderUnavailable, match="proxy"):
        send(api_at("https://api.example"), "POST", "/a", creates=True)
    assert proxy.keys() == [None]


def test_a_proxy_that_cannot_be_used_is_a_setting(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("https_proxy", "gopher://me:word@127.0.0.1")
    with pytest.raises(ConfigError) as caught:
        send(api_at("https://api.example"), "GET", "/a")
    assert "word" not in str(caught.value)


# ---- replies


def reply_with(body: object = b"", *, status: int = 400, creates: bool = False, **headers: str) -> Reply:
    return Reply(
        status=status,
        headers=Headers((name.replace("_", "-"), text) for name, text in headers.items()),
        body=body if isinstance(body, bytes) else json.dumps(body).encode(),
        name="example",
        creates=creates,
        now=lambda: NOW,
        mask=KEY.secret.masked,
    )


def test_headers_are_found_in_any_case_and_not_shown() -> None:
    headers = Headers([("X-Token", "hidden"), ("Set-Cookie", "a"), ("set-cookie", "b")])
    assert headers["x-token"] == headers["X-TOKEN"] == "hidden"
    assert headers["SET-COOKIE"] == "a, b"
    assert "X-token" in headers
    assert len(headers) == 2
    assert "hidden" not in repr(headers)


@pytest.mark.parametrize("body", [b"<html>no</html>", b"", b"\xff\xfe", b"[" * 100_000])
def test_a_body_that_is_no_json_is_quoted(body: bytes) -> None:
    with pytest.raises(ProviderError, match="example answered 200 with no JSON") as caught:
        reply_with(body, status=200).json()
    assert caught.value.kind is FailureKind.PROVIDER_FAILED
    assert len(str(caught.value)) < 300
    with pytest.raises(OutcomeUnknown):
        reply_with(body, status=200, creates=True).json()


def test_a_quoted_body_is_masked_printable_and_short() -> None:
    body = ("x" * 195 + WORD + "\x1b[31m\n" + "y" * 500).encode()
    with pytest.raises(ProviderError) as caught:
        reply_with(body, status=200).json()
    assert "sk-a" not in str(caught.value)
    assert str(caught.value).isprintable()


@pytest.mark.parametrize(
    ("value", "seconds"),
    [
        ("7", 7),
        ("1.5", 1.5),
        ("Sun, 01 Jun 2025 12:00:30 GMT", 30),
        ("Sun, 01 Jun 2025 11:00:00 GMT", 0),
        ("soon", 0),
        ("-3", 0),
        ("", 0),
    ],
)
def test_retry_after_is_read_in_both_forms(value: str, seconds: float) -> None:
    assert reply_with(Retry_After=value).retry_after_s == seconds
    with pytest.raises(ProviderUnavailable) as caught:
        check_status(reply_with(status=429, Retry_After=value), name="example", creates=True)
    assert (caught.value.kind, caught.value.retry_after_s) == (FailureKind.RATE_LIMITED, seconds)


def test_the_wish_for_a_later_poll_is_read() -> None:
    assert reply_with(openai_poll_after_ms="2500").poll_after_s == 2.5
    assert reply_with().poll_after_s == 0


@pytest.mark.parametrize(
    ("body", "words"),
    [
        ({"error": {"message": "too long"}}, "too long"),
        ({"error": "too long"}, "too long"),
        ({"message": "too long"}, "too long"),
        ({"detail": "too long"}, "too long"),
        ({"detail": [{"loc": ["prompt"], "msg": "too long"}]}, "too long"),
        ({"error": {"code": 7}}, '{"error": {"code": 7}}'),
        (b"<h1>Bad\r\n\x07Gateway</h1>", "<h1>Bad Gateway</h1>"),
        ({"error": f"wrong key {WORD}"}, "wrong key •••"),
        ({"error": "\u202eevil\nwords"}, "evil words"),
        (b"", ""),
    ],
)
def test_the_words_of_the_server_are_found(body: object, words: str) -> None:
    assert said(reply_with(body)) == words


def test_the_words_of_the_server_are_at_most_300_characters() -> None:
    assert len(said(reply_with({"error": "x" * 1000}))) == 300


REFUSED, UNAVAILABLE, UNKNOWN, RETIRED = ProviderRefused, ProviderUnavailable, OutcomeUnknown, ProviderRetired
KIND = FailureKind


@pytest.mark.parametrize(
    ("status", "creating", "asking"),
    [
        (400, (REFUSED, KIND.INVALID_REQUEST), (REFUSED, KIND.INVALID_REQUEST)),
        (413, (REFUSED, KIND.INVALID_REQUEST), (REFUSED, KIND.INVALID_REQUEST)),
        (415, (REFUSED, KIND.INVALID_REQUEST), (REFUSED, KIND.INVALID_REQUEST)),
        (422, (REFUSED, KIND.INVALID_REQUEST), (REFUSED, KIND.INVALID_REQUEST)),
        (499, (REFUSED, KIND.INVALID_REQUEST), (REFUSED, KIND.INVALID_REQUEST)),
        (401, (REFUSED, KIND.AUTH), (REFUSED, KIND.AUTH)),
        (403, (REFUSED, KIND.AUTH), (REFUSED, KIND.AUTH)),
        (402, (REFUSED, KIND.NO_CREDIT), (REFUSED, KIND.NO_CREDIT)),
        (404, (RETIRED, KIND.MODEL_GONE), (REFUSED, KIND.EXPIRED)),
        (410, (RETIRED, KIND.MODEL_GONE), (REFUSED, KIND.EXPIRED)),
        (408, (UNKNOWN, KIND.UNKNOWN_OUTCOME), (UNAVAILABLE, KIND.TRANSPORT)),
        (409, (UNKNOWN, KIND.UNKNOWN_OUTCOME), (REFUSED, KIND.INVALID_REQUEST)),
        (429, (UNAVAILABLE, KIND.RATE_LIMITED), (UNAVAILABLE, KIND.RATE_LIMITED)),
        (500, (UNKNOWN, KIND.UNKNOWN_OUTCOME), (UNAVAILABLE, KIND.TRANSPORT)),
        (503, (UNKNOWN, KIND.UNKNOWN_OUTCOME), (UNAVAILABLE, KIND.TRANSPORT)),
        (529, (UNKNOWN, KIND.UNKNOWN_OUTCOME), (UNAVAILABLE, KIND.TRANSPORT)),
    ],
)
def test_a_status_becomes_what_the_user_can_do(
    status: int, creating: tuple[type[ProviderError], FailureKind], asking: tuple[type[ProviderError], FailureKind]
) -> None:
    for creates, expected in ((True, creating), (False, asking)):
        with pytest.raises(ProviderError, match=f"example .*{status}.*too bad for •••") as caught:
            check_status(reply_with({"error": f"too bad for {WORD}"}, status=status), name="example", creates=creates)
        assert (type(caught.value), caught.value.kind) == expected
        assert caught.value.next_step


def test_an_explicit_503_is_a_refusal_and_success_is_silent() -> None:
    with pytest.raises(ProviderUnavailable) as caught:
        check_status(reply_with(status=503, Retry_After="9"), name="example", creates=True)
    assert (caught.value.kind, caught.value.retry_after_s) == (KIND.CONCURRENCY_LIMITED, 9)
    check_status(reply_with(status=202), name="example", creates=True)


def test_a_refused_key_names_the_doctor() -> None:
    with pytest.raises(ProviderRefused) as caught:
        check_status(reply_with(status=401), name="example", creates=True)
    assert "pickup doctor" in caught.value.next_step


# ---- downloads


def test_a_download_is_written_and_reported(serve: Callable[..., Server], tmp_path: Path) -> None:
    film = bytes(range(256)) * 8192
    server = serve(answered(body=film, Content_Type="video/mp4"))
    shares: list[float] = []
    size = download(api_at(server.url), "/clip.mp4?sign=1", tmp_path / "clip", max_bytes=4 * MB, shares=shares)
    assert size == len(film)
    assert (tmp_path / "clip").read_bytes() == film
    assert shares == sorted(shares)
    assert shares[-1] == 1.0
    assert server.asked[0].target == "/clip.mp4?sign=1"


def test_the_key_goes_along_only_when_asked_for_and_only_to_the_origin(
    serve: Callable[..., Server], tmp_path: Path
) -> None:
    other = serve(answered(body=b"film"))
    server = serve(
        lambda asked: answered(302, Location=f"{other.url}/b") if asked.target == "/a" else answered(body=b"film")
    )
    api = api_at(server.url)
    download(api, "/clip", tmp_path / "clip")
    download(api, "/clip", tmp_path / "clip", with_key=True)
    download(api, "/a", tmp_path / "clip", with_key=True)
    download(api, f"{other.url}/clip", tmp_path / "clip", with_key=True)
    assert server.keys() == [None, f"Bearer {WORD}", f"Bearer {WORD}"]
    assert other.keys() == [None, None]


def test_a_host_is_looked_up_once_for_each_hop_and_reached_at_the_address_that_was_checked(
    serve: Callable[..., Server], tmp_path: Path
) -> None:
    def answer(asked: Asked) -> Answer:
        port = asked.headers["host"].partition(":")[2]
        return (
            answered(302, Location=f"http://two.example:{port}/b") if asked.target == "/a" else answered(body=b"film")
        )

    server = serve(answer)
    names = Names({"one.example": ["127.0.0.1"], "two.example": ["::ffff:127.0.0.1", "127.0.0.1"]})
    api = api_at(server.url, resolve=names)
    assert download(api, f"http://one.example:{server.port}/a", tmp_path / "clip", with_key=True) == 4
    assert names.looked_up == [("one.example", server.port), ("two.example", server.port)]
    assert [each.headers["host"] for each in server.asked] == [
        f"one.example:{server.port}",
        f"two.example:{server.port}",
    ]
    assert server.keys() == [None, None]


def test_the_next_address_is_tried_where_one_cannot_be_reached(serve: Callable[..., Server], tmp_path: Path) -> None:
    server = serve(answered(body=b"film"))
    api = api_at(server.url, resolve=Names({"clips.example": ["::1", "127.0.0.1"], "gone.example": ["::1"]}))
    assert download(api, f"http://clips.example:{server.port}/x", tmp_path / "clip") == 4
    with pytest.raises(ProviderUnavailable, match=r"gone\.example"):
        download(api, f"http://gone.example:{server.port}/x?sign=hidden", tmp_path / "clip")


def test_an_encrypted_download_names_its_host_to_the_address_that_was_checked(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        heard: list[bytes] = []

        def listen() -> None:
            connection, _ = listener.accept()
            with connection:
                heard.append(connection.recv(4096))

        listening = threading.Thread(target=listen)
        listening.start()
        api = api_at("http://127.0.0.1", resolve=Names({"clips.example": ["127.0.0.1"]}))
        with pytest.raises(ProviderUnavailable):
            download(api, f"https://clips.example:{listener.getsockname()[1]}/x", tmp_path / "clip")
        listening.join()
    assert b"clips.example" in heard[0]


def to_public(
    handle: Callable[[httpx.Request], httpx.Response], *, names: Names, base: str = "https://api.example"
) -> Api:
    return api_at(base, transport=httpx.MockTransport(handle), resolve=names)


@pytest.mark.parametrize(
    "addresses",
    [
        ["10.0.0.5"], ["127.0.0.1"], ["169.254.169.254"], ["100.64.0.1"], ["224.0.0.1"], ["0.0.0.0"], ["240.0.0.1"],
        ["::1"], ["::"], ["::ffff:10.0.0.1"], ["fd00::1"], ["fe80::1"], ["fec0::1"], ["ff02::1"], ["64:ff9b::7f00:1"],
        ["2002:7f00:1::"], [PUBLIC, "192.168.0.1"], ["no address"],
    ],
)  # fmt: skip
def test_a_result_with_an_address_that_is_not_public_is_refused(addresses: list[str], tmp_path: Path) -> None:
    asked: list[httpx.Request] = []

    def handle(request: httpx.Request) -> httpx.Response:
        asked.append(request)
        return httpx.Response(200, content=b"film")

    api = to_public(handle, names=Names({"clips.example": addresses}))
    with pytest.raises(ProviderRefused, match="private network") as caught:
        download(api, "https://clips.example/x?sign=hidden", tmp_path / "clip")
    assert caught.value.kind is FailureKind.BAD_OUTPUT
    assert caught.value.next_step
    assert "hidden" not in str(caught.value)
    assert not asked


@pytest.mark.parametrize("host", ["127.0.0.1", "[::1]", "10.0.0.5", "[::ffff:127.0.0.1]"])
def test_a_private_address_in_the_url_itself_is_refused(host: str, tmp_path: Path) -> None:
    names = Names({})
    api = to_public(lambda _request: httpx.Response(200, content=b"film"), names=names)
    with pytest.raises(ProviderRefused):
        download(api, f"http://{host}/x", tmp_path / "clip")
    assert not names.looked_up


@pytest.mark.parametrize("address", [PUBLIC, "2606:2800:220:1:248:1893:25c8:1946", "64:ff9b::5db8:d822"])
def test_a_result_at_a_public_address_is_fetched_from_that_address(address: str, tmp_path: Path) -> None:
    asked: list[httpx.Request] = []

    def handle(request: httpx.Request) -> httpx.Response:
        asked.append(request)
        return httpx.Response(200, content=b"film")

    api = to_public(handle, names=Names({"clips.example": [address]}))
    assert download(api, "https://clips.example/x", tmp_path / "clip", with_key=True) == 4
    assert asked[0].url.host == address
    assert asked[0].headers["host"] == "clips.example"
    assert "authorization" not in asked[0].headers


def test_a_private_address_may_be_fetched_from_only_if_it_is_the_host_of_the_api(tmp_path: Path) -> None:
    names = Names({"comfy.studio": ["10.0.0.5"], "nas.studio": ["10.0.0.6"], "self.studio": ["127.0.0.1"]})
    by_name = to_public(
        lambda _request: httpx.Response(200, content=b"film"), names=names, base="http://comfy.studio:8188"
    )
    by_address = to_public(
        lambda _request: httpx.Response(200, content=b"film"), names=names, base="http://10.0.0.5:8188"
    )
    for api, url in ((by_name, "http://comfy.studio:9000/x"), (by_address, "http://10.0.0.5:9/x"), (by_address, "/x")):
        assert download(api, url, tmp_path / "clip") == 4
    for url in ("http://nas.studio:8188/x", "http://10.0.0.6/x", "http://127.0.0.1/x", "http://self.studio/x"):
        for api in (by_name, by_address):
            with pytest.raises(ProviderRefused):
                download(api, url, tmp_path / "clip")


def test_a_name_of_the_api_that_leads_to_this_machine_opens_nothing(tmp_path: Path) -> None:
    api = to_public(lambda _request: httpx.Response(200, content=b"film"), names=Names({"api.example": ["127.0.0.1"]}))
    with pytest.raises(ProviderRefused):
        download(api, "http://api.example:22/x", tmp_path / "clip")


def test_an_api_on_loopback_may_name_results_at_its_other_ports_but_not_in_the_network(
    serve: Callable[..., Server], tmp_path: Path
) -> None:
    server = serve(answered(body=b"film"))
    api = api_at("http://localhost:1")
    assert download(api, f"{server.url}/x", tmp_path / "clip") == 4
    with pytest.raises(ProviderRefused):
        download(api, "http://192.168.0.1/x", tmp_path / "clip")


def test_every_hop_of_a_redirect_is_checked(tmp_path: Path) -> None:
    names = Names({"clips.example": [PUBLIC], "inside.example": ["10.0.0.5"]})
    for location in (
        "https://inside.example/x",
        "http://127.0.0.1/",
        "ftp://clips.example/",
        "http://me:word@clips.example/",
        "",
    ):
        asked: list[str] = []

        def handle(request: httpx.Request, location: str = location, asked: list[str] = asked) -> httpx.Response:
            asked.append(request.url.host)
            return httpx.Response(302, headers={"Location": location} if location else {})

        with pytest.raises(ProviderRefused) as caught:
            download(to_public(handle, names=names), "https://clips.example/x", tmp_path / "clip")
        assert caught.value.kind is FailureKind.BAD_OUTPUT
        assert asked == [PUBLIC]


def test_a_redirect_does_not_take_the_encryption_away(tmp_path: Path) -> None:
    def handle(request: httpx.Request) -> httpx.Response:
        if request.url.scheme == "https":
            return httpx.Response(302, headers={"Location": "http://clips.example/x"})
        return httpx.Response(200, content=b"film")

    with pytest.raises(ProviderRefused, match="without encryption"):
        download(to_public(handle, names=Names({"clips.example": [PUBLIC]})), "https://clips.example/x", tmp_path / "c")
    private = to_public(handle, names=Names({"clips.example": ["10.0.0.5"]}), base="http://clips.example")
    assert download(private, "https://clips.example/x", tmp_path / "c") == 4


def test_a_download_follows_five_redirects_and_no_more(serve: Callable[..., Server], tmp_path: Path) -> None:
    def step(asked: Asked) -> Answer:
        left = int(asked.target.removeprefix("/"))
        return answered(302, Location=f"/{left - 1}") if left else answered(body=b"film")

    server = serve(step)
    assert download(api_at(server.url), "/5", tmp_path / "clip") == 4
    with pytest.raises(ProviderRefused, match="more than 5 times"):
        download(api_at(server.url), "/6", tmp_path / "clip")


def test_a_download_that_announces_or_sends_too_much_is_refused(serve: Callable[..., Server], tmp_path: Path) -> None:
    announced = serve(answered(body=b"", Content_Length="5000"))
    endless = serve(answered(body=b"x" * 5000, Content_Length=""))
    for server in (announced, endless):
        with pytest.raises(ProviderRefused, match="larger than 1000 bytes") as caught:
            download(api_at(server.url), "/x", tmp_path / "clip", max_bytes=1000)
        assert caught.value.kind is FailureKind.BAD_OUTPUT
    assert not (tmp_path / "clip").exists() or (tmp_path / "clip").stat().st_size <= 1000


def test_a_download_without_a_length_is_whole_when_the_server_ends_it(
    serve: Callable[..., Server], tmp_path: Path
) -> None:
    server = serve(answered(body=b"film", Content_Length=""))
    shares: list[float] = []
    assert download(api_at(server.url), "/x", tmp_path / "clip", shares=shares) == 4
    assert shares == [1.0]


def test_a_download_that_ends_early_was_cut_off(serve: Callable[..., Server], tmp_path: Path) -> None:
    server = serve(answered(body=b"fil", Content_Length="4"))
    with pytest.raises(ProviderUnavailable, match="cut off") as caught:
        download(api_at(server.url), "/x?sign=hidden", tmp_path / "clip")
    assert caught.value.kind is FailureKind.TRANSPORT
    assert "hidden" not in str(caught.value)


@pytest.mark.parametrize("timeouts", [Timeouts(read_s=0.05), Timeouts(download_s=0.05)])
def test_a_download_that_stands_still_was_cut_off(
    serve: Callable[..., Server], tmp_path: Path, timeouts: Timeouts
) -> None:
    server = serve(answered(body=b"fil", Content_Length="4", closes=False))
    with pytest.raises(ProviderUnavailable, match="cut off"):
        download(api_at(server.url, timeouts=timeouts), "/x", tmp_path / "clip")


@pytest.mark.parametrize("media_type", ["text/html; charset=utf-8", "Application/JSON", "application/problem+json"])
def test_a_page_is_no_media(serve: Callable[..., Server], tmp_path: Path, media_type: str) -> None:
    server = serve(answered(Content_Type=media_type))
    with pytest.raises(ProviderRefused, match="no media") as caught:
        download(api_at(server.url), "/x", tmp_path / "clip")
    assert caught.value.kind is FailureKind.BAD_OUTPUT


@pytest.mark.parametrize(
    ("status", "error", "kind", "retry_after_s"),
    [
        (403, ProviderUnavailable, FailureKind.EXPIRED, 0),
        (404, ProviderUnavailable, FailureKind.EXPIRED, 0),
        (410, ProviderUnavailable, FailureKind.EXPIRED, 0),
        (429, ProviderUnavailable, FailureKind.RATE_LIMITED, 9),
        (500, ProviderUnavailable, FailureKind.TRANSPORT, 9),
        (503, ProviderUnavailable, FailureKind.CONCURRENCY_LIMITED, 9),
        (401, ProviderRefused, FailureKind.AUTH, 9),
    ],
)
def test_a_link_that_no_longer_works_says_why(
    serve: Callable[..., Server],
    tmp_path: Path,
    status: int,
    error: type[ProviderError],
    kind: FailureKind,
    retry_after_s: float,
) -> None:
    server = serve(answered(status, Retry_After="9"))
    with pytest.raises(error) as caught:
        download(api_at(server.url), "/x", tmp_path / "clip")
    assert (caught.value.kind, caught.value.retry_after_s) == (kind, retry_after_s)


def test_a_name_that_is_unknown_is_a_failure_of_the_network(tmp_path: Path) -> None:
    api = to_public(lambda _request: httpx.Response(200), names=Names({}))
    with pytest.raises(ProviderUnavailable, match="no such name"):
        download(api, "https://clips.example/x?sign=hidden", tmp_path / "clip")


def test_a_disk_that_fails_is_not_the_network(serve: Callable[..., Server], tmp_path: Path) -> None:
    server = serve(answered(body=b"film"))
    with pytest.raises(FileNotFoundError):
        download(api_at(server.url), "/x", tmp_path / "no folder" / "clip")


def test_nothing_that_a_server_sets_is_remembered(serve: Callable[..., Server]) -> None:
    server = serve(answered(Set_Cookie="who=me; Path=/"))
    api = api_at(server.url)

    async def twice() -> None:
        await api.send("GET", "/a")
        await api.send("GET", "/a")

    asyncio.run(twice())
    assert "cookie" not in server.asked[1].headers


def test_the_system_is_asked_for_a_name_where_nothing_else_is_given(
    serve: Callable[..., Server], tmp_path: Path
) -> None:
    server = serve(answered(body=b"film"))
    assert download(api_at(server.url), f"http://localhost:{server.port}/x", tmp_path / "clip") == 4
