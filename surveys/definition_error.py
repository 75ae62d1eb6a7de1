"""The error of a survey file: which file, which key, which value, and what to do about it."""

from __future__ import annotations

from typing import Any, Final

SHOWN: Final = 80  # characters of a wrong value that are shown


class SurveyError(ValueError):
    """A survey file that cannot be used.

    `where` is the file, `key` the place in it ("questions.recommend.text.en"), `value` what stands there
    (None where something is missing), `fix` what the author has to do. `str()` is one sentence with all four.
    """

    def __init__(self, where: str, key: str, value: Any, fix: str) -> None:
        self.where = where
        self.key = key
        self.value = value
        self.fix = fix
        shown = "is missing" if value is None else f"= {_shortened(value)}"
        super().__init__(f"{where}: {key} {shown}: {fix}")

    def __reduce__(self) -> tuple[type[SurveyError], tuple[str, str, Any, str]]:
        return type(self), (self.where, self.key, self.value, self.fix)


def _shortened(value: Any) -> str:
    text = repr(value)
    return text if len(text) <= SHOWN else f"{text[:SHOWN]}…"
