"""Whom to ask when, and whom not: every reason, its boundary, and the order in which reasons are looked for."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from surveys.asking import (
    Ask,
    Asked,
    Person,
    Reason,
    Suppressed,
    Waiting,
    decide,
    expires_at,
    in_sample,
    reminder_at,
)
from surveys.opening import opening_for
from surveys.policy import AttributeCap, Choose, Policy, Quota
from surveys.visits import Visit

TALLINN = ZoneInfo("Europe/Tallinn")
VISIT = Visit(
    "v-881",
    "c-17",
    datetime(2026, 11, 23, 14, 20, tzinfo=TALLINN),
    touchpoint="counter",
    employee="Mari",
    branch="Tartu",
)
DUE = datetime(2026, 11, 24, 12, 20, tzinfo=UTC)  # sums and differences are elapsed time
PERSON = Person(addresses={"sms": "+37255550100"})
MINUTE = timedelta(minutes=1)
NO_CAP = Policy(min_gap=timedelta(), max_per_year=99)


def decision(
    person: Person = PERSON,
    policy: Policy = Policy(),  # noqa: B008 -- a frozen value
    *,
    visit: Visit = VISIT,
    now: datetime | None = None,
    answers: int | None = None,
) -> Ask | Suppressed:
    opening = opening_for(visit, policy, country="EE", organisation_zone=TALLINN)
    return decide(visit, person, policy, opening, now or visit.occurred_at, answers_so_far=answers)


def reason(person: Person = PERSON, policy: Policy = Policy(), **facts: Any) -> Reason | None:  # noqa: B008
    found = decision(person, policy, **facts)
    return found.reason if isinstance(found, Suppressed) else None


def asked(*ago: timedelta, **attributes: str) -> Person:
    return replace(
        PERSON,
        asked=tuple(Asked(DUE - one, f"v-{number}", "csi", attributes) for number, one in enumerate(ago)),
    )


def test_a_visit_is_asked_about_the_next_day_at_the_same_time() -> None:
    assert decision() == Ask(DUE, "sms")


def test_the_first_channel_that_reaches_the_customer_is_taken() -> None:
    both = replace(PERSON, addresses={"sms": "+37255550100", "telegram": "17"})
    assert decision(both) == Ask(DUE, "telegram")
    assert decision(both, Policy(channels=("sms", "telegram"))) == Ask(DUE, "sms")
    assert reason(PERSON, Policy(channels=("telegram",))) is Reason.NO_ADDRESS
    assert reason(Person(addresses={"sms": ""})) is Reason.NO_ADDRESS


def test_whoever_opted_out_or_was_erased_is_not_asked() -> None:
    assert reason(replace(PERSON, opted_out=True)) is Reason.OPTED_OUT
    assert reason(replace(PERSON, erased=True)) is Reason.ERASED


def test_at_sending_the_answer_is_now_when_it_is_open_and_later_when_it_is_not() -> None:
    on_time, late = DUE + timedelta(seconds=3), DUE + timedelta(hours=3)
    assert decision(now=on_time) == Ask(on_time, "sms")
    assert decision(now=late) == Ask(late, "sms")
    night = datetime(2026, 11, 25, 3, 0, tzinfo=TALLINN)
    assert decision(now=night) == Ask(datetime(2026, 11, 25, 10, 0, tzinfo=TALLINN), "sms")


def test_a_visit_is_stale_when_older_than_the_limit_now_or_at_the_next_open_moment() -> None:
    limit = VISIT.occurred_at + timedelta(days=3)
    assert decision(now=limit) == Ask(limit, "sms")  # exactly as old is not stale
    assert reason(now=limit + MINUTE) is Reason.STALE
    assert reason(now=datetime(2026, 11, 26, 9, 0, tzinfo=TALLINN)) is None
    evening = VISIT._replace(occurred_at=datetime(2026, 11, 23, 9, 0, tzinfo=TALLINN))
    assert reason(visit=evening, now=datetime(2026, 11, 25, 20, 0, tzinfo=TALLINN)) is Reason.STALE


def test_a_fresh_visit_without_an_allowed_moment_in_time_is_told_so() -> None:
    before_christmas = VISIT._replace(occurred_at=datetime(2026, 12, 23, 14, 20, tzinfo=TALLINN))
    assert reason(visit=before_christmas) is Reason.NO_WINDOW
    assert reason(visit=before_christmas, policy=Policy(stale_after=timedelta(days=5))) is None
    assert reason(policy=Policy(weekdays=frozenset())) is Reason.NO_WINDOW


@pytest.mark.parametrize(
    ("ago", "expected"),
    [
        (timedelta(days=90), None),
        (timedelta(days=90) - MINUTE, Reason.CAP),
        (timedelta(), Reason.CAP),
        (-timedelta(days=1), Reason.CAP),
    ],
)
def test_exactly_the_gap_apart_is_far_enough_a_minute_less_is_not(
    ago: timedelta, expected: Reason | None
) -> None:
    assert reason(asked(ago)) is expected


def test_the_cap_names_the_other_visit_and_the_days() -> None:
    found = decision(asked(timedelta(days=41, hours=5)))
    assert found == Suppressed(Reason.CAP, {"rule": "min_gap", "other": "v-0", "days": 41, "at_least": 90})


@pytest.mark.parametrize(
    ("ago", "minutes"),
    [(timedelta(hours=5, minutes=10), 300), (timedelta(minutes=7), 7), (timedelta(seconds=3), 1)],
    ids=str,
)
def test_the_cap_names_a_question_of_the_same_day_by_hours_or_minutes(ago: timedelta, minutes: int) -> None:
    found = decision(asked(ago))
    assert found == Suppressed(
        Reason.CAP, {"rule": "min_gap", "other": "v-0", "minutes": minutes, "at_least": 90}
    )


def test_the_cap_is_judged_at_the_moment_the_question_would_go_out() -> None:
    person = asked(timedelta(days=90))
    assert reason(person, now=VISIT.occurred_at) is None  # 89 days ago now, 90 when asked
    assert (
        reason(replace(person, asked=(Asked(DUE - timedelta(days=90) + MINUTE, "v-0"),)), now=DUE + MINUTE)
        is None
    )


@pytest.mark.parametrize(
    ("days", "expected"),
    [
        ((100, 364), Reason.CAP),
        ((100, 365), None),
        ((365, 366), None),
        ((100,), None),
        ((100, 200, 300), Reason.CAP),
    ],
)
def test_no_more_than_the_yearly_number_within_any_365_days(
    days: tuple[int, ...], expected: Reason | None
) -> None:
    assert reason(asked(*(timedelta(days=one) for one in days))) is expected


def test_a_rule_with_no_questions_a_year_asks_nobody() -> None:
    assert reason(policy=Policy(max_per_year=0)) is Reason.CAP


def test_a_person_is_asked_about_one_employee_only_so_often() -> None:
    policy = replace(NO_CAP, caps=(AttributeCap(2, timedelta(days=7), "employee"),))
    twice = timedelta(days=1), timedelta(days=2)
    assert decision(asked(*twice, employee="Mari"), policy) == Suppressed(
        Reason.CAP,
        {"rule": "same", "by": "employee", "value": "Mari", "times": 2, "at_most": 2, "period_days": 7},
    )
    assert reason(asked(*twice, employee="Jaan"), policy) is None
    assert reason(asked(timedelta(days=1), timedelta(days=7), employee="Mari"), policy) is None
    assert reason(asked(*twice, employee="Mari"), policy, visit=VISIT._replace(employee=None)) is None


def test_the_sample_is_a_share_of_visits_and_the_same_every_time() -> None:
    ids = [f"v-{number}" for number in range(4000)]
    chosen = {one for one in ids if in_sample(one, 0.25)}
    assert 900 < len(chosen) < 1100
    assert (
        chosen == {one for one in ids if in_sample(one, 0.25)} <= {one for one in ids if in_sample(one, 0.3)}
    )
    assert not any(in_sample(one, 0) for one in ids)
    assert all(in_sample(one, 1) for one in ids)
    assert reason(policy=Policy(sample=0)) is Reason.NOT_SAMPLED


def test_asking_stops_when_the_months_quota_is_reached() -> None:
    policy = Policy(quota=Quota(50, "branch"))
    assert reason(policy=policy, answers=49) is None
    assert reason(policy=policy, answers=None) is None
    assert decision(policy=policy, answers=50) == Suppressed(
        Reason.QUOTA, {"by": "branch", "value": "Tartu", "answers": 50, "target": 50}
    )


def test_a_second_conversation_is_not_started_beside_an_open_one() -> None:
    assert decision(replace(PERSON, open_visit="v-1")) == Suppressed(
        Reason.OPEN_CONVERSATION, {"other": "v-1"}
    )
    assert reason(replace(PERSON, open_visit=VISIT.visit_id)) is None


EARLIER = Waiting("v-1", VISIT.occurred_at - timedelta(hours=1), "call")
LATER = Waiting("v-2", VISIT.occurred_at + timedelta(hours=1), "delivery")
SAME_TIME = Waiting("v-900", VISIT.occurred_at, "counter")


@pytest.mark.parametrize(
    ("choose", "waiting", "expected"),
    [
        ("latest", (EARLIER,), ("v-1",)),
        ("latest", (LATER,), "v-2"),
        ("latest", (EARLIER, LATER), "v-2"),
        ("latest", (SAME_TIME,), "v-900"),  # the higher id
        ("first", (EARLIER,), "v-1"),
        ("first", (LATER,), ("v-2",)),
        ("first", (SAME_TIME,), ("v-900",)),
        ("priority", (LATER, EARLIER), "v-1"),  # call before counter
        ("priority", (LATER,), ("v-2",)),  # delivery is not listed
        ("priority", (SAME_TIME,), "v-900"),
    ],
)
def test_one_of_several_waiting_visits_wins_and_the_others_know_by_whom(
    choose: Choose, waiting: tuple[Waiting, ...], expected: str | tuple[str, ...]
) -> None:
    policy = replace(Policy(touchpoint_priority=("call", "counter")), choose=choose)
    found = decision(replace(PERSON, waiting=waiting), policy)
    if isinstance(expected, str):
        assert found == Suppressed(Reason.ANOTHER_VISIT, {"other": expected})
    else:
        assert found == Ask(DUE, "sms", displaced=expected)


def test_a_visit_does_not_compete_with_itself() -> None:
    assert decision(replace(PERSON, waiting=(Waiting(VISIT.visit_id, VISIT.occurred_at),))) == Ask(DUE, "sms")


def test_reasons_are_looked_for_in_one_order() -> None:
    person = replace(
        asked(timedelta(days=5)),
        erased=True,
        opted_out=True,
        addresses={},
        open_visit="v-1",
        waiting=(LATER,),
    )
    policy = Policy(sample=0, quota=Quota(1, "branch"), weekdays=frozenset())
    late, in_time = VISIT.occurred_at + timedelta(days=9), VISIT.occurred_at
    sampled = replace(policy, sample=1.0)
    free = replace(person, erased=False, opted_out=False, addresses=PERSON.addresses)
    found = [
        reason(person, policy, now=late, answers=5),
        reason(replace(person, opted_out=False), policy, now=late, answers=5),
        reason(replace(person, erased=False, opted_out=False), policy, now=late, answers=5),
        reason(free, policy, now=late, answers=5),
        reason(free, policy, now=in_time, answers=5),
        reason(free, sampled, now=in_time, answers=5),
        reason(free, sampled, now=in_time, answers=0),
        reason(replace(free, asked=()), sampled, now=in_time),
        reason(replace(free, asked=(), open_visit=None), sampled, now=in_time),
        reason(replace(free, asked=(), open_visit=None, waiting=()), sampled, now=in_time),
    ]
    assert found == list(Reason)


def test_a_reminder_comes_a_day_later_by_the_wall_clock_at_an_allowed_moment() -> None:
    opening = opening_for(VISIT, Policy(), country="EE", organisation_zone=TALLINN)
    saturday = datetime(2026, 11, 21, 14, 20, tzinfo=TALLINN)
    assert reminder_at(saturday, Policy(), opening) == datetime(2026, 11, 23, 10, 0, tzinfo=TALLINN)
    assert reminder_at(DUE, Policy(reminder_after=timedelta(hours=2)), opening) == DUE + timedelta(hours=2)


def test_an_invitation_expires_after_elapsed_time() -> None:
    assert expires_at(DUE, Policy()) == DUE.astimezone(UTC) + timedelta(days=3)
