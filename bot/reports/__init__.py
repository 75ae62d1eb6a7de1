"""The numbers that people ask for, apart from how they are shown: chat, console and web read the same values.

    asking.py      what was asked for: a period, a breakdown, filters, a survey; wrong words get the right one
    subject.py     that, put together with the survey: which answers, which days, how they become a score
    counting.py    counts by group, from the roll-ups where these can tell, else from the answers themselves
    score.py       `score_report()`: the score, how sure it is, its change, its groups; `score_json()` as the manual fixes it
    trend.py       the same by week or month · staffing.py  by employee and month · drivers.py  what satisfaction hangs on
    whys.py        what people say · visits.py  every measure, those from visits too, and the composite index
    threads.py     work over many rows beside the event loop

Invariant: a report equals a recount from the raw answers.
Invariant: whoever sees only some branches gets numbers of those branches alone.
"""
