"""Decisions against naive counting, and a person's whole history under the rules."""

import itertools
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from hypothesis import given, settings
from hypothesis import strategies as st

from surveys.asking import Ask, Asked, Person, Reason, Waiting, decide
from surveys.opening import Opening, due_at
from surveys.policy import AttributeCap, Policy, Window
from surveys.visits import Visit

START = datetime(2026, 1, 5, 9, tzinfo=UTC)
ZONES = st.sampled_from(["Europe/Tallinn", "America/New_York", "Asia/Kathmandu", "Pacific/Apia"]).map(
    ZoneInfo
)
HOURS = st.integers(-2, 800 * 24).map(lambda hours: timedelta(hours=hours))
EMPLOYEES = st.sampled_from(["Mari", "Jaan"])

policies = st.builds(
    Policy,
    delay=st.sampled_from([timedelta(), timedelta(hours=2), timedelta(days=1)]),
    min_gap=st.sampled_from([timedelta(), timedelta(hours=12), timedelta(days=30), timedelta(days=90)]),
    max_per_year=st.integers(1, 4),
    caps=st.just(())
    | st.builds(AttributeCap, st.integers(1, 2), st.just(timedelta(days=200)), st.just("employee")).map(
        lambda cap: (cap,)
    ),
    choose=st.sampled_from(["latest", "first"]),
)


def opening_in(zone: ZoneInfo) -> Opening:
    return Opening(zone, Window.parse("10:00-19:00"), frozenset(range(6)))


@settings(max_examples=300, deadline=None)
@given(policies, ZONES, st.lists(st.tuples(HOURS, EMPLOYEES), max_size=6), EMPLOYEES)
def test_the_cap_equals_counting_by_hand(
    policy: Policy, zone: ZoneInfo, history: list[tuple[timedelta, str]], employee: str
) -> None:
    visit = Visit("v", "c", START + timedelta(days=700), employee=employee)
    opening = opening_in(zone)
    moment = due_at(visit.occurred_at, policy, opening)
    if moment is None or moment > visit.occurred_at + policy.stale_after:
        return
    asked = [
        Asked(START + when, f"v-{number}", "nps", {"employee": who})
        for number, (when, who) in enumerate(history)
    ]
    seconds_ago = [(moment - one.at).total_seconds() for one in asked]
    too_soon = any(ago < policy.min_gap.total_seconds() for ago in seconds_ago if ago >= 0 or policy.min_gap)
    too_many = len([ago for ago in seconds_ago if ago < 365 * 86400]) >= policy.max_per_year
    too_much_of_one = any(
        len([one for one in asked if one.attributes["employee"] == employee and moment - one.at < cap.period])
        >= cap.max
        for cap in policy.caps
    )
    newest_first = tuple(sorted(asked, key=lambda one: one.at, reverse=True))
    found = decide(
        visit, Person(addresses={"sms": "x"}, asked=newest_first), policy, opening, visit.occurred_at
    )
    if too_soon or too_many or too_much_of_one:
        assert not isinstance(found, Ask)
        assert found.reason is Reason.CAP
    else:
        assert found == Ask(moment, "sms")


@settings(max_examples=60, deadline=None)
@given(
    policies,
    ZONES,
    st.lists(st.tuples(st.integers(0, 500 * 24), EMPLOYEES), min_size=2, max_size=25),
    st.integers(1, 30 * 60),
)
def test_over_a_whole_history_no_rule_is_ever_broken_and_every_visit_has_one_end(
    policy: Policy, zone: ZoneInfo, visits: list[tuple[int, str]], tick: int
) -> None:
    """Visits come in, are planned, displaced and sent by ticks; then the invitations are judged by hand."""
    opening = opening_in(zone)
    coming = [
        Visit(f"v-{number}", "c", START + timedelta(hours=hour), employee=who)
        for number, (hour, who) in enumerate(sorted(visits))
    ]
    waiting: dict[str, tuple[Visit, datetime]] = {}
    ends: dict[str, str] = {}
    asked: list[Asked] = []

    def person(visit: Visit) -> Person:
        others = [one for one, _ in waiting.values() if one.visit_id != visit.visit_id]
        return Person(
            addresses={"sms": "x"},
            asked=tuple(reversed(asked)),
            waiting=tuple(Waiting(one.visit_id, one.occurred_at) for one in others),
        )

    def handle(visit: Visit, now: datetime) -> None:
        waiting.pop(visit.visit_id, None)
        found = decide(visit, person(visit), policy, opening, now)
        assert found == decide(visit, person(visit), policy, opening, now)
        if not isinstance(found, Ask):
            ends[visit.visit_id] = found.reason
            return
        for other in found.displaced:
            del waiting[other]
            ends[other] = Reason.ANOTHER_VISIT
        if found.at <= now:
            asked.append(Asked(now, visit.visit_id, "nps", {"employee": str(visit.employee)}))
            ends[visit.visit_id] = "asked"
        else:
            waiting[visit.visit_id] = (visit, found.at)

    now = START
    while coming or waiting:
        next_due = min((at for _, at in waiting.values()), default=now + timedelta(days=600))
        next_visit = coming[0].occurred_at if coming else now + timedelta(days=600)
        now = max(now, min(next_due, next_visit) + timedelta(seconds=tick * (next_due < next_visit)))
        while coming and coming[0].occurred_at <= now:
            handle(coming.pop(0), now)
        for visit, at in sorted(waiting.values(), key=lambda one: one[1]):
            if at <= now and visit.visit_id in waiting:
                handle(visit, now)

    assert len(ends) == len(visits)
    moments = [one.at for one in asked]
    assert all(opening.is_open(moment) for moment in moments)
    assert all(later - earlier >= policy.min_gap for earlier, later in itertools.pairwise(moments))
    for moment in moments:
        year = [other for other in asked if timedelta() <= moment - other.at < timedelta(days=365)]
        assert len(year) <= policy.max_per_year
        for cap in policy.caps:
            within = [other for other in asked if timedelta() <= moment - other.at < cap.period]
            assert all(
                sum(one.attributes["employee"] == who for one in within) <= cap.max
                for who in ("Mari", "Jaan")
            )


@settings(max_examples=50, deadline=None)
@given(ZONES, st.integers(0, 3 * 24 * 60))
def test_after_a_downtime_nothing_is_sent_at_night_and_what_is_too_old_is_stale(
    zone: ZoneInfo, minutes: int
) -> None:
    opening, policy = opening_in(zone), Policy()
    now = datetime(2026, 11, 25, 3, tzinfo=zone).astimezone(UTC)
    visit = Visit("v", "c", now - timedelta(days=1) - timedelta(minutes=minutes))
    found = decide(visit, Person(addresses={"sms": "x"}), policy, opening, now)
    morning = datetime(2026, 11, 25, 10, tzinfo=zone)
    if morning - visit.occurred_at > policy.stale_after:
        assert not isinstance(found, Ask)
        assert found.reason in {Reason.STALE, Reason.NO_WINDOW}
    else:
        assert isinstance(found, Ask)
        assert found.at >= morning
        assert opening.is_open(found.at)


@given(policies, st.integers(0, 100))
def test_being_told_of_more_invitations_never_turns_a_no_into_a_yes(policy: Policy, days: int) -> None:
    visit, opening = Visit("v", "c", START), opening_in(ZoneInfo("Europe/Tallinn"))
    one = Person(addresses={"sms": "x"}, asked=(Asked(START - timedelta(days=200), "v-1"),))
    more = replace(one, asked=(Asked(START - timedelta(days=days), "v-2"), *one.asked))
    if isinstance(decide(visit, more, policy, opening, START), Ask):
        assert isinstance(decide(visit, one, policy, opening, START), Ask)
