"""The surveys of an installation: the ready ones of the catalog, and before them the user's own in `surveys/*.toml`."""

from collections import ChainMap
from collections.abc import Mapping
from pathlib import Path
from typing import cast

from surveys.definition import Survey, SurveyError, load_catalog, load_survey


def load_surveys(folder: Path) -> Mapping[str, Survey]:
    """Read all surveys, by id. Raises SurveyError for the first that cannot be used."""
    surveys, errors = read_surveys(folder)
    if errors:
        raise errors[0]
    return surveys


def read_surveys(folder: Path) -> tuple[Mapping[str, Survey], tuple[SurveyError, ...]]:
    """Read all surveys, by id, and say what is wrong with the others. No folder means no surveys of one's own."""
    own: dict[str, tuple[Survey, Path]] = {}
    errors = []
    for path in sorted(folder.glob("*.toml")):
        try:
            survey = load_survey(path)
        except SurveyError as error:
            errors.append(error)
            continue
        if survey.id in own:
            other = own[survey.id][1]
            errors.append(
                SurveyError(str(path), "id", survey.id, f"{other} has this id already; give each its own.")
            )
            continue
        own[survey.id] = (survey, path)
    ready = cast(
        "dict[str, Survey]", load_catalog()
    )  # never written to: own surveys come before it, and hide it
    return ChainMap({name: survey for name, (survey, _) in own.items()}, ready), tuple(errors)
