"""Letters about what waits: one at once, and one a day. Both are composed from what still waits when they are sent.

The daily letter goes out on working days from seven in the morning, in the company's time zone, and only when something
waits of which the person wants to hear daily.
"""

from __future__ import annotations

import json
import uuid
from collections.abc import Sequence
from contextlib import AbstractContextManager
from datetime import date, timedelta
from urllib.parse import urlsplit

from flask import current_app

from app.auth.queries.accounts import find_enterable
from app.home.tasks import Task, task_of
from app.infra.clock import local, now, today
from app.infra.templating import counted
from app.infra.unit_of_work import transaction
from app.jobs import kinds as jobs
from app.jobs.kinds import Work
from app.notices import kinds as notices
from app.notices import queries
from app.notices.actions import DAILY, WAITING, drop_stale, write_daily
from app.notices.kinds import Letter
from app.notices.models import Hearing, Mail
from app.notices.sources import Waiting
from app.notices.transport import mail_is_on
from app.people.models import Person
from config import Settings

DAILY_JOB = "home.daily_letters"
FROM_HOUR = 7
WORKING_DAYS = 5
AT_A_TIME = 200
TOLD_WITHIN = timedelta(days=2)
"""A letter “at once” that could not be sent for so long says nothing new: the daily one, or the inbox, has told it."""


def _settings() -> Settings:
    settings: Settings = current_app.config["SETTINGS"]
    return settings


def compose_waiting(mail: Mail) -> Letter | None:
    """Write of one thing that waits; None when it waits no more, or its person cannot sign in."""
    found = find_enterable(mail.person_id, today())
    if found is None or now() - mail.created_at > TOLD_WITHIN:
        return None
    about = json.loads(mail.payload)
    with _links():
        waiting = queries.find_waiting(mail.person_id, about["kind"], uuid.UUID(about["object"]), today())
    return _letter(found[1], waiting.text, [waiting], "mail/waiting.txt") if waiting else None


def compose_daily(mail: Mail) -> Letter | None:
    """Write of everything that waits and is wanted daily; None when nothing of it waits any more."""
    found = find_enterable(mail.person_id, today())
    if found is None or date.fromisoformat(json.loads(mail.payload)["on"]) != today():
        return None
    kinds = [kind for kind, hearing in queries.hearings_of(mail.person_id).items() if hearing is Hearing.DAILY]
    with _links():
        waiting = queries.list_waiting(mail.person_id, today(), kinds=kinds)
    subject = f"{counted(len(waiting), 'thing waits', 'things wait')} for you in Belay"
    return _letter(found[1], subject, waiting, "mail/daily.txt") if waiting else None


def _links() -> AbstractContextManager[object]:
    """Give the worker, which answers no request, the addresses of pages as requests have them."""
    return current_app.test_request_context(base_url=_settings().base_url)


def _letter(person: Person, subject: str, waiting: Sequence[Waiting], template: str) -> Letter:
    base = urlsplit(_settings().base_url)
    site = f"{base.scheme}://{base.netloc}"
    told: list[tuple[Task, str]] = [(task_of(one, today()), f"{site}{one.href}") for one in waiting]
    text = current_app.jinja_env.get_template(template)
    body = text.render(name=person.name, told=told, choose=f"{_settings().base_url}/account/notices")
    return Letter(person.name, person.email, subject, body)


def _write_daily_letters(work: Work) -> None:
    """Queue today's letters in steps; a step that is done again finds nobody twice."""
    moment = local(work.at)
    if not mail_is_on(_settings()):
        return
    with transaction():
        drop_stale(work.at - TOLD_WITHIN)
    if moment.weekday() >= WORKING_DAYS or moment.hour < FROM_HOUR:
        return
    done = 0
    while True:
        with transaction():
            people = queries.list_people_to_write_to(moment.date(), limit=AT_A_TIME)
            for person_id in people:
                write_daily(person_id, moment.date(), by=work.by, at=work.at)
        done += len(people)
        work.progress(done)
        if len(people) < AT_A_TIME:
            return


def register() -> None:
    """Join the letters to the outbox, and the daily round to the queue."""
    notices.register_kind(WAITING, compose_waiting, label="Something waits")
    notices.register_kind(DAILY, compose_daily, label="Daily mail")
    jobs.register_kind(DAILY_JOB, _write_daily_letters, label="Daily mail", in_steps=True)
    jobs.register_periodic(DAILY_JOB, timedelta(hours=1))
