"""Survey texts: a few known names, an `if`, nothing else.

An author writes `Thank you{% if name %}, {{ name }}{% endif %}!`. Jinja parses it; this module lets through only
the parts of Jinja listed in `_ALLOWED`, so a text can neither loop, call, look inside a value nor grow without
bound. Customers' data enters as values and is never parsed. A missing value renders as nothing and the
punctuation around the gap is closed.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache, lru_cache
from typing import TYPE_CHECKING, Final

from surveys.definition_error import SurveyError
from surveys.texts import directed

if TYPE_CHECKING:
    from jinja2 import Template as JinjaTemplate
    from jinja2.nodes import Node
    from jinja2.sandbox import ImmutableSandboxedEnvironment

TEMPLATE_NAMES: Final = frozenset(
    {"organisation", "name", "branch", "employee", "product", "touchpoint", "stop_word", "telegram_link", "parameter"},
)  # fmt: skip
FILTERS: Final = frozenset({"capitalize", "default", "lower", "title", "trim", "upper"})
MAX_SOURCE: Final = 2_000  # characters; ten SMS segments are 1,530
MAX_DEPTH: Final = 20  # levels of ifs and brackets
MAX_VALUE: Final = 200  # characters of one value; a name is shorter, an attack longer

_ALLOWED: Final = frozenset(
    {"And", "Compare", "CondExpr", "Const", "Filter", "If", "Name", "Not", "Operand", "Or", "Output", "Template", "TemplateData"},
)  # fmt: skip
_GAP: Final = "\ue000"  # marks a missing value until the text is tidied; private use, taken out of values
_CONTROL: Final = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029\s]+")
_REORDERING: Final = re.compile("[\u202a-\u202e\u2066-\u2069\ue000]")


@dataclass(frozen=True, slots=True)
class Template:
    """A checked text. `names` are the values it can show; equal sources are equal templates."""

    source: str
    names: frozenset[str] = field(compare=False)


def compile_template(source: str, where: str, key: str) -> Template:
    """Check a survey text. Raises SurveyError naming file (`where`), key, value and fix."""
    from jinja2 import TemplateSyntaxError
    from jinja2.nodes import Filter, Name

    if not source.strip():
        raise SurveyError(where, key, source, "write the text, or leave the key out.")
    if len(source) > MAX_SOURCE:
        raise SurveyError(where, key, source, f"shorten it: {len(source)} characters, at most {MAX_SOURCE}.")
    if _GAP in source:
        raise SurveyError(where, key, source, "take out the private-use character U+E000.")
    try:
        tree = _environment().parse(source)
    except TemplateSyntaxError as error:
        hint = f"line {error.lineno} of the text: {error.message}. Values are written {{{{ name }}}}."
        raise SurveyError(where, key, source, hint) from error
    except RecursionError as error:
        raise SurveyError(where, key, source, "nest less: use fewer brackets.") from error
    names = set()
    for node, depth in _nodes(tree):
        if depth > MAX_DEPTH:
            raise SurveyError(where, key, source, "nest less: use fewer brackets.")
        if type(node).__name__ not in _ALLOWED:
            fix = (
                f"take out the {type(node).__name__.lower()}; "
                "a text may only show {{ name }} and ask {% if name %}."
            )
            raise SurveyError(where, key, source, fix)
        if isinstance(node, Filter) and node.name not in FILTERS:
            fix = f"filter {node.name!r} is not known here; use {_listed(FILTERS)}."
            raise SurveyError(where, key, source, fix)
        if isinstance(node, Name):
            names.add(node.name)
    for name in sorted(names - TEMPLATE_NAMES):
        raise SurveyError(where, key, source, f"there is no value {name!r}{_did_you_mean(name)}.")
    return Template(source, frozenset(names))


def render(template: Template | str, values: Mapping[str, str | None], *, language: str = "en") -> str:
    """Fill in the values; a missing, empty or None value leaves no trace (see `_tidy`).

    `language` is that of the text: values written in the other direction are isolated (`texts.directed`).
    A plain string must be the source of a checked template (a stored survey's, for one).
    """
    source = template if isinstance(template, str) else template.source
    cleaned = {key: clean for key, value in values.items() if value and (clean := _cleaned(value))}
    shown = {
        # A mark right behind a link could become part of it.
        key: value if key == "telegram_link" else directed(language, value)
        for key, value in cleaned.items()
        if key in TEMPLATE_NAMES
    }
    return _tidy(_compiled(source).render(shown))


@lru_cache(maxsize=4096)
def _cleaned(value: str) -> str:
    """One line without characters that reorder or hide; text from a CRM or a customer is data, not layout."""
    text = unicodedata.normalize("NFC", value[: 2 * MAX_VALUE])
    return _CONTROL.sub(" ", _REORDERING.sub("", text)).strip()[:MAX_VALUE]


def _tidy(text: str) -> str:
    """Close the gaps of missing values: "Hi , how was it at ?" becomes "Hi, how was it at?"."""
    first, *rest = text.split(_GAP)
    tidied = first
    for part in rest:
        tidied = _closed(tidied, part)
    return tidied.strip()


def _closed(before: str, after: str) -> str:
    left, right = before.rstrip(" "), after.lstrip(" ")
    if left.endswith("(") and right.startswith(")"):
        return _closed(left[:-1], right[1:])
    if not left.strip():  # the text began with the missing value: so does now what follows it
        right = right.lstrip(" ,;:.-–!?")
        return before.lstrip(" ") + right[:1].upper() + right[1:]
    if right[:1] in tuple(",.;:!?"):
        return left.rstrip(",;:") + right
    between = (
        " "
        if left[-1:] not in {"", "\n"} and right[:1] not in {"", "\n"} and (left, right) != (before, after)
        else ""
    )
    return left + between + right


@cache
def _environment() -> ImmutableSandboxedEnvironment:
    from jinja2 import Undefined
    from jinja2.sandbox import ImmutableSandboxedEnvironment

    class Missing(Undefined):
        """A value that is not there: false in an `if`, a gap in the text."""

        __slots__ = ()

        def __str__(self) -> str:
            return _GAP

    # Messages are plain text: HTML escaping would show customers "&amp;". Channels that need markup escape it.
    environment = ImmutableSandboxedEnvironment(undefined=Missing, autoescape=False)
    environment.globals.clear()
    return environment


@lru_cache(maxsize=4096)
def _compiled(source: str) -> JinjaTemplate:
    return _environment().from_string(source)


def _nodes(tree: Node) -> Iterator[tuple[Node, int]]:
    waiting = [(tree, 0)]
    while waiting:
        node, depth = waiting.pop()
        yield node, depth
        waiting.extend((child, depth + 1) for child in node.iter_child_nodes())


def _did_you_mean(name: str) -> str:
    from rapidfuzz import process

    nearest = process.extractOne(name, sorted(TEMPLATE_NAMES), score_cutoff=60)
    known = f"known are {_listed(TEMPLATE_NAMES)}"
    return f"; did you mean {nearest[0]!r}? ({known})" if nearest else f"; {known}"


def _listed(words: frozenset[str]) -> str:
    return ", ".join(sorted(words))
