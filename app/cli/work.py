"""`belay work`: the worker, which does queued jobs, sends the mail of the outbox, and says that it lives.

Jobs and mail have a thread each, so that a slow mail server holds up no job. Several workers may run, on one machine
or many: the database gives each job and each mail to one of them. A worker says that it lives only while every thread
of it gets on, so that /admin tells of one that stands still.
"""

from __future__ import annotations

import logging
import os
import signal
import socket
from collections.abc import Callable, Mapping
from datetime import datetime
from threading import Event, Thread
from time import monotonic

import click
from flask import Flask
from sqlalchemy.exc import DBAPIError

from app.cli.context import open_app, read_settings, say_weaknesses, stop
from app.infra import logs
from app.infra.clock import now
from app.infra.db import set_may_write
from app.infra.unit_of_work import rollback, transaction
from app.jobs import actions as jobs
from app.jobs import kinds as job_kinds
from app.jobs import queries as job_queries
from app.notices import kinds as mail_kinds
from app.notices import queries as mail_queries
from app.notices import sending
from app.notices.transport import Transport, open_transport
from config import Settings, SettingsError

POLL_SECONDS = 2.0
BEAT_SECONDS = 30.0
PERIODIC_SECONDS = 60.0
UNREACHABLE_SECONDS = 60.0
MAIL_OFF_SECONDS = 600.0
TROUBLE_SECONDS = 5.0
SIGNALS = (signal.SIGTERM, signal.SIGINT)

logger = logging.getLogger("belay.worker")
Turn = Callable[[], float]
"""One look at the queue; returns how many seconds to rest before the next."""


class Worker:
    """Empties the queue and the outbox of an application until it is told to stop."""

    def __init__(self, app: Flask, *, transport: Transport | None = None, poll: float = POLL_SECONDS) -> None:
        """Take the application. `transport` stands in for the way out that the settings name."""
        settings: Settings = app.config["SETTINGS"]
        server = settings.mail_server
        self._app = app
        self._settings = settings
        self._sender = server.sender if server else ""
        self._transport = transport or (open_transport(server) if server else None)
        self._poll = poll
        self._told: set[str] = set()
        self._stopping = Event()
        self._still: set[str] = set()
        self._threads: dict[str, Thread] = {}
        self._due: dict[str, float] = {}
        self.name = f"{socket.gethostname()}:{os.getpid()}"[:120]

    def start(self) -> None:
        """Begin, in threads of this process that end with it."""
        turns: dict[str, Turn] = {
            "periodic": self._queue_periodic,
            "jobs": self._do_job,
            "mail": self._send_mail,
            # The last to begin: it looks whether the others live.
            "beat": self._beat,
        }
        self._due = dict.fromkeys(turns, monotonic())
        self._threads = {
            name: Thread(target=self._repeat, args=(name, turn), name=f"worker {name}", daemon=True)
            for name, turn in turns.items()
        }
        for thread in self._threads.values():
            thread.start()
        logger.info("the worker has started", extra=logs.fields(worker=self.name, mail=self._transport is not None))

    def tell_to_stop(self) -> None:
        """Let what runs end, and begin nothing new."""
        self._stopping.set()

    def wait(self, seconds: float | None = None) -> bool:
        """Wait until everything has ended, and say whether it has."""
        for thread in self._threads.values():
            thread.join(seconds)
        return not any(thread.is_alive() for thread in self._threads.values())

    def standing_still(self, at: datetime) -> set[str]:
        """Return which threads have ended, or have finished no turn for longer than any turn may last.

        That is the loan of what they do. A job that tells its progress has its loan prolonged, and may take longer.
        """
        turn_lasts: Mapping[str, float] = {"mail": sending.LEND.total_seconds()}
        longest = job_kinds.longest_loan().total_seconds()
        moment = monotonic()
        found = {
            name
            for name, thread in self._threads.items()
            if not thread.is_alive() or moment > self._due[name] + turn_lasts.get(name, longest)
        }
        if "jobs" in found and self._threads["jobs"].is_alive() and job_queries.holds_loan(self.name, at):
            found.remove("jobs")
        return found

    def empty(self) -> None:
        """Do everything that is due, once, in this thread."""
        set_may_write(value=False)
        with self._app.app_context():
            self._beat()
            self._queue_periodic()
            while jobs.run_next(self.name, now()):
                pass
            while self._send_mail() == 0:
                pass
            rollback()

    def _repeat(self, name: str, turn: Turn) -> None:
        """Take turn after turn. A database that is gone, or a fault of ours, is waited out and logged."""
        set_may_write(value=False)
        while not self._stopping.is_set():
            rest = TROUBLE_SECONDS
            try:
                with self._app.app_context():
                    rest = turn()
                self._due[name] = monotonic() + rest
            except DBAPIError as error:
                logger.warning("the database did not answer: %s", type(error.orig).__name__)
            except BaseException:
                # Even an exit that some library asks for would end this thread alone, and nobody would notice.
                logger.exception("the worker met a fault and goes on")
            self._stopping.wait(rest)

    def _beat(self) -> float:
        moment = now()
        with transaction():
            still = self.standing_still(moment)
            if not still:
                jobs.beat(self.name, moment)
        for name in sorted(still - self._still):
            logger.error("the thread for %s stands still; the worker counts as gone until it goes on", name)
        self._still = still
        return BEAT_SECONDS

    def _queue_periodic(self) -> float:
        moment = now()
        jobs.queue_periodic(moment)
        unknown = job_queries.list_unknown_kinds(moment, job_kinds.known_kinds())
        unknown += mail_queries.list_unknown_kinds(moment, mail_kinds.known_kinds())
        rollback()
        for kind, count in unknown:
            if kind not in self._told:
                logger.warning("%d of kind %s wait: this version of Belay does not know the kind", count, kind)
        self._told = {kind for kind, _ in unknown}
        return PERIODIC_SECONDS

    def _do_job(self) -> float:
        return 0 if jobs.run_next(self.name, now()) else self._poll

    def _send_mail(self) -> float:
        if self._transport is None:
            sending.give_up_unsendable(now())
            return MAIL_OFF_SECONDS
        outcome = sending.send_next(self._transport, sender=self._sender, settings=self._settings, at=now())
        if outcome is sending.Outcome.NOTHING:
            return self._poll
        return UNREACHABLE_SECONDS if outcome is sending.Outcome.UNREACHABLE else 0


def run_until_told(worker: Worker) -> None:
    """Work until a signal comes, then finish what runs. A second signal ends the process at once.

    Signals are waited for, not handled: a handler could run while this very thread holds a lock that it needs.
    """
    signal.pthread_sigmask(signal.SIG_BLOCK, SIGNALS)
    worker.start()
    signal.sigwait(SIGNALS)
    logger.info("the worker finishes what it does, then ends; a second signal ends it at once")
    worker.tell_to_stop()
    while not worker.wait(0.1):
        if signal.sigtimedwait(SIGNALS, 0):
            logger.warning("the worker ends at once; what it did returns to the queue when its loan is over")
            logging.shutdown()
            os._exit(1)


@click.command("work")
@click.option("--once", is_flag=True, help="Do what is due and end, for a timer in place of a service.")
def work(*, once: bool) -> None:
    """Do queued jobs and send mail, until told to stop. Refuses what `belay serve` refuses."""
    settings = read_settings()
    try:
        settings.check_fit_to_serve()
    except SettingsError as error:
        stop(str(error))
    app = open_app(settings)
    say_weaknesses(settings)
    logs.set_up(settings.log_format)
    worker = Worker(app)
    if once:
        worker.empty()
    else:
        run_until_told(worker)
