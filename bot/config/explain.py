"""Turn what pydantic found into problems that name file, line, key, value and fix."""

from collections.abc import Callable, Iterable
from typing import Any, Final, get_args

from pydantic_core import ErrorDetails

from bot.config.errors import Problem, WrongValueError
from bot.config.model import Config
from bot.config.overlay import fields_of, is_secret, is_shape, keys_of
from bot.config.sources import Place, Sources
from bot.config.types import nearest
from surveys.measures.tables import Fault

Say = Callable[[dict[str, Any]], tuple[str, str]]

# The kinds of error that our models can meet, by pydantic's name: (what is wrong, the fix).
SAYINGS: Final[dict[str, Say]] = {
    "missing": lambda _: ("is missing", "Add it."),
    "string_type": lambda _: ("is not a text", 'Put it in "quotes".'),
    "string_too_short": lambda _: ("is empty", "Write something, or leave the line out."),
    "string_pattern_mismatch": lambda _: ("is not written as it must be", "See config.example.toml."),
    "bool_type": lambda _: ("is neither true nor false", "Write true or false, without quotes."),
    "bool_parsing": lambda _: ("is neither true nor false", "Write true or false."),
    "int_type": lambda _: ("is no whole number", "Write digits, without quotes."),
    "int_parsing": lambda _: ("is no whole number", "Write digits, without quotes."),
    "int_from_float": lambda _: ("is no whole number", "Write it without a fraction."),
    "float_type": lambda _: ("is no number", "Write a number, without quotes."),
    "float_parsing": lambda _: ("is no number", "Write a number, without quotes."),
    "finite_number": lambda _: ("is no number", "Write a number."),
    "greater_than": lambda ctx: ("is too small", f"It must be above {ctx['gt']}."),
    "greater_than_equal": lambda ctx: ("is too small", f"It must be {ctx['ge']} or more."),
    "less_than": lambda ctx: ("is too large", f"It must be below {ctx['lt']}."),
    "less_than_equal": lambda ctx: ("is too large", f"It must be {ctx['le']} or less."),
    "tuple_type": lambda _: ("is not a list", 'Write a list: ["a", "b"].'),
    "list_type": lambda _: ("is not a list", 'Write a list: ["a", "b"].'),
    "too_short": lambda _: ("is empty", "Name at least one."),
    "literal_error": lambda ctx: ("is not one of the possible values", f"Write one of {ctx['expected']}."),
    "dict_type": lambda _: ("is not a section", "Write its keys on lines of their own below a [header]."),
    "model_type": lambda _: ("is not a section", "Write its keys on lines of their own below a [header]."),
}


def problems_of(errors: Iterable[ErrorDetails], sources: Sources) -> list[Problem]:
    """Say each error once; what a rule inherits from `[asking]` is reported there only."""
    return [_problem(error, sources) for error in errors if not _inherited(error["loc"], sources.data)]


def _inherited(loc: tuple[int | str, ...], data: dict[str, Any]) -> bool:
    match loc:
        case ("asking", "rules", int(number), str(key), *_) if key != "when":
            rule = data["asking"]["rules"][number]
            return isinstance(rule, dict) and key not in rule
        case _:
            return False


def _problem(error: ErrorDetails, sources: Sources) -> Problem:
    place = tuple(str(part) for part in error["loc"] if part != "[key]")
    where = sources.where(place)
    key = written(place)
    if error["type"] in {"extra_forbidden", "unexpected_keyword_argument"}:
        return Problem(where, key, "is not a key", _which_key(place), value=_harmless(place, error["input"]))
    wrong = error.get("ctx", {}).get("error")
    if isinstance(wrong, WrongValueError | Fault):
        what, fix = wrong.problem, f"{wrong.fix[:1].upper()}{wrong.fix[1:]}".removesuffix(".") + "."
    elif error["type"] in SAYINGS:
        what, fix = SAYINGS[error["type"]](dict(error.get("ctx", {})))
    else:  # a ValueError that says all by itself, as the composite index raises it
        what, fix = f"is wrong: {wrong or error['msg']}", "See config.example.toml."
    hidden = (
        error["type"] == "missing" or isinstance(error["input"], dict) or is_secret(*(*place, "", "")[:2])
    )
    return Problem(where, key, what, fix, value=None if hidden else error["input"])


def _harmless(place: Place, value: Any) -> Any:
    """Return the value of a wrong key if it may be shown: a text might be a secret whose key was mistyped."""
    guess = nearest(place[-1], _keys_beside(place))
    if isinstance(value, str):
        return value if guess and not is_secret(place[0], guess.removesuffix("_file")) else None
    return value if isinstance(value, int | float) else None


def _which_key(place: Place) -> str:
    keys = _keys_beside(place)
    guess = nearest(place[-1], keys)
    return f"Did you mean {guess}?" if guess else f"The keys are: {', '.join(keys)}."


def _keys_beside(place: Place) -> list[str]:
    """List the keys of the table that a wrong key stands in, down through arrays and tables in tables."""
    if len(place) == 2 and (keys := keys_of(place[0])):
        return keys
    shapes = _shapes_in(Config.model_fields[place[0]].annotation)
    for part in place[1:-1]:
        deeper = [fields_of(shape)[part] for shape in shapes if part in fields_of(shape)]
        shapes = [found for annotation in deeper for found in _shapes_in(annotation)] or shapes
    return [key for shape in shapes for key in fields_of(shape)]


def _shapes_in(annotation: Any) -> list[type]:
    if is_shape(annotation):
        return [annotation]
    return [found for part in get_args(annotation) for found in _shapes_in(part)]


def written(place: Place) -> str:
    """Write a place as it stands in the file: "[asking] delay", "[[asking.rules]] number 2: delay"."""
    match place:
        case ("asking", "rules", number, *rest):
            return f"[[asking.rules]] number {int(number) + 1}: {_dotted(rest)}".removesuffix(": ")
        case ("branches" | "themes", name, *rest):
            return f"[{place[0]}.{name}] {_dotted(rest)}".rstrip()
        case (section, *rest):
            return f"[{section}] {_dotted(rest)}".rstrip()
        case _:
            return ""


def _dotted(rest: Iterable[str]) -> str:
    return ".".join(part for part in rest if not part.isdigit())
