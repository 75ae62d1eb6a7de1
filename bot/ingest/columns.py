"""Which column of somebody else's file holds what: told by `--column FIELD=HEADER`, else guessed from obvious headers."""

import re
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from bot.ingest.csv_file import CsvFile, CsvProblem, Record
from bot.ingest.rejected import is_corrected, plain_cell
from surveys.period_words import fold
from surveys.periods import nearest_word


class ColumnProblem(ValueError):  # noqa: N818 -- a finding about an option, not a failure of the program
    """A `--column` that cannot be; the text names it and the fix."""


def records_of(source: CsvFile) -> Iterator[Record]:
    """Yield the rows; those of a corrected file without the marks that made them safe for a spreadsheet."""
    if not is_corrected(source):
        yield from source.records()
        return
    for record in source.records():
        yield Record(record.line, [plain_cell(cell) for cell in record.cells], record.problem)


def find_columns(
    source: CsvFile, guesses: Mapping[str, frozenset[str]], told: Sequence[str] = ()
) -> dict[str, int]:
    """Return the index of the column of each field that has one. A field's own name comes before other guesses.

    Raises ColumnProblem for a `told` that cannot be, CsvProblem where two headers could be the same field.
    """
    path, header = source.path, ["", *source.header[1:]] if is_corrected(source) else source.header
    found = _told(path, header, guesses, told)
    for field, words in guesses.items():
        if field not in found:
            own = [
                at
                for at, name in enumerate(header)
                if at not in found.values() and plain(name) == plain(field)
            ]
            like = own or [
                at for at, name in enumerate(header) if at not in found.values() and plain(name) in words
            ]
            if len(like) > 1:
                names = " or ".join(repr(header[at]) for at in like)
                raise CsvProblem(
                    f'{path}: {field} could be {names}; say which: --column {field}="{header[like[0]]}"'
                )
            if like:
                found[field] = like[0]
    return found


def plain(name: str) -> str:
    """Return a header as it is compared: "Submitted at", "submitted_at" and "SubmittedAt" are one."""
    parted = re.sub(r"(?<=[a-z])(?=[A-Z])", " ", name)
    return re.sub(r"[\W_]+", " ", fold(parted)).strip()


def _told(
    path: Path, header: Sequence[str], guesses: Mapping[str, frozenset[str]], told: Sequence[str]
) -> dict[str, int]:
    found: dict[str, int] = {}
    names = [name.strip() for name in header]
    for wish in told:
        field, equals, name = (part.strip() for part in wish.partition("="))
        if not equals or field not in guesses:
            nearest = nearest_word(field, guesses)
            hint = f' Did you mean "{nearest}"?' if nearest else ""
            raise ColumnProblem(
                f"--column {wish!r}: write FIELD=HEADER, with FIELD one of {', '.join(guesses)}.{hint}"
            )
        if name not in names:
            nearest = nearest_word(name, names)
            hint = f' Did you mean "{nearest}"?' if nearest else ""
            raise ColumnProblem(f"--column {wish!r}: {path} has no header {name!r}.{hint}")
        found[field] = names.index(name)
    return found
