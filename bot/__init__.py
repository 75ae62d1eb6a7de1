"""The running program: everything that reads the clock, the network and the configuration.

A tour, along the way of a message:

    cli/, commands/         the command line: signatures there, one file per command here, imported when used
    config/, logs.py        one frozen Config of file, environment and secrets; a log without personal data
    bootstrap.py            build_app(): the only place where concrete things meet
    running.py, working.py  askwhy run: the web first, then what asks and sends; stopped within ten seconds
    web/, polling.py        how messages come in; reconciling.py asks for what was missed
    channels/               one file per channel: a codec and one send(); its docstring tells how to add one
    service.py              the use cases; each is one unit of work after another
    deep_links.py           links into the Telegram chat, in texts and for the firm's own systems
    hearing.py, taking.py, planning.py, timers.py, linking.py   units of work: messages, visits, silence, ways to Telegram
    carrying.py, outgoing.py                         what a conversation wants done becomes rows
    claims.py, outbox.py, outcomes.py, statuses.py   claim, pace, send, record
    staff/, reports/        what staff ask and how it is answered; the numbers behind it
    privacy/, housekeeping.py, backups.py            data that goes, copies that stay

Invariant: only clock.py reads the clock. Invariant: a claim is committed before its provider hears of the message.
Invariant: what is acknowledged is stored. Invariant: customer text is never in a log line, a metric or an exception.
"""
