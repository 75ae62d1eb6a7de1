"""Who differs from the colleagues: each member's score against all the others', without false alarms.

Of twenty people compared at once, one looks different by chance; so p is adjusted by Holm's method, and only
those who then still differ are ranked. The rest are given in order of their names, on purpose.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from surveys.measures import ANSWER_MEASURES, compare, score
from surveys.measures.base import BandLimits, Counts, Result, Scale
from surveys.measures.statistics import ALPHA, Comparison, holm


class Standing(StrEnum):
    """How a member stands to the others."""

    BETTER = "better than the others"
    LIKE = "no different from the others"
    WORSE = "worse than the others"


@dataclass(frozen=True, slots=True)
class Member:
    """One member's score. `shown` is False below the minimum: then only `result.n` may be told.

    `against` compares with all others together (`previous` is their score), `p` is adjusted for the number of
    members compared; both and `standing` are None for who is not shown or has nobody to compare with.
    """

    name: str
    result: Result
    shown: bool
    against: Comparison | None = None
    p: float | None = None
    standing: Standing | None = None


def team(
    members: Mapping[str, Counts],
    measure_id: str,
    scale: Scale | None = None,
    limits: BandLimits | None = None,
    minimum: int = 5,
) -> tuple[Member, ...]:
    """Compare each member with the others: first the better, best first, then the alike by name, then the worse.

    The answers of members who are not shown count among "the others".
    """
    everyone: Counter[int] = Counter()
    for counts in members.values():
        everyone.update(counts)
    results = {name: score(measure_id, counts, scale, limits) for name, counts in members.items()}
    against = {
        name: compare(measure_id, everyone - Counter(members[name]), members[name], scale, limits)
        for name, result in results.items()
        if result.n >= minimum
    }
    tested = [(name, comparison.p) for name, comparison in against.items() if comparison.p is not None]
    adjusted = dict(zip((name for name, _ in tested), holm([p for _, p in tested]), strict=True))
    higher_is_better = ANSWER_MEASURES[measure_id].better == "up"
    found = [
        Member(
            name,
            result,
            result.n >= minimum,
            against.get(name) if name in adjusted else None,
            adjusted.get(name),
            _standing(against[name], adjusted[name], higher_is_better) if name in adjusted else None,
        )
        for name, result in results.items()
    ]
    return tuple(sorted(found, key=lambda member: _place(member, higher_is_better)))


def _standing(against: Comparison, p: float, higher_is_better: bool) -> Standing:
    if p >= ALPHA or not against.z:
        return Standing.LIKE
    return Standing.BETTER if (against.z > 0) == higher_is_better else Standing.WORSE


def _place(member: Member, higher_is_better: bool) -> tuple[int, float, str]:
    value = member.result.value or 0.0
    ranked = -value if higher_is_better else value
    match member.standing:
        case Standing.BETTER:
            return 0, ranked, member.name
        case Standing.WORSE:
            return 2, ranked, member.name
        case _:
            return 1 if member.shown else 3, 0.0, member.name
