"""The main job on made-up people, in front of the reader's eyes: visits, questions, answers, `/score`.

Everything is the service itself: import, planning, sending, hearing, reports. Made up are the clock (bot.clock), the two
ends of the wire (`stage.py`: channels in memory) and the people who answer (`cast.py`, in the words of `phrases.toml`).

    stage.py      a service on a virtual clock, and what was said on its channels
    cast.py       who answers how: scripted people, the same for the same seed
    weeks.py      visits come in day by day, time passes, the cast answers
    showing.py    how it looks in a terminal: bubbles, tables
    telling.py    the scenes in their order
    keyboard.py   the reader's turn: be a customer, be staff

Invariant: nothing leaves the process but the chart, which goes to `demo-out/`.
"""
