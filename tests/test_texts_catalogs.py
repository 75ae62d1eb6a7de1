"""Every sentence the program says is translated, with the same placeholders, into every shipped language."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path
from string import Formatter

import pytest
from babel.messages.catalog import Catalog
from babel.messages.pofile import read_po

from surveys.texts import LANGUAGES

ROOT = Path(__file__).parents[1]
LOCALE = ROOT / "surveys" / "locale"
SENTENCES_OF = {"say": (1,), "say_n": (1, 2), "remark": (0,)}
SCRIPTS = {"he": re.compile("[\u05d0-\u05ea]"), "ru": re.compile("[а-яё]", re.IGNORECASE)}


def calls(tree: ast.AST) -> Iterator[tuple[ast.Call, tuple[int, ...]]]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Call):
            name = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
            if name in SENTENCES_OF:
                yield node, SENTENCES_OF[name]


def sentences() -> Iterator[tuple[str, tuple[str, ...]]]:
    """Yield (where, the sentence or its two forms) for each say(), say_n() and remark() with a literal sentence."""
    for path in sorted([*ROOT.glob("bot/**/*.py"), *ROOT.glob("surveys/**/*.py")]):
        for call, places in calls(ast.parse(path.read_text(encoding="utf-8"))):
            found = [call.args[at] for at in places if at < len(call.args)]
            texts = [
                arg.value for arg in found if isinstance(arg, ast.Constant) and isinstance(arg.value, str)
            ]
            if len(texts) == len(places):
                yield f"{path.relative_to(ROOT)}:{call.lineno}", tuple(texts)


def catalog(language: str) -> Catalog:
    with (LOCALE / language / "LC_MESSAGES" / "askwhy.po").open("rb") as source:
        return read_po(source, locale=language, abort_invalid=True)


def placeholders(text: str) -> set[str]:
    return {name for _, name, _, _ in Formatter().parse(text) if name is not None}


def forms(value: object) -> tuple[str, ...]:
    return (value,) if isinstance(value, str) else tuple(value)  # type: ignore[arg-type]


SAID = {texts: where for where, texts in sentences()}  # sentence -> one place that says it
translated = pytest.mark.parametrize("language", [language for language in LANGUAGES if language != "en"])


def test_sentences_are_found() -> None:
    assert ("Yes",) in SAID
    assert any(len(texts) == 2 for texts in SAID)


@translated
def test_every_sentence_is_translated(language: str) -> None:
    known = {forms(message.id): forms(message.string) for message in catalog(language) if message.id}
    missing = [f"{where}: {texts[0]!r}" for texts, where in SAID.items() if not all(known.get(texts, ("",)))]
    assert not missing, f"add to surveys/locale/{language}/LC_MESSAGES/askwhy.po: " + "; ".join(missing)


@translated
def test_every_translation_keeps_the_placeholders(language: str) -> None:
    for message in catalog(language):
        wanted = placeholders("".join(forms(message.id))) if message.id else set()
        for form in forms(message.string) if message.id else ():
            assert not form or placeholders(form) == wanted, (message.id, form)
            assert all(re.fullmatch("[a-z_]+", name) for name in placeholders(form)), form


@translated
def test_every_translation_is_a_tidy_sentence_in_its_own_script(language: str) -> None:
    for message in catalog(language):
        for source, form in zip(forms(message.id), forms(message.string), strict=False):
            if not source or not form:
                continue
            assert form == form.strip(), form
            assert "  " not in form, form
            assert (source[-1] in ".?!:") == (form[-1] in ".?!:"), (source, form)
            if language in SCRIPTS:
                assert SCRIPTS[language].search(form), form


@translated
def test_plural_forms_are_as_many_as_the_language_has(language: str) -> None:
    found = catalog(language)
    assert found.num_plurals == (3 if language == "ru" else 2)
    plurals = [message for message in found if isinstance(message.id, tuple)]
    assert plurals
    assert all(len(forms(message.string)) == found.num_plurals for message in plurals)
    assert not [message.id for message in found if message.fuzzy and message.id]


def test_the_list_for_translators_holds_the_sentences_of_all_catalogs() -> None:
    with (LOCALE / "askwhy.pot").open("rb") as source:
        listed = {forms(message.id) for message in read_po(source) if message.id}
    assert set(SAID) <= listed, sorted(set(SAID) - listed)
    for language in LANGUAGES[1:]:
        assert {forms(message.id) for message in catalog(language) if message.id} == listed
