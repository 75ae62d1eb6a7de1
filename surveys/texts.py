"""The bot's own sentences in the customer's language, and numbers, dates and directions of writing.

The English sentence is the key (gettext). Translations are the committed `locale/<language>/LC_MESSAGES/askwhy.po`,
read once per process; there is no build step. A language without a catalog is spoken to in English.
"""

from __future__ import annotations

import re
import unicodedata
from datetime import date as Date  # noqa: N812  (functions of this module are named after what they format)
from datetime import datetime
from decimal import ROUND_HALF_UP, Decimal
from functools import lru_cache
from gettext import GNUTranslations, NullTranslations
from importlib.resources import files
from io import BytesIO
from typing import Final

LANGUAGES: Final = ("en", "et", "fi", "he", "ru")
RIGHT_TO_LEFT: Final = frozenset({"ar", "dv", "fa", "he", "iw", "ku", "ps", "ug", "ur", "yi"})

_FIRST_STRONG_ISOLATE, _POP_ISOLATE = "\u2068", "\u2069"
_LEFT_TO_RIGHT_MARK: Final = "\u200e"
_ISOLATES: Final = re.compile("[\u2066-\u2069]")


def say(language: str, message: str, /, **values: object) -> str:
    """Return the sentence in `language` with its `{placeholders}` filled; English where there is no translation.

    Values written in the other direction than the sentence are isolated, so that a Latin name does not turn
    the order of a Hebrew sentence. SMS takes the marks out again: `without_isolates`.
    """
    translated = _translations(base_language(language)).gettext(message)
    return translated.format(**_directed(language, values)) if values else translated


def say_n(language: str, singular: str, plural: str, n: int, /, **values: object) -> str:
    """As `say`, in the plural form that `n` takes in `language`; `{n}` is filled unless `values` name it."""
    translated = _translations(base_language(language)).ngettext(singular, plural, n)
    return translated.format(**_directed(language, {"n": number(language, n), **values}))


@lru_cache(maxsize=256)
def base_language(language: str) -> str:
    """`et-EE`, `ET` and `et_EE` are `et`; the old codes of Hebrew, Yiddish and Indonesian their new ones."""
    base = re.split("[-_]", language.strip(), maxsplit=1)[0].lower()
    return {"iw": "he", "ji": "yi", "in": "id"}.get(base, base)


@lru_cache(maxsize=64)
def _translations(language: str) -> NullTranslations:
    if language not in LANGUAGES or language == "en":
        return NullTranslations()
    from babel.messages.mofile import write_mo
    from babel.messages.pofile import read_po

    with files("surveys").joinpath("locale", language, "LC_MESSAGES", "askwhy.po").open("rb") as source:
        catalog = read_po(source, locale=language)
    compiled = BytesIO()
    write_mo(compiled, catalog)
    compiled.seek(0)
    return GNUTranslations(compiled)


# --- numbers and dates -------------------------------------------------------------------------------------


def number(language: str, value: float, decimals: int = 0, *, signed: bool = False) -> str:
    """`12.5` as the language writes it. Halves are rounded away from zero (12.5 is 13, not 12).

    `signed` writes a plus too: +42, as scores are shown.
    """
    from babel.numbers import format_decimal

    rounded = _rounded(value, decimals)
    digits = "#,##0" + ("." + "0" * decimals if decimals else "")
    pattern = f"+{digits};-{digits}" if signed and rounded else digits
    written = format_decimal(rounded, format=pattern, locale=_locale(language), decimal_quantization=False)
    return _sign_kept_left(language, written)


def percent(language: str, value: float, decimals: int = 0) -> str:
    """Write a share given in percent (45.52, not 0.4552) with the language's percent sign and space."""
    from babel import Locale
    from babel.numbers import format_percent

    locale = _locale(language)
    pattern = str(Locale.parse(locale).percent_formats[None].pattern)
    if decimals:
        pattern = pattern.replace("#,##0", "#,##0." + "0" * decimals)
    share = _rounded(value, decimals).scaleb(-2)
    return _sign_kept_left(
        language, format_percent(share, format=pattern, locale=locale, decimal_quantization=False)
    )


def date(language: str, day: Date) -> str:
    """Write a day in the language's medium form: "24 Oct 2026", "24.10.2026"."""
    from babel.dates import format_date

    return format_date(day, format="medium", locale=_locale(language))


def moment(language: str, at: datetime) -> str:
    """Write day and time of an aware datetime, in its own zone."""
    from babel.dates import format_datetime

    return format_datetime(at, format="short", tzinfo=at.tzinfo, locale=_locale(language))


def _rounded(value: float, decimals: int) -> Decimal:
    # repr() of a float is what people see: 0.15 is rounded as 0.15, not as 0.1499999999999999944.
    rounded = Decimal(repr(value)).quantize(Decimal(1).scaleb(-decimals), rounding=ROUND_HALF_UP)
    return rounded or abs(rounded)  # no "-0"


def _sign_kept_left(language: str, written: str) -> str:
    # A sign before digits counts as neutral and would jump to their other side in a right-to-left sentence.
    signed = written[:1] in {"+", "-"} and is_right_to_left(language)
    return _LEFT_TO_RIGHT_MARK + written if signed else written


def _locale(language: str) -> str:
    # British English writes days before months, as the other four languages do.
    base = base_language(language)
    return "en_GB" if base == "en" or base not in LANGUAGES else base


# --- direction of writing ----------------------------------------------------------------------------------


def is_right_to_left(language: str) -> bool:
    """Whether texts of this language run from right to left."""
    return base_language(language) in RIGHT_TO_LEFT


def isolate(text: str) -> str:
    """Wrap a name or number so that its direction does not disturb the sentence around it (UAX #9, FSI…PDI)."""
    return f"{_FIRST_STRONG_ISOLATE}{without_isolates(text)}{_POP_ISOLATE}"


def without_isolates(text: str) -> str:
    """Take the marks out again: in an SMS they cost characters, and old phones show them as boxes."""
    return _ISOLATES.sub("", text)


@lru_cache(maxsize=4096)
def directed(language: str, text: str) -> str:
    """Isolate `text` if some of its letters run against the direction of `language`; else leave it alone."""
    against = {"L"} if is_right_to_left(language) else {"R", "AL"}
    return isolate(text) if any(unicodedata.bidirectional(char) in against for char in text) else text


def _directed(language: str, values: dict[str, object]) -> dict[str, object]:
    return {
        key: directed(language, value) if isinstance(value, str) else value for key, value in values.items()
    }
