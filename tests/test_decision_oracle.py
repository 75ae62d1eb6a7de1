"""Every decision, with all its reasons, against one made by counting minutes and going through lists by hand."""

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from surveys.asking import Ask, Asked, Person, Reason, Waiting, decide, reminder_at
from surveys.opening import Opening
from surveys.policy import AttributeCap, Policy, Quota, Window
from surveys.visits import Visit
from tests.test_opening_oracle import MINUTE, allowed, moments, openings, shown_inside

EMPLOYEES = st.sampled_from(["Mari", "Jaan", None])
TOUCHPOINTS = st.sampled_from(["phone", "counter", "delivery", None])
GUESSES = st.sampled_from(
    [(), (), (), ("Asia/Tokyo",), ("America/New_York",), ("Asia/Kolkata", "Europe/Lisbon")]
)
DAY = timedelta(days=1)
GAP = timedelta(days=90)


@dataclass(frozen=True)
class Case:
    """All that a decision is made from."""

    visit: Visit
    person: Person
    policy: Policy
    opening: Opening
    now: datetime
    answers: int | None


def seldom(draw: st.DrawFn, one_in: int) -> bool:
    return draw(st.integers(1, one_in)) == one_in


@st.composite
def cases(draw: st.DrawFn) -> Case:
    visit_id, occurred_at = draw(st.integers(1, 40).map("v-{}".format)), draw(moments)
    opening = replace(draw(openings), narrowing=tuple(map(ZoneInfo, draw(GUESSES))))
    policy = Policy(
        delay=draw(
            st.sampled_from([timedelta(), timedelta(minutes=90), DAY, DAY, timedelta(days=1, hours=2)])
        ),
        window=opening.window,
        weekdays=opening.weekdays,
        min_gap=draw(st.sampled_from([timedelta(), timedelta(hours=12), GAP])),
        max_per_year=draw(st.sampled_from([0, 1, 2, 2, 2, 3, 3, 3])),
        sample=draw(st.sampled_from([1.0, 1.0, 1.0, 0.5])),
        stale_after=draw(st.sampled_from([timedelta(hours=30), timedelta(days=3)])),
        channels=draw(st.sampled_from([("telegram", "sms"), ("sms",), ("sms", "telegram")])),
        choose=draw(st.sampled_from(["latest", "first", "priority"])),
        touchpoint_priority=("counter", "phone"),
        caps=draw(st.sampled_from([(), (AttributeCap(1, timedelta(days=200), "employee"),)])),
        quota=draw(st.sampled_from([None, Quota(50, "employee")])),
    )
    # Just at the limits as often as anywhere: the gap, the year, the period of the other cap.
    ago = st.sampled_from([GAP, timedelta(days=365), timedelta(days=200), timedelta(hours=12)]) | st.integers(
        -1, 400
    ).map(timedelta)
    off = st.sampled_from([timedelta(), timedelta(), MINUTE, -MINUTE])
    history = draw(st.lists(st.tuples(ago, off, EMPLOYEES), max_size=2))
    others = (
        draw(st.lists(st.tuples(st.integers(-48, 48), TOUCHPOINTS), max_size=2)) if seldom(draw, 2) else []
    )
    person = Person(
        opted_out=seldom(draw, 12),
        erased=seldom(draw, 12),
        addresses=draw(
            st.sampled_from([{"sms": "+3725"}, {"telegram": "7"}, {"sms": "+3725", "telegram": "7"}])
        ),
        waiting=tuple(
            Waiting(f"w-{n}", occurred_at + timedelta(hours=hours), touchpoint)
            for n, (hours, touchpoint) in enumerate(others)
        ),
        open_visit=draw(st.sampled_from([visit_id, "elsewhere"])) if seldom(draw, 3) else None,
    )
    visit = Visit(visit_id, "c", occurred_at, employee=draw(EMPLOYEES), touchpoint=draw(TOUCHPOINTS))
    late = draw(st.sampled_from([0, 0, 0, 60, 600, 1441, 1800, 4320, 4321]))
    answers = draw(st.sampled_from([None, 49, 50])) if policy.quota else None
    case = Case(visit, person, policy, opening, occurred_at + late * MINUTE, answers)
    moment = (by_hand(case)[1] if history else None) or occurred_at + DAY
    asked = [
        Asked(moment - when + by, f"asked-{n}", "nps", {"employee": who} if who else {})
        for n, (when, by, who) in enumerate(history)
    ]
    newest_first = tuple(sorted(asked, key=lambda one: one.at, reverse=True))
    return replace(case, person=replace(person, asked=newest_first))


# -- by hand --------------------------------------------------------------------------------------------------------------


@lru_cache(maxsize=512)
def believed(window: Window, quiet: Window | None, ahead: tuple[int, ...]) -> bool:
    """Whether guessed clocks, behind ours by so many minutes, leave an hour of the day."""
    left = [
        minute
        for minute in range(1440)
        if shown_inside(minute, window)
        and not (quiet and shown_inside(minute, quiet))
        and all(shown_inside((minute - by) % 1440, window) for by in ahead)
    ]
    return len(left) >= 60


def may_send(at: datetime, opening: Opening) -> bool:
    if not allowed(at, opening):
        return False
    clocks = [at.astimezone(zone) for zone in opening.narrowing]
    here = at.astimezone(opening.zone).replace(tzinfo=None)
    ahead = tuple((here - clock.replace(tzinfo=None)) // MINUTE for clock in clocks)
    return not believed(opening.window, opening.quiet, ahead) or all(
        shown_inside(clock.hour * 60 + clock.minute, opening.window) for clock in clocks
    )


def minutes(start: datetime, end: datetime) -> Iterator[datetime]:
    yield start
    at = start.replace(second=0, microsecond=0) + MINUTE
    while at <= end:
        yield at
        at += MINUTE


def first_allowed(start: datetime, end: datetime, opening: Opening) -> datetime | None:
    return next((at for at in minutes(start, end) if may_send(at, opening)), None)


def after_delay(at: datetime, delay: timedelta, zone: ZoneInfo) -> datetime:
    """The first minute at which the clock on the wall shows that time of that day, or a later one; then the hours."""
    wanted = at.astimezone(zone).replace(tzinfo=None) + timedelta(days=delay.days)
    while delay.days and at.astimezone(zone).replace(tzinfo=None) < wanted:
        at += MINUTE
    return at + timedelta(seconds=delay.seconds)


def too_often(case: Case, at: datetime) -> bool:
    policy, asked = case.policy, case.person.asked
    ago = [(at - one.at, one) for one in asked]
    if policy.max_per_year == 0:
        return True
    if any(
        time < policy.min_gap and (time >= timedelta() or policy.min_gap > timedelta()) for time, _ in ago
    ):
        return True
    if len([time for time, _ in ago if time < timedelta(days=365)]) >= policy.max_per_year:
        return True
    employee = case.visit.employee
    return employee is not None and any(
        len([one for time, one in ago if time < cap.period and one.attributes.get("employee") == employee])
        >= cap.max
        for cap in policy.caps
    )


def chosen(case: Case) -> str:
    """The id of the visit that wins: the newest, the oldest, or the newest of the most important touchpoint."""
    visit, policy = case.visit, case.policy
    running = [Waiting(visit.visit_id, visit.occurred_at, visit.touchpoint), *case.person.waiting]
    by_age = sorted(running, key=lambda one: (one.occurred_at, one.visit_id))
    if policy.choose == "first":
        return by_age[0].visit_id
    for wanted in policy.touchpoint_priority if policy.choose == "priority" else ():
        if important := [one for one in by_age if one.touchpoint == wanted]:
            return important[-1].visit_id
    return by_age[-1].visit_id


def by_hand(case: Case) -> tuple[str, datetime | None, str | None]:
    """Return the reason or "ask", the moment and the channel."""
    visit, person, policy, now = case.visit, case.person, case.policy, case.now
    usable = [name for name in policy.channels if name in person.addresses]
    latest = visit.occurred_at + policy.stale_after
    if person.erased or person.opted_out or not usable:
        reasons: Sequence[tuple[bool, str]] = ((person.opted_out, "opted_out"), (person.erased, "erased"))
        return next((reason for true, reason in reasons if true), "no_address"), None, None
    wished = after_delay(visit.occurred_at, policy.delay, case.opening.zone)
    due = first_allowed(wished, latest, case.opening) if wished <= latest else None
    at = due if due is None or due >= now else first_allowed(now, latest, case.opening)
    if now > latest or (due is not None and at is None):
        return "stale", None, None
    part = int(hashlib.sha256(visit.visit_id.encode()).hexdigest()[:16], 16) / 16**16
    if part >= policy.sample:
        return "not_sampled", None, None
    if case.answers is not None and policy.quota and case.answers >= policy.quota.target:
        return "quota", None, None
    moment = at or case_moment(case, wished)
    if too_often(case, moment):
        return "cap", None, None
    if person.open_visit not in {None, visit.visit_id}:
        return "open_conversation", None, None
    if chosen(case) != visit.visit_id:
        return "another_visit", None, None
    return ("no_window", None, None) if at is None else ("ask", at, usable[0])


def case_moment(case: Case, wished: datetime) -> datetime:
    """Where no moment is allowed in time, the cap is judged at the first allowed one afterwards, else at the wished one."""
    later = case.opening.next_open(max(wished, case.now))
    return later or max(case.now, wished)


def test_every_decision_equals_the_one_made_by_hand_and_every_reason_is_met() -> None:
    met = set()

    @settings(max_examples=800, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))
    @given(cases())
    def check(case: Case) -> None:
        found = decide(
            case.visit, case.person, case.policy, case.opening, case.now, answers_so_far=case.answers
        )
        expected, at, channel = by_hand(case)
        met.add(expected)
        if isinstance(found, Ask):
            others = {one.visit_id for one in case.person.waiting}
            assert ("ask", found.at, found.channel, set(found.displaced)) == (expected, at, channel, others)
        else:
            assert found.reason == expected

    check()
    assert met == {*map(str, Reason), "ask"}


@settings(max_examples=60, deadline=None)
@given(moments, openings, st.sampled_from([timedelta(hours=20), DAY, timedelta(days=2)]))
def test_a_reminder_comes_at_the_first_allowed_minute_after_its_time_by_the_wall_clock(
    sent_at: datetime, opening: Opening, after: timedelta
) -> None:
    policy = Policy(reminder_after=after)
    start = after_delay(sent_at, after, opening.zone)
    expected = first_allowed(start, start + timedelta(days=4), opening)
    found = reminder_at(sent_at, policy, opening)
    assert found == expected or (expected is None and (found is None or found > start + timedelta(days=4)))
