"""What a word can be beside a number. A word may be several; a language file has one list per name, in lower case.

Plain integers, not IntFlag: a reply asks a hundred times, and IntFlag operations cost ten times as much.
"""

from typing import Final


class Word:
    """Bits of a word's flags."""

    LEAD: Final = 1 << 0  # may stand before a score and is no why: "I'd", "say", "a", "solid"
    SCORING: Final = 1 << 1  # a lead that announces a score even in mid-sentence: "give", "rate", "hinne"
    TAIL: Final = 1 << 2  # may follow a score and is no why: "I guess", "thanks"
    POLITE: Final = 1 << 3  # may stand around a keyword: "please", "hello"
    REASON: Final = 1 << 4  # starts a why: "because", "but", "sest"
    OPENER: Final = 1 << 5  # may start a why and can never be counted: "the", "it", "we"
    PRAISE: Final = 1 << 6  # praise or blame: "great", "slow"
    PEOPLE: Final = (
        1 << 31
    )  # praise or blame of several people, who can be counted: "0 clowns" is a score, "2 clowns" may be two
    ASPECT: Final = (
        1 << 25
    )  # what is praised or blamed: "service", "price"; after a zero it may be counted ("0 waiting")
    UNIT: Final = 1 << 7  # counted after a number, which then is no score: "minutes", "euros", "kids"
    ONE: Final = 1 << 30  # a noun, or a unit, in the form that only one is counted in: "auto", "врач", "car"
    POINTS: Final = 1 << 8  # counted, and the number is a score: "points", "punkti"
    STARS: Final = 1 << 9  # counted, and the number is a score where stars are asked for
    LABELLED: Final = 1 << 10  # numbered by what follows: "room", "order", "at"
    NUMBERED: Final = 1 << 40  # may be numbered by what follows, or praised: "slow lift 2"
    CONDITION: Final = 1 << 11  # makes every number in its sentence no answer: "if", "unless"
    ASIDE: Final = 1 << 32  # makes a number in its own clause no answer: "almost", "at least", "last time"
    IRONY: Final = 1 << 35  # makes every number in the reply no answer: "dream on", "yeah right"
    LACK: Final = 1 << 36  # what a zero counts in praise and blame: "0 complaints", "zero interest"
    WAS: Final = 1 << 38  # between a score and its praise: "six was fine"
    HEROES: Final = 1 << 39  # praise of several people, which goes with a high score: "10 legends"
    FIGURE: Final = 1 << 37  # names the figure one, and is no article: "единица"
    NOT: Final = 1 << 12  # "not"
    NO: Final = 1 << 13  # "no"
    CORRECTION: Final = 1 << 14  # "sorry", "meant", "oops"
    OR: Final = 1 << 15  # between two numbers: "or", "to"
    OUT_OF: Final = 1 << 16  # between a score and its top: "out", "of"
    PARTITIVE: Final = 1 << 24  # after a number that is a part of many: "5 of you", "3 из них"
    JOIN: Final = 1 << 17  # between a number and its half: "and", "a"
    HALF: Final = 1 << 18
    MINUS: Final = 1 << 19
    PLUS: Final = 1 << 29  # "five plus"
    WOULD: Final = 1 << 20  # "would be 9" is no answer where a "but" follows
    PREFIX: Final = 1 << 21  # written without a space before a digit: Hebrew "ב9"
    QUESTION: Final = 1 << 22  # starts a question: "who", "why"
    CLOSER: Final = 1 << 33  # may end what is said before a score, and numbers nothing: "never coming back 1"
    ASKING: Final = (
        1 << 34
    )  # begins a question that ends in a question mark, and other sentences too: "can I give 11?"
    KIN: Final = 1 << 26  # whose number is an age: "my son is 9"
    AT: Final = (
        1 << 27
    )  # may lead a score in ("оцениваю в 9"), and tells a time after any other word ("приехал в 9")
    FREQUENT: Final = 1 << 23  # nothing here, but tells the language
    SCALE: Final = 1 << 41  # names the scale with its top: "10 point scale"
    SO: Final = 1 << 42  # begins a clause of its own that concludes: "nobody answers so 2"
    PLACE: Final = 1 << 43  # leads in where or how it was, after a score: "6 in the room it was cold"
    MEASURE: Final = (
        1 << 44
    )  # after a number and a preposition, says what it measures: "9 in the morning", "5 с плюсом"
    COMMON: Final = (
        1 << 45
    )  # as good as unknown, but tells the language, unlike FREQUENT ones, which are never counted
    NOW: Final = 1 << 46  # parts a number of today from one of the past: "was 9, now 7"
    ORDINAL: Final = 1 << 47  # numbered in a row, also by a number before it: "9 этаж", "9 bussi", "7 gate"
    BY_NOW: Final = 1 << 48  # beside a number it may tell the time: "уже 9", "it's 9 already"
    OVERALL: Final = 1 << 49  # the number beside it sums up all others: "food 9, staff 2, overall 6"
    STILL: Final = 1 << 50  # tells that something goes on: "the tap still drips 2"
    OBJECT: Final = 1 << 51  # a verb that a number may follow as its object: "you still owe 2"
    SLIP: Final = 1 << 52  # tells of a slip of the finger: "wrong key", "should be"
    BESIDE: Final = 1 << 53  # may stand beside it: "I pressed the"
    ONLY: Final = 1 << 54  # before a number that a verb follows it counts: "only 2 came"
    FIXED: Final = (
        1 << 28
    )  # part of a fixed expression, which has no numbers: "number one" (no list of its own)

    LEADING: Final = LEAD | SCORING | CORRECTION
    NOUN: Final = (
        LACK | NUMBERED | ONE | COMMON | ORDINAL | OBJECT | SLIP | BESIDE
    )  # of its own each of these is as good as an unknown word


WORD_LISTS: Final = {
    name.lower(): bit
    for name, bit in vars(Word).items()
    if name.isupper() and name not in {"LEADING", "NOUN", "FIXED"}
}
