"""Sealed where rows are fetched: in every phase and for everybody, the database itself hands over no word of it.

Each person opens every page that leads to or past an assessment, sends what scripts and forms send, and gets their
letters. What they were answered, and every row that was fetched for it, is searched for the words of both sides.
"""

from __future__ import annotations

import io
from datetime import date, timedelta

import pytest
from pypdf import PdfReader
from sqlalchemy import select

from app.assessment import actions, queries
from app.assessment.models import Side
from app.audit.models import AuditEvent
from app.home import letters
from app.infra.clock import now, today
from app.infra.db import Base
from app.infra.unit_of_work import transaction
from app.notices import actions as notices
from app.notices.sources import every_source
from app.people import actions as people
from tests.access.world import Visitor
from tests.assessment.conftest import OPEN_AT_L3, by, draft, entries, open_for, submit
from tests.assessment.fetched import recording
from tests.conftest import NOW
from tests.factories.assessments import make_evidence, make_waiver
from tests.factories.people import AT, SYSTEM, make_person

HERS, HIS = "canary-of-the-engineer", "canary-of-the-manager"
RATED = {HERS: "exceeded", HIS: "partly_met"}
COMMON = "Zebrafinch"
"""A word in both texts, to search for: the page repeats what was searched for, and may not lead to the rest."""
WRITERS = {HERS: {"subject"}, HIS: {"manager"}}
READERS = {"subject", "manager", "head", "hr"}
MAY_READ = {
    "nothing in": WRITERS,
    "self in": WRITERS,
    "manager in": WRITERS,
    "self not given": WRITERS | {HIS: READERS},
    "manager not given": WRITERS | {HERS: READERS},
    "called off": WRITERS,
    "handed over as a draft": WRITERS | {HIS: set()},
    "handed over when in": WRITERS | {HIS: {"former"}},
    "revealed": {HERS: READERS, HIS: READERS},
}
"""Who may read the words of which side, in each phase."""
IN = {"self in": HERS, "manager in": HIS, "self not given": HIS, "manager not given": HERS, "handed over when in": HIS}


@pytest.fixture
def roles(cast):
    """Return everybody by their part; a line manager before the present one never took part."""
    former = make_person("Milan Former", manager=cast.head)
    with transaction():
        people.set_manager(cast.subject, former, from_on=date(2025, 3, 3), by=SYSTEM, at=AT)
        people.set_manager(cast.subject, cast.manager, from_on=date(2026, 6, 1), by=SYSTEM, at=AT)
    make_evidence(cast.subject, *OPEN_AT_L3, on=date(2026, 9, 1), confirmed_by=cast.peer)
    make_waiver(cast.subject, OPEN_AT_L3[1], manager=cast.manager, hr=cast.hr)
    return {
        "subject": cast.subject,
        "manager": cast.manager,
        "head": cast.head,
        "hr": cast.hr,
        "former": former,
        "peer": cast.peer,
        "admin": cast.admin,
    }


def bring_to(phase, roles, cast, clock):
    """Return an assessment in a phase; in the end, `roles` says who holds which part."""
    found = open_for(cast.subject)
    for side, author, word in (("self", cast.subject, HERS), ("manager", cast.manager, HIS)):
        is_in = phase == "revealed" or IN.get(phase) == word
        (submit if is_in else draft)(found, side, author, entries(RATED[word], words=f"{COMMON} {word}"))
    if phase.startswith("handed over"):
        with transaction():
            people.set_manager(cast.subject, cast.next_manager, from_on=NOW.date(), by=SYSTEM, at=AT)
        roles |= {"manager": cast.next_manager, "former": cast.manager}
    if phase.endswith("not given"):
        with transaction():
            actions.remind(queries.get_assessment(found.id), by=by(cast.hr), at=now())
        clock.stand_still(NOW + timedelta(days=15))
        with transaction():
            side = Side(phase.partition(" ")[0])
            actions.close_side(queries.get_assessment(found.id), side, by=by(cast.hr), at=now())
    if phase == "called off":
        with transaction():
            actions.call_off(queries.get_assessment(found.id), by=by(cast.subject), at=now())
    return found


def addresses(roles, found):
    """Return every page that leads to or past an assessment, its evidence and what follows from it."""
    below = ("", "/result", "/result.pdf", "/due", "/call-off", "/manager/anew")
    of_sides = [f"/{side}/{act}" for side in ("self", "manager") for act in ("draft", "sign", "close")]
    subject = f"/people/{roles['subject'].id}"
    of_person = ("", "/assessments", "/standing", "/evidence", "/growth", "/growth/new", "/waivers", "/board")
    return [
        *(f"/assessments/{found.id}{one}" for one in (*below, *of_sides)),
        *(f"{subject}{one}" for one in (*of_person, "/waivers/manager", "/waivers/hr")),
        *(f"/people/{roles[name].id}{one}" for name in ("manager", "head") for one in ("", "/board")),
        *("/", "/inbox", "/assessments/", "/evidence/", "/evidence/new", "/evidence/asked", "/evidence/compose"),
        *("/people/", "/people/board", "/people/growth", f"/search?q={COMMON}", "/search?q=canary", "/account/access"),
        *("/account/notices", "/ladders/software-engineer", f"/ladders/software-engineer/expectations/{OPEN_AT_L3[0]}"),
        *("/admin/", "/admin/audit", "/admin/mail", "/admin/jobs", f"/admin/accounts/{roles['subject'].id}"),
        f"/assessments/{found.id}/nowhere",
    ]


def sends(found):
    """Return what is posted: autosaves with words of the sender's own, stale sheets, incomplete ones, notes."""
    sheet = {"version": "0", "window": "x", "sequence": "1", f"words-{OPEN_AT_L3[0]}": "probing"}
    acts = [(f"/{side}{act}", sheet) for side in ("self", "manager") for act in ("/draft", "", "/submit")]
    acts += [("/notes", {f"note-{OPEN_AT_L3[0]}": "probing", "version": "9"})]
    acts += [
        (f"/{side}/{act}", {"seen": "x", "reason": ""}) for side in ("self", "manager") for act in ("sign", "refuse")
    ]
    return [(f"/assessments/{found.id}{act}", fields) for act, fields in acts]


PDF = "application/pdf"


def all_answers(visitor, roles, found):
    """Return everything that somebody is answered, headers included; files are read. No HTML is checked, for speed."""
    answers = [visitor.ask("GET", one) for one in addresses(roles, found)]
    for accept in ("text/html", "application/json"):
        answers += [visitor.ask("POST", at, fields, headers={"Accept": accept}) for at, fields in sends(found)]
    texts = [one.get_data().decode(errors="replace") + str(one.headers) for one in answers]
    papers = [PdfReader(io.BytesIO(one.get_data())) for one in answers if one.mimetype == PDF]
    return "\n".join([*texts, *(sheet.extract_text() for paper in papers for sheet in paper.pages)])


def all_letters(person, found, subject):
    """Return the letters that somebody gets now: of each kind of thing at once, and the daily one."""
    with transaction():
        mails = [
            notices.put(notices.WAITING, person.id, {"kind": source.kind, "object": about}, by=SYSTEM, at=now())
            for source in every_source()
            for about in (found.id, subject.id)
        ]
        daily = notices.write_daily(person.id, today(), by=SYSTEM, at=now())
    written = [*(letters.compose_waiting(one) for one in mails), letters.compose_daily(daily)]
    return "\n".join(f"{one.subject}\n{one.body}" for one in written if one is not None)


@pytest.mark.parametrize("phase", MAY_READ)
def test_neither_an_answer_nor_a_fetched_row_holds_a_word_of_a_sealed_side(
    app, cast, roles, clock, monkeypatch, session, caplog, phase
):
    found = bring_to(phase, roles, cast, clock)
    for name, person in roles.items():
        visitor = Visitor(app, person)
        with recording(monkeypatch) as fetched:
            seen = all_answers(visitor, roles, found)
            seen += all_letters(person, found, roles["subject"])
        assert len(fetched.asked) > 100, "nothing was recorded"
        for word, rating in RATED.items():
            if name in MAY_READ[phase][word]:
                assert word in seen, f"{name} does not find {word}, {phase}"
                assert fetched.holding(word), "the recording misses rows"
                assert fetched.answers_of(rating), "the recording misses answers"
                continue
            assert word not in seen, f"{name} found {word}, {phase}"
            assert fetched.holding(word) == [], f"fetched for {name}: {word}, {phase}"
            assert fetched.answers_of(rating) == [], f"fetched for {name}: the ratings of {word}, {phase}"
            assert not [one for one in fetched.asked if word in one]
    assert not [word for word in (HERS, HIS) if word in caplog.text]
    assert tables_holding(session, HERS) == tables_holding(session, HIS) == {"assessment_answer"}
    assert not {word for row in session.scalars(select(AuditEvent.details)) for word in (HERS, HIS) if word in row}


def tables_holding(session, word):
    """Return the tables in which a word stands at all: the audit, outbox, queue and search index are none of them."""
    return {
        table.name
        for table in Base.metadata.sorted_tables
        for row in session.execute(select(table))
        if any(word in str(cell) for cell in row)
    }
