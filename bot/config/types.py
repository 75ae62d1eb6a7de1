"""The kinds of value that configuration keys take, each with the sentence that says how to write it right."""

import re
from datetime import time, timedelta
from typing import Annotated, Any, Final
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from pydantic import BeforeValidator

from bot.config.errors import WrongValueError
from surveys.durations import parse_duration
from surveys.zones import ZoneError, find_zone

_SIZE: Final = re.compile(r"\s*(\d+)\s*(B|KB|KIB|MB|MIB|GB|GIB)?\s*", re.IGNORECASE)
_SIZE_UNITS: Final = {
    "": 1,
    "B": 1,
    "KB": 10**3,
    "KIB": 2**10,
    "MB": 10**6,
    "MIB": 2**20,
    "GB": 10**9,
    "GIB": 2**30,
}
_LANGUAGE: Final = re.compile(r"[a-z]{2,3}(-[A-Za-z0-9]{2,8})*")


def nearest(wrong: str, right: list[str]) -> str | None:
    """Return the one of `right` that `wrong` was probably meant to be, or None."""
    from rapidfuzz import fuzz, process, utils

    found = process.extractOne(
        wrong, right, scorer=fuzz.WRatio, processor=utils.default_process, score_cutoff=65
    )
    return found[0] if found else None


def _zone(value: Any) -> ZoneInfo:
    if isinstance(value, ZoneInfo):
        return value
    try:
        return find_zone(value if isinstance(value, str) else "")
    except ZoneError as error:
        raise WrongValueError("is not a time zone", _sentence(error.fix)) from None


def _country(value: Any) -> str:
    fix = 'Write the two letters of ISO 3166, such as "EE", "FI", "GB" or "US".'
    if not isinstance(value, str):
        raise WrongValueError("is not a country", fix)
    from phonenumbers import SUPPORTED_REGIONS

    if value.upper() not in SUPPORTED_REGIONS:
        raise WrongValueError(
            "is no country", 'The United Kingdom is "GB".' if value.upper() == "UK" else fix
        )
    return value.upper()


def is_language(value: Any) -> bool:
    """Tell whether a value has the form of a language code."""
    return isinstance(value, str) and _LANGUAGE.fullmatch(value) is not None


def _language(value: Any) -> str:
    if is_language(value):
        return str(value)
    raise WrongValueError("is no language code", 'Write the code of ISO 639, such as "en", "et" or "ru".')


def _duration(value: Any) -> timedelta:
    if isinstance(value, timedelta):
        return value
    try:
        return parse_duration(value if isinstance(value, str) else "")
    except ValueError:
        fix = 'Write a number and a unit, at most ten years: "30 minutes", "1 day", "90 days", "2s".'
        raise WrongValueError("is not a duration", fix) from None


def in_words(duration: timedelta) -> str:
    """Write a duration as the configuration does, in its largest whole unit: "3 days", "90 minutes"."""
    seconds = int(duration.total_seconds())
    for unit, length in (("day", 86400), ("hour", 3600), ("minute", 60), ("second", 1)):
        if seconds % length == 0 and seconds:
            return f"{seconds // length} {unit}{'' if seconds == length else 's'}"
    return "0 days"


def _time_of_day(value: Any) -> time:
    if isinstance(value, time):
        return value
    if isinstance(value, str) and (found := re.fullmatch(r"\s*([01]?\d|2[0-3]):([0-5]\d)\s*", value)):
        return time(int(found[1]), int(found[2]))
    raise WrongValueError("is no time of day", 'Write hours and minutes of 24 hours: "03:30".')


def _size(value: Any) -> int:
    if isinstance(value, int) and not isinstance(value, bool) and value > 0:
        return value
    if isinstance(value, str) and (found := _SIZE.fullmatch(value)):
        size = int(found[1]) * _SIZE_UNITS[(found[2] or "").upper()]
        if size > 0:
            return size
    raise WrongValueError("is no size", 'Write e.g. "64 KiB" or "1 MiB".')


def _base_url(value: Any) -> str:
    fix = 'Write e.g. "https://feedback.example.com", without a path to a file, "?" or "#".'
    if not isinstance(value, str):
        raise WrongValueError("is not an address", fix)
    parts = urlsplit(value)
    if parts.scheme not in {"http", "https"} or not parts.hostname or parts.query or parts.fragment:
        raise WrongValueError("is not an address of a web server", fix)
    if parts.username or parts.password:
        raise WrongValueError("holds a user name or password", "Leave it out: it would be sent to others.")
    return value.rstrip("/")


def _sentence(text: str) -> str:
    return f"{text[:1].upper()}{text[1:]}."


def _number_not_bool(value: Any) -> Any:
    if isinstance(value, bool):
        raise WrongValueError("is not a number", "Write a number, without quotes.")
    return value


Zone = Annotated[ZoneInfo, BeforeValidator(_zone)]
Country = Annotated[str, BeforeValidator(_country)]
Language = Annotated[str, BeforeValidator(_language)]
Size = Annotated[int, BeforeValidator(_size)]
Duration = Annotated[timedelta, BeforeValidator(_duration)]
TimeOfDay = Annotated[time, BeforeValidator(_time_of_day)]
BaseUrl = Annotated[str, BeforeValidator(_base_url)]
Number = BeforeValidator(_number_not_bool)
