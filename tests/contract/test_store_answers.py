"""Answers: recorded once, corrected with their history, counted in the same transaction. A score equals a recount."""

import asyncio
from collections import Counter
from functools import partial
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from storage import make_store
from storage.base import Store
from storage.tables.answers import COUNTED
from storage.transaction import Transaction
from tests.contract.making import DAY, HOUR, NOW, TODAY, counts, person, response


def answer(tx: Transaction, visit_id: str, value: int | None, why: str | None = None, **changes: Any) -> Any:
    one = response(visit_id, **changes)
    number = tx.answers.response_about(visit_id) or tx.answers.add(one)
    if value is not None:
        return tx.answers.record(number, one, "recommend", value, None, is_why=False)
    return tx.answers.record(number, one, "why", None, why, is_why=True)


async def test_an_answer_is_counted_for_everybody_and_for_each_of_its_groups(store: Store) -> None:
    await store.write(lambda tx: answer(tx, "v-1", 9))
    await store.write(lambda tx: answer(tx, "v-2", 3, attributes={"branch": "Tallinn"}, language=None))
    assert await counts(store) == {"": {3: 1, 9: 1}}
    assert await counts(store, "branch") == {"Tallinn": {3: 1}, "Tartu": {9: 1}}
    assert await counts(store, "language") == {"": {3: 1}, "et": {9: 1}}
    assert await counts(store, "employee") == {"": {3: 1}, "Mari": {9: 1}}
    assert await counts(store, "season") == {}


async def test_a_correction_moves_the_count_and_keeps_day_moment_and_history(store: Store) -> None:
    await store.write(lambda tx: answer(tx, "v-1", 6))
    later: dict[str, Any] = {"at": NOW + DAY, "day": TODAY + 1}
    assert await store.write(lambda tx: answer(tx, "v-1", 8, **later)) == (6, None)
    assert await store.read.daily("nps", "recommend", 0, 99_999) == [(TODAY, {8: 1})]
    (row,) = await store.read.rows("all_responses")
    assert (row["score"], row["day"]) == (8, TODAY)
    (old,) = await store.write(lambda tx: tx.db.all("responses_history", response_id=row["response_id"]))
    assert (old["question"], old["value"]) == ("recommend", 6)


async def test_a_correction_in_another_language_and_channel_stays_in_the_groups_of_the_first_value(
    store: Store,
) -> None:
    await store.write(lambda tx: answer(tx, "v-1", 6, language="en", channel="telegram"))
    await store.write(lambda tx: answer(tx, "v-1", 8, language="et", channel="sms"))
    assert await counts(store, "language") == {"en": {8: 1}}
    assert await counts(store, "channel") == {"telegram": {8: 1}}


async def test_a_score_after_words_in_another_language_counts_where_the_response_says(store: Store) -> None:
    await store.write(lambda tx: answer(tx, "v-1", None, "hello?", language="en"))
    await store.write(lambda tx: answer(tx, "v-1", 9, language="et"))
    (row,) = await store.read.rows("all_responses")
    assert await counts(store, "language") == {row["language"]: {9: 1}} == {"et": {9: 1}}


async def test_a_score_after_another_value_keeps_the_day_of_the_response(store: Store) -> None:
    def quick(tx: Transaction) -> None:
        one = response("v-1")
        tx.answers.record(tx.answers.add(one), one, "speed", 4, None, is_why=False)

    await store.write(quick)
    await store.write(lambda tx: answer(tx, "v-1", 9, at=NOW + DAY, day=TODAY + 1))
    (row,) = await store.read.rows("all_responses")
    assert row["day"] == TODAY
    assert await store.read.daily("nps", "speed", 0, 99_999) == [(TODAY, {4: 1})]
    assert await store.read.daily("nps", "recommend", 0, 99_999) == [(TODAY, {9: 1})]


async def test_the_same_answer_again_changes_nothing(store: Store) -> None:
    await store.write(lambda tx: answer(tx, "v-1", 8))
    assert await store.write(lambda tx: answer(tx, "v-1", 8)) is None
    assert await counts(store) == {"": {8: 1}}


async def test_words_before_a_score_leave_the_score_its_own_day(store: Store) -> None:
    await store.write(lambda tx: answer(tx, "v-1", None, "kiire"))
    assert await counts(store) == {}
    await store.write(lambda tx: answer(tx, "v-1", 9, at=NOW + DAY, day=TODAY + 1))
    assert await store.read.daily("nps", "recommend", 0, 99_999) == [(TODAY + 1, {9: 1})]
    (row,) = await store.read.rows("all_responses")
    assert (row["score"], row["why"]) == (9, "kiire")


async def test_a_why_is_found_with_its_score_newest_first(store: Store) -> None:
    for number in range(3):
        at = NOW + number * HOUR
        await store.write(partial(answer, visit_id=f"v-{number}", value=number, at=at))
        await store.write(partial(answer, visit_id=f"v-{number}", value=None, why=f"why {number}", at=at))
    found = store.read.stream("whys", survey="nps", first=TODAY, last=TODAY + 1, limit=2)
    whys = [why async for why in found]
    assert [(why["score"], why["why"], why["extra"]) for why in whys] == [
        (2, "why 2", {"season": "winter"}),
        (1, "why 1", {"season": "winter"}),
    ]


async def test_a_late_answer_stays_late(store: Store) -> None:
    await store.write(lambda tx: answer(tx, "v-1", 6, late=True))
    await store.write(lambda tx: answer(tx, "v-1", 7))
    (row,) = await store.read.rows("all_responses")
    assert row["late"] == 1


async def test_invitations_are_counted_and_taken_back(store: Store) -> None:
    groups = {"branch": "Tartu", "channel": "sms", "language": None}

    def work(tx: Transaction) -> None:
        tx.answers.count_asked("nps", TODAY, groups)
        tx.answers.count_asked("nps", TODAY + 1, groups)
        tx.answers.count_asked("nps", TODAY, {**groups, "branch": "Tallinn"})
        tx.answers.count_asked("nps", TODAY, groups, -1)

    await store.write(work)
    assert await store.read.asked("nps", TODAY, TODAY + 9) == {"": 2}
    assert await store.read.asked("nps", TODAY, TODAY + 9, "branch") == {"Tallinn": 1, "Tartu": 1}
    assert await store.read.asked("nps", TODAY + 1, TODAY + 9, "branch") == {"Tartu": 1}


async def test_the_same_imported_answer_is_recognised_and_counted(store: Store) -> None:
    def work(tx: Transaction) -> list[int]:
        for customer in ("c-1", "c-1", None):
            one = response(None, customer_id=customer)
            tx.answers.record(tx.answers.add(one), one, "recommend", 9, None, is_why=False)
        return [
            tx.answers.same_imported("nps", NOW, "c-1", 9),
            tx.answers.same_imported("nps", NOW, None, 9),
            tx.answers.same_imported("nps", NOW, "c-1", 8),
            tx.answers.same_imported("nps", NOW + HOUR, "c-1", 9),
        ]

    assert await store.write(work) == [2, 1, 0, 0]


async def test_the_answers_of_a_group_since_a_day_are_counted_for_quotas(store: Store) -> None:
    await store.write(lambda tx: answer(tx, "v-1", 9, day=TODAY - 1))
    await store.write(lambda tx: answer(tx, "v-2", 3))
    counted = await store.write(
        lambda tx: tx.answers.this_month("nps", "recommend", "branch", "Tartu", TODAY)
    )
    nobody = await store.write(lambda tx: tx.answers.this_month("nps", "recommend", "branch", "Narva", TODAY))
    assert (counted, nobody) == (1, 0)


async def test_a_response_belongs_to_its_visit(store: Store) -> None:
    def work(tx: Transaction) -> tuple[int | None, int | None]:
        person(tx)
        number = tx.answers.add(response("v-1"))
        return (number if tx.answers.response_about("v-1") == number else None), tx.answers.response_about(
            "v-2"
        )

    found, none = await store.write(work)
    assert found is not None
    assert none is None


steps = st.lists(
    st.tuples(
        st.integers(0, 4), st.integers(0, 10), st.sampled_from(["Tartu", "Tallinn", None]), st.integers(0, 2)
    ),
    max_size=25,
)


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=steps)
def test_roll_ups_always_equal_a_recount_of_the_raw_answers(
    steps: list[tuple[int, int, str | None, int]],
) -> None:
    async def run() -> None:
        store = make_store("memory:")
        await store.open()
        branches: dict[str, str | None] = {}
        for visit, value, branch, day in steps:
            branches.setdefault(f"v-{visit}", branch)
            about = branches[f"v-{visit}"]
            attributes = {"branch": about} if about else {}
            await store.write(
                partial(answer, visit_id=f"v-{visit}", value=value, attributes=attributes, day=TODAY + day)
            )
        raw = await store.read.raw_values("nps", "recommend", 0, 99_999)
        recount = {(row["day"], row["branch"] or "", row["value"]): 0 for row in raw}
        for row in raw:
            recount[row["day"], row["branch"] or "", row["value"]] += 1
        told = {
            (day, key, value): n
            for day, key, values in await store.read.daily_by("nps", "recommend", 0, 99_999, "branch")
            for value, n in values.items()
        }
        assert told == recount
        everybody = Counter(row["value"] for row in raw)
        assert (await counts(store)).get("", {}) == dict(everybody)
        await store.close()

    asyncio.run(run())


async def test_roll_ups_that_went_wrong_are_made_equal_to_a_count_of_the_answers(store: Store) -> None:
    def work(tx: Transaction) -> None:
        for number in range(30):
            one = response(f"v-{number}", day=TODAY - number % 3, language="et" if number % 2 else "ru")
            tx.answers.record_about(one, "recommend", number % 11, None, is_why=False)
            tx.answers.record_about(one, "why", None, "words", is_why=True)

    def wrong(tx: Transaction) -> None:
        change = tx.db._connection.execute
        change(f"UPDATE tallies SET v1 = v1 + 2, v3 = v3 - 1 WHERE dimension = 'language' AND day = {TODAY}")
        change("INSERT INTO tallies SELECT survey, question, dimension, 20000, key, shard, v0, v1, v2, v3, v4, v5, v6,"
               f" v7, v8, v9, v10 FROM tallies WHERE day = {TODAY}")  # fmt: skip
        change(f"DELETE FROM tallies WHERE dimension = 'branch' AND day = {TODAY - 1}")

    def recount(tx: Transaction) -> list[int]:
        return [
            day
            for day in (20_000, *range(TODAY - 3, TODAY + 1))
            if tx.answers.recount("nps", "recommend", day)
        ]

    async def all_counts() -> list[object]:
        return [await counts(store, dimension) for dimension in ("", *COUNTED)]

    await store.write(work)
    before = await all_counts()
    assert await store.write(recount) == []
    await store.write(wrong)
    assert await all_counts() != before
    (over,) = await store.read.rows("recountable")
    assert (over["question"], over["first"], over["last"]) == ("recommend", 20_000, TODAY)
    assert await store.write(recount) == [20_000, TODAY - 1, TODAY]
    assert await all_counts() == before
    assert await store.write(recount) == []
