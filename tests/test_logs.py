"""The log: one JSON line a record, nothing in it that must not be there, libraries included."""

import io
import json
import logging
from collections.abc import Iterator
from typing import Any

import pytest
import structlog

from bot import logs

TOKEN = "123456789:AAEhBOweik6ad9r_QXMENQjcrGbqCr4K-bc"


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


@pytest.fixture
def stream() -> Iterator[io.StringIO]:
    root = logging.getLogger()
    before, level = root.handlers[:], root.level
    target = io.StringIO()
    logs.set_up(secrets=["hush-hush-very-secret"], stream=target)
    yield target
    root.handlers[:] = before
    root.setLevel(level)
    structlog.reset_defaults()
    logs.forget_secrets()


def records(stream: io.StringIO) -> list[dict[str, Any]]:
    return [json.loads(line) for line in stream.getvalue().splitlines()]


def test_a_record_is_one_json_line_with_time_level_and_fields(stream: io.StringIO) -> None:
    structlog.get_logger("bot.outbox").info("sent", visit_id="v-881", segments=2)
    (record,) = records(stream)
    assert (record["event"], record["level"], record["logger"]) == ("sent", "info", "bot.outbox")
    assert (record["visit_id"], record["segments"]) == ("v-881", 2)
    assert record["timestamp"].endswith("Z")


def test_every_record_of_a_message_carries_its_id(stream: io.StringIO) -> None:
    log = structlog.get_logger()
    with logs.bind(message_id="m-1"):
        log.info("inside")
        logging.getLogger("uvicorn.error").warning("a library inside")
    log.info("outside")
    assert [record.get("message_id") for record in records(stream)] == ["m-1", "m-1", None]


def test_the_libraries_write_the_same_lines(stream: io.StringIO) -> None:
    logging.getLogger("httpx").warning(
        "POST %s answered %d", f"https://api.telegram.org/bot{TOKEN}/sendMessage", 429
    )
    (record,) = records(stream)
    assert record["event"] == "POST https://api.telegram.org/bot***/sendMessage answered 429"
    assert (record["level"], record["logger"]) == ("warning", "httpx")


def test_what_libraries_chat_at_info_is_left_out(stream: io.StringIO) -> None:
    logging.getLogger("httpx").info("HTTP Request: POST …")
    logging.getLogger("apscheduler.executors").info("Running job …")
    assert not records(stream)


@pytest.mark.parametrize(
    ("text", "clean"),
    [
        (f"token {TOKEN} here", "token *** here"),
        (f"https://api.telegram.org/bot{TOKEN}/getMe", "https://api.telegram.org/bot***/getMe"),
        (f"/bot{TOKEN.replace(':', '%3A')}/getMe", "/bot***/getMe"),
        ("key=hush-hush-very-secret&x=1", "key=***&x=1"),
        ("postgresql://me:pw@db.example.com/askwhy", "postgresql://me:***@db.example.com/askwhy"),
        ("to +37255550189", "to +372…89"),
        ("to +372 5555 0189, once", "to +372…89, once"),
        ("To=%2B37255550189&Body=x", "To=+372…89&Body=x"),
        ("2026-11-22T10:00:00+02:00 took 1500 ms", "2026-11-22T10:00:00+02:00 took 1500 ms"),
        ("SM0123456789abcdef0123456789abcdef", "SM0123456789abcdef0123456789abcdef"),
        ("v-881 at 10:00, score 9", "v-881 at 10:00, score 9"),
    ],
)
def test_secrets_tokens_and_phones_are_taken_out(stream: io.StringIO, text: str, clean: str) -> None:
    structlog.get_logger().info("x", deep={"list": [text]})
    assert records(stream)[0]["deep"] == {"list": [clean]}
    assert logs.redact(text) == clean


def test_what_customers_write_is_replaced_by_its_length(stream: io.StringIO) -> None:
    structlog.get_logger().warning(
        "not understood", text="my neighbour's secret", name="Liis", comment="too slow"
    )
    (record,) = records(stream)
    assert record["text"] == "(21 characters)"
    assert "Liis" not in stream.getvalue() + str(record)
    assert "slow" not in stream.getvalue()


def test_a_customer_cannot_write_a_second_record(stream: io.StringIO) -> None:
    structlog.get_logger().info("odd", visit_id='v-1\n{"event": "forged"}\r\x1b[31m\u2028\u202e')
    (record,) = records(stream)
    assert record["visit_id"] == 'v-1\\u000a{"event": "forged"}\\u000d\\u001b[31m\\u2028\\u202e'


def test_a_traceback_is_in_the_record_and_redacted_too(stream: io.StringIO) -> None:
    try:
        raise ValueError(f"cannot reach https://api.telegram.org/bot{TOKEN}/getMe for +37255550189")
    except ValueError:
        logging.getLogger("telegram").exception("failed")
        structlog.get_logger().exception("failed too")
    for record in records(stream):
        assert (
            "ValueError: cannot reach https://api.telegram.org/bot***/getMe for +372…89"
            in record["exception"]
        )


def test_on_a_terminal_a_record_is_a_readable_line() -> None:
    root = logging.getLogger()
    before, level = root.handlers[:], root.level
    target = Terminal()
    logs.set_up(stream=target)
    try:
        structlog.get_logger().warning("paused", sender="+37255550189", seconds=30)
    finally:
        root.handlers[:] = before
        root.setLevel(level)
        structlog.reset_defaults()
    assert target.getvalue()[8:] == " warning  paused  sender=+372…89  seconds=30\n"


def test_a_log_that_cannot_be_written_stops_nothing() -> None:
    class Full(io.StringIO):
        def write(self, text: str) -> int:
            raise OSError(28, "No space left on device")

    root = logging.getLogger()
    before, level = root.handlers[:], root.level
    logs.set_up(stream=Full())
    try:
        structlog.get_logger("bot.service").info("heard")
    finally:
        root.handlers[:] = before
        root.setLevel(level)
        structlog.reset_defaults()
