"""Faults told to a fake in advance: "the next two sends to this address fail so"."""

from dataclasses import dataclass

from tests.fakes.loopback import Answer


@dataclass(slots=True)
class Fault:
    """An answer given instead of the right one."""

    answer: Answer
    times: int | None = 1  # None: until clear()
    to: str | None = None  # only for this address
    accepted: bool = False  # True: the message is taken all the same, as when only the answer gets lost


class Faults:
    """The faults still to come, first told first."""

    def __init__(self) -> None:
        self._faults: list[Fault] = []

    def add(self, fault: Fault) -> None:
        self._faults.append(fault)

    def clear(self) -> None:
        self._faults.clear()

    def take(self, to: str) -> Fault | None:
        """Use up one fault that fits this address."""
        for fault in self._faults:
            if fault.to in (None, to):
                if fault.times is not None:
                    fault.times -= 1
                    if fault.times <= 0:
                        self._faults.remove(fault)
                return fault
        return None
