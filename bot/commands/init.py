"""`askwhy init`: write what a new installation starts from. Nothing that is there already is touched."""

from importlib.resources import files
from pathlib import Path

from bot.commands.context import CommandError, Context, WrongUseError
from bot.commands.outcome import DONE
from surveys.definition import catalog_source

SURVEY = "nps"


def run(context: Context, *, folder: Path) -> int:
    """Write the files, all or none, and say what to do next."""
    texts = starting_files()
    standing = [name for name in texts if (folder / name).exists()]
    if standing:
        names = ", ".join(str(folder / name) for name in standing)
        raise WrongUseError(
            f"{names}: already there, and nothing is overwritten. Name another folder: askwhy init DIR"
        )
    try:
        for name, text in texts.items():
            path = folder / name
            path.parent.mkdir(parents=True, exist_ok=True)
            with path.open("x", encoding="utf-8", newline="\n") as target:
                target.write(text)
    except OSError as error:
        raise CommandError(
            f"{error.filename}: cannot be written ({error.strerror}). Check the folder's rights."
        ) from None
    written = [str(folder / name) for name in texts]
    if context.json:
        context.emit({"files": written})
        return DONE
    context.say("Written:\n" + "\n".join(f"  {name}" for name in written))
    context.say(
        "\nNext:\n"
        f"  1. Put your name into {folder / 'config.toml'}, and switch on [telegram] or [sms].\n"
        f"  2. Copy {folder / '.env.example'} to .env, fill in the secrets, and: chmod 600 .env\n"
        "  3. askwhy check"
    )
    return DONE


def starting_files() -> dict[str, str]:
    """Return the text of each file by its name in the folder."""
    templates = files("bot.commands").joinpath("templates")
    return {
        "config.toml": templates.joinpath("config.toml").read_text("utf-8"),
        f"surveys/{SURVEY}.toml": catalog_source(SURVEY),
        ".env.example": templates.joinpath("env.example").read_text("utf-8"),
    }
