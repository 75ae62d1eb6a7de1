"""Lay the environment, and the secrets in their files, over what config.toml says.

Secrets come only from the environment, from `.env` or from a file of mode 600: config.toml is copied, committed and
mailed around. A secret found in it is refused even where its value would work.
"""

import tomllib
from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from pathlib import Path
from types import UnionType
from typing import Any, Final, get_args, get_origin, get_type_hints

from pydantic import BaseModel, SecretStr

from bot.config.errors import Problem
from bot.config.model import Config
from bot.config.sources import PREFIX, Place, Sources, from_text, read_variables, readable_by_others
from bot.config.types import nearest

NOT_SECTIONS: Final = frozenset({"file", "folder"})
SECTIONS: Final = tuple(name for name in Config.model_fields if name not in NOT_SECTIONS)


def is_shape(annotation: Any) -> bool:
    """Tell whether a type has fixed keys: a pydantic model, or a dataclass of a package that knows no pydantic."""
    return isinstance(annotation, type) and (issubclass(annotation, BaseModel) or is_dataclass(annotation))


def fields_of(shape: type) -> dict[str, Any]:
    """Return the types of the keys of a shape, in their order."""
    if issubclass(shape, BaseModel):
        return {name: field.annotation for name, field in shape.model_fields.items()}
    hints = get_type_hints(shape, include_extras=True)
    return {field.name: hints[field.name] for field in fields(shape)} if is_dataclass(shape) else {}


def shape_of(section: str) -> type | None:
    """Return the type of a section with fixed keys; None for a table of free names such as `[branches]`."""
    annotation: Any = Config.model_fields[section].annotation if section in SECTIONS else None
    choices = get_args(annotation) if get_origin(annotation) is UnionType else (annotation,)
    return next((choice for choice in choices if is_shape(choice)), None)


def keys_of(section: str) -> list[str]:
    """List the keys that may stand in a section of the file, in their order; empty for a table of free names."""
    shape = shape_of(section)
    return [key for key in fields_of(shape) if not is_secret(section, key)] if shape else []


def is_secret(section: str, key: str) -> bool:
    """Tell whether a key holds a secret."""
    shape = shape_of(section)
    annotation = fields_of(shape).get(key) if shape else None
    return SecretStr in (annotation, *get_args(annotation))


def secret_keys() -> list[Place]:
    """List every secret as (section, key)."""
    return [(s, k) for s in SECTIONS if (shape := shape_of(s)) for k in fields_of(shape) if is_secret(s, k)]


def variable(section: str, key: str) -> str:
    """Name the environment variable of a key."""
    return f"{PREFIX}{section}__{key}".upper()


def overlay(sources: Sources, folder: Path, environ: Mapping[str, str]) -> None:
    """Complete `sources` in place; what is wrong goes to `sources.problems`."""
    _drop_unknown_sections(sources)
    files = _refuse_secrets_in_file(sources)
    secrets: dict[Place, str] = {}
    for name, value, origin in read_variables(folder, environ, sources):
        if not value:
            continue  # an empty variable is how container files say "not set"
        place = tuple(part.lower() for part in name.removeprefix(PREFIX).split("__"))
        of_file = (*place[:-1], place[-1].removesuffix("_file"))
        if place in secret_keys():
            secrets[place] = origin
            sources.put(place, value, origin)
        elif of_file in secret_keys() and of_file != place:
            files[of_file] = (value, origin)
        elif (known := _known_place(place, sources)) is not None:
            sources.put(known, _typed(known, value), origin)
        else:
            sources.problems.append(_unknown_variable(name, origin))
    for place, (file, origin) in files.items():
        _read_secret(sources, place, folder / Path(file).expanduser(), origin, also_in=secrets.get(place))


def _drop_unknown_sections(sources: Sources) -> None:
    for name in [name for name in sources.data if name not in SECTIONS]:
        is_table = isinstance(sources.data.pop(name), dict | list)
        guess = nearest(name, list(SECTIONS))
        others = "The sections are: " + ", ".join(f"[{section}]" for section in SECTIONS) + "."
        sources.problems.append(
            Problem(
                sources.where((name,)),
                f"[{name}]" if is_table else name,
                "is not a section" if is_table else "stands before the first section",
                f"Did you mean [{guess}]?" if guess and is_table else others,
            )
        )


def _refuse_secrets_in_file(sources: Sources) -> dict[Place, tuple[str, str]]:
    """Take secrets out of the file's values; return the files that it names for them."""
    files: dict[Place, tuple[str, str]] = {}
    for section, key in secret_keys():
        table = sources.data.get(section)
        if not isinstance(table, dict):
            continue
        if key in table:
            where = sources.where((section, key))
            del table[key]
            fix = f"Set {variable(section, key)} in the environment or in .env, or {key}_file to a file of mode 600."
            sources.problems.append(
                Problem(where, f"[{section}] {key}", "is a secret and must not stand here", fix)
            )
        if isinstance(named := table.get(f"{key}_file"), str):
            files[section, key] = (named, sources.where((section, f"{key}_file")))
            del table[f"{key}_file"]
    return files


def _read_secret(sources: Sources, place: Place, file: Path, origin: str, *, also_in: str | None) -> None:
    key = f"[{place[0]}] {place[1]}_file"

    def problem(what: str, fix: str) -> None:
        sources.problems.append(Problem(origin, key, what, fix, value=str(file)))

    if also_in is not None:
        problem(f"is given a second time by {also_in}", "Remove one of the two.")
        return
    try:
        others = readable_by_others(file)
        value = file.read_text("utf-8").strip()
    except (OSError, UnicodeDecodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else "it is not UTF-8"
        problem(f"cannot be read: {reason}", "Write the secret, and nothing else, into that file.")
        return
    if others:
        sources.problems.append(others)
    elif not value:
        problem("is an empty file", "Write the secret, and nothing else, into it.")
    else:
        sources.put(place, value, str(file))


def _known_place(place: Place, sources: Sources) -> Place | None:
    """Find the key that a variable means; names in free tables keep the spelling of the file."""
    if len(place) < 2 or not all(place) or place[0] not in SECTIONS:
        return None
    section, *rest = place
    if shape_of(section) is not None:
        return place if len(rest) == 1 and rest[0] in keys_of(section) else None
    table: Any = sources.data.get(section, {})
    spelled: list[str] = []
    for name in rest:
        same = [key for key in table if key.casefold() == name] if isinstance(table, dict) else []
        spelled.append(same[0] if same else name)
        table = table.get(same[0]) if same else {}
    return (section, *spelled)


def _typed(place: Place, value: str) -> Any:
    shape = shape_of(place[0])
    if shape is not None:
        return from_text(value, is_list=get_origin(fields_of(shape)[place[1]]) is tuple)
    try:
        return tomllib.loads(f"value = {value}")["value"]
    except tomllib.TOMLDecodeError:
        return value


def _unknown_variable(name: str, origin: str) -> Problem:
    places = [*((s, k) for s in SECTIONS for k in keys_of(s)), *secret_keys()]
    guess = nearest(name.removeprefix(PREFIX), [variable(s, k).removeprefix(PREFIX) for s, k in places])
    names = f"Names are {PREFIX}<SECTION>__<KEY>, with two underscores between."
    return Problem(
        origin, "", "sets no key of the configuration", f"Did you mean {PREFIX}{guess}?" if guess else names
    )
