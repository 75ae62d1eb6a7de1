"""A broken survey file is refused, and the error names file, key, value and fix."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from surveys.definition import Survey, SurveyError, parse_survey

GOOD = """
id = "visit"
name = "After the visit"
measure = "nps"

[[questions]]
id = "recommend"
type = "scale"
scale = "0-10"
bands = { promoter = "9-10", passive = "7-8", detractor = "0-6" }
[questions.text]
en = "Recommend us, 0 to 10?"
et = "Kas soovitate, 0-10?"

[[questions]]
id = "why"
type = "text"
about = "recommend"
[questions.text]
en = "Why?"
et = "Miks?"

[thanks]
en = "Thank you!"
et = "Aitäh!"
"""
RECOMMEND_TEXT = 'en = "Recommend us, 0 to 10?"\n'
CHOICE = """
[[questions]]
id = "kind"
type = "choice"
options = { en = ["Repair", "Wash"], et = ["Remont", "Pesu"] }
[questions.text]
en = "What?"
et = "Mis?"
"""

# what is replaced, by what, the key named, and what the fix says
BROKEN = [
    ('measure = "nps"', 'measure = "nps', "line 4", "the file is not TOML here"),
    ('id = "visit"', "id = visit", "line 2", "the file is not TOML here"),
    ('name = "After the visit"', 'nome = "After"', "nome", "did you mean 'name'"),
    ("[thanks]", "[thank]", "thank", "did you mean 'thanks'"),
    ('about = "recommend"', 'abuot = "recommend"', "questions.why.abuot", "did you mean 'about'"),
    ('[questions.text]\nen = "Why?"', '[questions.texts]\nen = "Why?"', "questions.why.texts", "did you mean 'text'"),
    ('name = "After the visit"\n', "", "name", "add it"),
    ('id = "recommend"\n', "", "questions[1].id", "add it"),
    ('id = "visit"', 'id = "My visit"', "id", "small Latin letters"),
    ('id = "visit"', "id = 5", "id", "write a text in quotes"),
    ('scale = "0-10"', "scale = 10", "questions.recommend.scale", "write a text in quotes"),
    ('scale = "0-10"', 'scale = "10-0"', "questions.recommend.scale", "lowest and highest answer"),
    ('scale = "0-10"', 'scale = "0-1000"', "questions.recommend.scale", "at most 101"),
    ('scale = "0-10"', 'scale = "-5-5"', "questions.recommend.scale", "from 0 up"),
    ('scale = "0-10"', 'scale = "0-99999999999999999999"', "questions.recommend.scale", "at most 101"),
    ('type = "scale"', 'type = "scal"', "questions.recommend.type", "did you mean 'scale'"),
    ('measure = "nps"', 'measure = "npx"', "measure", "did you mean 'nps'"),
    ('type = "scale"', 'type = "scale"\nmeasure = "csy"', "questions.recommend.measure", "did you mean"),
    ('passive = "7-8"', 'passive = "6-8"', "questions.recommend.bands.detractor", "6 is also in 'passive'"),
    ('passive = "7-8"', 'passive = "8"', "questions.recommend.bands", "7 is in no band"),
    ('promoter = "9-10"', 'promoter = "9-11"', "questions.recommend.bands.promoter", "inside the scale 0-10"),
    ('promoter = "9-10"', 'promoter = "nine"', "questions.recommend.bands.promoter", 'such as "7-8"'),
    ('promoter = "9-10"', 'promoter = "10-9"', "questions.recommend.bands.promoter", 'such as "7-8"'),
    ('promoter = "9-10"', "promoter = true", "questions.recommend.bands.promoter", 'such as "7-8"'),
    ('promoter = "9-10"', 'Fan = "9-10"', "questions.recommend.bands.Fan", "name bands by"),
    ('promoter = "9-10"', 'fan = "9-10"', "questions.recommend.bands", "no band 'promoter'"),
    ('about = "recommend"', 'about = "recomend"', "questions.why.about", "did you mean 'recommend'"),
    ('about = "recommend"', 'about = "why"', "questions.why.about", "a question before this one"),
    ('about = "recommend"', 'when = { speed = "low" }', "questions.why.when", "a question before this one"),
    ('about = "recommend"', 'when = { recommend = "bad" }', "questions.why.when.recommend", "no such band"),
    ('about = "recommend"', "when = { recommend = 5 }", "questions.why.when.recommend", "a list of them"),
    ('about = "recommend"', 'scale = "1-5"', "questions.why.scale", "take it out"),
    ('type = "scale"', 'type = "scale"\nabout = "why"', "questions.recommend.about", "only a question of type"),
    ('type = "scale"', 'type = "scale"\nrole = "importance"', "questions.recommend.role", "parameter"),
    ('type = "scale"', 'type = "scale"\nrole = "wish"', "questions.recommend.role", "'satisfaction' or 'importance'"),
    ('type = "scale"', 'type = "scale"\noptions = { en = ["a", "b"] }', "questions.recommend.options", '"choice"'),
    (RECOMMEND_TEXT, "en = 5\n", "questions.recommend.text.en", "write a text in quotes"),
    (RECOMMEND_TEXT, 'en = ""\n', "questions.recommend.text.en", "write the text"),
    (RECOMMEND_TEXT, 'en = "{{ nmae }}"\n', "questions.recommend.text.en", "did you mean 'name'"),
    (RECOMMEND_TEXT, 'english = "Recommend?"\n', "questions.recommend.text.english", "such as en"),
    ('et = "Miks?"\n', "", "questions.why.text.et", "other texts of this survey are written in 'et'"),
    ('et = "Aitäh!"\n', "", "thanks.et", "other texts of this survey are written in 'et'"),
    ('et = "Miks?"\n', 'et = "Miks?"\n[questions.text.bad]\nen = "?"\n', "questions.why.text.bad", "no such band"),
    ('id = "why"', 'id = "recommend"', "questions[2].id", "another question has this id"),
    ('id = "why"', 'id = "comment"', "questions[2].id", "taken by askwhy itself"),
    ('name = "After the visit"', 'name = "x"\nprimary = "why"', "primary", "known: recommend"),
    ("[thanks]", "[[sets]]\nquestions = ['recommend', 'wy']\n[thanks]", "sets[1].questions", "did you mean 'why'"),
    ("[thanks]", "[[sets]]\nquestions = ['why']\n[thanks]", "sets[1].questions", "put 'recommend' before it"),
    ("[thanks]", "[[sets]]\nquestions = ['recommend']\n[thanks]", "questions.why", "no set asks it"),
    ("[thanks]", "[[sets]]\nquestions = []\n[thanks]", "sets[1].questions", "write at least one"),
    ("[thanks]", "[[sets]]\nquestions = ['recommend', 'recommend']\n[thanks]", "sets[1].questions", "twice"),
    ("[thanks]", '[[sets]]\nquestion = ["why"]\n[thanks]', "sets[1].question", "did you mean 'questions'"),
    ("[thanks]", "[questions.labels.en]\nbad = 11\n[thanks]", "questions.why.labels", "take it out"),
]  # fmt: skip


@pytest.mark.parametrize(("old", "new", "key", "fix"), BROKEN)
def test_a_broken_survey_is_refused_where_it_is_broken(old: str, new: str, key: str, fix: str) -> None:
    assert GOOD.count(old) >= 1
    with pytest.raises(SurveyError) as caught:
        parse_survey(GOOD.replace(old, new, 1), "mine.toml")
    error = caught.value
    assert (error.where, error.key) == ("mine.toml", key)
    assert fix in error.fix
    assert str(error).startswith(f"mine.toml: {key} ")
    assert str(error).endswith(error.fix)


@pytest.mark.parametrize(
    ("old", "new", "key", "fix"),
    [
        ('"Wash"]', '"Stop"]', "questions.kind.options.en", "choose another"),
        ('"Wash"]', '"YES"]', "questions.kind.options.en", "choose another"),
        ('"Wash"]', '"End."]', "questions.kind.options.en", "choose another"),
        ('"Pesu"]', '"Quit"]', "questions.kind.options.et", "choose another"),
        ('"Pesu"]', '"Stopp"]', "questions.kind.options.et", "choose another"),
        ('"Pesu"]', '"pesu", "Pesu "]', "questions.kind.options.et", "as many as in the other languages: 2"),
        ('"Remont", "Pesu"', '"pesu", "Pesu "', "questions.kind.options.et", "two options are the same"),
        ('"Wash"]', '""]', "questions.kind.options.en", "1 to 60 characters"),
        ('["Repair", "Wash"]', '["Repair"]', "questions.kind.options.en", "2 to 12 options"),
        ('en = ["Repair"', 'english = ["Repair"', "questions.kind.options.english", "code of a language"),
        ('options = { en = ["Repair", "Wash"], et = ["Remont", "Pesu"] }\n', "", "questions.kind.options", "list what"),
        ('type = "choice"', 'type = "choice"\nscale = "1-5"', "questions.kind.scale", "has its scale already"),
        ('et = ["Remont", "Pesu"]', 'fi = ["Korjaus", "Pesu"]', "questions.recommend.text.fi", "written in 'fi'"),
        ('type = "choice"', 'type = "choice"\nlabels = { en = { wash = 3 } }', "questions.kind.labels.en.wash", "on the scale 1-2"),
        ('type = "choice"', 'type = "choice"\nlabels = { en = { unsubscribe = 1 } }', "questions.kind.labels.en", "choose another"),
        ('type = "choice"', 'type = "choice"\nlabels = { en = 3 }', "questions.kind.labels.en", "one value per language"),
        ('type = "choice"', 'type = "choice"\nlabels = { E = { a = 1 } }', "questions.kind.labels.E", "code of a language"),
    ],
)  # fmt: skip
def test_answers_may_not_be_named_by_words_that_mean_something_else(
    old: str, new: str, key: str, fix: str
) -> None:
    source = GOOD.replace("[thanks]", CHOICE + "[thanks]")
    parse_survey(source, "good.toml")
    assert source.count(old) == 1
    with pytest.raises(SurveyError) as caught:
        parse_survey(source.replace(old, new), "mine.toml")
    assert (caught.value.key, fix in caught.value.fix) == (key, True), str(caught.value)


def test_more_than_five_questions_at_a_time_are_refused() -> None:
    more = "".join(CHOICE.replace('"kind"', f'"kind{number}"') for number in range(4))
    six = GOOD.replace("[thanks]", more + "[thanks]")
    with pytest.raises(SurveyError, match="at most 5 questions at a time"):
        parse_survey(six, "mine.toml")
    all_six = ["recommend", "why", "kind0", "kind1", "kind2", "kind3"]
    with pytest.raises(SurveyError, match=r"sets\[1\]\.questions .*at most 5"):
        parse_survey(six + f"\n[[sets]]\nquestions = {all_six}\n", "mine.toml")
    shared = f"\n[[sets]]\nquestions = {all_six[:4]}\n[[sets]]\nquestions = {all_six[4:]}\n"
    assert len(parse_survey(six + shared, "mine.toml").questions_for(2)) == 2


def test_a_survey_needs_a_question_answered_with_a_value() -> None:
    start, end = GOOD.index('[[questions]]\nid = "recommend"'), GOOD.index('[[questions]]\nid = "why"')
    with pytest.raises(SurveyError, match="answered with a value"):
        parse_survey(GOOD[:start] + GOOD[end:], "mine.toml")


def test_a_scale_question_without_scale_and_measure_is_told_what_to_add() -> None:
    rated = '[[questions]]\nid = "speed"\ntype = "scale"\nparameter = "speed"\nrole = "importance"\ntext = { en = "?", et = "?" }\n'
    with pytest.raises(SurveyError) as caught:
        parse_survey(GOOD.replace("[thanks]", rated + "[thanks]"), "mine.toml")
    assert (caught.value.key, caught.value.value) == ("questions.speed.scale", None)
    assert "questions.speed.scale is missing: add the lowest and highest answer" in str(caught.value)


@pytest.mark.parametrize(
    "source", ["", "[[questions]]", "questions = 5", "questions = [5]", "thanks = 'x'", "=", "\x00"]
)
def test_nonsense_is_an_error_of_the_same_kind(source: str) -> None:
    with pytest.raises(SurveyError) as caught:
        parse_survey(source, "mine.toml")
    assert str(caught.value).startswith("mine.toml: ")


def test_a_long_value_is_shortened_in_the_message() -> None:
    with pytest.raises(SurveyError) as caught:
        parse_survey(GOOD.replace("Recommend us", "{{ x }}" * 400), "mine.toml")
    assert len(str(caught.value)) < 300


WORDS = (
    "id",
    "text",
    "en",
    "questions",
    "[",
    "]",
    "=",
    '"',
    "{{",
    "}}",
    "{%",
    "\n",
    ",",
    "0",
    "-",
    "[[sets]]",
    "true",
    ".",
    "1979-05-27",
)


@given(st.data())
def test_a_damaged_file_is_read_or_refused_never_anything_else(data: st.DataObject) -> None:
    source = GOOD
    for _ in range(data.draw(st.integers(1, 4))):
        at = data.draw(st.integers(0, len(source)))
        cut = data.draw(st.integers(0, 12))
        source = source[:at] + data.draw(st.sampled_from(WORDS) | st.text(max_size=3)) + source[at + cut :]
    outcome = read(source)
    if isinstance(outcome, SurveyError):
        assert str(outcome).startswith(f"mine.toml: {outcome.key}")
        assert outcome.fix
    else:
        assert outcome.question(outcome.primary).scored


def read(source: str) -> Survey | SurveyError:
    try:
        return parse_survey(source, "mine.toml")
    except SurveyError as error:
        return error
