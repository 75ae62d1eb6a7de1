"""The configuration: `load_config()` makes one frozen `Config` of the file, the environment and the files of secrets.

    sources.py   reads config.toml, `.env`, the environment; remembers where each value came from
    overlay.py   lays them over each other; secrets are taken from anywhere but the file
    sections.py, asking.py, types.py, model.py   what a value may be: frozen pydantic models
    explain.py, errors.py   what is wrong, with file, line, key, value and fix
    ready.py     what only the running service needs

Whatever is wrong is said in one `ConfigError`, all problems together. Paths in the file (the store, the backups, the
surveys, the files of secrets) are relative to the file, never to where the program was started.
"""

from collections.abc import Mapping
from pathlib import Path

from pydantic import ValidationError

from bot.config.asking import Asking
from bot.config.errors import ConfigError, Problem
from bot.config.explain import problems_of
from bot.config.model import Config
from bot.config.overlay import overlay
from bot.config.ready import service_problems
from bot.config.sources import Sources, read_toml

__all__ = ["Asking", "Config", "ConfigError", "Problem", "load_config", "service_problems", "set_at"]


def load_config(path: Path | None, environ: Mapping[str, str], *, for_service: bool = False) -> Config:
    """Read the configuration.

    `path` None means that there is no file: defaults and the environment only. `for_service` also demands what
    `askwhy run` needs: secrets, accounts, the public address. Raises ConfigError with every problem found.
    """
    sources = Sources(None) if path is None else read_toml(path)
    folder = path.absolute().parent if path else Path.cwd()
    overlay(sources, folder, environ)
    try:
        config = Config.model_validate({**sources.data, "file": path, "folder": folder})
    except ValidationError as error:
        found = error.errors(include_url=False)
        raise ConfigError([*sources.problems, *problems_of(found, sources)]) from None
    problems = sources.problems or (service_problems(config) if for_service else [])
    if problems:
        raise ConfigError(problems)
    return config


def set_at(config: Config, *place: str, value: object) -> str:
    """Name the file and line that set a key to `value`, or the environment: for what only the surveys can tell is wrong."""
    if config.file is None:
        return "the environment"
    sources = read_toml(config.file)
    found: object = sources.data
    for name in place:
        found = (
            found[int(name)]
            if isinstance(found, list)
            else found.get(name)
            if isinstance(found, dict)
            else None
        )
    return sources.where(place) if found == value else "the environment"
