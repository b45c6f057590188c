"""The queue: what is queued with a change is done once, later, by one worker, and what fails is tried again."""

from __future__ import annotations

from contextvars import Context
from datetime import timedelta
from threading import Barrier, Thread

import pytest
from sqlalchemy import select

from app.audit.models import AuditEvent
from app.audit.tags import Tag
from app.domain.errors import MissingError, NotAllowedNowError
from app.infra.db import db, set_may_write
from app.infra.unit_of_work import transaction
from app.jobs import actions, kinds, queries
from app.jobs.models import Job, JobState, WorkerBeat
from app.people.models import Team
from tests.conftest import NOW
from tests.factories.people import make_person
from tests.jobs.conftest import BY

WORKER = "one:1"
MINUTE = timedelta(minutes=1)


def queue(kind: str = "greet", payload: dict[str, object] | None = None, **more: object) -> Job | None:
    with transaction():
        return actions.queue(kind, payload or {}, by=BY, at=NOW, **more)


def states() -> list[JobState]:
    db.session.rollback()
    return list(db.session.scalars(select(Job.state).order_by(Job.created_at, Job.id)))


def only_job() -> Job:
    db.session.rollback()
    return db.session.scalars(select(Job)).one()


def run(*, worker: str = WORKER, at=NOW) -> bool:
    return actions.run_next(worker, at)


def fail(_work) -> None:
    raise ValueError("a secret that somebody typed")


def test_what_is_queued_is_done_with_its_ids_and_its_author(app, register):
    done, person = register("greet"), make_person()
    with transaction():
        actions.queue("greet", {"id": person.id}, by=actions.Author(person.id), at=NOW)
    assert run()
    assert not run()
    assert (done[0].payload, done[0].at) == ({"id": str(person.id)}, NOW)
    assert done[0].by.person_id == person.id
    assert states() == [JobState.DONE]


def test_a_change_that_is_rolled_back_queues_nothing(app, register):
    register("greet")
    with pytest.raises(ZeroDivisionError), transaction():
        actions.queue("greet", {}, by=BY, at=NOW)
        _ = 1 / 0
    assert states() == []


def test_nothing_is_done_before_its_time_and_the_oldest_first(app, register):
    done = register("greet")
    queue(payload={"n": 2}, run_at=NOW + MINUTE)
    queue(payload={"n": 1})
    assert run()
    assert not run()
    clock_at = NOW + MINUTE
    assert run(at=clock_at)
    assert [work.payload["n"] for work in done] == [1, 2]


def test_the_same_work_waits_only_once(app, register):
    register("greet")
    assert queue(dedupe_key="a") is not None
    assert queue(dedupe_key="a") is None
    assert queue(dedupe_key="b") is not None
    assert run()
    assert run()
    assert queue(dedupe_key="a") is not None
    assert states().count(JobState.DONE) == 2


def test_work_and_the_end_of_its_job_are_one_transaction(app, register, session):
    def add_a_team_and_fail(work) -> None:
        db.session.add(Team(name="Harbour", created_at=work.at))
        db.session.flush()
        raise ValueError

    register("greet", add_a_team_and_fail)
    queue()
    run()
    assert session.scalar(select(Team.id)) is None
    assert states() == [JobState.QUEUED]


def test_what_fails_is_tried_again_after_one_two_and_four_minutes_and_then_has_failed(app, register, clock):
    done = register("greet", fail, tries=4)
    queue()
    moment = NOW
    for minutes in (1, 2, 4):
        clock.stand_still(moment)
        assert run(at=moment)
        job = only_job()
        assert (job.state, job.run_at) == (JobState.QUEUED, moment + minutes * MINUTE)
        assert not run(at=moment)
        moment = job.run_at
    assert run(at=moment)
    job = only_job()
    assert (job.state, job.attempts, len(done)) == (JobState.FAILED, 4, 4)
    row = db.session.scalars(select(AuditEvent).where(AuditEvent.tag == Tag.JOB_FAILED)).one()
    assert row.object_id == job.id
    assert (row.actor_id, row.actor_label) == (None, "worker")
    for told in (job.error, row.details):
        assert "secret" not in told
    assert job.error.startswith("ValueError at test_queue.py:")


def test_a_job_returns_when_the_worker_died_and_its_loan_is_over(app, register):
    done = register("greet", lend=timedelta(minutes=10))
    queue()
    assert actions._take("dead:1", NOW) is not None
    assert not run(at=NOW + 10 * MINUTE)
    assert run(at=NOW + 11 * MINUTE)
    assert len(done) == 1
    assert only_job().worker == WORKER


def test_a_job_that_kills_its_worker_every_time_fails_in_the_end(app, register):
    register("greet", tries=2)
    queue()
    moment = NOW
    for _ in range(2):
        assert actions._take("dead:1", moment) is not None
        moment += 11 * MINUTE
    assert not run(at=moment)
    assert (only_job().state, only_job().error) == (JobState.FAILED, actions.LOST)


def test_a_worker_that_comes_back_too_late_changes_nothing(app, register, session):
    def outlive_the_loan(work) -> None:
        db.session.add(Team(name="Harbour", created_at=work.at))
        db.session.flush()
        row = db.session.get(Job, work.job_id)
        row.worker = "another:2"
        db.session.flush()

    register("greet", outlive_the_loan)
    queue()
    assert run()
    assert session.scalar(select(Team.id)) is None
    assert only_job().worker == WORKER


def test_work_in_steps_opens_its_own_transactions_and_tells_its_progress_at_once(app, register):
    seen: list[tuple[int, int | None]] = []

    def go_on(work) -> None:
        for number in (1, 2):
            with transaction() as session:
                session.add(Team(name=f"Team {number}", created_at=work.at))
            work.progress(number, 2)
            db.session.rollback()
            job = db.session.get(Job, work.job_id)
            seen.append((job.done, job.total))

    register("greet", go_on, in_steps=True)
    queue()
    assert run()
    assert seen == [(1, 2), (2, 2)]
    assert (only_job().state, only_job().done) == (JobState.DONE, 2)


def test_progress_inside_one_transaction_is_kept_with_the_work(app, register):
    register("greet", lambda work: work.progress(3, 3))
    queue()
    run()
    assert (only_job().done, only_job().total) == (3, 3)


def test_a_kind_that_this_version_does_not_know_stays_queued(app, register):
    queue("from.tomorrow")
    assert not run()
    assert states() == [JobState.QUEUED]
    assert queries.list_unknown_kinds(NOW, kinds.known_kinds()) == [("from.tomorrow", 1)]
    assert kinds.label_of("from.tomorrow") == "from.tomorrow"


def test_periodic_work_is_queued_when_it_is_due_again(app, register):
    register("tidy")
    kinds.register_periodic("tidy", timedelta(hours=1))
    assert actions.queue_periodic(NOW) == 1
    assert actions.queue_periodic(NOW + 2 * timedelta(hours=1)) == 0
    assert run()
    assert actions.queue_periodic(NOW + timedelta(minutes=59)) == 0
    assert actions.queue_periodic(NOW + timedelta(hours=1)) == 1


def test_a_failed_job_runs_again_with_all_its_tries_and_leaves_a_row(app, register, session):
    register("greet", fail, tries=1)
    queue(dedupe_key="a")
    run()
    with transaction():
        actions.retry_job(session.merge(only_job()), BY, NOW)
    job = only_job()
    assert (job.state, job.attempts, job.error) == (JobState.QUEUED, 0, "")
    assert session.scalars(select(AuditEvent).where(AuditEvent.tag == Tag.JOB_RETRIED)).one().object_id == job.id
    with pytest.raises(NotAllowedNowError), transaction():
        actions.retry_job(only_job(), BY, NOW)


def test_a_failed_job_does_not_run_beside_the_same_work(app, register):
    register("greet", fail, tries=1)
    queue(dedupe_key="a")
    run()
    failed = only_job().id
    queue(dedupe_key="a")
    with pytest.raises(NotAllowedNowError, match="same work"), transaction():
        actions.retry_job(queries.get_job(failed), BY, NOW)


def test_only_a_job_that_waits_can_be_cancelled(app, register, session):
    done = register("greet")
    queue()
    with transaction():
        actions.cancel_job(only_job(), BY, NOW)
    assert not run()
    assert (done, states()) == ([], [JobState.CANCELLED])
    assert session.scalar(select(AuditEvent.tag).where(AuditEvent.tag == Tag.JOB_CANCELLED))
    with pytest.raises(NotAllowedNowError), transaction():
        actions.cancel_job(only_job(), BY, NOW)


def test_beats_tell_which_workers_live_and_old_ones_are_forgotten(app, session):
    assert queries.last_beat() is None
    for worker, at in (("one:1", NOW), ("two:2", NOW + MINUTE), ("one:1", NOW + timedelta(days=1, minutes=2))):
        with transaction():
            actions.beat(worker, at)
    assert queries.last_beat() == NOW + timedelta(days=1, minutes=2)
    assert session.scalars(select(WorkerBeat.name)).all() == ["one:1"]


def test_lists_are_counted_ordered_and_paged(app, register):
    register("greet")
    for number in range(3):
        with transaction():
            actions.queue("greet", {"n": number}, by=BY, at=NOW + number * MINUTE)
    run(at=NOW)
    counts = queries.count_jobs()
    assert set(counts) == set(JobState)
    assert (counts[JobState.DONE], counts[JobState.QUEUED]) == (1, 2)
    page = queries.list_jobs(None, 1)
    assert (page.total, [job.payload for job in page.rows]) == (3, ['{"n": 2}', '{"n": 1}', '{"n": 0}'])
    assert queries.list_jobs(JobState.DONE, 1).total == 1
    assert list(queries.list_jobs(None, 2).rows) == []
    with pytest.raises(MissingError):
        queries.get_job(make_person().id)


def test_finished_jobs_are_forgotten_and_failed_ones_are_not(app, register):
    register("greet")
    register("break", fail, tries=1)
    queue()
    queue("break")
    while run():
        pass
    with transaction():
        actions.forget_finished_jobs(NOW + MINUTE)
    assert [job.kind for job in queries.list_jobs(None, 1).rows] == ["break"]


def test_two_workers_do_every_job_exactly_once(app, register, session):
    # Each job adds a row with its own key: done twice, the second would fail and be seen.
    def add(work) -> None:
        db.session.add(Team(name=f"Team {work.payload['n']}", created_at=work.at))

    done = register("greet", add)
    with transaction():
        for number in range(40):
            actions.queue("greet", {"n": number}, by=BY, at=NOW)
    start = Barrier(2)
    faults: list[BaseException] = []

    def work(name: str) -> None:
        set_may_write(value=False)
        start.wait()
        try:
            with app.app_context():
                while actions.run_next(name, NOW):
                    pass
        except BaseException as fault:  # noqa: BLE001 - the test tells
            faults.append(fault)

    workers = [Thread(target=Context().run, args=(work, f"worker:{number}")) for number in range(2)]
    for thread in workers:
        thread.start()
    for thread in workers:
        thread.join()
    assert faults == []
    assert set(states()) == {JobState.DONE}
    assert len(done) == 40
    assert len(session.scalars(select(Team.name)).all()) == 40
