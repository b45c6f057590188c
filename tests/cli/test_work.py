"""`belay work`: it empties queue and outbox, lives through a restart of its database, and ends in good order."""

from __future__ import annotations

import ast
import json
import signal
import smtplib
import socket
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import timedelta
from email import message_from_bytes, policy
from threading import Event, Thread

import pytest
from sqlalchemy import create_engine, select, text

from app.cli.work import Worker
from app.infra.clock import now
from app.infra.db import db
from app.infra.unit_of_work import transaction
from app.jobs import actions as jobs
from app.jobs import kinds as job_kinds
from app.jobs import queries as job_queries
from app.jobs.models import Job, JobState
from app.notices import actions as mail
from app.notices import kinds as mail_kinds
from app.notices import sending
from app.notices.kinds import Letter
from app.notices.models import Mail, MailState
from tests.architecture.tree import files_in, name_of
from tests.cli.served import LONGEST, end, environment, own_postgres, run, running
from tests.factories.people import SYSTEM, make_person
from tests.notices.post_office import SILENT, closed_port, post_office
from tests.postgres import wait_for

WORK = ["-m", "app.cli", "work"]


@pytest.fixture(autouse=True)
def restore_kinds():
    before = dict(job_kinds._kinds), dict(job_kinds._periodic), dict(mail_kinds._kinds)
    yield
    for kept, now_there in zip(before, (job_kinds._kinds, job_kinds._periodic, mail_kinds._kinds), strict=True):
        now_there.clear()
        now_there.update(kept)


def put_mail(person) -> None:
    letter = Letter(person.name, person.email, "Your turn", "Text")
    mail_kinds.register_kind("test.turn", lambda _: letter, label="Your turn")
    with transaction():
        mail.put("test.turn", person.id, {}, by=SYSTEM, at=now())


def queue_job(done: list[object]) -> None:
    job_kinds.register_kind("greet", done.append, label="Greet")
    with transaction():
        jobs.queue("greet", {}, by=SYSTEM, at=now())


@pytest.fixture
def worker_of(app, monkeypatch) -> Iterator[Callable[..., Worker]]:
    """Return a maker of workers that send mail to an address; all of them end with the test."""
    made: list[Worker] = []

    def make(url: str = "") -> Worker:
        monkeypatch.setitem(app.config, "SETTINGS", replace(app.config["SETTINGS"], mail_url=url))
        made.append(Worker(app, poll=0.01))
        return made[-1]

    yield make
    for worker in made:
        worker.tell_to_stop()
        assert worker.wait(LONGEST)


def run_in_a_thread(work) -> None:
    thread = Thread(target=work)
    thread.start()
    thread.join(LONGEST)
    assert not thread.is_alive()


def test_once_it_does_everything_that_is_due(worker_of, session, tmp_path):
    done: list[object] = []
    queue_job(done)
    put_mail(make_person())
    worker = worker_of(tmp_path.as_uri())
    run_in_a_thread(worker.empty)
    assert len(done) == 1
    assert len(list(tmp_path.glob("*.eml"))) == 1
    assert session.scalars(select(Mail.state)).all() == [MailState.SENT]
    assert job_queries.last_beat() == now()


def test_own_periodic_work_runs(worker_of, session):
    run_in_a_thread(worker_of().empty)
    kinds = set(session.scalars(select(Job.kind)))
    assert {"admin.forget_keys", "admin.forget_finished"} <= kinds
    assert set(session.scalars(select(Job.state))) == {JobState.DONE}


def test_a_mail_server_that_hangs_holds_up_no_job(worker_of, session):
    done: list[object] = []
    with post_office(greeting=SILENT) as server:
        put_mail(make_person())
        worker = worker_of(f"smtp://127.0.0.1:{server.port}")
        worker.start()
        wait_for(
            lambda: session.rollback() or session.scalar(select(Mail.state)) == MailState.SENDING,
            LONGEST,
            "No mail leaves.",
        )
        queue_job(done)
        wait_for(lambda: done, LONGEST, "The job waits for the mail server.")
        worker.tell_to_stop()
    assert worker.wait(LONGEST)


def test_what_runs_is_finished_before_the_worker_ends(worker_of, session):
    began, go_on = Event(), Event()

    def take_time(_work) -> None:
        began.set()
        assert go_on.wait(LONGEST)

    job_kinds.register_kind("slow", take_time, label="Slow", in_steps=True)
    with transaction():
        first = jobs.queue("slow", {}, by=SYSTEM, at=now()).id
        second = jobs.queue("slow", {}, by=SYSTEM, at=now(), run_at=now() + timedelta(0)).id
    worker = worker_of()
    worker.start()
    assert began.wait(LONGEST)
    worker.tell_to_stop()
    assert not worker.wait(0.05)
    go_on.set()
    assert worker.wait(LONGEST)
    states = {session.get(Job, key).state for key in (first, second)}
    assert states == {JobState.DONE, JobState.QUEUED}


@pytest.mark.parametrize("fault", [ValueError("secret"), SystemExit(1), GeneratorExit()])
def test_a_fault_of_ours_ends_no_worker(worker_of, monkeypatch, fault):
    done: list[object] = []
    worker = worker_of()
    monkeypatch.setattr("app.cli.work.TROUBLE_SECONDS", 0.01)
    waiting = [fault, fault]
    run_next = jobs.run_next

    def break_twice(*given) -> bool:
        if waiting:
            raise waiting.pop()
        return run_next(*given)

    monkeypatch.setattr(jobs, "run_next", break_twice)
    queue_job(done)
    worker.start()
    wait_for(lambda: done, LONGEST, "The worker did not go on.")
    worker.tell_to_stop()
    assert worker.wait(LONGEST)


@pytest.fixture
def hurry(monkeypatch) -> Callable[[float], None]:
    """Return what lets the worker believe that seconds have passed."""
    passed = [0.0]
    monkeypatch.setattr("app.cli.work.monotonic", lambda: passed[0])

    def pass_by(seconds: float) -> None:
        passed[0] += seconds

    return pass_by


def test_a_worker_whose_job_hangs_beats_no_more_once_its_loan_is_over(worker_of, session, clock, hurry):
    began, go_on = Event(), Event()

    def hang(_work) -> None:
        began.set()
        assert go_on.wait(LONGEST)

    job_kinds.register_kind("slow", hang, label="Slow", in_steps=True)
    with transaction():
        jobs.queue("slow", {}, by=SYSTEM, at=now())
    worker = worker_of()
    worker.start()
    assert began.wait(LONGEST)
    try:
        longest = job_kinds.longest_loan()
        others = [name for name in worker._threads if name != "jobs"]
        wait_for(lambda: all(worker._due[name] for name in others), LONGEST, "Not all of it has begun.")
        seen = job_queries.last_beat()
        session.rollback()
        hurry(longest.total_seconds() + 1)
        # The loan of a job that tells its progress is prolonged; this one is not over yet.
        assert worker.standing_still(now()) == set()
        assert worker.standing_still(now() + longest + timedelta(seconds=1)) == {"jobs"}
        clock.stand_still(now() + longest + timedelta(seconds=1))
        run_in_a_thread(lambda: beat_of(worker))
        session.rollback()
        assert job_queries.last_beat() == seen
    finally:
        go_on.set()


def beat_of(worker: Worker) -> None:
    """Let a worker say that it lives, if it does."""
    with worker._app.app_context():
        worker._beat()


def test_a_worker_whose_mail_thread_hangs_or_died_stands_still(worker_of, hurry, session):
    worker, end_it = worker_of(), Event()
    worker._threads = {name: Thread(target=end_it.wait) for name in ("jobs", "mail")}
    worker._due = {"jobs": 0.0, "mail": 0.0}
    assert worker.standing_still(now()) == {"jobs", "mail"}
    for thread in worker._threads.values():
        thread.start()
    try:
        hurry(sending.LEND.total_seconds())
        assert worker.standing_still(now()) == set()
        hurry(1)
        assert worker.standing_still(now()) == {"mail"}
        worker._due["mail"] = sending.LEND.total_seconds()
        assert worker.standing_still(now()) == set()
    finally:
        end_it.set()


def test_two_workers_send_every_mail_exactly_once(worker_of, session):
    person = make_person()
    for _ in range(20):
        put_mail(person)
    with post_office() as server:
        both = [worker_of(f"smtp://127.0.0.1:{server.port}") for _ in range(2)]
        for worker in both:
            worker.start()
        wait_for(
            lambda: session.rollback() or set(session.scalars(select(Mail.state))) == {MailState.SENT},
            LONGEST,
            "No mail leaves.",
        )
        for worker in both:
            worker.tell_to_stop()
            assert worker.wait(LONGEST)
    assert len(server.taken) == 20


def test_no_request_opens_a_connection_and_the_worker_sends_what_it_asked_for(
    client_for, worker_of, monkeypatch, tmp_path
):
    def refuse(*_: object, **__: object) -> None:
        raise AssertionError("A request opened a connection.")

    worker_of(f"smtp://127.0.0.1:{closed_port()}")
    person = make_person(password="quiet river seven lanterns")
    email, client = person.email, client_for(None)
    with monkeypatch.context() as without_network:
        without_network.setattr(smtplib, "SMTP", refuse)
        if db.engine.dialect.name == "sqlite":
            without_network.setattr(socket.socket, "connect", refuse)
        assert client.send(client.get("/reset").form("/reset"), email=email).status < 400
        assert list(tmp_path.iterdir()) == []
    run_in_a_thread(worker_of(tmp_path.as_uri()).empty)
    (letter,) = tmp_path.glob("*.eml")
    message = message_from_bytes(letter.read_bytes(), policy=policy.default)
    assert message["To"].addresses[0].addr_spec == email
    assert "/reset/" in message.get_content()


def test_only_the_worker_knows_the_way_out():
    """What no request imports, no request can wait for."""
    users: dict[str, set[str]] = {"smtplib": set(), "app.notices.sending": set()}
    for path in files_in("app", suffix=".py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            modules = []
            if isinstance(node, ast.Import):
                modules = [one.name for one in node.names]
            elif isinstance(node, ast.ImportFrom):
                modules = [node.module or "", *(f"{node.module}.{one.name}" for one in node.names)]
            for module in modules:
                if module in users:
                    users[module].add(name_of(path))
    assert users == {"smtplib": {"app/notices/transport.py"}, "app.notices.sending": {"app/cli/work.py"}}


# Real processes ------------------------------------------------------------------


def test_it_refuses_what_serving_refuses(app, databases, tmp_path):
    done = run(WORK, environment(databases.url, tmp_path, BELAY_SECRET_KEY="secret"))
    assert done.returncode == 2
    assert "BELAY_SECRET_KEY" in done.stderr


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_ends_it_in_good_order(app, databases, session, tmp_path, number):
    with running(WORK, environment(databases.url, tmp_path)) as process:
        wait_for(lambda: session.rollback() or job_queries.last_beat(), LONGEST, "It does not beat.")
        session.rollback()
        printed = end(process, number)
    assert process.returncode == 0, printed
    told = [json.loads(line) for line in printed.splitlines()]
    assert "the worker has started" in [line["message"] for line in told]
    assert job_queries.last_beat() is not None


def test_a_second_signal_ends_it_at_once_and_the_job_returns(app, databases, session, tmp_path):
    with transaction():
        jobs.queue("stuck", {}, by=SYSTEM, at=now())
    with running(["-m", "tests.cli.stuck_worker", str(tmp_path)], environment(databases.url, tmp_path)) as process:
        wait_for((tmp_path / "began").exists, LONGEST, "The job did not begin.")
        process.send_signal(signal.SIGTERM)
        told = process.stdout.readline
        while "a second signal ends it at once" not in told():
            assert process.poll() is None
        printed = end(process)
    assert process.returncode == 1, printed
    job = session.scalars(select(Job).where(Job.kind == "stuck")).one()
    assert job.state is JobState.RUNNING
    assert job.lent_until is not None


def test_once_ends_by_itself(app, databases, session, tmp_path):
    done = run([*WORK, "--once"], environment(databases.url, tmp_path))
    assert (done.returncode, done.stdout) == (0, ""), done.stderr
    assert job_queries.last_beat() is not None
    assert set(session.scalars(select(Job.state))) == {JobState.DONE}


@pytest.mark.postgres
def test_it_outlives_a_restart_of_its_database(monkeypatch, tmp_path):
    with own_postgres(monkeypatch) as (server, url):
        engine = create_engine(url)
        beat = text("select max(seen_at) from worker_beat")
        queue = text(
            "insert into job (id, kind, payload, state, created_at, run_at, worker, attempts, done, error)"
            " values (gen_random_uuid(), 'admin.forget_keys', '{}', 'queued', now(), now(), '', 0, 0, '')"
        )
        waiting = text("select count(*) from job where state <> 'done'")

        def ask(question):
            with engine.connect() as connection:
                return connection.execute(question).scalar()

        with running(WORK, environment(url, tmp_path)) as process:
            wait_for(lambda: ask(beat) and ask(waiting) == 0, LONGEST, "It does not work.")
            engine.dispose()
            server.restart("immediate")
            engine.dispose()
            with engine.begin() as connection:
                connection.execute(queue)
            wait_for(lambda: ask(waiting) == 0, LONGEST, "It did not go on.")
            printed = end(process)
        engine.dispose()
    assert process.returncode == 0, printed
    assert "Traceback" not in printed
