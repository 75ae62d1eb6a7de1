"""The naive way to keep a limit: send, then sleep 1/limit.

    python -m benchmarks.peers.sleeping URL LIMIT SECONDS

It claims nothing, keeps no attempts, and knows no limit per chat.
"""

from __future__ import annotations

import sys
import time

import httpx

from benchmarks.peers.queues import PATH, form

if __name__ == "__main__":
    url, limit, seconds = sys.argv[1], int(sys.argv[2]), float(sys.argv[3])
    client = httpx.Client(trust_env=False)
    end = time.monotonic() + seconds
    number = 0
    while time.monotonic() < end:
        client.post(f"{url}{PATH}", data=form(number))
        number += 1
        time.sleep(1 / limit)
