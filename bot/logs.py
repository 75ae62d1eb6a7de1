"""The log: structlog on standard error, one JSON line a record off a terminal, readable lines on one.

What must not be in a log does not get in: secrets, tokens in addresses, phones (`+372…89`), and what customers wrote
(WITHHELD fields). The filter sits at the very end, so it also sees what libraries log and what tracebacks quote.
Line breaks and other control characters are escaped: a customer cannot write a second record.
"""

import logging
import re
import sys
from collections.abc import Iterable, Iterator, MutableMapping
from contextlib import contextmanager, suppress
from typing import Any, Final, TextIO

# Fields that hold what a customer wrote or was written. Say its length instead: text_length=…
WITHHELD: Final = frozenset({"text", "why", "comment", "verbatim", "body", "reply", "name", "customer_name"})

# Libraries that tell every step at debug level: addresses with tokens, SQL with its values.
# fmt: off
CHATTY: Final = (
    "aiosqlite", "apscheduler", "httpcore", "httpx", "matplotlib", "psycopg", "telegram", "twilio", "uvicorn.access",
)
# fmt: on

_BOT_TOKEN: Final = re.compile(r"(?<![\d])(\d{5,}):[A-Za-z0-9_-]{20,}")
_TOKEN_IN_PATH: Final = re.compile(r"/bot\d+(?::|%3[Aa])[^/\s\"']+")
_PASSWORD_IN_URL: Final = re.compile(r"(?<=://)([^/\s:@]*):[^/\s@]*@")
# +372 5123 4567, also as %2B372… in a query; a date or an amount has no plus before it.
_PHONE: Final = re.compile(r"(?:\+|%2B)[1-9](?:[\s().-]?\d){6,14}", re.IGNORECASE)
_CONTROL: Final = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069\ud800-\udfff]")

# Words of ours: event names, channels, states, moments. Nothing of the above is in them.
_HARMLESS: Final = re.compile(r"[A-Za-z_. -]{1,60}|\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z", re.ASCII)

_secrets: list[str] = []

Event = MutableMapping[str, Any]


def set_up(*, secrets: Iterable[str] = (), level: str = "info", stream: TextIO | None = None) -> None:
    """Send everything, the records of libraries too, to `stream`; without one to standard error.

    `secrets` are values that must never appear, in whatever words a library puts them.
    """
    import structlog

    remember_secrets(secrets)
    target = stream or sys.stderr
    shared: list[Any] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        structlog.processors.format_exc_info,
        withhold,
    ]
    last = (
        _readable if target.isatty() else structlog.processors.JSONRenderer(ensure_ascii=False, default=str)
    )
    structlog.configure(
        processors=[*shared, clean, last],
        logger_factory=lambda name="": _Lines(target, name),
        wrapper_class=structlog.make_filtering_bound_logger(level),
    )
    handler = logging.StreamHandler(target)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=shared,
            processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, clean, last],
        )
    )
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(level.upper())
    for name in ("uvicorn", "uvicorn.error", "uvicorn.access"):  # they bring handlers of their own
        logging.getLogger(name).handlers.clear()
        logging.getLogger(name).propagate = True
    for chatty in CHATTY:
        logging.getLogger(chatty).setLevel(max(logging.WARNING, root.level))


class _Lines:
    """Where records of ours go: straight to the stream, not by way of `logging`, which takes twice the time.

    As in `logging`, a line that cannot be written stops nothing.
    """

    def __init__(self, target: TextIO, name: str) -> None:
        self.name = name
        self._target = target

    def msg(self, line: str) -> None:
        with suppress(OSError, ValueError):  # full, or closed
            self._target.write(line + "\n")
            self._target.flush()

    debug = info = warning = error = critical = msg


def keep_quiet() -> None:
    """Where no log was set up, as in most commands, write warnings only, and to standard error: the rest is an answer's.

    What must not be in a log is left out here too: a traceback is drawn without the values of its variables.
    """
    import structlog

    if not structlog.is_configured():
        structlog.configure(
            processors=[
                structlog.stdlib.add_log_level,
                structlog.processors.TimeStamper(fmt="iso", utc=True),
                structlog.processors.format_exc_info,
                withhold,
                clean,
                _readable,
            ],
            wrapper_class=structlog.make_filtering_bound_logger(logging.WARNING),
            logger_factory=structlog.PrintLoggerFactory(sys.stderr),
        )


@contextmanager
def bind(**fields: Any) -> Iterator[None]:
    """Give every record inside the block these fields, such as the id of a message."""
    import structlog

    with structlog.contextvars.bound_contextvars(**fields):
        yield


def remember_secrets(secrets: Iterable[str]) -> None:
    """Keep these values out of whatever `redact()` sees from now on."""
    _secrets[:] = sorted(
        {*_secrets, *(secret for secret in secrets if len(secret) >= 4)}, key=len, reverse=True
    )


def forget_secrets() -> None:
    """Start anew: for a program that reads another configuration."""
    _secrets.clear()


def redact(text: str) -> str:
    """Take secrets, tokens and phones out of a text; the ends of a phone stay, to tell two apart."""
    for secret in _secrets:
        text = text.replace(secret, "***")
    text = _TOKEN_IN_PATH.sub("/bot***", text)
    text = _BOT_TOKEN.sub("***", text)
    text = _PASSWORD_IN_URL.sub(r"\1:***@", text)
    return _PHONE.sub(lambda found: mask_phone(found[0]), text)


def mask_phone(phone: str) -> str:
    """Shorten a phone in E.164: +37251234589 is +372…89."""
    digits = re.sub(r"\D", "", phone.replace("%2B", "").replace("%2b", ""))
    return f"+{digits[:3]}…{digits[-2:]}"


def withhold(_logger: Any, _method: str, event: Event) -> Event:
    """Replace fields that hold a customer's words by their length; a structlog processor."""
    for key in WITHHELD & event.keys():
        event[key] = f"({len(str(event[key]))} characters)"
    return event


def clean(_logger: Any, _method: str, event: Event) -> Event:
    """Redact and escape every value of a record, however deep; the last processor before writing."""
    return {str(key): _cleaned(value) for key, value in event.items()}


def _cleaned(value: Any) -> Any:
    match value:
        case None | bool() | int() | float():
            return value
        case dict():
            return {str(key): _cleaned(item) for key, item in value.items()}
        case list() | tuple() | set() | frozenset():
            return [_cleaned(item) for item in value]
        case str() if _HARMLESS.fullmatch(value) and not any(secret in value for secret in _secrets):
            return value
        case _:
            return _CONTROL.sub(lambda found: f"\\u{ord(found[0]):04x}", redact(str(value)))


def _readable(_logger: Any, _method: str, event: Event) -> str:
    """Lay out a record for a terminal: time, level, event, fields; an exception keeps its lines."""
    clock = str(event.pop("timestamp", ""))[11:19]
    level = str(event.pop("level", "info"))
    said = event.pop("event", "")
    event.pop("logger", None)
    trace = str(event.pop("exception", "")).replace("\\u000a", "\n")
    fields = "".join(f"  {key}={value}" for key, value in event.items())
    return f"{clock} {level:<8} {said}{fields}" + (f"\n{trace}" if trace else "")
