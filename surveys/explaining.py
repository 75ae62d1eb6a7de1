"""What became of a visit, in plain words and in the reader's language.

States and reasons are words for programs; `explain` turns them, with the details that `decide` gave, into a sentence.
"""

from collections.abc import Mapping

from surveys.texts import percent, say, say_n

STATES = {
    "planned": "planned: the question has not gone out yet",
    "asking": "being asked at this moment",
    "asked": "asked: no answer yet",
    "answering": "scored: the reason why is still open",
    "answered": "answered",
    "suppressed": "not asked",
    "expired": "asked: never answered",
    "withdrawn": "asked, then withdrawn: the visit was opened again",
    "failed": "not delivered",
    "unknown": "sent or not, that cannot be known: a reply counts",
}
REASONS = {
    "opted_out": "not asked: the customer wants no questions",
    "erased": "not asked: the customer's data was erased",
    "no_address": "not asked: there is no address for {channels}",
    "stale": "not asked: the visit is more than {at_most} old",
    "not_sampled": "not asked: not in the sample ({share} of visits)",
    "quota": "not asked: this month there are {answers} answers already for {value} ({by}), enough are {target}",
    "cap": "not asked: asked too often lately",
    "open_conversation": "not asked: a conversation about visit {other} is still open",
    "another_visit": "not asked: visit {other} of the same person was chosen instead",
    "no_window": "not asked: no allowed moment within {at_most} of the visit",
}
CAPS = {
    "min_gap": "not asked: asked {elapsed} ago about visit {other} (at least {least} apart)",
    "max_per_year": "not asked: asked {times} times within a year already (at most {at_most}), last about visit {other}",
    "never": "not asked: nobody is asked under this rule (at most {at_most} times a year)",
    "same": "not asked: asked {times} times within {period} about {value} ({by}) already (at most {at_most})",
}
FAILURES = {
    "opted_out": "not delivered: the customer opted out at the provider",
    "absent": "not delivered: the provider never got it, though it was sent twice",
    "unreachable": "not delivered: nobody can be reached at this number or chat",
    "fault": "not delivered: a fault of askwhy itself, its log tells more",
    "provider": "not delivered: the provider could not deliver it",
}
"""Why a question was not delivered; `provider` where the reason is a code of the provider's and nothing more is known."""

WITHDRAWALS = {"opted_out": "asked, then the customer wanted no more questions"}

SENTENCES = (
    *STATES.values(),
    *REASONS.values(),
    *CAPS.values(),
    *FAILURES.values(),
    *WITHDRAWALS.values(),
)
"""All English sentences of this file: what a catalog has to translate."""

UNITS = {
    "day": ("{n} day", "{n} days"),
    "hour": ("{n} hour", "{n} hours"),
    "minute": ("{n} minute", "{n} minutes"),
}
"""Singular and plural of the units, for a catalog too."""

_DURATIONS = {
    "days": ("elapsed", "day"),
    "minutes": ("elapsed", "minute"),
    "at_least": ("least", "day"),
    "at_least_minutes": ("least", "minute"),
    "at_most_days": ("at_most", "day"),
    "at_most_minutes": ("at_most", "minute"),
    "period_days": ("period", "day"),
    "period_minutes": ("period", "minute"),
}
_CHANNELS = {"telegram": "Telegram", "sms": "SMS"}


def explain(state: str, reason: str | None, detail: Mapping[str, str | int], language: str = "en") -> str:
    """Say what became of a visit: "not asked: asked 41 days ago about visit v-102 (at least 90 days apart)".

    `state` and `reason` are those of `askwhy explain --json`, `detail` is what `Suppressed` carries (an empty one, from an
    older store, gives the plain state). Behind a reason of `failed` that is a provider's code the detail `kind` tells more.
    """
    sentence = STATES[state]
    if state == "failed" and reason:
        return say(language, FAILURES.get(reason) or FAILURES[str(detail.get("kind", "provider"))])
    if state == "withdrawn" and reason in WITHDRAWALS:
        return say(language, WITHDRAWALS[reason])
    if state == "suppressed" and reason:
        sentence = CAPS.get(str(detail.get("rule")), REASONS[reason])
    values = _in_words(detail, language)
    try:
        return say(language, sentence, **values)
    except KeyError:
        return say(language, STATES[state])


def _in_words(detail: Mapping[str, str | int], language: str) -> dict[str, object]:
    """Return the details as a reader wants them: 41 becomes "41 days", 250 per mille "25%"."""
    words: dict[str, object] = dict(detail)
    for key, (name, unit) in _DURATIONS.items():
        if key in detail:
            words[name] = _duration(int(detail[key]), unit, language)
    if "per_mille" in detail:
        words["share"] = percent(language, int(detail["per_mille"]) / 10)
    if "by" in detail:
        words["by"] = say(language, str(detail["by"]))
    if "channels" in detail:
        names = str(detail["channels"]).split(", ")
        words["channels"] = ", ".join(_CHANNELS.get(name, name) for name in names)
    return words


def _duration(count: int, unit: str, language: str) -> str:
    if unit == "minute" and count % 60 == 0 and count:
        count, unit = count // 60, "hour"
    return say_n(language, *UNITS[unit], count)
