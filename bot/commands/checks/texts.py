"""What customers would read: each survey in use, in each language, with the names of long-named people, as SMS."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from bot.commands.checks.finding import Checked, Finding
from surveys.definition import Survey
from surveys.definition_model import ANY_BAND
from surveys.reading import opt_out_keyword
from surveys.segments import Segments, explain_cost, measure_sms
from surveys.templates import render
from surveys.texts import base_language, say

# Long, but people are called so. In the script of the language: a name in another one is the customer's own doing.
LONG_NAMES: Final = {
    "en": ("Christopher", "Elizabeth Montgomery"),
    "et": ("Anna-Liisa", "Maria-Kristiina Saarepuu"),
    "fi": ("Anna-Kaisa", "Aleksi Virtanen-Korhonen"),
    "he": ("אלכסנדרה", "אלכסנדר רבינוביץ'"),
    "ru": ("Александра", "Константин Александрович"),
}
LONG_PRODUCT: Final = "X-Trail 2.0"
TELEGRAM_LINK: Final = "https://t.me/acme_auto_feedback_bot?start=" + "x" * 22


@dataclass(frozen=True, slots=True)
class Sms:
    """One text of a survey as it would go out, and what it costs."""

    survey: str
    language: str
    key: str  # "questions.why.text.promoter"
    text: str
    measured: Segments


def check_texts(checked: Checked) -> Iterator[Finding]:
    """Tell what is missing in a language, and what costs more than it must."""
    for survey in checked.in_use().values():
        yield from _missing_languages(survey, checked)
        yield from _link_without_bot(survey, checked)
    if checked.config.sms is None:
        return
    for sms in all_sms(checked):
        if advice := explain_cost(sms.text, "en"):
            problem, _, fix = advice.partition(" Write instead: ")
            where = f"survey {sms.survey}, {sms.key}.{sms.language}"
            yield Finding(
                where, problem, f"Write instead: {fix}" if fix else "Write it without them.", "warning"
            )


def _link_without_bot(survey: Survey, checked: Checked) -> Iterator[Finding]:
    if (
        "telegram_link" in survey.source
        and checked.config.telegram is None
        and checked.config.links.telegram_bot is None
    ):
        problem = "shows {{ telegram_link }}, but nobody knows the bot: customers read nothing there"
        yield Finding(f"survey {survey.id}", problem, "Set [links] telegram_bot, or [telegram].", "warning")


def _missing_languages(survey: Survey, checked: Checked) -> Iterator[Finding]:
    organisation = checked.config.organisation
    missing: dict[str, list[str]] = {}
    for key, language in survey.missing_languages(organisation.languages):
        missing.setdefault(language, []).append(key)
    for language, keys in missing.items():
        shown = ", ".join(keys[:3]) + (f" and {len(keys) - 3} more" if len(keys) > 3 else "")
        read = f'in "{organisation.language}"' if language != organisation.language else "in another language"
        fix = f'Customers read that {read}. Add it, or take "{language}" out of [organisation] languages.'
        yield Finding(f"survey {survey.id}", f'{shown}: not written in "{language}"', fix, "warning")


def all_sms(checked: Checked) -> Iterator[Sms]:
    """Yield every text of the surveys in use, filled in, with the stop hint on the first question."""
    for survey in checked.in_use().values():
        for language in checked.config.organisation.languages:
            for key, text in _texts(survey, language, checked.config.organisation.language):
                filled = render(text, _values(checked, language), language=language)
                if key == f"questions.{survey.questions[0].id}.text":
                    stop = opt_out_keyword(language)
                    filled = f"{filled} {say(language, '{stop} = no more questions', stop=stop)}"
                yield Sms(survey.id, language, key, filled, measure_sms(filled))


def conversations(checked: Checked) -> Iterator[tuple[str, str, dict[str, int]]]:
    """Yield (survey, language, segments by part) of the dearest conversation: its questions once, and the thanks."""
    segments: dict[tuple[str, str], dict[str, int]] = {}
    for sms in all_sms(checked):
        if ".again" not in sms.key:
            part = sms.key.removeprefix("questions.").split(".")[0]
            parts = segments.setdefault((sms.survey, sms.language), {})
            parts[part] = max(parts.get(part, 0), sms.measured.segments)
    for (name, language), parts in segments.items():
        survey = checked.surveys[name]
        sets = survey.sets or (tuple(question.id for question in survey.questions),)
        choices = [{part: parts[part] for part in (*chosen, "thanks") if part in parts} for chosen in sets]
        yield name, language, max(choices, key=lambda choice: sum(choice.values()))


def _texts(survey: Survey, language: str, fallback: str) -> Iterator[tuple[str, str]]:
    for key, texts, bands in survey.parts():
        if key.endswith(".options"):
            continue
        plain = [None] if ANY_BAND in texts.variants else []
        for band in (*plain, *(band for band in bands if band in texts.variants)):
            if text := texts.template(language, fallback, band):
                yield f"{key}.{band}" if band else key, text


def _values(checked: Checked, language: str) -> dict[str, str]:
    name, employee = LONG_NAMES.get(base_language(language), LONG_NAMES["en"])
    branches = sorted(checked.config.branches, key=len)
    return {
        "organisation": checked.config.organisation.name,
        "name": name,
        "employee": employee,
        "branch": branches[-1] if branches else employee.split()[-1],
        "product": LONG_PRODUCT,
        "touchpoint": "service",
        "stop_word": opt_out_keyword(language),
        "telegram_link": TELEGRAM_LINK,
    }
