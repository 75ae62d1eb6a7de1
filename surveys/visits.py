"""Visits as they come in: one row of a visits file or one object of the API becomes a Visit, or is refused with a reason.

Nothing is guessed where a wrong guess would hurt: a cell that cannot be what its column says refuses its row, and the
reason names column, value and fix. Columns nobody knows are kept as text and can be reported by.
"""

from collections.abc import Callable, Collection, Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from functools import lru_cache
from types import MappingProxyType
from typing import NamedTuple, TypeVar, overload
from zoneinfo import ZoneInfo

from surveys.cells import (
    CellProblem,
    all_visible,
    amount_in,
    cell_text,
    language_in,
    moment_in,
    visible,
    yes_or_no_in,
)
from surveys.phones import PhoneProblem, normalise_phone
from surveys.policy import Window
from surveys.zones import ZoneError, find_zone

T = TypeVar("T")

REQUIRED = ("visit_id", "customer_id", "occurred_at")
OPTIONAL = (
    "name",
    "phone",
    "language",
    "timezone",
    "touchpoint",
    "branch",
    "employee",
    "product",
    "amount",
    "resolved",
)
FIELDS = frozenset(REQUIRED + OPTIONAL)

QUIET_HOURS = "quiet_hours"
"""A further column that means something: hours ("21:00-08:00") in which the customer is left alone."""

LONGEST_KEY = 255  # characters of what stores and reports use as a key: ids, names, branches, products

_KEPT_AS_TEXT = FIELDS - {"occurred_at", "amount", "resolved"}


class VisitProblem(ValueError):  # noqa: N818 -- a finding about data, not a failure of the program
    """A row that cannot be a visit: the column, the start of its value, what is wrong and what to do."""

    def __init__(self, field: str, value: object, problem: str, fix: str) -> None:
        shown = value if not isinstance(value, str) or len(value) <= 60 else value[:60] + "…"
        named = field if value is None or value == "" else f"{field} {shown!r}"
        super().__init__(f"{named}: {problem}; {fix}")
        self.field, self.value, self.problem, self.fix = field, shown, problem, fix


class Visit(NamedTuple):
    """One service contact. `occurred_at` is aware (UTC), `phone` E.164, `timezone` an IANA name.

    A named tuple: files bring millions, and a frozen dataclass of 15 fields takes three microseconds to make.
    """

    visit_id: str
    customer_id: str
    occurred_at: datetime
    name: str | None = None
    phone: str | None = None
    language: str | None = None
    timezone: str | None = None
    touchpoint: str | None = None
    branch: str | None = None
    employee: str | None = None
    product: str | None = None
    amount: Decimal | None = None
    resolved: bool | None = None
    extra: Mapping[str, str] = MappingProxyType({})

    @property
    def quiet_hours(self) -> str | None:
        """Hours in which this customer is left alone, as `Window.parse` reads them."""
        return self.extra.get(QUIET_HOURS)

    def attribute(self, name: str, /) -> str | None:
        """Return any column as text, the further ones included; None when it is empty or absent."""
        if name in _KEPT_AS_TEXT:
            value: str | None = getattr(self, name)
            return value
        match name:
            case "occurred_at":
                return self.occurred_at.isoformat()
            case "amount":
                return None if self.amount is None else f"{self.amount:f}"
            case "resolved":
                return None if self.resolved is None else ("yes" if self.resolved else "no")
        return self.extra.get(name)


def parse_header(cells: Sequence[str]) -> tuple[str, ...]:
    """Return the column names of a visits file as `parse_visit` knows them ("Visit ID" is visit_id, "" is no column).

    Raises VisitProblem for a column that is there twice and for a required one that is not there.
    """
    names = tuple(column(cell) for cell in cells)
    for name in names:
        if name and names.count(name) > 1:
            raise VisitProblem(name, None, "it is there twice", "remove or rename one of them")
    for name in REQUIRED:
        if name not in names:
            there = ", ".join(filter(None, names))
            raise VisitProblem(name, None, "there is no such column", f"the header has {there or 'no names'}")
    return names


def parse_visit(
    row: Mapping[str, object], *, zone: ZoneInfo, country: str, languages: Collection[str], now: datetime
) -> Visit:
    """Read one row: the texts of a CSV line or the values of a JSON object. Raises VisitProblem.

    `zone` and `country` are the organisation's: for moments without an offset and numbers without "+". An `occurred_at`
    over a day after `now` is refused, one years ago is not. `languages` are those configured; another one is kept too.
    """
    cells: dict[str, str] = {}
    for key, value in row.items():
        if value is None or value == "" or not (name := column(key)):
            continue
        plain = isinstance(value, str) and len(value) <= LONGEST_KEY and value.isprintable()
        if text := value.strip() if plain else _text(name, value):  # type: ignore[attr-defined]  # a text, if plain
            cells[name] = text
    return _visit(cells, zone, country, languages, now, _identity, _label)


def parse_cells(
    names: Sequence[str],
    cells: Sequence[str],
    *,
    zone: ZoneInfo,
    country: str,
    languages: Collection[str],
    now: datetime,
) -> Visit:
    """Read one row of a file whose header `parse_header` read: what `parse_visit` makes of it, mostly at half the price.

    In a row of short cells that holds nothing unseen, no cell needs to be looked at on its own.
    """
    whole = "".join(cells)
    plain = whole.isprintable() and (whole.isascii() or all_visible(whole))
    if plain and (len(whole) <= LONGEST_KEY or max(map(len, cells)) <= LONGEST_KEY):
        kept = {
            name: text for name, cell in zip(names, cells, strict=False) if name and (text := cell.strip())
        }
        if "visit_id" in kept and "customer_id" in kept:
            return _visit(kept, zone, country, languages, now, _as_it_is, _as_it_is)
    row = dict(zip(names, cells, strict=False))
    return parse_visit(row, zone=zone, country=country, languages=languages, now=now)


def _visit(
    cells: dict[str, str],
    zone: ZoneInfo,
    country: str,
    languages: Collection[str],
    now: datetime,
    identity: Callable[[str, str], str],
    label: Callable[[str, str], str | None],
) -> Visit:
    """Make a visit of the cells that are not empty, by name; those that are no field are its further columns."""
    take = cells.pop
    if QUIET_HOURS in cells:
        cells[QUIET_HOURS] = _read(QUIET_HOURS, cells[QUIET_HOURS], _hours)
    return Visit(
        identity("visit_id", take("visit_id", "")),
        identity("customer_id", take("customer_id", "")),
        _occurred_at(take("occurred_at", ""), zone, now),
        (text := take("name", None)) and label("name", text),
        (text := take("phone", None)) and _read("phone", text, lambda text: normalise_phone(text, country)),
        (text := take("language", None)) and _language(text, languages),
        (text := take("timezone", None)) and _read("timezone", text, _zone_name),
        (text := take("touchpoint", None)) and label("touchpoint", text),
        (text := take("branch", None)) and label("branch", text),
        (text := take("employee", None)) and label("employee", text),
        (text := take("product", None)) and label("product", text),
        _read("amount", take("amount", None), amount_in),
        _read("resolved", take("resolved", None), yes_or_no_in),
        cells,
    )


def _as_it_is(_: str, text: str) -> str:
    return text


def _text(name: str, value: object) -> str:
    if isinstance(value, bool) and name in _KEPT_AS_TEXT:
        raise VisitProblem(name, value, "it is neither a text nor a number", "give a text")
    try:
        return cell_text(value)
    except CellProblem as problem:
        raise VisitProblem(name, value, problem.problem, problem.fix) from None


def customer_key(text: str) -> str | None:
    """Return a customer's id as visits keep it; None for what is no id, because it is empty or over LONGEST_KEY."""
    try:
        return _identity("customer_id", text)
    except VisitProblem:
        return None


def _identity(name: str, text: str) -> str:
    if 0 < len(text) <= LONGEST_KEY and text.isascii() and text.isprintable():
        return text
    identity = visible(text, joiners=False)
    if not identity:
        raise VisitProblem(name, text, "it is empty", f"every visit needs a {name}")
    return _short(name, identity)


def _label(name: str, text: str) -> str | None:
    if len(text) <= LONGEST_KEY and text.isascii() and text.isprintable():
        return text
    return _short(name, visible(text)) or None


def _short(name: str, text: str) -> str:
    if len(text) > LONGEST_KEY:
        raise VisitProblem(name, text, f"it is over {LONGEST_KEY} characters", "shorten it")
    return text


def _occurred_at(text: str, zone: ZoneInfo, now: datetime) -> datetime:
    if not text:
        raise VisitProblem("occurred_at", text, "it is empty", "every visit needs the moment it took place")
    try:
        return moment_in(text, zone, now)
    except CellProblem as problem:
        raise VisitProblem("occurred_at", text, problem.problem, problem.fix) from None


@overload
def _read(name: str, text: str, read: Callable[[str], T]) -> T: ...
@overload
def _read(name: str, text: str | None, read: Callable[[str], T]) -> T | None: ...
def _read(name: str, text: str | None, read: Callable[[str], T]) -> T | None:
    if text is None:
        return None
    try:
        return read(text)
    except (CellProblem, PhoneProblem) as problem:
        raise VisitProblem(name, text, problem.problem, problem.fix) from None


def _zone_name(text: str) -> str:
    try:
        return find_zone(text).key
    except ZoneError as error:
        raise CellProblem("it is not a time zone", error.fix) from None


def _hours(text: str) -> str:
    try:
        return str(Window.parse(text))
    except ValueError:
        raise CellProblem("it is no hours of a day", 'write it like "21:00-08:00"') from None


def _language(text: str | None, languages: Collection[str]) -> str | None:
    return None if text is None or len(text) > LONGEST_KEY else language_in(text, tuple(languages))


@lru_cache(maxsize=1024)
def column(key: object) -> str:
    """Return the name of a column: one we know however it is spelled ("Visit ID"), else the text without what is not seen."""
    if not isinstance(key, str):  # csv.DictReader keeps surplus cells under None
        raise VisitProblem(
            "row",
            None,
            "it has more cells than the header",
            "put quotes around cells that hold the separator",
        )
    if len(key) > LONGEST_KEY:
        raise VisitProblem("header", key, f"a column's name is over {LONGEST_KEY} characters", "shorten it")
    name = visible(key)
    known = name.casefold().replace(" ", "_").replace("-", "_")
    return known if known in FIELDS or known == QUIET_HOURS else name
