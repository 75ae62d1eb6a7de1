"""How long it takes to understand a reply: µs, over replies as people write them, in five languages."""

from __future__ import annotations

import statistics
import time

from benchmarks.harness import Report, Row, Size, percentile
from benchmarks.machine import SERVER_CORE, pin, unpin
from surveys.reading import Kind, Step, read_reply
from surveys.scale import Scale

LANGUAGES = ("en", "et", "fi", "he", "ru")

REPLIES: tuple[tuple[str, str, int | None], ...] = (
    ("9", "en", 9),
    ("10!!", "en", 10),
    ("I'd say 7", "en", 7),
    ("8 because it was quick", "en", 8),
    ("great service, 9", "en", 9),
    ("6 - waited 40 min", "en", 6),
    ("sorry, I meant 8", "en", 8),
    ("ten", "en", 10),
    ("9/10", "en", 9),
    ("who is this?", "en", None),
    ("stop", "en", None),
    ("üheksa", "et", 9),
    ("9 sest kõik sai kohe korda", "et", 9),
    ("hinne 7, oleks võinud kiirem olla", "et", 7),
    ("ei tea", "et", None),
    ("yhdeksän", "fi", 9),
    ("annan 8, palvelu oli hyvää", "fi", 8),
    ("תשע", "he", 9),
    ("9 כי היה מהיר", "he", 9),
    ("ставлю 7", "ru", 7),
    ("девять, всё быстро", "ru", 9),
    (
        "The man at the desk was very kind and explained everything, the waiting was a bit long though.",
        "en",
        None,
    ),
)

ROUNDS: dict[Size, int] = {"tiny": 2, "quick": 50, "normal": 300, "full": 1_000}


def run(size: Size) -> Report:
    report = Report("reading", "Understanding a reply")
    scale = Scale(0, 10)
    right = 0
    for text, language, score in REPLIES:  # which also loads what is loaded on first use
        reading = read_reply(text, scale, language=language, languages=LANGUAGES)
        right += (reading.score if reading.kind is Kind.SCORE else None) == score
    report.check("replies read right", right, len(REPLIES))
    pin(SERVER_CORE)
    every: list[float] = []
    for _ in range(ROUNDS[size]):
        for step in (Step.SCORE, Step.WHY):
            for text, language, _score in REPLIES:
                began = time.perf_counter()
                read_reply(text, scale, step=step, language=language, languages=LANGUAGES)
                every.append(1_000_000 * (time.perf_counter() - began))
    unpin()
    p50, p99 = percentile(every, 0.5), percentile(every, 0.99)
    mean = statistics.fmean(sorted(every)[: int(len(every) * 0.999) or 1])
    note = f"median {p50:.0f} µs, 99 of 100 within {p99:.0f} µs"
    report.rows.append(Row("a reply", "µs", mean, target=50.0, at_least=False, note=note))
    report.notes.append(note)
    return report
