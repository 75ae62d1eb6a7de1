"""Phone numbers as people write them, made into E.164 ("+37255550100"), or refused with a reason.

By the `phonenumbers` library with the country as a hint. Accepted is what is a possible number: the library's lists of
ranges in use lag behind the operators, so a number in a range it does not know is taken as it is. Refused are numbers that
cost the reader or the sender extra (premium rate, shared cost). A landline is accepted (it identifies the customer, and
Telegram may still reach them) but `can_text` says that no SMS arrives there.
"""

import re
import unicodedata
from collections.abc import Iterable
from functools import cache, lru_cache
from zoneinfo import ZoneInfo

import phonenumbers
from phonenumbers import (
    COUNTRY_CODE_TO_REGION_CODE,
    PhoneMetadata,
    PhoneNumber,
    PhoneNumberType,
    ValidationResult,
)

from surveys.numbering import numbering_plan
from surveys.zones import ZoneError, find_zone

_SEPARATORS = re.compile(r"(?:tel:)?[+＋]?[\d\s().\-–—‐‑−/]+", re.IGNORECASE)
_SPREADSHEET_NUMBER = re.compile(r"(\d+)\.0+", re.ASCII)
_EXTRA_COST = {
    PhoneNumberType.PREMIUM_RATE: "it is a premium-rate number",
    PhoneNumberType.SHARED_COST: "it is a shared-cost number",
}
_IMPOSSIBLE = {
    ValidationResult.TOO_SHORT: "it is too short",
    ValidationResult.TOO_LONG: "it is too long",
    ValidationResult.INVALID_LENGTH: "no number there has that length",
    ValidationResult.INVALID_COUNTRY_CODE: "no country has that code",
    ValidationResult.IS_POSSIBLE_LOCAL_ONLY: "it lacks the area code",
}
_UNREADABLE = {
    phonenumbers.NumberParseException.INVALID_COUNTRY_CODE: "no country has that code",
    phonenumbers.NumberParseException.TOO_SHORT_AFTER_IDD: "it is too short",
    phonenumbers.NumberParseException.TOO_SHORT_NSN: "it is too short",
    phonenumbers.NumberParseException.TOO_LONG: "it is too long",
}


LONGEST_REMEMBERED = 64
"""Characters of a text whose reading is remembered."""


class PhoneProblem(ValueError):  # noqa: N818 -- a finding about data, named like VisitProblem
    """A text that cannot be a customer's phone number; `problem` says why."""

    def __init__(self, value: str, problem: str) -> None:
        super().__init__(f"phone {value[:40]!r}: {problem}; {self.fix}")
        self.problem = problem

    fix = 'write it like "+372 5555 0100"'


def normalise_phone(text: str, country: str) -> str:
    """Return a number in E.164. `country` (two letters) is where a number without "+" belongs. Raises PhoneProblem.

    Spaces, dashes, dots, brackets, digits of any script, "00" for "+", national prefixes ("8 912 …" in Russia) and a
    number that a spreadsheet turned into 37255550100.0 are understood. Two numbers in one cell, letters and extensions are not.
    """
    if text[:1] == "+" and text[1:].isdecimal() and text.isascii() and _is_right(text):
        return text
    understand = _understood if len(text) <= LONGEST_REMEMBERED else _understood.__wrapped__
    number, problem = understand(text, country)
    if number is None:
        raise PhoneProblem(text, problem)
    return number


@lru_cache(maxsize=4096)  # customers come again, and so does what stands for "none"
def _understood(text: str, country: str) -> tuple[str | None, str]:
    """Return a number in E.164, or None and the problem."""
    try:
        bare = _bare(text)
    except PhoneProblem as error:
        return None, error.problem
    problem = ""
    for candidate in _candidates(bare):
        found = _parse(candidate, country)
        if isinstance(found, PhoneNumber):
            return f"+{found.country_code}{phonenumbers.national_significant_number(found)}", ""
        problem = problem or found
    return None, problem


def can_text(phone: str) -> bool:
    """Whether an SMS can arrive at a number in E.164: not at a landline."""
    return _type_of(phone) != PhoneNumberType.FIXED_LINE


def country_of(phone: str) -> str | None:
    """Return the country (two letters) that a number in E.164 belongs to; None where that cannot be told."""
    regions = COUNTRY_CODE_TO_REGION_CODE.get(int(calling_code(phone)), ())
    region = regions[0] if len(regions) == 1 else phonenumbers.region_code_for_number(_number(phone))
    return region if region and region != phonenumbers.REGION_CODE_FOR_NON_GEO_ENTITY else None


def zones_of(phone: str) -> tuple[ZoneInfo, ...]:
    """Guess the zones a number in E.164 may be in, none where the library cannot tell. Only good for narrowing.

    Its names are not to be relied on ("Europe/Bucharest" for Estonia), its offsets mostly are.
    """
    from phonenumbers.timezone import time_zones_for_number

    zones = _zones_under(calling_code(phone))
    return zones if len(zones) <= 1 else _zones_named(time_zones_for_number(_number(phone)))


def calling_code(phone: str) -> str:
    """Return the country's part of a number in E.164: "372". Raises ValueError where there is none."""
    code = _calling_code(phone[1:4])
    if code is None:
        raise ValueError(f"{phone[:40]!r} is not a number in E.164; normalise_phone makes one")
    return code


@lru_cache(maxsize=1024)
def _calling_code(start: str) -> str | None:
    for length in (1, 2, 3):
        if start[:length].isdecimal() and int(start[:length]) in COUNTRY_CODE_TO_REGION_CODE:
            return start[:length]
    return None


@cache
def _zones_under(code: str) -> tuple[ZoneInfo, ...]:
    """Return all zones of the numbers behind a calling code: one for most countries, whatever the number."""
    from phonenumbers.tzdata import TIMEZONE_DATA

    return _zones_named(
        {name for prefix, names in TIMEZONE_DATA.items() if prefix.startswith(code) for name in names}
    )


def _zones_named(names: Iterable[str]) -> tuple[ZoneInfo, ...]:
    try:
        return tuple(find_zone(name) for name in sorted(names) if name != "Etc/Unknown")
    except ZoneError:  # a zone that this machine's tables do not have: a guess with a hole is no guess
        return ()


@lru_cache(maxsize=2048)
def _number(phone: str) -> PhoneNumber:
    """Return the library's value of a number in E.164 without parsing: nothing is to be guessed there."""
    code = calling_code(phone)
    national = phone[1 + len(code) :]
    zeros = len(national) - len(national[:-1].lstrip("0")) - 1
    return PhoneNumber(
        country_code=int(code),
        national_number=int(national),
        italian_leading_zero=True if zeros else None,
        number_of_leading_zeros=zeros if zeros > 1 else None,
    )


@lru_cache(maxsize=8192)
def _type_of(phone: str) -> int:
    """Return the kind of a number in E.164: asked when it comes in, and when something is to be sent to it."""
    code = calling_code(phone)
    plan = numbering_plan(code)
    return (
        int(phonenumbers.number_type(_number(phone)))
        if plan is None
        else plan.type_of(phone[1 + len(code) :])
    )


def _bare(text: str) -> str:
    """Return what is written without marks that are no part of a number. Raises PhoneProblem where it is not one number."""
    bare = "".join(char for char in text if unicodedata.category(char) not in {"Cc", "Cf"})
    bare = bare.strip().lstrip("'").strip()  # a spreadsheet's mark for "this is text"
    if number := _SPREADSHEET_NUMBER.fullmatch(bare):
        return number[1]
    if not any(char.isdecimal() for char in bare):
        raise PhoneProblem(text, "it holds no digits")
    if len(bare) > 40 or _SEPARATORS.fullmatch(bare) is None:
        raise PhoneProblem(text, "it is not one phone number")
    return bare


def _candidates(bare: str) -> tuple[str, ...]:
    """Return the readings of a number in the order in which they are tried."""
    candidates = [bare]
    if bare.startswith(
        "00"
    ):  # "international" in most of the world, also written where it is dialled otherwise
        candidates.append("+" + bare[2:])
    if "(0)" in bare:  # a prefix for calls inside the country, shown in an international number
        candidates.append(bare.replace("(0)", ""))
    return tuple(candidates)


def _parse(text: str, country: str) -> PhoneNumber | str:
    """Return a possible number of a kind that we text, or the problem with it."""
    try:
        number = phonenumbers.parse(text, country)
    except phonenumbers.NumberParseException as error:
        return _UNREADABLE.get(error.error_type, "it is not a phone number")
    return _problem_of(number) or number


def _problem_of(number: PhoneNumber) -> str | None:
    return _length_problem(number) or _EXTRA_COST.get(phonenumbers.number_type(number))


def _length_problem(number: PhoneNumber) -> str | None:
    possible = phonenumbers.is_possible_number_with_reason(number)
    return None if possible == ValidationResult.IS_POSSIBLE else _IMPOSSIBLE[possible]


def _is_right(text: str) -> bool:
    """Tell whether "+" and digits are a number to take as it stands; not where a prefix for calls inside the country may be in it.

    Equal to the library's parse and to `_problem_of`, at a sixth of their price: files of millions are written so.
    """
    code = _calling_code(text[1:4])
    if code is None:
        return False
    national = text[1 + len(code) :]
    prefix = _national_prefix(code)
    if len(national) < 2 or (prefix is not None and prefix.match(national)):
        return False
    plan = numbering_plan(code)
    right_length = _length_problem(_number(text)) is None if plan is None else plan.has_length(national)
    return right_length and _type_of(text) not in _EXTRA_COST


@cache
def _national_prefix(code: str) -> re.Pattern[str] | None:
    region = phonenumbers.region_code_for_country_code(int(code))
    metadata = PhoneMetadata.metadata_for_region_or_calling_code(int(code), region)
    pattern = metadata.national_prefix_for_parsing if metadata else None
    return re.compile(pattern) if pattern else None
