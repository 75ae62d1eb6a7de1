"""What a number expression is."""

from typing import Final, NamedTuple


class Form:
    """What a number expression is by its own looks. A plain integer, as `Type` is."""

    PLAIN: Final = 1  # 9, nine, 9 points, 9/10 on 0–10
    SPLIT: Final = 2  # between whole numbers: 8,5 · 7-8 · 7 or 8
    OTHER_SCALE: Final = 3  # 8/10 on 1–5, 80 %, 4 stars on 0–10
    COUNT: Final = 4  # never a score: price, time, date, phone, order number, so many of something


class Expression(NamedTuple):
    """One number expression: tokens `first` up to, not including, `last`."""

    form: int  # of `Form`
    first: int
    last: int
    value: int = 0
    offers: tuple[int, ...] = ()
    explicit: bool = False  # names its scale: "9/10"
    spelled: bool = False
    starred: bool = False  # "8*": the usual sign of a correction
