"""Which words without a number are a why, which are for us, and which say that the question was not understood."""

import pytest

from surveys.conversation_value import count_words
from surveys.puzzled import ENDS, SAYS, is_puzzled


@pytest.mark.parametrize(
    "text",
    [
        "hmm not sure what you mean by that",
        "I don't understand",
        "Sorry, I don’t understand the question.",
        "no idea what you want from me",
        "ei saa aru, mida te tahate",
        "ma ei saanud küsimusest aru",
        "mis mõttes nagu",
        "en ymmärrä kysymystä",
        "В каком смысле, что вы хотите узнать?",
        "я не поняла вопрос",
        "לא הבנתי את השאלה",
        "לא מבין",
        *ENDS,
        *SAYS,
    ],
)
def test_a_reply_that_does_not_understand_the_question_is_no_why(text: str) -> None:
    assert is_puzzled(text)
    assert is_puzzled(f"  {text.upper()} !!")


@pytest.mark.parametrize(
    "text",
    [
        "",
        "🙂",
        "The mechanic was very friendly",
        "I don't understand why it took so long",
        "I was not sure what was done to my car",
        "Nobody understood my question at the counter",
        "ei saanud aru, miks nii kallis",
        "en ymmärrä miksi kesti niin kauan",
        "не понимаю, почему так дорого",
        "לא הבנתי למה זה עלה כל כך הרבה",
    ],
)
def test_a_why_that_tells_of_not_understanding_something_else_stays_a_why(text: str) -> None:
    assert not is_puzzled(text)


@pytest.mark.parametrize(
    ("text", "words"),
    [("", 0), ("7 or 8", 1), ("🙂 🙂 🙂", 0), ("very good service", 3), ("שירות מהיר", 2), ("a1", 1)],
)
def test_words_are_what_has_a_letter(text: str, words: int) -> None:
    assert count_words(text) == words
