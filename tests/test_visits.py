"""Rows of a visits file and objects of the API: what becomes a visit, and what is refused with which reason."""

from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from surveys.visits import FIELDS, Visit, VisitProblem, parse_cells, parse_header, parse_visit

NOW = datetime(2026, 11, 24, 8, tzinfo=UTC)
ROW: dict[str, object] = {"visit_id": "v-881", "customer_id": "c-17", "occurred_at": "2026-11-23T14:20"}


def read(**cells: object) -> Visit:
    return parse_visit(
        ROW | cells, zone=ZoneInfo("Europe/Tallinn"), country="EE", languages=("en", "et", "ru"), now=NOW
    )


def problem(**cells: object) -> VisitProblem:
    with pytest.raises(VisitProblem) as caught:
        read(**cells)
    return caught.value


def test_a_full_row_becomes_a_visit() -> None:
    visit = read(
        name=" Liis  Tamm ",
        phone="5555 0100",
        language="et-EE",
        timezone="europe/tallinn",
        touchpoint="counter",
        branch="Tartu",
        employee="Mari",
        product="hooldus",
        amount="1 234,50",
        resolved="jah",
        car="Volvo",
    )
    assert visit == Visit(
        "v-881",
        "c-17",
        datetime(2026, 11, 23, 12, 20, tzinfo=UTC),
        name="Liis  Tamm",
        phone="+37255550100",
        language="et",
        timezone="Europe/Tallinn",
        touchpoint="counter",
        branch="Tartu",
        employee="Mari",
        product="hooldus",
        amount=Decimal("1234.50"),
        resolved=True,
        extra={"car": "Volvo"},
    )


def test_values_of_json_are_read_like_cells() -> None:
    visit = read(visit_id=881, phone=37255550100, amount=12.5, resolved=False, kilometres=120000, vip=True)
    assert (visit.visit_id, visit.phone, visit.amount, visit.resolved) == (
        "881",
        "+37255550100",
        Decimal("12.5"),
        False,
    )
    assert visit.extra == {"kilometres": "120000", "vip": "true"}


def test_three_columns_are_enough_and_empty_cells_are_nothing() -> None:
    assert read() == read(name="", phone=None, language="  ", branch="\u200b", amount="", note="")


@pytest.mark.parametrize("name", ["visit_id", "customer_id", "occurred_at"])
@pytest.mark.parametrize("value", ["", "  ", None, "\u200b\x00\u202e"])
def test_an_empty_required_cell_refuses_the_row_and_names_the_column(name: str, value: object) -> None:
    assert problem(**{name: value}).field == name


def test_ids_that_look_the_same_are_the_same() -> None:
    visit = read(visit_id="\ufeffv-\u200b881\x00", customer_id="\u202ec-17\u202c ")
    assert (visit.visit_id, visit.customer_id) == ("v-881", "c-17")


def test_names_lose_what_is_not_seen_but_keep_their_joiners() -> None:
    assert read(name="Li\u202eis\x07\u200b").name == "Liis"
    assert read(name="می\u200cخواهم").name == "می\u200cخواهم"
    assert read(name="Liis\nTamm\t").name == "Liis Tamm"
    assert read(name="\u3164").name is None


def test_every_column_can_be_asked_for_by_name() -> None:
    visit = read(branch="Tartu", amount="12,50", resolved="no", car="Volvo")
    named = {
        name: visit.attribute(name) for name in ("branch", "amount", "resolved", "car", "employee", "colour")
    }
    assert named == {
        "branch": "Tartu",
        "amount": "12.50",
        "resolved": "no",
        "car": "Volvo",
        "employee": None,
        "colour": None,
    }
    assert visit.attribute("occurred_at") == "2026-11-23T12:20:00+00:00"
    assert all(visit.attribute(name) is None for name in FIELDS if getattr(visit, name) is None)


@pytest.mark.parametrize(
    ("cells", "field", "words"),
    [
        ({"phone": "12"}, "phone", "too short"),
        ({"phone": "900 1234"}, "phone", "premium-rate"),
        ({"timezone": "Europe/Talinn"}, "timezone", "Europe/Tallinn"),
        ({"timezone": "../../etc/passwd"}, "timezone", "not a time zone"),
        ({"timezone": "+02:00"}, "timezone", "not a time zone"),
        ({"amount": "about 5"}, "amount", "not an amount"),
        ({"resolved": "maybe"}, "resolved", "neither yes nor no"),
        ({"quiet_hours": "whenever"}, "quiet_hours", "no hours of a day"),
        ({"Quiet Hours": "21:00-25:00"}, "quiet_hours", "21:00-08:00"),
        ({"branch": "x" * 256}, "branch", "over 255"),
        ({"visit_id": "x" * 256}, "visit_id", "over 255"),
        ({"note": "x" * 65_537}, "note", "over 64 KiB"),
        ({"note": "ü" * 40_000}, "note", "over 64 KiB"),
        ({"note": ["a"]}, "note", "a list or an object"),
        ({"customer_id": {"id": 1}}, "customer_id", "a list or an object"),
        ({"name": True}, "name", "neither a text nor a number"),
        ({"x" * 300: "1"}, "header", "over 255"),
    ],
)
def test_a_cell_that_cannot_be_refuses_its_row_with_column_value_and_fix(
    cells: dict[str, object], field: str, words: str
) -> None:
    found = problem(**cells)
    assert found.field == field
    assert words in str(found)
    assert found.fix
    assert len(str(found)) < 250


def test_cells_of_64_kib_are_kept_whole_and_more_cells_than_columns_are_refused() -> None:
    assert len(read(note="x" * 65_536).extra["note"]) == 65_536
    with pytest.raises(VisitProblem, match="more cells than the header"):
        parse_visit(
            {**ROW, None: ["surplus"]},  # type: ignore[dict-item]  # what csv.DictReader makes of such a line
            zone=ZoneInfo("Europe/Tallinn"),
            country="EE",
            languages=("en",),
            now=NOW,
        )


def test_further_columns_are_kept_as_they_are_but_for_what_no_store_takes() -> None:
    visit = read(**{" Note ": "=SUM(A1)\nline 2\x00\ud800", "Colour": "red"})
    assert visit.extra == {"Note": "=SUM(A1)\nline 2", "Colour": "red"}


def test_quiet_hours_are_a_further_column_that_means_something() -> None:
    visit = read(**{"Quiet hours": "21:00 – 8:00"})
    assert visit.quiet_hours == "21:00-08:00"
    assert visit.attribute("quiet_hours") == "21:00-08:00"
    assert read().quiet_hours is None


def test_a_header_is_read_however_it_is_spelled() -> None:
    assert parse_header(["\ufeffVisit ID", "customer-id", " OCCURRED_AT ", "Branch", "Car", ""]) == (
        "visit_id",
        "customer_id",
        "occurred_at",
        "branch",
        "Car",
        "",
    )


@pytest.mark.parametrize(
    ("cells", "field"),
    [
        (["visit_id", "customer_id"], "occurred_at"),
        (["visit_id", "customer_id", "occurred_at", "Visit ID"], "visit_id"),
        (["visit_id", "customer_id", "occurred_at", "car", "car"], "car"),
        ([], "visit_id"),
    ],
)
def test_a_header_without_a_required_column_or_with_one_twice_is_refused(
    cells: list[str], field: str
) -> None:
    with pytest.raises(VisitProblem) as caught:
        parse_header(cells)
    assert caught.value.field == field


@pytest.mark.parametrize("ahead", [timedelta(days=1), timedelta(), timedelta(days=-9000)])
def test_a_visit_up_to_a_day_ahead_or_years_ago_is_taken(ahead: timedelta) -> None:
    assert read(occurred_at=(NOW + ahead).isoformat()).occurred_at == NOW + ahead


def test_a_visit_over_a_day_ahead_is_refused() -> None:
    assert "in the future" in problem(occurred_at=(NOW + timedelta(days=1, seconds=1)).isoformat()).problem


anything = (
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=40) | st.lists(st.none())
)


cell = st.one_of(
    st.text(max_size=12),
    st.text("0123456789+ -:T.", max_size=20),
    st.sampled_from(
        [
            "v-1",
            "+37255550100",
            "5555 0100",
            "2026-11-23T14:20",
            "21:00-08:00",
            "yes",
            "et",
            "Europe/Riga",
            " Jõe ",
            "x" * 300,
        ]
    ),
)


@given(
    st.lists(st.sampled_from([*sorted(FIELDS), "quiet_hours", "car", ""]), unique=True, max_size=17).flatmap(
        lambda more: st.tuples(st.just(more), st.lists(cell, min_size=len(more) // 2, max_size=len(more)))
    ),
    st.booleans(),
)
def test_a_row_of_a_file_is_read_as_an_object_of_the_api_is(
    row: tuple[list[str], list[str]], right: bool
) -> None:
    names, cells = row
    if right:  # a row that has what it needs, so that the rest of it is looked at
        names = [*ROW, *(name for name in names if name not in ROW)]
        cells = [*map(str, ROW.values()), *cells]
    by: dict[str, Any] = {
        "zone": ZoneInfo("Asia/Kathmandu"),
        "country": "EE",
        "languages": ("en", "et"),
        "now": NOW,
    }
    as_object = outcome(lambda: parse_visit(dict(zip(names, cells, strict=False)), **by))
    assert outcome(lambda: parse_cells(names, cells, **by)) == as_object


@given(st.dictionaries(st.sampled_from(sorted(FIELDS)) | st.text(max_size=10), anything, max_size=8))
def test_whatever_comes_is_a_visit_that_any_store_can_keep_or_a_named_problem(row: dict[str, object]) -> None:
    visit = read_or_problem(row)
    if isinstance(visit, VisitProblem):
        assert visit.field
        assert visit.fix
        return
    assert visit.occurred_at.tzinfo is UTC
    kept = {name: visit.attribute(name) for name in (*FIELDS, *visit.extra)}
    assert all("\x00" not in (text or "") for text in kept.values())
    assert "".join(text or "" for text in kept.values()).encode()
    assert read_or_problem(kept) == visit


def outcome(make: Callable[[], Visit]) -> Visit | str:
    try:
        return make()
    except VisitProblem as found:
        return str(found)


def read_or_problem(row: Mapping[str, object]) -> Visit | VisitProblem:
    try:
        return read(**row)
    except VisitProblem as found:
        return found
