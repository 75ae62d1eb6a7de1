"""Pacing: smooth, never above a limit, close to it, and nothing to remember."""

from bisect import bisect_left
from dataclasses import dataclass
from heapq import heappop, heappush
from math import ceil
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.pacing import Pacer

Sends = list[tuple[float, str]]


def run(pacer: Pacer, addresses: list[str], *, late: list[float], idle: list[float] = [0.0]) -> Sends:  # noqa: B006
    """Send to these addresses in order; each wait may end late, before each may be an idle time."""
    now, sends = 0.0, []
    for number, address in enumerate(addresses):
        now += idle[number % len(idle)]
        if (at := pacer.next_at(now, address)) > now:
            now = at + late[number % len(late)]
        pacer.take(now, address)
        pacer.answered(now, now, address)
        sends.append((now, address))
    return sends


@dataclass
class Way:
    """How one message travels: our own stall before it is looked at, the way there, and the provider's own time."""

    stall: float = 0.0
    there: float = 0.0
    answer: float = 0.0


def travel(pacer: Pacer, ways: list[Way], count: int) -> tuple[list[float], list[float]]:
    """Send so many messages while answers come in; return when they left and when they arrived."""
    now, left, arrived = 0.0, [], []
    answers: list[tuple[float, float, str]] = []
    for number in range(count):
        way, address = ways[number % len(ways)], str(number)
        now += way.stall
        while True:
            while answers and answers[0][0] <= now:
                at, since, whose = heappop(answers)
                pacer.answered(since, at, whose)
            at = pacer.next_at(now, address)
            if at <= now:
                break
            now = min(at, answers[0][0]) if answers else at
        pacer.take(now, address)
        left.append(now)
        arrived.append(now + way.there)
        heappush(answers, (now + way.there + way.answer, now, address))
    return left, arrived


def most_in_a_window(times: list[float], seconds: float) -> int:
    """The fullest window [t, t + seconds)."""
    return max(bisect_left(times, start + seconds) - number for number, start in enumerate(times))


rates = st.sampled_from([0.2, 0.5, 1.0, 2.5, 3.0, 10.0, 25.0, 30.0, 100.0])
jitter = st.lists(st.floats(0, 0.3), min_size=1, max_size=30)
idles = st.lists(st.one_of(st.just(0.0), st.floats(0, 3)), min_size=1, max_size=30)
chats = st.lists(st.sampled_from(["7001", "7002", "7003", "-1001", "-1002"]), min_size=2, max_size=150)


@given(rates, chats, jitter, idles)
def test_no_second_ever_has_more_than_the_limit(
    rate: float, addresses: list[str], late: list[float], idle: list[float]
) -> None:
    sends = run(Pacer(rate), addresses, late=late, idle=idle)
    arrivals_may_jitter = 0.01
    assert most_in_a_window([at for at, _ in sends], 1.0 + arrivals_may_jitter) <= ceil(rate)


stalls = st.one_of(st.just(0.0), st.floats(0, 2))
ways = st.lists(st.builds(Way, stalls, st.floats(0, 3), st.floats(0, 1)), min_size=1, max_size=40)


@settings(deadline=None)
@given(rates, ways)
def test_no_second_of_departures_has_more_than_the_limit_however_we_stall(
    rate: float, ways: list[Way]
) -> None:
    left, _ = travel(Pacer(rate), ways, 70)
    assert most_in_a_window(left, 1.0) <= ceil(rate)


@settings(deadline=None)
@given(rates, st.lists(st.tuples(stalls, st.floats(0, 3)), min_size=1, max_size=40), st.floats(0, 0.5))
def test_no_second_of_arrivals_has_more_than_the_limit_though_every_second_message_is_held_up(
    rate: float, held_up: list[tuple[float, float]], answer: float
) -> None:
    ways = [Way(stall, there if n % 2 else 0.0, answer) for n, (stall, there) in enumerate(held_up * 2)]
    _, arrived = travel(Pacer(rate), ways, 70)
    assert most_in_a_window(sorted(arrived), 1.0) <= ceil(rate)


@pytest.mark.parametrize("rate", [1, 10, 25, 30, 100])
@pytest.mark.parametrize("longest", [0.005, 0.05, 0.2])
def test_answers_that_take_now_more_now_less_cost_little_speed(rate: float, longest: float) -> None:
    random = Random(7)
    ways = [Way(answer=random.uniform(0, longest)) for _ in range(997)]
    count = int(rate * 60)
    left, _ = travel(Pacer(rate), ways, count + 1)
    assert count / (left[-1] - left[0]) >= (0.97 if longest < 0.1 else 0.92) * rate


def test_a_message_without_an_answer_holds_its_place_until_it_has_one() -> None:
    pacer = Pacer(1)
    pacer.take(0.0, "+37255550101")
    assert pacer.next_at(5.0, "+37255550102") > 5.0
    pacer.answered(0.0, 5.0, "+37255550101")
    assert 6.0 < pacer.next_at(5.0, "+37255550102") < 6.1


@given(chats, jitter, idles)
def test_a_chat_gets_at_most_one_a_second_and_a_group_twenty_a_minute(
    addresses: list[str], late: list[float], idle: list[float]
) -> None:
    sends = run(Pacer(25, 1, 20), addresses, late=late, idle=idle)
    for address in set(addresses):
        times = [at for at, to in sends if to == address]
        assert most_in_a_window(times, 1.0) <= 1
        if address.startswith("-"):
            assert most_in_a_window(times, 60.0) <= 20


@pytest.mark.parametrize("rate", [0.5, 1, 10, 25, 30, 100])
def test_it_stays_within_three_percent_of_the_limit_though_every_wait_ends_a_little_late(rate: float) -> None:
    random = Random(7)
    late = [random.uniform(0, 0.003) for _ in range(997)]
    count = int(rate * 60)
    sends = run(Pacer(rate, 1, 20), [str(number) for number in range(count + 1)], late=late)
    assert count / (sends[-1][0] - sends[0][0]) >= 0.97 * rate


def test_ten_thousand_chats_are_reached_at_the_full_speed_of_the_bot() -> None:
    sends = run(Pacer(25, 1, 20), [str(number % 500) for number in range(10_000)], late=[0.001])
    assert 10_000 / sends[-1][0] >= 0.97 * 25


def test_after_an_idle_hour_there_is_no_burst() -> None:
    pacer = Pacer(25)
    run(pacer, ["7001"] * 50, late=[0.0])
    sends = [at for at, _ in run_from(pacer, 3600.0, ["7001"] * 25)]
    assert most_in_a_window(sends, 0.2) <= 7  # five are even pace, two are what a late caller may catch up


def run_from(pacer: Pacer, now: float, addresses: list[str]) -> Sends:
    sends = []
    for address in addresses:
        now = pacer.next_at(now, address)
        pacer.take(now, address)
        pacer.answered(now, now, address)
        sends.append((now, address))
    return sends


def test_a_restart_in_the_middle_is_not_a_burst() -> None:
    before = [at for at, _ in run_from(Pacer(25), 100.0, ["7001"] * 60)]
    restarted = before[-1] + 0.001
    after = [at for at, _ in run_from(Pacer(25, started=restarted), restarted, ["7001"] * 60)]
    assert most_in_a_window(before + after, 1.0) <= 25


def test_a_pause_stops_everything_until_its_end_and_is_never_shortened() -> None:
    pacer = Pacer(25)
    pacer.pause(17.0)
    pacer.pause(5.0)
    assert pacer.next_at(10.0, "7001") == 17.0
    assert pacer.next_at(20.0, "7001") == 20.0


def test_after_a_pause_there_is_no_burst() -> None:
    pacer = Pacer(25)
    pacer.take(0.0, "7001")
    pacer.answered(0.0, 0.0, "7001")
    pacer.pause(10.0)
    assert most_in_a_window([at for at, _ in run_from(pacer, 1.0, ["7001"] * 60)], 1.0) <= 25


def test_taking_too_early_is_an_error_of_the_caller() -> None:
    pacer = Pacer(1)
    pacer.take(0.0, "+37255550101")
    with pytest.raises(ValueError, match="Too early by"):
        pacer.take(0.5, "+37255550102")


@pytest.mark.parametrize("rate", [0, -1])
def test_a_rate_of_nothing_is_refused(rate: float) -> None:
    with pytest.raises(ValueError, match="messages_per_second is"):
        Pacer(rate)


def test_it_forgets_chats_that_limit_nothing_any_more() -> None:
    pacer = Pacer(30, 1, 20)
    run(pacer, [str(number) for number in range(5_000)], late=[0.0])
    assert len(pacer._chats) <= 31
    assert len(pacer._groups) == 0


def test_one_waiting_chat_does_not_hold_up_the_others() -> None:
    pacer = Pacer(25, 1)
    pacer.take(0.0, "7001")
    assert pacer.next_at(0.1, "7001") > 1.0
    assert pacer.next_at(0.1, "7002") == 0.1
