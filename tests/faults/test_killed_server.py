"""F1, F7: the server or the database is killed while eight people write; nothing acknowledged is lost or half there."""

from __future__ import annotations

import random
import threading

import pytest

from tests.faults.serving import Server, Writers, check_whole, serving

SLOWEST_START = 10
"""Seconds. 5 is the aim of F1 on a machine that does nothing else; the log of the run says what it was, and twice the
aim is what a machine that runs other tests at the same time may take."""


def write_through(server: Server, addresses: list[str], kills: int, seed: int, kill) -> dict[str, object]:
    """Kill again and again at random moments while everybody writes; compare what is stored with what was promised."""
    chance, pause = random.Random(seed), threading.Event()
    writers = Writers(server, addresses)
    writers.wait_for(20)
    for _ in range(kills):
        pause.wait(chance.uniform(0.2, 0.8))
        kill()
        writers.wait_for(1)
    acknowledged = writers.finish()
    stored = check_whole(server.site)
    assert set(stored.values()) <= {1}, "a piece that was sent twice is stored twice"
    assert set(acknowledged) == set(stored), "acknowledged and stored are not the same"
    return {
        "kills": kills,
        "acknowledged": len(acknowledged),
        "lost": len(set(acknowledged) - set(stored)),
        "sent again": sum(writer.retries for writer in writers.all),
        "slowest start": round(max(server.starts), 2),
    }


def kill_server(site, addresses, figures, *, kills: int, seed: int) -> None:
    with serving(site) as server:

        def kill() -> None:
            server.kill()
            server.start()

        found = write_through(server, addresses, kills, seed, kill)
    figures(found)
    assert max(server.starts) <= SLOWEST_START, "a server that was killed takes too long to come back"


def test_killed_server_loses_nothing_acknowledged(site, figures):
    kill_server(*site, figures, kills=3, seed=1)


@pytest.mark.long
def test_server_killed_25_times_loses_nothing_acknowledged(site, figures):
    kill_server(*site, figures, kills=25, seed=2)


def restart_database(site, addresses, postgres, figures, *, restarts: int) -> None:
    with serving(site) as server:
        found = write_through(server, addresses, restarts, 3, lambda: postgres.restart("immediate"))
    figures(found)


@pytest.mark.parametrize("backend", ["postgres"], indirect=True)
def test_restarted_database_loses_nothing_acknowledged(site, postgres, figures):
    restart_database(*site, postgres, figures, restarts=1)


@pytest.mark.long
@pytest.mark.parametrize("backend", ["postgres"], indirect=True)
def test_database_restarted_ten_times_loses_nothing_acknowledged(site, postgres, figures):
    restart_database(*site, postgres, figures, restarts=10)
