"""Reasons not to ask, in a few plain words, for tables; the whole sentence of one visit is in surveys.explaining."""

from typing import Final

REASONS: Final = {
    "cap": "asked too often lately",
    "another_visit": "a newer visit of the same person was chosen",
    "stale": "too long ago",
    "no_address": "no phone and no chat",
    "opted_out": "wants no questions",
    "not_sampled": "not in the sample",
    "quota": "enough answers this month",
    "open_conversation": "a conversation is still open",
    "no_window": "no allowed moment in time",
    "erased": "the customer's data was erased",
}
