"""Survey files: what they say, and how the texts of a question are chosen."""

import re
from hashlib import sha256
from pathlib import Path

import pytest

from surveys.definition import Survey, SurveyError, catalog_source, load_catalog, load_survey, parse_survey
from surveys.questions import QUESTION_TYPES, Choice, label_of
from surveys.reading import Kind, Step
from surveys.scale import Scale

SOURCE = """
id = "visit"
name = "After the visit"
measure = "nps"
touchpoints = ["counter", "delivery"]

[[questions]]
id = "recommend"
type = "scale"
bands = { promoter = "9-10", passive = "7-8", detractor = "0-6" }
[questions.text]
en = "{{ organisation }}: recommend us, 0 to 10?"
et = "{{ organisation }}: kas soovitate, 0-10?"
[questions.again]
en = "One number, 0 to 10, please."
et = "Palun üks number, 0-10."
[questions.labels.en]
"very likely" = 10
"gut" = 8
[questions.labels.et]
"väga" = 10
"gut" = 9

[[questions]]
id = "kind"
type = "choice"
options = { en = ["Repair", "Tyres", "Wash"], et = ["Remont", "Rehvid", "Pesu"] }
when = { recommend = "detractor" }
[questions.text]
en = "What was it about? 1 Repair 2 Tyres 3 Wash"
et = "Millest jutt? 1 Remont 2 Rehvid 3 Pesu"

[[questions]]
id = "settled"
type = "yes_no"
measure = "fcr"
[questions.text]
en = "Is it settled?"
et = "Kas sai korda?"

[[questions]]
id = "why"
type = "text"
[questions.text]
en = "Why?"
et = "Miks?"
[questions.text.detractor]
en = "What went wrong?"

[thanks]
en = "Thank you!"
et = "Aitäh!"
"""


@pytest.fixture(scope="module")
def survey() -> Survey:
    return parse_survey(SOURCE, "visit.toml")


def test_a_survey_keeps_its_source_and_is_versioned_by_it(survey: Survey) -> None:
    assert survey.source == SOURCE
    assert survey.version == sha256(SOURCE.encode()).hexdigest()[:16]
    assert parse_survey("\ufeff" + SOURCE.replace("\n", "\r\n"), "x").version == survey.version
    assert parse_survey(SOURCE + "# changed\n", "x").version != survey.version


def test_the_first_scored_question_is_the_primary_one(survey: Survey) -> None:
    assert survey.primary == "recommend"
    assert [question.scored for question in survey.questions] == [True, True, True, False]
    assert survey.question("why").about == "recommend"
    by_choice = SOURCE.replace("[questions.text.detractor]", "[questions.text.unresolved]")
    assert parse_survey('primary = "settled"\n' + by_choice, "x").primary == "settled"


def test_scale_and_bands_come_from_the_measure_unless_named(survey: Survey) -> None:
    assert survey.question("recommend").scale == Scale(0, 10)
    assert [survey.question("recommend").band(value) for value in (0, 6, 7, 8, 9, 10)] == [
        *["detractor"] * 2,
        *["passive"] * 2,
        *["promoter"] * 2,
    ]
    assert list(survey.question("recommend").bands) == ["promoter", "passive", "detractor"]
    assert dict(survey.question("settled").bands) == {"resolved": (1, 1), "unresolved": (0, 0)}
    assert survey.question("settled").scale == Scale(0, 1)
    assert survey.question("kind").scale == Scale(1, 3)
    assert survey.question("why").scale is None
    assert survey.question("why").band(3) is None


def test_a_text_is_chosen_by_language_first_then_by_band(survey: Survey) -> None:
    why = survey.question("why")
    assert why.text_template("en", "et", "detractor") == "What went wrong?"
    assert why.text_template("en", "et", "promoter") == "Why?"
    assert why.text_template("et", "en", "detractor") == "Miks?"
    assert why.text_template("fi", "et", "detractor") == "Miks?"
    assert why.text_template("et-EE", "en", None) == "Miks?"
    assert why.text_template("fi", "sv", "detractor") == "What went wrong?"  # English before silence
    assert survey.question("recommend").again_template("et", "en") == "Palun üks number, 0-10."
    assert why.again_template("et", "en") is None


def test_thanks_are_optional(survey: Survey) -> None:
    assert survey.thanks_template("et", "en", "promoter") == "Aitäh!"
    plain = parse_survey(SOURCE[: SOURCE.index("[thanks]")], "x")
    assert plain.thanks_template("et", "en", "promoter") is None


def test_languages_are_those_in_which_every_part_is_written(survey: Survey) -> None:
    assert survey.languages == ("en", "et")
    assert survey.missing_languages(("et", "en-GB")) == []
    missing = survey.missing_languages(("fi",))
    assert ("questions.recommend.text", "fi") in missing
    assert ("thanks", "fi") in missing
    assert {language for _, language in missing} == {"fi"}


def test_a_language_may_be_written_per_band_alone() -> None:
    """Finnish has no general why, but one for every band: a Finnish customer reads Finnish throughout."""
    finnish = re.sub(r"(?m)^et = (.*)$", r"et = \1\nfi = \1", SOURCE).replace(
        'et = "Miks?"\nfi = "Miks?"', 'et = "Miks?"'
    )
    finnish = re.sub(
        r"options = .*", 'options = { en = ["A", "B"], et = ["A", "B"], fi = ["A", "B"] }', finnish
    )
    bands = {"promoter": "Mikä?", "passive": "Mitä?"}
    tables = "".join(f'[questions.text.{band}]\nfi = "{text}"\n' for band, text in bands.items())
    with pytest.raises(SurveyError) as caught:
        parse_survey(finnish.replace("[thanks]", tables + "[thanks]"), "x")
    assert caught.value.key == "questions.why.text.detractor.fi"
    whole = finnish.replace('en = "What went wrong?"', 'en = "What went wrong?"\nfi = "Miksi?"')
    survey = parse_survey(whole.replace("[thanks]", tables + "[thanks]"), "x")
    assert survey.languages == ("en", "et", "fi")
    assert survey.question("why").text_template("fi", "en", "passive") == "Mitä?"
    assert survey.question("why").text_template("fi", "en", None) == "Why?"


def test_labels_of_the_language_win_over_those_of_others(survey: Survey) -> None:
    recommend = survey.question("recommend")
    assert recommend.labels_for("et") == {"väga": 10, "gut": 9, "very likely": 10}
    assert next(iter(recommend.labels_for("et"))) == "väga"
    assert recommend.labels_for("en")["gut"] == 8
    assert survey.question("kind").labels_for("et")["Rehvid"] == 2


def test_a_condition_names_bands_of_an_earlier_question(survey: Survey) -> None:
    assert survey.question("kind").when == {"recommend": ("detractor",)}


def test_a_survey_serves_its_touchpoints_or_all(survey: Survey) -> None:
    assert survey.serves("counter")
    assert not survey.serves("call")
    assert not survey.serves(None)
    assert load_catalog()["nps"].serves(None)


def test_sets_rotate_with_the_visit_number_and_wrap_round() -> None:
    survey = load_catalog()["csi_importance"]
    asked = [[question.id for question in survey.questions_for(visit)] for visit in (1, 2, 3, 4)]
    assert asked[0] == ["overall", "quality", "quality_importance", "why"]
    assert asked[1] == ["overall", "speed", "speed_importance", "why"]
    assert asked[3] == asked[0]


def test_importance_is_no_score_of_its_own() -> None:
    survey = load_catalog()["csi_importance"]
    assert survey.question("quality_importance").measure is None
    assert survey.question("quality").measure == "csi"
    assert survey.question("quality").name_for("et") == "Kvaliteet"
    assert survey.question("quality").name_for("sv") == "Quality"
    assert survey.question("overall").name_for("et") == "overall"


@pytest.mark.parametrize(
    ("identifier", "question", "rows"),
    [
        ("nps", "recommend", [["0", "1", "2", "3", "4", "5"], ["6", "7", "8", "9", "10"]]),
        ("csat", "satisfaction", [["1", "2", "3", "4", "5"]]),
        ("csat10", "satisfaction", [["1", "2", "3", "4", "5"], ["6", "7", "8", "9", "10"]]),
        ("cli", "recommend", [["1", "2", "3", "4", "5", "6"]]),
        ("fcr", "resolved", [["Jah", "Ei"]]),
        ("nps", "why", [["Jäta vahele"]]),
    ],
)
def test_buttons_stand_in_rows_a_thumb_can_hit(identifier: str, question: str, rows: list[list[str]]) -> None:
    asked = load_catalog()[identifier].question(question)
    offered = QUESTION_TYPES[asked.type].choices(asked, "et")
    assert [[choice.label for choice in row] for row in offered] == rows


def test_options_are_offered_by_name_in_the_customers_language(survey: Survey) -> None:
    kind = survey.question("kind")
    assert QUESTION_TYPES["choice"].choices(kind, "et") == (
        (Choice("Remont", 1), Choice("Rehvid", 2)),
        (Choice("Pesu", 3),),
    )
    assert label_of(kind, 2, "fi") == "Tyres"
    assert label_of(survey.question("recommend"), 7, "et") == "7"


@pytest.mark.parametrize(
    ("question", "text", "step", "kind", "score"),
    [
        ("recommend", "9", Step.SCORE, Kind.SCORE, 9),
        ("recommend", "very likely", Step.SCORE, Kind.SCORE, 10),
        ("recommend", "stop", Step.SCORE, Kind.OPT_OUT, None),
        ("kind", "Rehvid", Step.SCORE, Kind.SCORE, 2),
        ("kind", "3", Step.SCORE, Kind.SCORE, 3),
        ("kind", "4", Step.SCORE, Kind.OUT_OF_RANGE, None),
        ("settled", "yes", Step.SCORE, Kind.SCORE, 1),
        ("settled", "no", Step.SCORE, Kind.SCORE, 0),
        ("settled", "it was quick", Step.WHY, Kind.WHY, None),
        ("why", "it was quick", Step.WHY, Kind.WHY, None),
        ("why", "stop", Step.WHY, Kind.OPT_OUT, None),
    ],
)
def test_each_type_reads_its_replies(
    survey: Survey, question: str, text: str, step: Step, kind: Kind, score: int | None
) -> None:
    asked = survey.question(question)
    reading = QUESTION_TYPES[asked.type].read(asked, text, step=step, language="en", languages=("en", "et"))
    assert (reading.kind, reading.score) == (kind, score)


def test_a_survey_file_is_loaded_from_disk(tmp_path: Path) -> None:
    path = tmp_path / "visit.toml"
    path.write_text(SOURCE, encoding="utf-8")
    assert load_survey(path).id == "visit"


def test_an_unreadable_file_is_refused_with_its_path(tmp_path: Path) -> None:
    with pytest.raises(SurveyError, match=r"missing\.toml: .*cannot be read"):
        load_survey(tmp_path / "missing.toml")
    latin = tmp_path / "latin.toml"
    latin.write_bytes(SOURCE.encode("latin-1"))
    with pytest.raises(SurveyError, match="save it as UTF-8"):
        load_survey(latin)


def test_a_ready_survey_can_be_copied_and_an_unknown_one_is_told() -> None:
    assert parse_survey(catalog_source("nps"), "copy.toml").version == load_catalog()["nps"].version
    with pytest.raises(SurveyError, match="did you mean 'nps'"):
        catalog_source("npss")
