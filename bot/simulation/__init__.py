"""A year in a minute: the whole service on a virtual clock, with people and providers as they are at their worst.

    town.py         made-up customers and their visits, the same for the same seed
    wire.py         the channels: they take messages, refuse them, lose their answers, and note what really went out
    life.py         who says what when: the cast of the demonstration, and mischief on top
    year.py         the run itself: time, restarts, clocks that jump
    invariants.py   the promises, checked against the store and the log of the wire

Invariant: what is checked is known from outside (the wire, the people), never asked of the service itself.
Invariant: the same seed and length give the same story, so that a broken promise can be told again.
"""
