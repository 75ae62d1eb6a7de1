"""Public holidays by country, from the `holidays` library, one set of dates a year and country."""

from datetime import date
from functools import cache, lru_cache


def is_public_holiday(day: date, country: str) -> bool:
    """Whether `day` is a public holiday (substitute days included) everywhere in `country` (ISO 3166, two letters).

    Raises ValueError naming a country that the library does not know. Holidays of a region only do not count.
    """
    return day in _holidays_of(country.strip().upper(), day.year)


@cache
def known_countries() -> frozenset[str]:
    """Return the codes of all countries whose public holidays are known."""
    import holidays

    return frozenset(holidays.list_supported_countries())


@lru_cache(maxsize=512)
def _holidays_of(country: str, year: int) -> frozenset[date]:
    if country not in known_countries():
        raise ValueError(
            f"The public holidays of country {country!r} are not known; write a two-letter code such as 'EE'"
        )
    import holidays

    return frozenset(holidays.country_holidays(country, years=year))
