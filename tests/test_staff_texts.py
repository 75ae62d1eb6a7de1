"""Texts that staff read, word for word, in every language; read aloud by whoever changes them."""

from datetime import timedelta

import pytest

from bot.reports.asking import read_words
from bot.reports.score import ScoreReport, score_report
from bot.staff.commands.drivers import QUADRANTS
from bot.staff.commands.help import LINES
from bot.staff.commands.measures import FURTHER_NAMES
from bot.staff.commands.score import score_reply
from bot.staff.commands.status import MESSAGES, QUEUES, VISITS
from bot.staff.commands.team import STANDINGS
from bot.staff.phrases import BANDS, DIMENSIONS, MEASURES
from bot.stories import EVENTS
from storage.transaction import Transaction
from surveys.explaining import SENTENCES, UNITS
from surveys.measures import MEASURES as ALL_MEASURES
from surveys.texts import LANGUAGES, say, say_n, without_isolates
from tests.staff_world import FIRM, NOW, ask_many, give_many, world

BEFORE = NOW - timedelta(days=40)

GOLDEN = {
    "en": """\
NPS +42 (31…52)
183 of 402 answered (46%) · 58% promoters, 26% passives, 16% detractors
+2 (-16…21) on the 30 days before: not significant (p = 0.79)
  Tallinn  +48 (36…59)  n=132
  Tartu  +25 (1…46)  n=48
  Narva  n=3
last 30 days""",
    "et": """\
NPS +42 (31…52)
402 küsitletust vastas 183 (46%) · 58% soovitajaid, 26% passiivseid, 16% kriitikuid
+2 (-16…21) võrreldes eelmise 30 päevaga: mitteoluline (p = 0,79)
  Tallinn  +48 (36…59)  n=132
  Tartu  +25 (1…46)  n=48
  Narva  n=3
viimased 30 päeva""",
    "fi": """\
NPS +42 (31…52)
183 / 402 vastasi (46 %) · 58 % suosittelijoita, 26 % passiivisia, 16 % arvostelijoita
+2 (-16…21) edellisiin 30 päivään verrattuna: ei merkitsevä (p = 0,79)
  Tallinn  +48 (36…59)  n=132
  Tartu  +25 (1…46)  n=48
  Narva  n=3
viimeiset 30 päivää""",
    "he": """\
NPS +42 (31…52)
ענו 183 מתוך 402 (46%) · 58% ממליצים, 26% פסיביים, 16% מבקרים
+2 (-16…21) לעומת 30 הימים הקודמים: לא מובהק (p = 0.79)
  Tallinn  +48 (36…59)  n=132
  Tartu  +25 (1…46)  n=48
  Narva  n=3
30 הימים האחרונים""",
    "ru": """\
NPS +42 (31…52)
ответили 183 из 402 (46 %) · 58 % промоутеров, 26 % нейтралов, 16 % критиков
+2 (-16…21) к предыдущим 30 дням: незначимо (p = 0,79)
  Tallinn  +48 (36…59)  n=132
  Tartu  +25 (1…46)  n=48
  Narva  n=3
последние 30 дней""",
}


def answered(tx: Transaction) -> None:
    give_many(tx, 80, 36, 16, branch="Tallinn")
    give_many(tx, 24, 12, 12, branch="Tartu")
    give_many(tx, 2, 0, 1, branch="Narva")
    give_many(tx, 60, 20, 20, branch="Tallinn", at=BEFORE)
    ask_many(tx, 402)


async def told(language: str, *words: str, work: object = None) -> str:
    async with world() as here:
        if callable(work):
            await here.store.write(work)
        request = await read_words(here.store, FIRM, words, NOW, language=language)
        report = await score_report(here.store, FIRM, request, NOW, language=language)
        return plain(report, language)


def plain(report: ScoreReport, language: str) -> str:
    """Return the text as it looks: marks of direction are not seen, nor is the space that does not break."""
    text = without_isolates(score_reply(report, "Acme Auto", language).plain())
    return text.replace("\u200e", "").replace("\u00a0", " ")


@pytest.mark.parametrize("language", LANGUAGES)
async def test_a_score_is_told_word_for_word(language: str) -> None:
    assert await told(language, "30d", "by", "branch", work=answered) == GOLDEN[language]


@pytest.mark.parametrize(
    ("language", "line"),
    [
        ("en", "-60 (-81…-35) on the day before: significant (p < 0.001)"),
        ("et", "-60 (-81…-35) võrreldes eelmise päevaga: oluline (p < 0,001)"),
        ("fi", "-60 (-81…-35) edelliseen päivään verrattuna: merkitsevä (p < 0,001)"),
        ("he", "-60 (-81…-35) לעומת היום הקודם: מובהק (p < 0.001)"),
        ("ru", "-60 (-81…-35) к предыдущему дню: значимо (p < 0,001)"),
    ],
)
async def test_a_change_that_means_something_is_said_to(language: str, line: str) -> None:
    def work(tx: Transaction) -> None:
        give_many(tx, 60, 20, 20, at=NOW - timedelta(days=1))
        give_many(tx, 30, 20, 50, at=NOW)

    assert line in (await told(language, "today", work=work)).splitlines()


async def test_the_interval_of_a_change_holds_the_change_that_is_told() -> None:
    """The adjusted interval of five against five ends at -189: the plain change of -200 is told all the same."""

    def work(tx: Transaction) -> None:
        give_many(tx, 5, 0, 0, at=NOW - timedelta(days=1))
        give_many(tx, 0, 0, 5, at=NOW)

    lines = (await told("en", "today", work=work)).splitlines()
    assert "-200 (-200…-61) on the day before: significant (p < 0.001)" in lines


@pytest.mark.parametrize(
    ("language", "nothing", "few"),
    [
        ("en", "NPS: no answers", "NPS: 2 answers, too few for a score (at least 5)"),
        ("et", "NPS: vastuseid ei ole", "NPS: 2 vastust, skoori jaoks liiga vähe (vaja vähemalt 5)"),
        ("fi", "NPS: ei vastauksia", "NPS: 2 vastausta, liian vähän tulokseen (vähintään 5)"),
        ("he", "NPS: אין תשובות", "NPS: 2 תשובות, מעט מדי לציון (לפחות 5)"),
        ("ru", "NPS: ответов нет", "NPS: 2 ответа, для оценки слишком мало (нужно не меньше 5)"),
    ],
)
async def test_no_answers_and_too_few_are_said_so_and_no_number_is(
    language: str, nothing: str, few: str
) -> None:
    assert (await told(language)).splitlines()[0] == nothing
    lines = (await told(language, work=lambda tx: give_many(tx, 2, 0, 0))).splitlines()
    assert lines[0] == few
    assert not any("%" in line or "+" in line for line in lines)


@pytest.mark.parametrize(
    ("survey", "value", "first"),
    [
        ("csi", 4, "CSI 100% (65…100)"),
        ("csat10", 8, "CSAT 8.0 (7.7…8.3)"),
        ("cli", 2, "CLI 2.0 (1.7…2.3), 1 is best"),
        ("fcr", 1, "First contact resolution 100% (65…100)"),
        ("reverse_nps", 8, "Reverse NPS 8.0 (7.7…8.3)"),
        ("acsi", 10, "ACSI-style index 100% (97…100)"),
    ],
)
async def test_every_measure_is_told_in_its_own_words(survey: str, value: int, first: str) -> None:
    from tests.staff_world import give

    text = await told("en", survey, work=lambda tx: [give(tx, value, survey=survey) for _ in range(7)])
    assert text.splitlines()[0] == first


def unequal(tx: Transaction) -> None:
    """Half of those asked were in Narva, where few answered: 31 is 13 if as many had."""
    give_many(tx, 40, 10, 10, branch="Tallinn")
    give_many(tx, 5, 5, 10, branch="Narva")
    ask_many(tx, 500, branch="Tallinn")
    ask_many(tx, 500, branch="Narva")


@pytest.mark.parametrize(
    ("language", "line"),
    [
        ("en", "Weighted by those asked: +13 (-8…33), worth 60 answers"),
        ("et", "Küsitletute järgi kaalutud: +13 (-8…33), võrdne 60 vastusega"),
        ("fi", "Kyselyn saaneiden mukaan painotettuna: +13 (-8…33), vastaa 60 vastausta"),
        ("he", "משוקלל לפי מי שנשאלו: +13 (-8…33), כמו 60 תשובות"),
        ("ru", "С весами по числу опрошенных: +13 (-8…33), равноценно ответам: 60"),
    ],
)
async def test_a_score_by_branch_tells_what_it_is_when_branches_weigh_as_many_as_were_asked(
    language: str, line: str
) -> None:
    lines = (await told(language, "by", "branch", work=unequal)).splitlines()
    assert lines[0].startswith("NPS +31 (")
    assert line in lines


async def test_a_weighted_score_is_told_only_where_every_group_has_enough_answers() -> None:
    def silent_branch(tx: Transaction) -> None:
        unequal(tx)
        give_many(tx, 4, 0, 0, branch="Tartu")
        ask_many(tx, 10, branch="Tartu")

    def alike(tx: Transaction) -> None:
        for branch in ("Tallinn", "Narva"):
            give_many(tx, 10, 5, 5, branch=branch)
            ask_many(tx, 50, branch=branch)

    def certain(tx: Transaction) -> None:
        give_many(tx, 20, 0, 0, branch="Tallinn")
        give_many(tx, 0, 0, 10, branch="Narva")
        for branch in ("Tallinn", "Narva"):
            ask_many(tx, 50, branch=branch)

    for work in (silent_branch, alike, certain):
        assert "Weighted" not in await told("en", "by", "branch", work=work)
    assert "Weighted" not in await told("en", "by", "branch", "product=oil", work=unequal)
    assert "Weighted" not in await told("en", work=unequal)


async def test_how_a_customers_second_answer_counts_is_said_where_there_can_be_one() -> None:
    rule = "Every answer counts, a customer's second one too; the test takes them as independent."

    def work(tx: Transaction) -> None:
        for days in (10, 100, 200):
            give_many(tx, 10, 0, 5, at=NOW - timedelta(days=days))

    assert rule in (await told("en", "12w", work=work)).splitlines()
    assert rule not in await told("en", "30d", work=work), "nobody is asked twice within 60 days"
    assert rule not in await told("en", "30d"), "nothing is compared"


async def test_a_small_earlier_period_gives_nothing_away() -> None:
    def work(tx: Transaction) -> None:
        give_many(tx, 6, 0, 0)
        give_many(tx, 0, 0, 2, at=BEFORE)

    text = await told("en", work=work)
    assert "Too few answers in the 30 days before to compare." in text
    assert "200" not in text


@pytest.mark.parametrize("language", LANGUAGES[1:])
def test_what_stands_in_tables_is_translated_too(language: str) -> None:
    names = [
        *(name for name in MEASURES.values() if not name.isupper()),
        *(name for pair in BANDS.values() for name in pair),
        *DIMENSIONS.values(),
        *FURTHER_NAMES.values(),
        *(measure.name for measure in ALL_MEASURES.values()),
        *STANDINGS.values(),
        *QUADRANTS.values(),
        *(meaning for _, meaning in LINES.values()),
        *QUEUES.values(),
        *EVENTS.values(),
        *SENTENCES,
        *SENTENCES,
        *VISITS.values(),
        *MESSAGES.values(),
    ]
    assert [name for name in names if say(language, name) == name] == []
    for forms in UNITS.values():
        assert say_n(language, *forms, 41) != say_n("en", *forms, 41)
