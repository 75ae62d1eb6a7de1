"""Two numbers in one reply: whether the second corrects the first, or each is for something of its own."""

from collections.abc import Sequence

from surveys.reading.expression import Expression, Form
from surveys.reading.following import spelled_at
from surveys.reading.phrase import Phrase
from surveys.reading.praise import REACH, is_last_word
from surveys.reading.tokens import Type
from surveys.reading.words import Word
from surveys.scale import Scale

FEW_WORDS = 4  # between a score and its correction
PAIR = 2
MOST = 12  # words and numbers of a reply that only names what its numbers are for
LONG = 5  # words of one that is put as the other is
SHORT = 2  # words of a clause that only names what its number is for
_SAYS = Word.SCORING | Word.NOT | Word.NO | Word.REASON | Word.WOULD | Word.OVERALL
_NOMINAL = Word.ASPECT | Word.PRAISE | Word.OPENER | Word.LEAD
_ARROWS = frozenset(">→⇒➡")
_NAMES = Word.ASPECT | Word.LACK | Word.NUMBERED | Word.ONE | Word.ORDINAL
_CORRECTING = Word.LEADING | Word.NO | Word.NOT | Word.TAIL | Word.POLITE


def is_turned_down(phrase: Phrase, score: Expression, other: Expression) -> bool:
    """Whether "no" and a few words lead from a score to another number, which corrects it or is denied: "8, no 9", "8 no make it 9"."""
    between = range(score.last, min(other.first, score.last + REACH))
    words = [at for at in between if phrase.type(at) == Type.WORD]
    reasoned = any(phrase.flags[at] & Word.REASON for at in words)  # "1 because there is no 0"
    if other.first <= score.last + REACH and phrase.said(other.first - 1) in _ARROWS:
        return True  # "8 -> 7"
    if other.first > score.last + REACH or reasoned or not 0 < len(words) <= FEW_WORDS:
        return False
    counting = any(
        phrase.flags[at] & (Word.LACK | Word.UNIT) for at in words[1:]
    )  # "8 no complaints table 9"
    return bool(phrase.flag(words[-1]) & Word.NO or (phrase.flag(words[0]) & Word.NO and not counting))


def is_corrected(phrase: Phrase, score: Expression, other: Expression) -> bool:
    """Whether only words of correcting stand between or after two numbers: "8 wait no 9", "8 no make it 9", "8 then 9 I meant"."""
    if not score.last < other.first <= score.last + REACH or other.form != Form.PLAIN:
        return False
    between, after = phrase.flags[score.last : other.first], phrase.flags[other.last : other.last + REACH]
    words = sum(phrase.type(at) == Type.WORD for at in range(score.last, other.first))
    if not 0 < words <= FEW_WORDS or any(flags & (Word.NO | Word.NOT) == Word.NOT for flags in between):
        return False  # "meant 9 not 6"
    # "not" and "no" are one word in some languages: "8 ei 9" may mean either
    turning = any(flags & (Word.NO | Word.NOT) == Word.NO for flags in between)
    turning = turning or any(flags & Word.CORRECTION for flags in (*between, *after))
    ended = other.last + REACH >= phrase.count
    rest = [*range(score.last, other.first), *range(other.last, min(other.last + REACH, phrase.count))]
    return (
        turning
        and ended
        and all(phrase.flags[at] & _CORRECTING for at in rest if phrase.type(at) == Type.WORD)
    )


def is_would_be(phrase: Phrase, score: Expression, other: Expression) -> bool:
    """Whether "would have been" and the like lead from a score to what it is not: "8 could have been 9"."""
    between = phrase.flags[score.last : other.first]
    leads = Word.WOULD | Word.ASIDE | Word.LEAD | Word.TAIL | Word.COMMON
    return (
        0 < len(between) <= FEW_WORDS
        and any(flags & Word.WOULD or flags & Word.ASIDE & -bool(flags & Word.FIXED) for flags in between)
        and all(flags & leads for flags in between)
    )


def is_of_the_past(phrase: Phrase, score: Expression, other: Expression) -> bool:
    """Whether a number is what was before, and the other is what is now: "was 9, now 7"."""
    between = phrase.flags[score.last : min(other.first, score.last + FEW_WORDS)]
    was = phrase.flag(score.first - 1)
    return bool(was & (Word.WAS | Word.WOULD)) and any(flags & Word.NOW for flags in between)


def is_for_another(phrase: Phrase, score: Expression, other: Expression) -> bool:
    """Whether two numbers are said each for something of its own: "8 for the food but 3 for the waiter"."""
    first, second = phrase.said(score.last), phrase.said(other.last)
    leads = phrase.flag(score.last)
    alike = (
        first == second and leads & (Word.OPENER | Word.PLACE) and not (leads & Word.JOIN and leads & Word.OR)
    )
    dative = phrase.words.forms.dative
    prefix = phrase.words.words.get(first[:1], 0) if first[:1] == second[:1] and len(first) > 1 else 0
    prefixed = prefix & Word.PREFIX
    given = bool(dative) and all(
        phrase.said(at).endswith(dative) and not phrase.flag(at) & ~Word.NOUN
        for at in (score.last, other.last)
    )
    if _is_label(phrase, score.last, other) or _is_mirrored(phrase, other):
        return True
    if other.form != Form.PLAIN:
        return False
    apart = phrase.flag(other.first - 1) | phrase.flag(other.first - 2)
    return bool(
        alike
        or given
        or (prefixed and (apart & Word.REASON or prefix & Word.AT))
        or (_is_postposed(phrase, score.last) and _is_postposed(phrase, other.last))
    )


def _is_postposed(phrase: Phrase, last: int) -> bool:
    """Whether what stands after a number says in its end what the number is for: "8 töö eest"."""
    return any(
        phrase.said(at) in phrase.words.forms.postposed for at in range(last + 1, last + 1 + SHORT + 1)
    )


def _is_mirrored(phrase: Phrase, other: Expression) -> bool:
    """Whether a word that joins and one that tells for what or whom lead to a number at the end: "9 доктору, а регистратуре 2"."""
    joint, named = phrase.flag(other.first - 2), phrase.flag(other.first - 1)
    dative = phrase.words.forms.dative
    given = bool(dative) and phrase.said(other.first - 1).endswith(dative) and not named & ~Word.NOUN
    return bool(
        phrase.type(other.last) != Type.WORD
        and phrase.type(other.first - 1) == Type.WORD
        and (joint & (Word.JOIN | Word.REASON) or joint & Word.POLITE & -bool(joint & Word.OPENER))
        and (given or named & Word.ASPECT)
    )


def are_labels(phrase: Phrase, found: Sequence[Expression], scale: Scale) -> bool:
    """Whether the whole reply is names with a number each: "haircut 9 wait 2", "9 мастеру Саше 4 его начальнику"."""
    numbers = sum(token.type == Type.NUMBER for token in phrase.tokens)
    if numbers < PAIR and phrase.words.numbers.keys().isdisjoint(phrase.spoken):
        return False  # most replies
    end = phrase.count
    while end and phrase.tokens[end - 1].type > Type.WORD:
        end -= 1
    if not PAIR + PAIR <= end <= MOST:
        return False
    if any(e.form not in {Form.PLAIN, Form.COUNT} or e.explicit for e in found):
        return False
    values = [_value_at(phrase, at, scale) for at in range(end)]
    places = [at for at, value in enumerate(values) if value is not None]
    if len(places) < PAIR or len({values[at] for at in places}) == 1:
        return False
    if any(phrase.flag(at - 1) & Word.PLACE for at in places):
        return False  # "pärast 3 katset 8"
    first, second = places[0], places[1]
    praised = [phrase.flag(at + 1) & Word.PRAISE for at in places]
    if not first and end == PAIR + PAIR and all(praised):
        return True  # "10 good 1 bad"
    led = all(flags & Word.LEADING for flags in phrase.flags[:first])
    if first and places[-1] + 1 == end:
        framed = phrase.said(first - 1) == phrase.said(second - 1)  # "the food was a 9 but the wait was a 2"
        turning = any(flags & (Word.CORRECTION | Word.NO) for flags in phrase.flags[first:second])
        if framed and led and not turning:
            return True  # "it was a 9 now it was a 3"
        # A mark or a "but" may part the names: "driver 9, app 2".
        starts = [at + 1 + (not _is_joined(phrase, at + 1)) for at in places[:-1]]
        starts = [at + bool(framed and phrase.flag(at) & Word.REASON) for at in starts]
        names = list(zip([0, *starts], places, strict=True))
        longest = LONG if framed else SHORT + 1
        return all(_is_name(phrase, *name, longest) for name in names[led:])  # "I give 8 my son 10"
    if not led:
        return False
    if any(flags & Word.KIN for flags in phrase.flags[:second]) or _is_room(phrase, second):
        return False  # "9 my son is 4 and loved it"
    alike = _are_alike(phrase, first + 1, second + 1)
    done = not alike and _is_done(phrase, first + 1)
    if done and any(_may_count(phrase, at + 1, values[at]) for at in places[1:]):
        return False  # "9 помогли выбрать 3 платья"
    for_what = phrase.flag(first + 1) & Word.ASPECT and second == first + PAIR and end == second + PAIR
    plural = alike or bool(for_what)  # "9 food 4 drinks"; not "10 fixed 2 tyres"
    longest = LONG if alike else SHORT + 1
    ends = [at - (not _is_joined(phrase, at - 1)) for at in places[1:]]
    following = zip(places, [*ends, end], strict=True)
    return all(_is_name(phrase, at + 1, until, longest, plural=plural) for at, until in following)


def _is_done(phrase: Phrase, at: int) -> bool:
    """Whether the word at `at` names nobody and nothing that is known, so that it may be a verb: "помогли", "aitas", "korjasi"."""
    nominal = phrase.is_own_one(at) or phrase.is_capital(at) or phrase.flag(at) & _NOMINAL
    return not nominal and not phrase.said(at).endswith(phrase.words.forms.dative)


def _may_count(phrase: Phrase, at: int, number: int | None) -> bool:
    """Whether a word without a name's form stands at `at`, which a language that counts in a case may count."""
    forms, said = phrase.words.forms, phrase.said(at)
    if not forms.counts_case or phrase.is_own_one(at) or phrase.is_capital(at):
        return False
    return not phrase.flag(at) & ~Word.NOUN and not forms.never_counts(said, number, proven=True)


def _are_alike(phrase: Phrase, one: int, other: int) -> bool:
    """Whether the same preposition leads in both names, or is written together with them: "7 за номер 2 за завтрак", "9 לרופא 2 לאחות"."""
    first, second = phrase.said(one), phrase.said(other)
    prefix = phrase.words.words.get(first[:1], 0) & Word.PREFIX and first[:1] == second[:1]
    return bool(prefix) or (first == second and bool(phrase.flag(one) & (Word.OPENER | Word.PLACE)))


def _is_joined(phrase: Phrase, at: int) -> bool:
    """Whether this is a word, a number or the hyphen inside a word: no mark parts the reply."""
    return phrase.tokens[at].type <= Type.WORD or phrase.hyphenated(at)


def _is_room(phrase: Phrase, number: int) -> bool:
    """Whether the second number belongs to the word before it, or is said to be so: "9 in room 4 it was clean", "9 tuba 4 oli puhas"."""
    numbered = phrase.flag(number - 1) & (Word.LABELLED | Word.NUMBERED) and number > PAIR
    alike = phrase.said(1) == phrase.said(number + 1)  # "7 за номер 2 за завтрак"
    return bool((numbered and not alike) or phrase.flag(number + 1) & Word.WAS)


def _value_at(phrase: Phrase, at: int, scale: Scale) -> int | None:
    """Give the number on the scale at `at`, in digits or in a word that is nothing but a number."""
    said = phrase.said(at)
    if phrase.type(at) == Type.NUMBER:
        stuck = phrase.glued(at) and phrase.type(at - 1) == Type.WORD  # "gr8 service 10"
        value = None if stuck or len(said) >= PAIR + PAIR else int(said)
    else:
        spelled = None if phrase.flags[at] & ~Word.NOUN else spelled_at(phrase, at)
        value = spelled[0] if spelled and spelled[1] == at + 1 else None
        if (
            value is not None
            and value < PAIR
            and (phrase.count > PAIR + PAIR or phrase.flag(at + 1) & Word.LACK)
        ):
            return (
                None  # an article or none of it: "3 queue to the door and one till open", "9 staff zero wait"
            )
    return value if value is not None and value in scale else None


def _is_name(phrase: Phrase, first: int, last: int, longest: int, *, plural: bool = False) -> bool:
    """Whether tokens `first` to `last` are a few words that name something or somebody, and say nothing of it."""
    flags = phrase.flags[first:last]
    return (
        0 < last - first <= longest
        and all(_is_joined(phrase, at) and phrase.type(at) != Type.NUMBER for at in range(first, last))
        and (not any(map(_says, flags)) or _is_not(phrase, first, last))
        and not (first and flags[0] & Word.UNIT and not flags[0] & Word.ONE)
        and (plural or not any(phrase.is_plural(at) for at in range(first, last)))
        and any(word & _NAMES or not word & (Word.LEADING | Word.REASON | Word.SO) for word in flags)
    )


def _says(flags: int) -> bool:
    """Whether a word says something of what is named: a verb of scoring, a reason, "would have been"."""
    return bool(flags & _SAYS or (flags & Word.ASIDE and flags & Word.FIXED))


def _is_not(phrase: Phrase, first: int, last: int) -> bool:
    """Whether one word that denies is all that is said at the end: "2 work 3 don't"."""
    denies = phrase.flags[first] & (Word.NOT | Word.NO)
    return last - first == 1 and bool(denies) and is_last_word(phrase, first)


def sums_up(phrase: Phrase, expression: Expression) -> range | None:
    """Find the tokens of a number that sums up all others, and of what says so: "food 9, staff 2, overall 6"; None if it does not."""
    first, last = expression.first, expression.last
    while phrase.flag(first - 1) & (Word.OVERALL | Word.LEADING) or phrase.said(first - 1) == ":":
        first -= 1
    while phrase.flag(last) & (Word.OVERALL | Word.TAIL):
        last += 1
    if phrase.type(last) == Type.NUMBER:
        last = expression.last  # "staff 4 overall 6"
    said = any(flags & Word.OVERALL for flags in phrase.flags[first:last])
    clear = expression.form == Form.PLAIN and phrase.type(last) != Type.WORD
    return range(first, last) if said and clear else None


def _is_label(phrase: Phrase, last: int, other: Expression) -> bool:
    """Whether two short clauses each name what their number is for: "8 for food, waiter 3"."""
    if other.form != Form.PLAIN or other.explicit or phrase.type(other.last) == Type.WORD:
        return False
    start, end = other.first, last
    while phrase.type(start - 1) == Type.WORD and start > other.first - REACH:
        start -= 1
    while phrase.type(end) == Type.WORD and end < last + REACH:
        end += 1
    short = 0 < other.first - start <= SHORT and 0 < end - last <= SHORT + 1 and end <= start
    named = any(
        phrase.flags[at] & (Word.LEADING | Word.PRAISE | Word.TAIL) for at in range(start, other.first)
    )
    reasoned = any(flags & Word.REASON for flags in phrase.flags[last:end])
    return short and not named and not reasoned and phrase.type(end) != Type.NUMBER
