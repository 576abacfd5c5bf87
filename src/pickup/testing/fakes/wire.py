"""Requests and replies of a fake server, decoded: JSON, multipart and the query. It opens no socket."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from email.message import Message
from email.parser import BytesHeaderParser
from enum import StrEnum
from urllib.parse import parse_qsl

JSON_TYPE = "application/json"
MULTIPART_TYPE = "multipart/form-data"
_GIVEN = (200, 206)


@dataclass(frozen=True, slots=True, kw_only=True)
class Upload:
    """A file in a multipart form."""

    name: str
    content_type: str
    data: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """A request as it arrived.

    Attributes:
        path: Still quoted, without the query.
        headers: Their names in lower case.
        fields: The JSON object, or the text fields of the form under their names as sent (`input_reference[file_id]`).
        files: The form's files.
        problem: Why the body could not be decoded; empty if it could.
        lost: The connection was reset before the body was read.
    """

    method: str
    path: str
    query: Mapping[str, str]
    headers: Mapping[str, str]
    body: bytes = b""
    fields: Mapping[str, object] = field(default_factory=dict)
    files: Mapping[str, Upload] = field(default_factory=dict)
    problem: str = ""
    lost: bool = False

    @property
    def content_type(self) -> str:
        """Without its parameters, in lower case."""
        return self.headers.get("content-type", "").partition(";")[0].strip().lower()


class Sending(StrEnum):
    """How a reply goes out."""

    WHOLE = "whole"
    TRUNCATED = "cut off"
    HUGE = "as if huge"
    SLOW = "slowly"
    NEVER = "no answer"
    RESET = "connection reset"


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    """A reply before it is sent.

    Attributes:
        slow_s: Over how many seconds a slow body goes out.
    """

    status: int = 200
    body: bytes = b""
    headers: Mapping[str, str] = field(default_factory=dict)
    sending: Sending = Sending.WHOLE
    slow_s: float = 0.0

    @property
    def is_whole_video(self) -> bool:
        """Whether it brings a video to its end."""
        is_video = self.headers.get("Content-Type", "").startswith("video/")
        return is_video and self.status in _GIVEN and self.sending in {Sending.WHOLE, Sending.SLOW}


class RefusedError(Exception):
    """The server does not do what was asked; becomes a reply in the manner of the service."""

    def __init__(
        self,
        message: str,
        *,
        status: int = 400,
        code: str = "invalid_value",
        param: str | None = None,
        retry_after_s: int | None = None,
        details: Mapping[str, object] | None = None,
    ) -> None:
        super().__init__(message)
        self.message = message
        self.status = status
        self.code = code
        self.param = param
        self.retry_after_s = retry_after_s
        self.details = details or {}


def json_reply(value: object, *, status: int = 200, headers: Mapping[str, str] | None = None) -> Reply:
    """A reply that is JSON."""
    return Reply(status=status, body=json.dumps(value).encode(), headers={"Content-Type": JSON_TYPE, **(headers or {})})


def range_reply(reply: Reply, *, asked: str) -> Reply:
    """The part of a body that a `Range` header asks for: `bytes=N-` or `bytes=N-M`; any other gives the whole."""
    unit, _, span = asked.partition("=")
    start, dash, end = span.partition("-")
    if unit.strip() != "bytes" or not start.isdigit() or not dash or (end and not end.isdigit()):
        return reply
    size = len(reply.body)
    first, last = int(start), min(int(end or size), size - 1)
    if first > last:
        return Reply(status=416, headers={"Content-Range": f"bytes */{size}"})
    headers = {**reply.headers, "Content-Range": f"bytes {first}-{last}/{size}"}
    return Reply(status=206, body=reply.body[first : last + 1], headers=headers)


def decode_request(*, method: str, target: str, headers: Mapping[str, str], body: bytes) -> Request:
    """Decodes what arrived; a body that cannot be decoded is a `problem`, not an error."""
    path, _, query = target.partition("?")
    fields: Mapping[str, object] = {}
    files: Mapping[str, Upload] = {}
    problem = ""
    content_type = headers.get("content-type", "")
    try:
        if body and content_type.lower().startswith(JSON_TYPE):
            fields = _json_object(body)
        elif body and content_type.lower().startswith(MULTIPART_TYPE):
            fields, files = _form(body, content_type=content_type)
    except ValueError as error:
        problem = str(error)
    return Request(
        method=method,
        path=path,
        query=dict(parse_qsl(query, keep_blank_values=True)),
        headers=headers,
        body=body,
        fields=fields,
        files=files,
        problem=problem,
    )


def _json_object(body: bytes) -> Mapping[str, object]:
    value: object = json.loads(body)
    if not isinstance(value, dict):
        raise ValueError("the body is not a JSON object")  # noqa: TRY004 - what came from outside is a value
    return value


def _form(body: bytes, *, content_type: str) -> tuple[Mapping[str, object], Mapping[str, Upload]]:
    """The text fields and the files of a multipart form; of equal names the last counts.

    The parsers of `email` change line ends, which would break pictures; only the headers of a part go through them.
    """
    described = Message()
    described["Content-Type"] = content_type
    boundary = described.get_param("boundary")
    if not isinstance(boundary, str) or not boundary:
        raise ValueError("the form has no boundary")
    fields: dict[str, object] = {}
    files: dict[str, Upload] = {}
    _preamble, *parts = (b"\r\n" + body).split(b"\r\n--" + boundary.encode())
    if not parts or not parts[-1].startswith(b"--"):
        raise ValueError("the form does not end with its boundary")
    for part in parts[:-1]:
        head, blank, data = part.partition(b"\r\n\r\n")
        header = BytesHeaderParser().parsebytes(head.lstrip())
        name = header.get_param("name", header="content-disposition")
        if not blank or not isinstance(name, str):
            raise ValueError("a part of the form has no name")
        filename = header.get_filename()
        if filename is None:
            fields[name] = data.decode()
        else:
            files[name] = Upload(name=filename, content_type=header.get_content_type(), data=data)
    return fields, files
