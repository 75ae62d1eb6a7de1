"""The score report: its numbers, its JSON as the manual fixes it, and what is asked for wrongly."""

from datetime import date, timedelta

import pytest

from bot.reports.asking import read_options, read_words
from bot.reports.score import ScoreReport, score_json, score_report
from bot.staff.charting import score_chart
from storage.transaction import Transaction
from surveys.periods import WordError
from tests.staff_world import FIRM, NOW, World, ask_many, give, give_many, world

TODAY = NOW - timedelta(hours=1)
BEFORE = NOW - timedelta(days=40)


async def report_of(here: World, *words: str, branches: tuple[str, ...] = ()) -> ScoreReport:
    request = await read_words(here.store, here.firm, words, NOW)
    return await score_report(here.store, here.firm, request, NOW, branches=branches)


async def test_the_json_has_the_shape_that_the_manual_fixes() -> None:
    async with world() as here:

        def work(tx: Transaction) -> None:
            give_many(tx, 106, 48, 29, branch="Tallinn")
            give_many(tx, 20, 20, 10, at=BEFORE, branch="Tallinn")
            ask_many(tx, 402, branch="Tallinn")

        await here.store.write(work)
        told = score_json(await report_of(here, "by", "branch"))
    assert list(told) == [
        *(
            "survey",
            "question",
            "measure",
            "from",
            "to",
            "asked",
            "n",
            "response_rate",
            "value",
            "low",
            "high",
        ),
        *("shown", "bands", "counts", "change", "groups"),
    ]
    assert (told["survey"], told["question"], told["measure"]) == ("nps", "recommend", "nps")
    assert (told["from"], told["to"]) == ("2026-10-24T00:00:00+03:00", "2026-11-23T00:00:00+02:00")
    assert (told["asked"], told["n"], told["response_rate"]) == (402, 183, 45.5224)
    assert told["value"] == 42.0765
    assert told["low"] < 42.0765 < told["high"]
    assert told["bands"] == {"promoter": 106, "passive": 48, "detractor": 29}
    assert told["counts"] == {**{str(v): 0 for v in range(11)}, "3": 29, "7": 48, "10": 106}
    assert told["change"]["previous"] == 20.0
    assert told["change"]["delta"] == 22.0765
    assert set(told["change"]) == {"previous", "delta", "z", "p", "significant"}
    (group,) = told["groups"]
    assert list(group) == ["key", "n", "value", "low", "high", "shown", "bands"]
    assert (group["key"], group["n"], group["value"]) == ("Tallinn", 183, 42.0765)


async def test_without_answers_there_is_no_score_instead_of_zero() -> None:
    async with world() as here:
        await here.store.write(lambda tx: ask_many(tx, 7))
        told = score_json(await report_of(here))
    assert (told["n"], told["asked"], told["response_rate"]) == (0, 7, 0.0)
    assert (told["value"], told["low"], told["high"], told["shown"]) == (None, None, None, False)
    assert told["change"] == {"previous": None, "delta": None, "z": None, "p": None, "significant": False}
    assert told["groups"] == []


async def test_who_was_not_asked_has_no_response_rate() -> None:
    async with world() as here:
        await here.store.write(lambda tx: give_many(tx, 5, 0, 0))
        assert score_json(await report_of(here))["response_rate"] is None


async def test_a_score_below_the_minimum_is_not_shown_and_json_keeps_the_numbers() -> None:
    async with world() as here:
        await here.store.write(lambda tx: give_many(tx, 4, 0, 0, branch="Narva"))
        told = score_json(await report_of(here, "by", "branch"))
    assert (told["n"], told["value"], told["shown"]) == (4, 100.0, False)
    assert told["groups"][0]["shown"] is False


async def test_answers_without_a_value_for_the_dimension_have_an_empty_key() -> None:
    async with world() as here:
        await here.store.write(
            lambda tx: (give(tx, 9), give(tx, 9, branch="Tartu"), give(tx, 9, branch="Tartu"))
        )
        told = score_json(await report_of(here, "by", "branch"))
    assert [(group["key"], group["n"]) for group in told["groups"]] == [("Tartu", 2), ("", 1)]


async def test_a_csi_question_is_told_in_percent() -> None:
    async with world() as here:
        await here.store.write(
            lambda tx: [
                give(tx, v, survey="csi")
                for v, n in ((1, 4), (2, 3), (3, 4), (4, 7), (5, 2))
                for _ in range(n)
            ]
        )
        told = score_json(await report_of(here, "csi"))
    assert (told["measure"], told["value"], told["n"]) == ("csi", 45.0, 20)
    assert list(told["counts"]) == ["1", "2", "3", "4", "5"]


@pytest.mark.parametrize(
    ("words", "n"),
    [
        (["branch=Tartu"], 3),
        (["branch=tartu"], 3),
        (["branch=Tartu", "employee=Mari"], 2),
        (["branch=Tartu", "branch=Narva"], 4),
        (["colour=red"], 2),
        (["colour=red", "branch=Tartu"], 1),
        (["branch=Nowhere"], 0),
        (["month=2026-10"], 1),
        (["12w", "channel=sms"], 1),
        (["month=2026-11", "branch=Tartu"], 2),
    ],
)
async def test_filters_hold_together_and_values_of_one_dimension_are_alternatives(
    words: list[str], n: int
) -> None:
    async with world() as here:
        october = NOW - timedelta(days=25)

        def work(tx: Transaction) -> None:
            give(tx, 9, branch="Tartu", employee="Mari", colour="red")
            give(tx, 9, branch="Tartu", employee="Mari", at=october, channel="sms")
            give(tx, 2, branch="Tartu", employee="Jaan")
            give(tx, 5, branch="Narva", employee="Olga", colour="red")

        await here.store.write(work)
        assert (await report_of(here, *words)).result.n == n


async def test_months_come_in_their_order() -> None:
    async with world() as here:
        await here.store.write(
            lambda tx: [give(tx, 9, at=NOW - timedelta(days=days)) for days in (0, 1, 30, 31, 32, 60)]
        )
        report = await report_of(here, "12w", "by", "month")
    assert [(group.key, group.result.n) for group in report.groups] == [
        ("2026-09", 1),
        ("2026-10", 3),
        ("2026-11", 2),
    ]


async def test_a_viewer_gets_the_own_branches_alone() -> None:
    async with world() as here:

        def work(tx: Transaction) -> None:
            give_many(tx, 10, 0, 0, branch="Tartu", employee="Mari")
            give_many(tx, 0, 0, 10, branch="Narva", employee="Olga")
            ask_many(tx, 20, branch="Tartu")
            ask_many(tx, 30, branch="Narva")

        await here.store.write(work)
        own = await report_of(here, branches=("Tartu",))
        by_employee = await report_of(here, "by", "employee", branches=("Tartu",))
        other = await report_of(here, "branch=Narva", branches=("Tartu",))
    assert (own.result.n, own.result.value, own.asked) == (10, 100.0, 20)
    assert [group.key for group in by_employee.groups] == ["Mari"]
    assert (other.result.n, other.asked) == (0, 0)


async def test_the_period_before_is_as_long_and_just_before() -> None:
    async with world() as here:
        await here.store.write(
            lambda tx: [give(tx, 0, at=NOW - timedelta(days=days)) for days in (6, 7, 13, 14)]
        )
        report = await report_of(here, "7d")
    assert (report.result.n, report.before.n) == (1, 2)


async def test_a_group_has_its_score_before_only_where_a_chart_marks_it() -> None:
    def work(tx: Transaction) -> None:
        give_many(tx, 5, 0, 1, branch="Tartu")
        give_many(tx, 3, 1, 2, branch="Tartu", at=BEFORE)
        give_many(tx, 5, 0, 0, branch="Narva")
        give_many(tx, 1, 0, 0, branch="Narva", at=BEFORE)

    async with world() as here:
        await here.store.write(work)
        request = await read_words(here.store, here.firm, ["by", "branch"], NOW)
        plain = await score_report(here.store, here.firm, request, NOW)
        marked = await score_report(here.store, here.firm, request, NOW, groups_before=True)
    assert [group.before for group in plain.groups] == [None, None]
    assert plain.before == marked.before
    assert [row.previous for row in score_chart(marked, "Acme", "en").groups] == [100 / 6, None]
    assert [row.previous for row in score_chart(plain, "Acme", "en").groups] == [None, None]


async def test_days_are_those_of_the_organisations_zone() -> None:
    async with world() as here:
        just_after_midnight = NOW.replace(day=21, hour=22, minute=30)  # 00:30 on the 22nd in Tallinn
        await here.store.write(lambda tx: give(tx, 9, at=just_after_midnight))
        assert (await report_of(here, "today")).result.n == 1
        assert (await report_of(here, "yesterday")).result.n == 0


@pytest.mark.parametrize(
    ("words", "problem"),
    [
        (["yesterdya"], "'yesterday'"),
        (["by", "branhc"], "'branch'"),
        (["30d", "npz"], "'nps'"),
    ],
)
async def test_a_wrong_word_is_answered_with_the_nearest_right_one_and_an_example(
    words: list[str], problem: str
) -> None:
    async with world() as here:
        with pytest.raises(WordError, match=problem) as raised:
            await report_of(here, *words)
        assert "Example: " in str(raised.value)


async def test_options_of_the_command_line_ask_for_the_same() -> None:
    async with world() as here:
        await here.store.write(lambda tx: give(tx, 9, branch="Tartu"))
        request = await read_options(
            here.store,
            FIRM,
            NOW,
            survey="NPS",
            by="branch",
            where=["branch=Tartu"],
            start=date(2026, 11, 1),
            end=date(2026, 12, 1),
        )
        assert (request.survey, request.by, request.where) == ("nps", "branch", (("branch", "Tartu"),))
        assert (request.period.first_day, request.period.last_day) == (date(2026, 11, 1), date(2026, 11, 30))
        with pytest.raises(WordError, match=r"no survey 'npz'.*'nps'"):
            await read_options(here.store, FIRM, NOW, survey="npz")
        with pytest.raises(WordError, match="is no filter"):
            await read_options(here.store, FIRM, NOW, where=["Tartu"])
