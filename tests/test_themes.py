"""Themes: the owner's own first, then what sets detractors apart; each comment counts once."""

import random
from collections import Counter
from time import perf_counter

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from surveys.themes import Comment, Findings, OwnThemes, find_themes
from surveys.themes.contrast import log_odds_z
from surveys.themes.find import LEAST_Z

OWN: OwnThemes = {
    "price": {"en": ["expensive", "price"], "et": ["kallis", "hind"], "ru": ["дорого"], "he": ["יקר"]},
    "calling back": {"en": ["call back", "called back"], "et": ["tagasi helistama"]},
    "Volta": {"": ["Volta"]},
}


def comments(band: str, *texts: str, language: str = "en", times: int = 1) -> list[Comment]:
    return [
        Comment(text, language, band, f"{band}-{language}-{turn}-{at}")
        for turn in range(times)
        for at, text in enumerate(texts)
    ]


def names(findings: Findings) -> list[str]:
    return [theme.name for theme in findings.phrases]


HAPPY = comments(
    "promoter", "Friendly staff and quick", "Good service", "Quick and friendly", "Nice place", times=6
)


def test_fewer_than_five_comments_are_only_listed() -> None:
    few = comments("detractor", "Waited an hour", "Waited long", "Rude", "Cold coffee")
    findings = find_themes([*few, *HAPPY], OWN)
    assert findings.listed == tuple(few)
    assert (findings.n, findings.own, findings.phrases) == (4, (), ())


def test_a_phrase_that_only_detractors_use_is_found_with_its_count_and_two_verbatims() -> None:
    sad = comments(
        "detractor", "We waited for an hour", "Waited for an hour again", "Waiting for one", times=4
    )
    findings = find_themes([*sad, *HAPPY], {})
    theme = findings.phrases[0]
    assert (theme.name, theme.count, theme.elsewhere) == ("waited for an hour", 8, 0)
    assert theme.z > 1.28
    assert len({comment.text for comment in theme.verbatims}) == 2
    assert "friendly" not in names(findings)


def test_forms_of_a_word_are_one_theme_shown_in_its_commonest_form() -> None:
    texts = ("Waiting!", "waited?", "I was waiting.", "No one likes waiting;", "We wait")
    findings = find_themes([*comments("detractor", *texts, times=3), *HAPPY], {})
    assert names(findings)[0] == "waiting"
    assert findings.phrases[0].count == 15


def test_a_comment_counts_once_however_often_it_says_it() -> None:
    sad = comments(
        "detractor", "late late late", "late again, late", "so late", "late. late. late.", "late", "cold"
    )
    theme = find_themes([*sad, *HAPPY], {}).phrases[0]
    assert (theme.name, theme.count) == ("late", 5)


def test_the_owners_themes_come_first_by_stem_phrase_and_language() -> None:
    sad = [
        *comments(
            "detractor", "too expensive prices", "The price!", "They never called back", "Nobody calls back"
        ),
        *comments("detractor", "Liiga kallis", "hinnad ja hind", language="et"),
        *comments("detractor", "очень дорого", language="ru"),
        *comments("detractor", "היה יקר", "והיקר", language="he"),
        *comments("detractor", "Volta oli katki", language="fi"),
    ]
    own = find_themes([*sad, *HAPPY], OWN).own
    assert [(theme.name, theme.count) for theme in own] == [("price", 7), ("calling back", 2), ("Volta", 1)]
    assert own[0].verbatims


def test_what_an_own_theme_tells_is_not_told_again_as_a_phrase() -> None:
    sad = comments("detractor", "expensive oil", "expensive parts", "dirty hall", times=5)
    findings = find_themes([*sad, *HAPPY], OWN)
    assert not any("expensive" in name for name in names(findings))
    assert "dirty hall" in names(findings)


def test_promoters_are_set_against_detractors() -> None:
    sad = comments("detractor", "rude", "rude and slow", "slow service", times=5)
    findings = find_themes([*sad, *HAPPY], {}, band="promoter")
    assert (findings.n, findings.n_against) == (24, 15)
    assert {"friendly", "quick"} & set(" ".join(names(findings)).split())
    assert "service" not in names(findings)


def test_passives_and_bands_of_other_measures_are_set_against_all_others() -> None:
    mild = comments("passive", "could be warmer", "warmer hall", "not warm", times=4)
    assert find_themes([*mild, *HAPPY], {}, band="passive").n_against == 24
    cold = comments("dissatisfied", "cold", "cold hall", times=4)
    assert find_themes([*cold, *HAPPY], {}, band="dissatisfied").phrases[0].name.startswith("cold")


def test_without_another_side_the_commonest_are_shown_and_this_is_said() -> None:
    findings = find_themes(comments("detractor", "slow", "slow and cold", "cold", "slow too", times=4), {})
    assert not findings.contrasted
    assert [(theme.name, theme.count) for theme in findings.phrases] == [("slow", 12), ("cold", 8)]


def test_a_language_of_unhappy_people_does_not_make_its_ordinary_words_themes() -> None:
    sad = comments("detractor", "мастер грубый", "мастер опоздал", "мастер", language="ru", times=20)
    glad = comments("promoter", "мастер вежливый", "мастер", "мастер", language="ru", times=5)
    findings = find_themes([*sad, *glad, *comments("promoter", "good", "fast", times=60)], {})
    assert "мастер" not in names(findings)
    assert any("грубый" in name for name in names(findings))


def test_a_comment_is_read_in_the_language_of_its_letters() -> None:
    sad = comments("detractor", "долго ждали", "ждали час", "ждали", language="et", times=4)
    assert find_themes([*sad, *HAPPY], {}).phrases[0].count == 12


@pytest.mark.parametrize(
    ("language", "texts", "name", "count"),
    [
        ("et", ("ebaviisakas teenindaja", "Teenindajad väsinud", "teenindajaga tüli"), "teenindaja", 9),
        ("fi", ("myöhässä taas", "aina myöhässä", "myöhässä"), "myöhässä", 9),
        ("he", ("השירות איטי", "שירות גרוע", "בשירות הזה"), "שירות", 9),
        ("xx", ("blarg one", "blarg two", "blarg"), "blarg", 9),
    ],
)
def test_every_language_joins_forms_of_a_word(
    language: str, texts: tuple[str, ...], name: str, count: int
) -> None:
    findings = find_themes([*comments("detractor", *texts, language=language, times=3), *HAPPY], {})
    best = findings.phrases[0]
    assert best.count == count
    assert best.name in " ".join(texts).casefold()
    assert name in best.name


def test_a_negation_is_part_of_a_theme_and_never_one_alone() -> None:
    sad = comments("detractor", "not cleaned", "It was not cleaned", "never cleaned. Not at all", times=4)
    found = names(find_themes([*sad, *HAPPY], {}))
    assert "not cleaned" in found
    assert "not" not in found


def test_a_pair_does_not_reach_across_a_sentence() -> None:
    sad = comments("detractor", "Cold. Coffee", "cold; coffee", "cold!\ncoffee", times=4)
    assert set(names(find_themes([*sad, *HAPPY], {}))) == {"cold", "coffee"}


def test_four_against_none_stand_out_and_three_do_not() -> None:
    assert log_odds_z(4, 0, 100, 100, 4 / 200) > LEAST_Z > log_odds_z(3, 0, 100, 100, 3 / 200)


def test_z_is_the_formula_of_monroe_and_others() -> None:
    # By hand: a0 = 0.1 x 200 = 20, a = 1.2; ln(11.2/108.8) - ln(3.2/116.8) = 1.323738; sqrt(1/11.2 + 1/3.2) = 0.633866.
    assert log_odds_z(10, 2, 100, 100, 0.06) == pytest.approx(2.08836, abs=1e-4)
    assert log_odds_z(5, 5, 100, 100, 0.05) == pytest.approx(0.0)
    assert log_odds_z(2, 10, 100, 100, 0.06) == pytest.approx(-log_odds_z(10, 2, 100, 100, 0.06))


words = st.sampled_from(
    [
        "late",
        "cold",
        "rude",
        "slow",
        "not",
        "the",
        "and",
        "coffee",
        "waiting",
        "waited.",
        "kallis",
        "дорого",
        "יקר",
        "12",
        "😡",
    ]
)
texts = st.lists(words, max_size=8).map(" ".join)
bands = st.sampled_from(["detractor", "promoter", "passive"])
languages = st.sampled_from(["en", "et", "ru", "he", "fi", "", "pt-BR"])
any_comments = st.lists(
    st.builds(Comment, text=texts, language=languages, band=bands, id=st.just("x")), max_size=60
)


@settings(max_examples=60)
@given(any_comments, bands)
def test_counts_never_exceed_the_comments_and_the_same_question_has_the_same_answer(
    told: list[Comment], band: str
) -> None:
    findings = find_themes(told, OWN, band=band, limit=4)
    assert findings == find_themes(told, OWN, band=band, limit=4)
    assert findings.n == sum(comment.band == band and comment.text.strip() != "" for comment in told)
    for theme in (*findings.own, *findings.phrases):
        assert 1 <= theme.count <= findings.n
        assert theme.elsewhere <= findings.n_against
        assert 1 <= len(theme.verbatims) <= 2
        assert {comment.band for comment in theme.verbatims} == {band}
    assert len(findings.phrases) <= 4


def test_twenty_thousand_comments_take_a_second_or_two() -> None:
    dice = random.Random(1)
    vocabulary = ["".join(dice.choices("abdeghiklmnoprstuv", k=dice.randint(3, 9))) for _ in range(8000)]
    drawn = dice.choices(vocabulary, [1 / rank for rank in range(1, 8001)], k=300_000)
    told = [
        Comment(" ".join(drawn[at * 15 : at * 15 + 15]), "et", ("detractor", "promoter")[at % 2], str(at))
        for at in range(20_000)
    ]
    start = perf_counter()
    findings = find_themes(told, OWN)
    assert perf_counter() - start < 10  # a guard against quadratic work, not a benchmark
    assert Counter(comment.band for comment in told)["detractor"] == findings.n
