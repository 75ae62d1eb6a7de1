"""What a survey is once its file was read and checked: values that conversations, measures and reports share."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Literal

from surveys.scale import Scale
from surveys.texts import base_language

ANY_BAND = ""


@dataclass(frozen=True, slots=True)
class Texts:
    """One text in several languages, with variants per band: band ("" for any) -> language -> template source."""

    variants: Mapping[str, Mapping[str, str]]

    def template(self, language: str, fallback_language: str, band: str | None) -> str | None:
        """Find the text. The language counts more than the band: a customer reads what he understands.

        After the two languages come English and then the order of the file, so that only an empty text is None.
        """
        written = (code for texts in self.variants.values() for code in texts)
        for code in (base_language(language), base_language(fallback_language), "en", *written):
            for variant in (band or ANY_BAND, ANY_BAND):
                if code in self.variants.get(variant, {}):
                    return self.variants[variant][code]
        # Only variants of other bands: any of them is better than silence.
        return next((text for texts in self.variants.values() for text in texts.values()), None)

    def languages(self) -> set[str]:
        """Languages in which anything is written."""
        return {code for texts in self.variants.values() for code in texts}

    def incomplete(self, languages: Iterable[str], bands: Sequence[str]) -> Iterator[tuple[str, str]]:
        """Yield (band, language) where a customer would read another language than his own."""
        for language in languages:
            if language in self.variants.get(ANY_BAND, {}):
                continue
            missing = [band for band in bands if language not in self.variants.get(band, {})]
            if not bands or len(missing) == len(bands):
                yield ANY_BAND, language
            else:
                yield from ((band, language) for band in missing)


@dataclass(frozen=True)
class Question:
    """One question. `bands` keep the order of the file; a question without bands puts no answer into any."""

    id: str
    type: str
    texts: Texts
    scale: Scale | None = None
    bands: Mapping[str, tuple[int, int]] = field(default_factory=dict)
    about: str | None = None  # a text question: whose why it is
    when: Mapping[str, tuple[str, ...]] = field(default_factory=dict)  # asked only in these bands
    measure: str | None = None
    parameter: str | None = None
    role: Literal["satisfaction", "importance"] = "satisfaction"
    names: Mapping[str, str] = field(default_factory=dict)  # language -> what reports call it
    labels: Mapping[str, Mapping[str, int]] = field(default_factory=dict)  # language -> words for a value
    options: Mapping[str, tuple[str, ...]] = field(default_factory=dict)  # language -> names of 1, 2, 3 …
    again: Texts | None = None

    @property
    def scored(self) -> bool:
        """Whether its answer is a value; words have no scale."""
        return self.scale is not None

    def band(self, value: int) -> str | None:
        """Name the band a value falls in."""
        return next((name for name, (low, high) in self.bands.items() if low <= value <= high), None)

    def labels_for(self, language: str) -> Mapping[str, int]:
        """Every word the author names for a value; where two languages disagree, `language` wins."""
        own = base_language(language)
        if own not in self._labels:
            self._labels[own] = self._merged_labels(own)
        return self._labels[own]

    @cached_property
    def _labels(self) -> dict[str, Mapping[str, int]]:
        return {}  # by language; asked for with every reply

    def _merged_labels(self, own: str) -> Mapping[str, int]:
        merged: dict[str, int] = {}
        for code in sorted({*self.labels, *self.options}, key=lambda code: code != own):
            named = {word: value for value, word in enumerate(self.options.get(code, ()), start=1)}
            for word, value in {**named, **self.labels.get(code, {})}.items():
                merged.setdefault(word, value)
        return merged

    def name_for(self, language: str, fallback_language: str = "en") -> str:
        """Return what reports call this question, and what `{{ parameter }}` shows."""
        wanted = (base_language(language), base_language(fallback_language), "en")
        return next((self.names[code] for code in wanted if code in self.names), self.parameter or self.id)

    def options_for(self, language: str, fallback_language: str = "en") -> tuple[str, ...]:
        """Names of the options in the language, else in the next best one."""
        wanted = (base_language(language), base_language(fallback_language), "en", *self.options)
        return next((self.options[code] for code in wanted if code in self.options), ())

    def text_template(self, language: str, fallback_language: str, band: str | None) -> str:
        """Template source of the question, for the band of the score it is about."""
        return self.texts.template(language, fallback_language, band) or ""

    def again_template(self, language: str, fallback_language: str) -> str | None:
        """Template source of the question in other words, where the author wrote one."""
        return self.again.template(language, fallback_language, None) if self.again else None


@dataclass(frozen=True)
class Survey:
    """A checked survey. `source` is the text of its file, kept so that open conversations stay on it."""

    id: str
    name: str
    version: str
    source: str
    measure: str
    primary: str
    touchpoints: tuple[str, ...]
    questions: tuple[Question, ...]
    sets: tuple[tuple[str, ...], ...]
    thanks: Texts

    def question(self, identifier: str) -> Question:
        """Return the question with this id. Raises KeyError for one the survey does not have."""
        return self._by_id[identifier]

    def questions_for(self, visit_number: int) -> tuple[Question, ...]:
        """Return the questions of a customer's n-th visit (1 is the first); the sets wrap round."""
        if not self.sets:
            return self.questions
        return tuple(self._by_id[identifier] for identifier in self.sets[(visit_number - 1) % len(self.sets)])

    def serves(self, touchpoint: str | None) -> bool:
        """Whether this survey is for visits of this touchpoint."""
        return not self.touchpoints or touchpoint in self.touchpoints

    def thanks_template(self, language: str, fallback_language: str, band: str | None) -> str | None:
        """Template source of the thanks for a band of the primary question; None: the bot's own words."""
        return self.thanks.template(language, fallback_language, band)

    @cached_property
    def languages(self) -> tuple[str, ...]:
        """Languages in which every part is written, in the order of the first question's texts."""
        first = dict.fromkeys(code for texts in self.questions[0].texts.variants.values() for code in texts)
        return tuple(code for code in first if not self.missing_languages((code,)))

    def missing_languages(self, wanted: Iterable[str]) -> list[tuple[str, str]]:
        """List (key, language) of what is not written in a wanted language, for `askwhy check`."""
        languages = tuple(dict.fromkeys(base_language(language) for language in wanted))
        missing = []
        for key, texts, bands in self.parts():
            for band, language in texts.incomplete(languages, bands):
                missing.append((f"{key}.{band}" if band else key, language))
        return missing

    def parts(self) -> Iterator[tuple[str, Texts, tuple[str, ...]]]:
        """Yield every text with its key in the file and the bands it may have variants for."""
        for question in self.questions:
            yield f"questions.{question.id}.text", question.texts, self.bands_before(question)
            if question.again:
                yield f"questions.{question.id}.again", question.again, ()
            if question.options:
                options = {code: " ".join(names) for code, names in question.options.items()}
                yield f"questions.{question.id}.options", Texts({ANY_BAND: options}), ()
        if self.thanks.variants:
            yield "thanks", self.thanks, tuple(self._by_id[self.primary].bands)

    def bands_before(self, question: Question) -> tuple[str, ...]:
        """Bands whose names a question's text may have variants for: those of the score it is about."""
        about = question.about or self.primary
        return () if about == question.id else tuple(self._by_id[about].bands)

    @cached_property
    def _by_id(self) -> dict[str, Question]:
        return {question.id: question for question in self.questions}
