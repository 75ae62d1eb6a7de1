"""Rows of another tool's export as answers: any header names, that tool's codes for "no answer", nothing guessed.

The same survey, customer, moment and score is the same answer; without a customer the n-th identical row of a file
equals the n-th stored. So a file can be imported again, and a longer one over a shorter.
"""

import re
import sqlite3
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final
from zoneinfo import ZoneInfo

from bot.ingest.columns import records_of
from bot.ingest.csv_file import CsvFile, CsvProblem, Record
from storage.moments import day_of, micros
from storage.tables.answers import Response
from storage.transaction import Transaction
from surveys.cells import cell_text, language_in, moment_in, visible
from surveys.conversation_value import COMMENT
from surveys.definition import Survey
from surveys.period_words import fold
from surveys.visits import LONGEST_KEY

FIELDS: Final[Mapping[str, frozenset[str]]] = {
    "score": frozenset(
        {"score", "rating", "nps", "nps score", "grade", "hinne", "skoor", "arvosana", "оценка"}
    ),
    "comment": frozenset(
        {
            "comment",
            "comments",
            "why",
            "reason",
            "feedback",
            "kommentaar",
            "põhjus",
            "kommentti",
            "комментарии",
        }
    ),
    "answered_at": frozenset(
        {
            *(
                "answered at",
                "answered",
                "date",
                "time",
                "timestamp",
                "datetime",
                "submitted at",
                "submit date",
            ),
            *("submission date", "response date", "responded at", "created at", "completed at"),
            *("kuupaev", "aeg", "paivamaara", "дата"),
        }
    ),
    "customer_id": frozenset(
        {"customer id", "customer", "client", "client id", "contact", "contact id", "klient"}
    ),
    "branch": frozenset(
        {"branch", "location", "store", "shop", "office", "filiaal", "esindus", "toimipiste"}
    ),
    "employee": frozenset({"employee", "served by", "agent", "staff", "tootaja", "teenindaja", "tyontekija"}),
    "product": frozenset({"product", "service", "item", "toode", "teenus", "tuote"}),
    "channel": frozenset({"channel", "source", "kanal", "kanava"}),
    "language": frozenset({"language", "lang", "locale", "keel", "kieli"}),
}
"""Every field, and the headers that are obviously it, as `bot.ingest.columns.plain` compares them."""

_WHOLE = re.compile(r"([+-]?\d{1,9})(?:[.,]0+)?")


@dataclass(frozen=True, slots=True)
class PastAnswer:
    """One answer. `occurrence` counts identical rows of the file without a customer, from 1."""

    score: int
    comment: str | None
    answered_at: datetime
    customer_id: str | None
    channel: str | None
    language: str | None
    attributes: Mapping[str, str]
    occurrence: int


@dataclass(frozen=True, slots=True)
class Reading:
    """What a row is read by. `blanks` are values that are no answer."""

    survey: Survey
    zone: ZoneInfo
    languages: tuple[str, ...]
    now: datetime
    columns: Mapping[str, int]
    blanks: frozenset[str]


class Occurrences:
    """Counts identical rows of one import, on the disk: a file may be larger than memory."""

    def __init__(self) -> None:
        self._db = sqlite3.connect(
            "", isolation_level=None
        )  # an unnamed database: SQLite deletes it by itself
        self._db.execute("PRAGMA journal_mode = OFF")
        self._db.execute(
            "CREATE TABLE seen (at INTEGER, score INTEGER, n INTEGER, PRIMARY KEY (at, score)) WITHOUT ROWID"
        )

    def next(self, at: datetime, score: int) -> int:
        """Return which one of its like this row is."""
        row = self._db.execute(
            "INSERT INTO seen VALUES (?, ?, 1) ON CONFLICT DO UPDATE SET n = n + 1 RETURNING n",
            (micros(at), score),
        ).fetchone()
        return int(row[0])

    def close(self) -> None:
        """Forget everything."""
        self._db.close()


def require_columns(source: CsvFile, columns: Mapping[str, int]) -> None:
    """Demand the columns without which nothing is an answer. Raises CsvProblem."""
    for field in ("answered_at", "score"):
        if field not in columns:
            there = ", ".join(name for name in source.header if name.strip())
            raise CsvProblem(
                f'{source.path}: no column is obviously {field}; say which: --column {field}="…". The header has {there}'
            )


def read_answer(record: Record, reading: Reading, seen: Occurrences) -> PastAnswer | None:
    """Read one row; None for a blank one. Raises ValueError with the reason why it cannot be an answer."""
    if record.problem:
        raise ValueError(record.problem)

    def cell(field: str) -> str:
        at = reading.columns.get(field)
        text = cell_text(record.cells[at]) if at is not None and at < len(record.cells) else ""
        # A number such as 11 stands for "no answer" among scores only; a branch may well be called 11.
        blank = fold(text) in reading.blanks and (field == "score" or not text.isdecimal())
        return "" if blank else text

    written = cell("score")
    if not written:
        return None
    score = _score(written, reading.survey)
    moment = cell("answered_at")
    if not moment:
        raise ValueError("answered_at: it is empty; every answer needs its moment")
    at = _read("answered_at", moment, lambda text: moment_in(text, reading.zone, reading.now))
    customer = visible(cell("customer_id"), joiners=False) or None
    labels = {name: visible(cell(name)) for name in ("branch", "employee", "product", "channel")}
    for name, text in (*labels.items(), ("customer_id", customer or "")):
        if len(text) > LONGEST_KEY:
            raise ValueError(f"{name}: it is over {LONGEST_KEY} characters; shorten it")
    channel = labels.pop("channel") or None
    return PastAnswer(
        score,
        cell("comment") or None,
        at,
        customer,
        channel,
        language_in(cell("language"), reading.languages) if cell("language") else None,
        {name: text for name, text in labels.items() if text},
        0 if customer else seen.next(at, score),
    )


def store_answers(
    tx: Transaction, survey: Survey, zone: ZoneInfo, answers: Sequence[PastAnswer]
) -> tuple[int, int]:
    """Store what is not stored yet, with its roll-ups; return how many were new and how many known."""
    new = 0
    for answer in (_without_erased(tx, answer) for answer in answers):
        stored = tx.answers.same_imported(survey.id, answer.answered_at, answer.customer_id, answer.score)
        if stored < max(1, answer.occurrence):
            _store(tx, survey, zone, answer)
            new += 1
    return new, len(answers) - new


def _without_erased(tx: Transaction, answer: PastAnswer) -> PastAnswer:
    """Return an answer as it may be stored: of a customer who was erased only what is counted."""
    erased = tx.privacy.erased(answer.customer_id, None) if answer.customer_id else None
    return answer if erased is None else replace(answer, customer_id=erased[0], comment=None)


def _store(tx: Transaction, survey: Survey, zone: ZoneInfo, answer: PastAnswer) -> None:
    customer = tx.people.customer(answer.customer_id) if answer.customer_id else None
    response = Response(
        visit_id=None,
        customer_id=answer.customer_id,
        person_id=customer.person_id if customer else None,
        survey=survey.id,
        question=survey.primary,
        answered_at=answer.answered_at,
        day=day_of(answer.answered_at, zone),
        channel=answer.channel,
        language=answer.language,
        late=False,
        attributes=answer.attributes,
    )
    number = tx.answers.add(response)
    tx.answers.record(number, response, survey.primary, answer.score, None, is_why=False)
    if answer.comment:
        tx.answers.record(number, response, _why_of(survey), None, answer.comment, is_why=True)


def _why_of(survey: Survey) -> str:
    whys = (q.id for q in survey.questions if not q.scored and q.about in {None, survey.primary})
    return next(whys, COMMENT)


def _score(text: str, survey: Survey) -> int:
    scale = survey.question(survey.primary).scale
    assert scale is not None
    whole = _WHOLE.fullmatch(text)
    if whole is None:
        raise ValueError(
            f'score {text[:40]!r}: it is no whole number; if it means no answer, add --blank "{text[:40]}"'
        )
    score = int(whole[1])
    if score not in scale:
        raise ValueError(
            f"score {score}: it is not on the scale {scale} of survey {survey.id}; if it means no answer, add --blank {score}"
        )
    return score


def _read(field: str, text: str, read: Callable[[str], datetime]) -> datetime:
    try:
        return read(text)
    except ValueError as problem:
        raise ValueError(f"{field} {text[:60]!r}: {problem}") from None


def rows_of(
    source: CsvFile, reading: Reading, seen: Occurrences
) -> Iterator[tuple[Record, PastAnswer | str | None]]:
    """Yield every row with what it is: an answer, None for a blank one, or the reason why it is rejected."""
    for record in records_of(source):
        try:
            yield record, read_answer(record, reading, seen)
        except ValueError as problem:
            yield record, str(problem)
