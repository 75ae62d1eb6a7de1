"""Rules of asking that are valid one by one and cannot work together."""

from collections.abc import Iterator, Mapping

from bot.commands.checks.finding import Checked, Finding
from bot.config.asking import AskingKeys
from bot.config.types import in_words, nearest
from surveys.opening import HORIZON, Opening
from surveys.public_holidays import known_countries


def check_asking(checked: Checked) -> Iterator[Finding]:
    """Check `[asking]`, then each rule, then the rules against each other."""
    asking, file = checked.config.asking, checked.file
    for number, keys in enumerate((asking, *asking.rules)):
        place = "[asking]" if number == 0 else f"[[asking.rules]] number {number}:"
        when = {} if number == 0 else asking.rules[number - 1].when
        for problem, fix in (*_survey(checked, keys, when), *_times(keys), *_days(checked, keys)):
            finding = Finding(file, f"{place} {problem}", fix)
            if number == 0 or not _said_before(finding, checked, number):
                yield finding
    for later, rule in enumerate(asking.rules):
        for earlier, other in enumerate(asking.rules[:later]):
            if other.when.items() <= rule.when.items():
                problem = (
                    f"[[asking.rules]] number {later + 1} is never used: number {earlier + 1} matches first"
                )
                yield Finding(file, problem, "Put the narrower rule before the wider one.", "warning")
                break


def _said_before(finding: Finding, checked: Checked, number: int) -> bool:
    """Tell whether a rule only inherits a mistake of `[asking]`: it is told there."""
    base = (*_survey(checked, checked.config.asking, {}), *_times(checked.config.asking))
    inherited = (*base, *_days(checked, checked.config.asking))
    return any(finding.problem.endswith(f": {problem}") for problem, _ in inherited)


def _survey(checked: Checked, keys: AskingKeys, when: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    survey = checked.surveys.get(keys.survey)
    if survey is None:
        guess = nearest(keys.survey, sorted(checked.surveys))
        known = f"There are: {', '.join(sorted(checked.surveys))}."
        yield f'survey = "{keys.survey}" is no survey', f'Did you mean "{guess}"?' if guess else known
    elif "touchpoint" in when and not survey.serves(when["touchpoint"]):
        problem = f'survey = "{keys.survey}" is not for touchpoint "{when["touchpoint"]}"'
        yield (
            problem,
            f"It serves: {', '.join(survey.touchpoints)}. Add the touchpoint there, or name another survey.",
        )


def _times(keys: AskingKeys) -> Iterator[tuple[str, str]]:
    if keys.delay >= keys.stale_after:
        problem = f"delay ({in_words(keys.delay)}) is not shorter than stale_after ({in_words(keys.stale_after)}): nobody is ever asked"
        yield problem, "Make stale_after longer than delay, by a weekend at least."
    if keys.reminders and keys.reminder_after * keys.reminders >= keys.expire_after:
        problem = (
            f"reminders = {keys.reminders}: the last comes after expire_after ({in_words(keys.expire_after)})"
        )
        yield problem, "Make expire_after longer, or have fewer reminders."
    if keys.choose == "priority" and not keys.touchpoint_priority:
        yield (
            'choose = "priority" needs touchpoint_priority',
            'Add e.g. touchpoint_priority = ["service", "delivery"].',
        )
    if keys.max_per_year == 0 or keys.sample == 0:
        name = "max_per_year" if keys.max_per_year == 0 else "sample"
        yield f"{name} = 0: nobody is ever asked", "Write more than 0."


def _days(checked: Checked, keys: AskingKeys) -> Iterator[tuple[str, str]]:
    organisation = checked.config.organisation
    if keys.skip_public_holidays and organisation.country not in known_countries():
        problem = f'the public holidays of country "{organisation.country}" are not known'
        yield problem, "Write skip_public_holidays = false."
        return
    policy = keys.as_policy()
    opening = Opening(
        zone=organisation.timezone,
        window=policy.window,
        weekdays=policy.weekdays,
        skip_public_holidays=policy.skip_public_holidays,
        country=organisation.country,
    )
    if opening.next_open(checked.now) is None:
        problem = f"window and weekdays leave no moment to ask within {HORIZON.days} days"
        yield problem, "Widen window or weekdays."
