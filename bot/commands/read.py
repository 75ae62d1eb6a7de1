"""`askwhy read`: how a reply would be understood."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bot.commands.context import Context, WrongUseError
from bot.commands.jsonl import Answer, LineError, answer_lines, exactly_one, text_of
from bot.commands.outcome import DONE
from surveys.reading import Kind, Reading, Step, read_reply
from surveys.reading.vocabulary import languages_known, primary_code
from surveys.scale import Scale

SAID = {
    Kind.NOT_SCORE: "no score in it: the question would be asked again",
    Kind.AMBIGUOUS: "a score, but which one is not sure: the question would be asked again",
    Kind.OUT_OF_RANGE: "a number outside the scale: the question would be asked again",
    Kind.OPT_OUT: "the customer wants no more questions",
    Kind.OPT_IN: "the customer wants to be asked again",
    Kind.HELP: "the customer wants to know who this is and how to stop",
    Kind.WHY: "the why",
    Kind.WHY_SKIPPED: "the customer has nothing to add",
}


@dataclass(frozen=True, slots=True)
class Reader:
    """How to read where a line does not say: the scale, the language, the step, the organisation's languages."""

    scale: Scale
    language: str
    step: Step
    languages: tuple[str, ...]

    def read(self, text: str, scale: Scale | None, language: str | None, step: Step | None) -> Reading:
        """Understand one reply; a language nobody wrote words for is read by its digits alone."""
        spoken = language or self.language
        known = primary_code(spoken) in languages_known()
        return read_reply(
            text,
            scale or self.scale,
            step=step or self.step,
            language=spoken,
            languages=self.languages if known else (),
        )

    def answer(self, asked: Answer) -> Answer:
        """Read one line of --jsonl."""
        try:
            scale = Scale.parse(asked["scale"]) if asked.get("scale") is not None else None
            step = Step(asked["step"]) if asked.get("step") is not None else None
        except (ValueError, AttributeError, TypeError) as error:
            fix = 'write "scale": "0-10" and "step": "score" or "why"'
            raise LineError(f"{error}; {fix}") from None
        language = asked.get("lang")
        if language is not None and not isinstance(language, str):
            raise LineError('"lang" is not a text; write a code such as "et"')
        return as_json(self.read(text_of(asked), scale, language, step))


def run(
    context: Context, *, text: str | None, scale: str, language: str | None, step: str, lines: Path | None
) -> int:
    """Read one text, or the lines of a file."""
    exactly_one(text, lines, "read")
    organisation = context.config(needs_file=False).organisation
    try:
        default_scale = Scale.parse(scale)
    except ValueError as error:
        raise WrongUseError(f"--scale: {error}") from None
    reader = Reader(default_scale, language or organisation.language, Step(step), organisation.languages)
    if lines is not None:
        return answer_lines(context, lines, reader.answer)
    reading = reader.read(text or "", None, None, None)
    if context.json:
        context.emit(as_json(reading))
    else:
        context.say(in_words(reading))
    return DONE


def as_json(reading: Reading) -> dict[str, Any]:
    """Give the three keys that scripts rely on."""
    return {"kind": reading.kind.value, "score": reading.score, "why": reading.why}


def in_words(reading: Reading) -> str:
    """Say a reading in a line or two."""
    said = f"score {reading.score}" if reading.kind is Kind.SCORE else SAID[reading.kind]
    if reading.correction:
        said += " (a correction of the one before)"
    if len(reading.offers) > 1:
        said += f", offering {' and '.join(str(offer) for offer in reading.offers)}"
    if reading.question:
        said += "; the customer also asks something"
    return f"{said}\nwhy: {reading.why}" if reading.why else said
