"""Every state a conversation can be in, and every way it can move: this file and no other.

Theory of operation. A conversation begins `ASKED`: the first question is on its way. Each event (`events.py`) is read
and turns out to be one *happening*; the table says where that leads. While scored answers are in and a further question
is open the conversation is `ANSWERING`; when nothing is left to ask it is `ANSWERED`. Silence leads from `ASKED` to
`EXPIRED`, but from `ANSWERING` to `ANSWERED`, because a score without its why is an answer. A finished conversation
still hears corrections, answers to what was left out, and the rest of a why typed in pieces. `COMMENTED` is the kind end
after two replies that hold no score: the words are kept, no number is made up. `WITHDRAWN` keeps words, but no answer.

Invariant: nobody sets a state but `move()`; what the table does not list is refused and changes nothing.
"""

from __future__ import annotations

from enum import StrEnum


class State(StrEnum):
    """Where a conversation stands."""

    ASKED = "asked"
    ANSWERING = "answering"
    ANSWERED = "answered"
    COMMENTED = "commented"
    EXPIRED = "expired"
    STOPPED = "stopped"
    WITHDRAWN = "withdrawn"
    FAILED = "failed"

    @property
    def open(self) -> bool:
        """Tell whether a question waits for its answer, so that no second conversation may start."""
        return self in {State.ASKED, State.ANSWERING}


class Happening(StrEnum):
    """What an event turned out to mean for the conversation."""

    ANSWERED_MORE = "answered, and a further question follows"
    ANSWERED_LAST = "answered, and nothing is left to ask"
    CORRECTED = "an earlier answer was replaced"
    WHY_CONTINUED = "a further piece of the why came"
    NOT_UNDERSTOOD = "not understood, asked again"
    GAVE_UP = "not understood twice: the words are kept, the conversation ends"
    TALKED = "something was said that neither answers nor ends"
    REMINDED = "silence, a reminder goes out"
    TIMED_OUT = "silence until the end"
    STOPPED = "the customer wants no more questions"
    WITHDRAWN = "the visit was reopened before any answer"
    NOT_SENT = "the first question could not be sent"


_H = Happening
_ANSWERS = {_H.ANSWERED_MORE: State.ANSWERING, _H.ANSWERED_LAST: State.ANSWERED}

TRANSITIONS: dict[State, dict[Happening, State]] = {
    State.ASKED: {
        **_ANSWERS,
        _H.NOT_UNDERSTOOD: State.ASKED,
        _H.GAVE_UP: State.COMMENTED,
        _H.TALKED: State.ASKED,
        _H.REMINDED: State.ASKED,
        _H.TIMED_OUT: State.EXPIRED,
        _H.STOPPED: State.STOPPED,
        _H.WITHDRAWN: State.WITHDRAWN,
        _H.NOT_SENT: State.FAILED,
    },
    State.ANSWERING: {
        **_ANSWERS,
        _H.CORRECTED: State.ANSWERING,
        _H.NOT_UNDERSTOOD: State.ANSWERING,
        _H.TALKED: State.ANSWERING,
        _H.TIMED_OUT: State.ANSWERED,
        _H.STOPPED: State.ANSWERED,
    },
    State.ANSWERED: {
        **_ANSWERS,
        _H.CORRECTED: State.ANSWERED,
        _H.WHY_CONTINUED: State.ANSWERED,
        _H.TALKED: State.ANSWERED,
        _H.STOPPED: State.ANSWERED,
    },
    State.COMMENTED: {
        **_ANSWERS,
        _H.WHY_CONTINUED: State.COMMENTED,
        _H.TALKED: State.COMMENTED,
        _H.STOPPED: State.COMMENTED,
    },
    State.EXPIRED: {
        **_ANSWERS,
        _H.NOT_UNDERSTOOD: State.EXPIRED,
        _H.GAVE_UP: State.COMMENTED,
        _H.TALKED: State.EXPIRED,
        _H.STOPPED: State.EXPIRED,
    },
    State.STOPPED: {_H.TALKED: State.STOPPED, _H.STOPPED: State.STOPPED},
    State.WITHDRAWN: {_H.TALKED: State.WITHDRAWN, _H.STOPPED: State.WITHDRAWN},
    State.FAILED: {_H.TALKED: State.FAILED, _H.STOPPED: State.FAILED},
}


class IllegalMoveError(Exception):
    """A conversation was told to move in a way that TRANSITIONS does not list."""


def move(state: State, happening: Happening) -> State:
    """Return the state that `happening` leads to; raise IllegalMoveError where the table has none."""
    try:
        return TRANSITIONS[state][happening]
    except KeyError:
        raise IllegalMoveError(f"A conversation that is {state} cannot move by: {happening}.") from None


def diagram() -> str:
    """Return the table as a Mermaid state diagram, for the README; a test keeps the two alike."""
    lines = ["stateDiagram-v2", "    [*] --> asked"]
    for state, moves in TRANSITIONS.items():
        by_target: dict[State, list[str]] = {}
        for happening, target in moves.items():
            if target is not state:
                by_target.setdefault(target, []).append(happening.name.lower())
        lines += [f"    {state} --> {target}: {', '.join(names)}" for target, names in by_target.items()]
    return "\n".join(lines)
