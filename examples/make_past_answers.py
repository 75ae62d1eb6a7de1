"""Write examples/past_answers.csv: three months of answers as another tool exports them. The same every time.

    python examples/make_past_answers.py
    askwhy import answers examples/past_answers.csv --survey nps \
        --column score="How likely are you to recommend Acme Auto?" --column comment="Main reason for your score" \
        --column answered_at="Submitted at" --column customer_id="Contact" --column branch="Location" \
        --column employee="Served by" --column language="Lang" --blank NA --blank 11

Odd headers, semicolons, times with an offset, empty cells, "NA" and 11 (that tool's code for "skipped") where no
answer was given, comments with line breaks, quotes and emoji.
"""

import csv
import random
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

SEED = 20260801
TALLINN = ZoneInfo("Europe/Tallinn")
HEADER = [
    *("Response #", "Submitted at", "Contact", "How likely are you to recommend Acme Auto?"),
    *("Main reason for your score", "Location", "Served by", "Lang"),
]
STAFF = {
    "Tallinn": ["Mari Maasikas", "Jaan Jõhvikas", "Kadri Kaalikas", "Priit Porgand"],
    "Tartu": ["Tõnu Tomat", "Liina Lillkapsas", "Helen Hernes"],
    "Narva": ["Olga Ogurtsova", "Pavel Pomidorov"],
}
# How many of a hundred give 10, 9, 8 …; Tartu is short of hands this autumn.
SCORES = {
    "Tallinn": [34, 22, 16, 10, 5, 5, 2, 2, 1, 1, 2],
    "Tartu": [20, 18, 18, 14, 9, 8, 4, 4, 2, 1, 2],
    "Narva": [30, 20, 18, 12, 7, 6, 2, 2, 1, 1, 1],
}
LANGUAGES = {
    "Tallinn": ["et"] * 5 + ["ru"] * 3 + ["en"] * 2 + ["fi", "he"],
    "Tartu": ["et"] * 8 + ["ru", "en"],
    "Narva": ["ru"] * 9 + ["et"],
}
WHYS = {
    ("et", True): [
        "Kiire ja viisakas teenindus.",
        "Auto sai samal päeval korda.",
        "Kõik seletati rahulikult lahti, hind oli täpselt nii, nagu kokku lepitud.",
        "Hea kohv ja ei pidanudki kaua ootama :)",
        "Aus töö. Soovitan.",
        "Rehvid vahetati poole tunniga 👍",
    ],
    ("et", False): [
        "Pidin kokkulepitud ajast hoolimata üle tunni ootama.",
        "Hind tuli suurem kui telefonis öeldi.",
        "Sama viga tuli nädalaga tagasi.",
        "Keegi ei helistanud, kui auto valmis sai.",
        "Ooteruumis oli külm ja kohviautomaat ei töötanud.",
    ],
    ("ru", True): [
        "Быстро, вежливо, всё объяснили.",
        "Машину сделали в тот же день.",
        "Цена как договаривались, без сюрпризов.",
        "Хорошие мастера, буду приезжать ещё.",
    ],
    ("ru", False): [
        "Ждал два часа, хотя был записан на 10:00.",
        "Дороже, чем сказали по телефону.",
        "Через неделю та же поломка.",
        "Никто не позвонил, когда машина была готова.",
    ],
    ("en", True): [
        "Quick, friendly, and they explained what they did.",
        'They fixed it "while you wait" and it really was.',
        "Fair price, no surprises.",
    ],
    ("en", False): [
        "I had an appointment at 9 and they started at half past ten.",
        "More expensive than I was told on the phone.",
        "Nobody called.\nI had to ring three times.",
    ],
    ("fi", True): ["Nopea ja ystävällinen palvelu.", "Renkaat vaihdettiin puolessa tunnissa."],
    ("fi", False): ["Jouduin odottamaan yli tunnin.", "Hinta oli korkeampi kuin sovittiin."],
    ("he", True): ["שירות מהיר ואדיב.", "הסבירו הכול בסבלנות."],
    ("he", False): ["חיכיתי יותר משעה למרות שקבעתי תור.", "המחיר היה גבוה ממה שאמרו בטלפון."],
}
ANSWERS = 240


def answers(dice: random.Random) -> list[list[str]]:
    """Make up the rows, in the order of time."""
    start = datetime(2026, 8, 17, 9, tzinfo=TALLINN)
    rows = []
    for _ in range(ANSWERS):
        branch = dice.choices(list(STAFF), [5, 3, 2])[0]
        score = 10 - dice.choices(range(11), SCORES[branch])[0]
        language = dice.choice(LANGUAGES[branch])
        moment = start + timedelta(
            days=dice.randrange(88), minutes=dice.randrange(660), seconds=dice.randrange(60)
        )
        why = dice.choice(WHYS[language, score >= 8]) if dice.random() < 0.6 else ""
        contact = f"c-{dice.randrange(1, 161):03}" if dice.random() < 0.85 else ""
        rows.append(
            [
                moment.isoformat(sep=" "),
                contact,
                str(score),
                why,
                branch,
                dice.choice(STAFF[branch]),
                language,
            ]
        )
    return sorted(rows, key=lambda row: datetime.fromisoformat(row[0]).astimezone(UTC))


def blanked(rows: list[list[str]]) -> list[list[str]]:
    """Put in what is no answer, one row that stands there twice, and two that cannot be read."""
    for at, code in (
        (12, ""),
        (37, "NA"),
        (71, "11"),
        (72, "11"),
        (103, "NA"),
        (150, ""),
        (151, "11"),
        (198, ""),
    ):
        rows[at][2:4] = [code, ""]
    rows[20][6] = "et"
    rows[20][2:4] = ["3", "Keegi ei helistanud.\nPidin ise kolm korda helistama."]
    rows[88][2] = "8,5"
    rows[131][0] = "yesterday"
    rows[171][3] = "NA"
    return [*rows[:60], list(rows[59]), *rows[60:]]


def write(path: Path) -> None:
    """Write the file."""
    rows = blanked(answers(random.Random(SEED)))
    with path.open("w", encoding="utf-8", newline="") as target:
        writer = csv.writer(target, delimiter=";", lineterminator="\n")
        writer.writerow(HEADER)
        writer.writerows([str(5000 + number), *row] for number, row in enumerate(rows))


if __name__ == "__main__":
    write(Path(__file__).with_name("past_answers.csv"))
