"""When may the next message of a sender leave? Smooth, never above the provider's limits, and forgets quickly.

Pure: time comes in as monotonic seconds. One Pacer belongs to one sender (a bot, a number) in one process.

    while (at := pacer.next_at(now := monotonic(), address)) > now:
        await asyncio.sleep(at - now)
    pacer.take(now, address)
    ...                                   # the request, and its answer
    pacer.answered(now, monotonic(), address)

Limits of Telegram (core.telegram.org/bots/faq): about 30 messages a second in all, 1 a second in one chat, 20 a minute in
one group. Twilio's are per number, in messages a second. A plain token bucket would let a second's worth leave at once
after a pause and so twice the limit in one second; here messages are spaced.

The provider counts arrivals, and a request that was held up, by a stall of ours or on its way, arrives together with the
ones after it. So a message counts from the latest moment at which it may have arrived: until its answer is there that
is any moment, afterwards the moment of its answer less the time that a quick answer takes.
"""

from bisect import insort
from collections import OrderedDict, deque
from math import ceil

LATE = 0.05
"""Seconds that a late caller may catch up; more after an idle time would be a burst."""

SLOWER = 1.01
"""Every span is this much longer than the limit asks, for what cannot be known of the way. Costs 1 % of the speed."""

LOOK = 0.01
"""Seconds after which to ask again, where an answer is awaited first."""

TRIPS = 12
"""Answers that tell how long one takes when nothing holds it up: the quickest quarter. Some of no time come first, so
that the first few are believed the least."""

_MINUTE = 60.0 * SLOWER


class Pacer:
    """At most ``per_second`` in any one second (rounded up, if it is no whole number), evenly spaced.

    ``per_chat_per_second`` holds for every address, ``per_group_per_minute`` for addresses that begin with "-", as
    the ids of Telegram's groups do. ``started``: the moment of the process's start; nothing leaves for one window
    after it, since the process before may just have used it up.
    """

    def __init__(
        self,
        per_second: float,
        per_chat_per_second: float | None = None,
        per_group_per_minute: int | None = None,
        *,
        started: float | None = None,
    ) -> None:
        if per_second <= 0:
            raise ValueError(f"messages_per_second is {per_second!r}; it must be more than 0.")
        self._limit = ceil(per_second)
        self._gap = SLOWER / per_second
        self._window = self._limit * self._gap
        self._flying: list[float] = []  # when those left whose answer is awaited; sorted
        self._arrived: list[float] = []  # when the newest others arrived at the latest; sorted
        self._trips = deque([0.0] * (TRIPS // 4), maxlen=TRIPS)
        self._due = float("-inf")  # the even schedule's next moment
        self._not_before = float("-inf") if started is None else started + self._window
        self._chat_gap = SLOWER / per_chat_per_second if per_chat_per_second else 0.0
        self._chats: OrderedDict[str, float] = (
            OrderedDict()
        )  # address -> when its newest arrived; oldest first
        self._group_limit = per_group_per_minute or 0
        self._groups: OrderedDict[str, deque[float]] = OrderedDict()

    def next_at(self, now: float, address: str) -> float:
        """Return the first moment, not before ``now``, at which a message to ``address`` may leave, as far as known."""
        moments = [now, self._due, self._not_before, self._room_at(now)]
        if address in self._chats:
            moments.append(self._chats[address] + self._chat_gap)
        group = self._groups.get(address)
        if group and len(group) == self._group_limit:
            moments.append(group[0] + _MINUTE)
        return max(moments)

    def _room_at(self, now: float) -> float:
        """When fewer than the limit are in the window that ends then."""
        if len(self._arrived) + len(self._flying) < self._limit:
            return now
        counted = sorted(self._arrived + self._flying)
        room_at = counted[-self._limit] + self._window
        if room_at > now:
            return room_at
        recent = sum(at + self._window > now for at in self._arrived)
        return now + LOOK if recent + len(self._flying) >= self._limit else now

    def take(self, now: float, address: str) -> None:
        """Count a message that leaves now; `answered()` must follow. ValueError if it may not leave yet."""
        if (at := self.next_at(now, address)) > now:
            raise ValueError(f"Too early by {at - now:.3f} s: wait until next_at() before take().")
        self._due = max(self._due, now - LATE) + self._gap
        self._flying.append(now)
        if self._chat_gap:
            self._chats[address] = now
            self._chats.move_to_end(address)
        if self._group_limit and address.startswith("-"):
            self._groups.setdefault(address, deque(maxlen=self._group_limit)).append(now)
            self._groups.move_to_end(address)
        self._forget(now)

    def answered(self, left: float, now: float, address: str) -> None:
        """Learn that the send of the message that left at ``left`` ended now, in whatever way."""
        usual = sorted(self._trips)[len(self._trips) // 4]
        self._trips.append(now - left)
        arrived = max(left, now - usual)
        self._flying.remove(left)
        insort(self._arrived, arrived)
        del self._arrived[: -self._limit]
        if address in self._chats:
            self._chats[address] = max(self._chats[address], arrived)

    def pause(self, until: float) -> None:
        """Let nothing leave before ``until``, as a provider asks with 429. A pause is never shortened."""
        self._not_before = max(self._not_before, until)

    def _forget(self, now: float) -> None:
        """Drop what limits nothing any more: at most a minute's worth of addresses stays."""
        while self._chats and next(iter(self._chats.values())) + self._chat_gap <= now:
            self._chats.popitem(last=False)
        while self._groups and next(iter(self._groups.values()))[-1] + _MINUTE <= now:
            self._groups.popitem(last=False)
