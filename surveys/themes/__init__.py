"""Themes: what customers say, and which words set one band of them apart from another.

    findings = find_themes(comments, own_themes, band="detractor")
    findings.own       the owner's themes ("waiting", "price"), each with how many comments name it
    findings.phrases   words and pairs of words that the band uses and the others do not
    masked("Call Mari on +372 5555 0123", names=["Mari Maasikas"])  ->  "Call ••• on •••"

Reading order: comment.py (values) · words.py (words and stems) · own.py · contrast.py (the statistics) ·
find.py (puts them together) · masking.py.

Invariants: a comment counts once for a theme, however often it names it. The same comments give the same
findings, in the same order. Nothing here is drawn at random, learned from elsewhere, or sent anywhere.
"""

from surveys.themes.comment import Comment, Findings, OwnThemes, Theme
from surveys.themes.find import find_themes
from surveys.themes.masking import MASK, masked

__all__ = ["MASK", "Comment", "Findings", "OwnThemes", "Theme", "find_themes", "masked"]
