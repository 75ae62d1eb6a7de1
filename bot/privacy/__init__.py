"""A person's data: hand it out, erase it, let it go when it is old.

    finding.py    whom a customer id, a phone or a Telegram account means, and where traces lie that no index leads to
    export.py     everything that is kept about a person, as one JSON object
    erasing.py    forget a person in one unit of work; what stays counts, and says nothing of anybody
    retention.py  words and addresses that go by their age

Invariant: scores, roll-ups and the ids that repeats are known by stay; a score equals its recount before and after.
Invariant: an opt-out outlives its person, as a keyed hash.
"""
