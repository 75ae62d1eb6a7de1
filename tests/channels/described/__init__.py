"""What the vendors themselves say of their APIs, and whether what we send is what they describe.

twilio.json is an excerpt of Twilio's OpenAPI description: the operations that askwhy uses, with names, types, patterns
and enumerations, without Twilio's words. The description is to be had from an npm package only, so a test that fetched
it would not run where there is only Python; tests/channels/test_described_twilio.py holds the excerpt against the installed
vendor's client, which is generated from the same description.
"""

import json
import re
from collections.abc import Mapping
from datetime import datetime
from email.utils import parsedate_to_datetime
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from tests.fakes.loopback import Reply, Request

Schema = Mapping[str, Any]

TWILIO: Schema = json.loads((Path(__file__).parent / "twilio.json").read_text("utf-8"))["operations"]

JSON_TYPES: Mapping[str, tuple[type, ...]] = {
    "string": (str,), "integer": (int,), "boolean": (bool,), "array": (list,), "object": (dict,), "number": (int, float),
}  # fmt: skip


def operation_of(request: Request) -> str | None:
    """Name the operation that a request calls; None for one that is not described."""
    for name, described in TWILIO.items():
        pattern = re.sub(r"{\w+}", r"[A-Z]{2}[0-9a-fA-F]{32}", described["path"].replace(".", r"\."))
        if request.method == described["method"] and re.fullmatch(pattern, request.path):
            return str(name)
    return None


def wrong_in_request(request: Request) -> list[str]:
    """Say what a request has that its operation's description does not allow."""
    name = operation_of(request)
    if name is None:
        return [f"{request.method} {request.path} is not described"]
    described = TWILIO[name]
    parts = [("query", dict(request.query), described["query"])]
    if request.body:
        parts.append(("form", request.form(), described.get("form", {})))
    wrong = [
        f"{name} {part} {problem}"
        for part, values, schemas in parts
        for key, value in values.items()
        for problem in (
            _wrong_text(key, value, schemas[key]) if key in schemas else [f"{key} is not described"]
        )
    ]
    missing = set(described.get("required", ())) - (request.form() if request.body else {}).keys()
    return wrong + [f"{name} form {key} is missing" for key in sorted(missing)]


def wrong_in_answer(request: Request, reply: Reply) -> list[str]:
    """Say what a good answer has that its operation's description does not know."""
    name = operation_of(request)
    if name is None or reply.status >= 400:
        return []
    described = TWILIO[name]
    wrong = [] if reply.status == described["status"] else [f"{name} answers {reply.status}"]
    return wrong + [
        f"{name}{problem}" for problem in _wrong_value("", json.loads(reply.body), described["answer"])
    ]


def _wrong_text(key: str, value: str, schema: Schema) -> list[str]:
    """Check a parameter, which travels as text."""
    match schema.get("type"):
        case "integer":
            fits = bool(re.fullmatch(r"-?\d+", value))
            fits = fits and schema.get("minimum", -(2**63)) <= int(value) <= schema.get("maximum", 2**63)
        case "boolean":
            fits = value in {"true", "false"}
        case _:
            fits = _is_text(value, schema)
    return [] if fits else [f"{key} = {value!r} is no {dict(schema)}"]


def _wrong_value(where: str, value: Any, schema: Schema) -> list[str]:
    """Check a value of JSON, however deep."""
    if value is None:
        return [] if schema.get("nullable") or where.endswith(("_uri", "_url")) else [f"{where} is null"]
    kind = schema.get("type")
    if kind and not isinstance(value, JSON_TYPES[kind]):
        return [f"{where} = {value!r} is no {kind}"]
    if kind == "string":
        return [] if _is_text(value, schema) else [f"{where} = {value!r} is no {dict(schema)}"]
    if kind == "array":
        return [wrong for item in value for wrong in _wrong_value(f"{where}[]", item, schema["items"])]
    if kind == "object" and "properties" in schema:
        known = schema["properties"]
        wrong = [f"{where}.{key} is not described" for key in value.keys() - known.keys()]
        return wrong + [
            problem
            for key in value.keys() & known.keys()
            for problem in _wrong_value(f"{where}.{key}", value[key], known[key])
        ]
    return []


def _is_text(value: str, schema: Schema) -> bool:
    if "enum" in schema and value not in schema["enum"]:
        return False
    if "pattern" in schema and not re.fullmatch(schema["pattern"].strip("^$"), value):
        return False
    try:
        match schema.get("format"):
            case "phone-number":
                return bool(re.fullmatch(r"\+[1-9]\d{6,14}|\d{3,8}", value))
            case "uri":
                parts = urlsplit(value)
                if value.startswith("/"):  # the API's own pages are told without their host
                    return True
                return bool(parts.scheme and parts.hostname and "_" not in parts.hostname) or value == ""
            case "date-time":
                return datetime.fromisoformat(value).tzinfo is not None
            case "date-time-rfc-2822":
                return parsedate_to_datetime(value).tzinfo is not None
    except ValueError:
        return False
    return True
