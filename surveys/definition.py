"""Survey files: reading one, and the ready ones of the catalog.

A survey is a TOML file with questions, texts per language, variants per band and thanks; `askwhy init` writes an
example. `definition_model.py` says what a survey is, `definition_file.py` which keys a file has, and
`definition_checks.py` what must hold between them.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cache
from hashlib import sha256
from importlib.resources import files
from pathlib import Path

from surveys.definition_checks import build
from surveys.definition_error import SurveyError
from surveys.definition_file import nearest, read_shape
from surveys.definition_model import Question, Survey, Texts

__all__ = [
    "Question",
    "Survey",
    "SurveyError",
    "Texts",
    "catalog_source",
    "load_catalog",
    "load_survey",
    "parse_survey",
    "survey_version",
]


def parse_survey(source: str, origin: str) -> Survey:
    """Read a survey from its text; `origin` is the file's name for errors. Raises SurveyError."""
    plain = source.removeprefix("\ufeff").replace("\r\n", "\n")
    return build(read_shape(plain, origin), plain, survey_version(plain), origin)


def survey_version(source: str) -> str:
    """Return what tells two versions of a survey apart: 16 hex digits of the SHA-256 of its text."""
    return sha256(source.encode()).hexdigest()[:16]


def load_survey(path: Path) -> Survey:
    """Read a survey file. Raises SurveyError, also for a file that cannot be read."""
    try:
        source = path.read_text(encoding="utf-8")
    except UnicodeDecodeError as error:
        raise SurveyError(str(path), "the file", path.name, "save it as UTF-8.") from error
    except OSError as error:
        fix = f"it cannot be read ({error.strerror}); check its name and rights."
        raise SurveyError(str(path), "the file", path.name, fix) from error
    return parse_survey(source, str(path))


class _Catalog(Mapping[str, Survey]):
    """The ready surveys, each in a file named by its id and read when it is first asked for: most firms ask one of them."""

    def __init__(self) -> None:
        found = (e for e in files("surveys").joinpath("catalog").iterdir() if e.name.endswith(".toml"))
        self._files = {
            entry.name.removesuffix(".toml"): entry for entry in sorted(found, key=lambda e: e.name)
        }
        self._read: dict[str, Survey] = {}

    def __getitem__(self, identifier: str) -> Survey:
        if identifier not in self._read:
            file = self._files[identifier]
            self._read[identifier] = parse_survey(file.read_text(encoding="utf-8"), file.name)
        return self._read[identifier]

    def __iter__(self) -> Iterator[str]:
        return iter(self._files)

    def __len__(self) -> int:
        return len(self._files)

    def __contains__(self, identifier: object) -> bool:
        return identifier in self._files


@cache
def load_catalog() -> Mapping[str, Survey]:
    """Return the ready surveys, by id."""
    return _Catalog()


def catalog_source(identifier: str) -> str:
    """Return the text of a ready survey's file, to be copied and edited. Raises SurveyError for an unknown id."""
    catalog = load_catalog()
    if identifier not in catalog:
        fix = f"there is no ready survey of this name; {nearest(identifier, catalog)}"
        raise SurveyError("catalog", "survey", identifier, fix)
    return catalog[identifier].source
