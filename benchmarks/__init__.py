"""How fast askwhy is, always as a ratio: ours and its divisor alternate in one run, server and load on cores of their own.

    python -m benchmarks [--quick|--full] [NAME …]        (make bench ARGS="--quick inbound")

    harness.py    alternating runs, ratios, checks, reports      machine.py   cores, memory, versions
    processes.py  servers as processes of their own, pinned      load.py      the load: HTTP over 32 connections
    messages.py   signed forms and updates with what is right    stores.py    stores with people, with a history
    peers/        honest small programs of ours on what others would use instead
    results/      the figures of the last run, one JSON file each, and the chart; not kept in the repository
    table.py      writes them into README.md: make bench-table

Every benchmark checks inside the run that what was fast was also right.
"""
