"""What one cell of a visits file says: text made visible, moments, amounts, yes and no, languages.

Every reader raises ValueError with a problem and its fix, `CellProblem`, where a cell cannot be what its column says.
"""

import re
import unicodedata
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from functools import lru_cache
from zoneinfo import ZoneInfo

from surveys.texts import base_language

LARGEST_CELL = 64 * 1024  # bytes of UTF-8
EARLIEST = datetime(1900, 1, 1, tzinfo=UTC)
LATEST_AHEAD = timedelta(days=1)

_NOON = " 12:00"

_JOINERS = "\u200c\u200d"  # part of Persian and Indian names, and of emoji
_FILLERS = re.compile(
    "[\u034f\u115f\u1160\u17b4\u17b5\u2800\u3164\uffa0]"
)  # letters and marks that show nothing
_SELECTORS = re.compile("[\ufe00-\ufe0f]")
_UNSEEN = frozenset(
    {"Cc", "Cf", "Co", "Cs"}
)  # control, format (bidi, zero width), private use, half characters
_UNSTORABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff]")

_MOMENT = re.compile(
    r"(\d{4}-?\d\d-?\d\d|\d{4}-?W\d\d-?\d)([Tt ]\d\d(?::?\d\d(?::?\d\d(?:[.,]\d+)?)?)? ?(?:[Zz]|[+-]\d\d(?::?\d\d)?)?)?",
    re.ASCII,
)
_CURRENCY = re.compile(r"^(?:[^\W\d_]{1,3}\.?|[€$£¥₽₪])\s*|\s*(?:[^\W\d_]{1,3}\.?|[€$£¥₽₪])$")
_PLAIN = re.compile(r"([+-]?\d+)(?:[.,](\d+))?", re.ASCII)
_GROUPED = re.compile(
    r"([+-]?\d{1,3}(?P<mark>[.,'’ ])\d{3}(?:(?P=mark)\d{3})*)(?:(?!(?P=mark))[.,](\d+))?", re.ASCII
)
_LARGEST_AMOUNT = Decimal(10) ** 15

_YES = frozenset(["yes", "y", "true", "t", "1", "jah", "да", "kyllä", "ja", "כן"])
_NO = frozenset(["no", "n", "false", "f", "0", "ei", "нет", "nein", "nej", "לא"])


class CellProblem(ValueError):  # noqa: N818 -- a finding about data, not a failure of the program
    """A cell that cannot be what its column says."""

    def __init__(self, problem: str, fix: str) -> None:
        super().__init__(f"{problem}; {fix}")
        self.problem, self.fix = problem, fix


def cell_text(value: object) -> str:
    """Return a cell of CSV or a value of JSON as text, without what a store cannot keep. Raises CellProblem."""
    if isinstance(value, str):
        if len(value) <= LARGEST_CELL // 4 and value.isprintable():
            return value.strip()
        text = value
    elif isinstance(value, bool):
        text = "true" if value else "false"
    elif isinstance(value, int | float | Decimal):
        text = str(value)
    else:
        raise CellProblem("it is a list or an object", "give a text, a number, true or false")
    if len(text) > LARGEST_CELL // 4 and len(text.encode(errors="replace")) > LARGEST_CELL:
        raise CellProblem("it is over 64 KiB", "shorten it")
    if not text.isprintable():
        text = _UNSTORABLE.sub("", text)
    return text.strip()


def visible(text: str, *, joiners: bool = True) -> str:
    """Return a text of one line without characters that show nothing: control, bidi, zero width, fillers.

    Joiners and emoji selectors stay inside names (`joiners`), never in ids: two ids that look the same are the same.
    """
    if text.isascii():
        if text.isprintable():
            return text.strip()
    elif text.isprintable() and not _FILLERS.search(text) and (joiners or not _SELECTORS.search(text)):
        return text.strip()
    text = _FILLERS.sub("", " ".join(text.split()))
    if not joiners:
        text = _SELECTORS.sub("", text)
    kept = _JOINERS if joiners else ""
    shown = "".join(char for char in text if char in kept or unicodedata.category(char) not in _UNSEEN)
    return " ".join(shown.strip(_JOINERS + " ").split())


def all_visible(text: str) -> bool:
    """Tell whether `visible` would take nothing out of a printable text."""
    return not _FILLERS.search(text) and not _SELECTORS.search(text)


def moment_in(text: str, zone: ZoneInfo, now: datetime) -> datetime:
    """Return the moment (UTC) of an ISO 8601 text; without an offset it is `zone`'s clock. Raises CellProblem.

    A date alone is noon of that day: any hour is a guess, noon is never far out. A time that the clock skips or shows
    twice is read with the offset from before the change. Over a day after `now`, or before 1900, is refused.
    """
    form = _MOMENT.fullmatch(text)
    if form is None:
        raise CellProblem(
            "it is not a moment", 'write it like "2026-11-22T14:20" or "2026-11-22T14:20:00+02:00"'
        )
    try:
        at = datetime.fromisoformat(text.upper() if form[2] else text + _NOON)
        at = (at if at.tzinfo else at.replace(tzinfo=zone)).astimezone(UTC)
    except (ValueError, OverflowError) as error:
        raise CellProblem(
            f"no calendar or clock shows it ({error})", "correct the date or the time"
        ) from None
    if at > now + LATEST_AHEAD:
        raise CellProblem("it is in the future", "import visits after they took place")
    if at < EARLIEST:
        raise CellProblem("it is before 1900", "correct the year")
    return at


def amount_in(text: str) -> Decimal:
    """Return an amount of money: "1 234,50", "1,234.50", "1.234,50", "1'234.50", "12.5 EUR". Raises CellProblem.

    Marks between groups of three digits are for the eye. A lone point is a decimal point; a lone comma is one too, unless
    exactly three digits follow ("1,234" is a thousand and more: money has no three decimals).
    """
    bare = " ".join(_CURRENCY.sub("", text.strip().replace("−", "-")).split())
    grouped = _GROUPED.fullmatch(bare)
    if grouped and (grouped["mark"] != "." or bare.count(".") > 1 or grouped[3]):
        whole, decimals = re.sub(r"[^\d-]", "", grouped[1]), grouped[3]
    elif plain := _PLAIN.fullmatch(bare):
        whole, decimals = plain.groups()
    else:
        raise CellProblem("it is not an amount", 'write it like "1234.50"')
    amount = Decimal(f"{whole}.{decimals}" if decimals else whole)
    if abs(amount) >= _LARGEST_AMOUNT:
        raise CellProblem("it is too large for an amount", "correct it")
    return amount


def yes_or_no_in(text: str) -> bool:
    """Read yes or no: yes, y, true, t, 1 and no, n, false, f, 0, and the words of a few languages. Raises CellProblem."""
    word = text.casefold()
    if word in _YES:
        return True
    if word in _NO:
        return False
    raise CellProblem("it is neither yes nor no", 'write "yes" or "no"')


@lru_cache(maxsize=256)
def language_in(text: str, languages: tuple[str, ...]) -> str | None:
    """Return the language code of "et-EE", "EST", "Estonian" or "eesti": one of `languages` if it is there.

    A code that is not among them is kept in short form ("lv"): texts fall back, reading a reply does not. None for no language.
    """
    tag = text.strip().replace("_", "-").casefold()
    for language in languages:
        if tag in {language.casefold(), *_names_of(language)}:
            return language
    from babel.core import get_global

    short = base_language(tag)
    aliases: Callable[[str], str | None] = get_global(
        "language_aliases"
    ).get  # three-letter codes and retired ones
    short = (aliases(short) or short).split("_")[0]
    return short if short in languages or re.fullmatch("[a-z]{2,3}", short) else None


@lru_cache(maxsize=64)
def _names_of(language: str) -> frozenset[str]:
    """Return the language's name in itself and in English, case-folded."""
    from babel import Locale, UnknownLocaleError

    try:
        locale = Locale.parse(language, sep="-")
    except (UnknownLocaleError, ValueError):
        return frozenset()
    return frozenset(
        name.casefold() for name in (locale.english_name, locale.get_display_name(locale)) if name
    )
