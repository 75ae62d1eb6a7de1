"""What a survey is, what a reply means, when to ask, and what the numbers are. Values in, values out.

A tour:

    definition.py, catalog/, questions/   surveys as TOML files, checked when loaded; one file per question type
    reading/                              what a reply means: scores with their why, opt-outs, corrections
    states.py, events.py, effects.py      where a conversation can be, what can happen to it, what it wants done
    conversation.py                       start() and advance(): a conversation is a value, moving it is a function
    policy.py, opening.py, asking.py      when to ask and whom not: one decision, the same at planning and at sending
    visits.py, phones.py, cells.py        a row of a visits file becomes a Visit, or is refused with a reason
    measures/                             one file per measure, statistics, the composite index
    themes/, periods.py, requests.py      what people say; periods and score requests as staff type them
    texts.py, wording.py, templates.py    the bot's sentences in five languages; survey texts, sandboxed
    segments.py                           how an SMS is encoded and billed

Invariant: no IO, no clock, no randomness, no logging, no async. Time and ids are arguments; only package data is read.
Invariant: nothing here knows a channel, a store or the web; imports go bot → storage → surveys and never back.
Invariant: whatever a customer writes is data: it is never a template, and no text of theirs raises.
"""
