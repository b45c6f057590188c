"""The result as a file: what the page shows, of this assessment alone, for whoever may read all of it."""

from __future__ import annotations

import io

from pypdf import PdfReader
from sqlalchemy import select

from app.assessment.models import WHOLE
from app.audit.models import AuditEvent
from app.infra.unit_of_work import transaction
from app.people.actions import set_manager
from tests.assessment.conftest import OPEN_AT_L3, open_for, submit
from tests.assessment.result_cases import COACH, address, pdf_text, refuse, reveal, sign, write
from tests.conftest import NOW
from tests.factories.assessments import make_assessment
from tests.factories.people import SYSTEM

MET = dict.fromkeys(OPEN_AT_L3, "met")
HOSTILE = '#include "/etc/passwd" *bold* $x$ <b>& \\u{41}'


def test_the_file_says_what_the_page_says(cast, client_for, session):
    found = reveal(cast, own=MET | {COACH: "exceeded"}, own_words="Hers: Nguyễn Thị Minh Khai", their_words=HOSTILE)
    make_assessment(
        cast.subject, cast.edition, "L2", manager=cast.manager, own={"swe.self-sufficient": "met"},
        theirs={"swe.self-sufficient": "met"}, own_on=NOW.date(), theirs_on=NOW.date(),
        comments={"self": "OTHER-OWN", "manager": "OTHER-THEIRS"},
    )  # fmt: skip
    write(found, COACH, "We read the minutes.", cast.subject)
    write(found, WHOLE, "A good year.", cast.manager)
    sign(found, "self", cast.subject)
    refuse(found, "manager", cast.manager, "Not in these words.")
    page = client_for(cast.manager).get(address(found, "result.pdf"))
    text = pdf_text(page)
    for words in (
        "Assessment of Amara Diallo for L3", "Software Engineer 1.0.0", "Where they differ", "Exceeded",
        "Hers: Nguyễn Thị Minh Khai", "We read the minutes.", "Last written by Amara Diallo on 21 November 2026",
        "A good year.", "Signed on 21 November 2026", "Does not sign", "Not in these words.", "Page 1 of",
        "Coaches or mentors junior engineers in the team.", '#include "/etc/passwd" *bold*',
    ):  # fmt: skip
        assert words in text, words
    assert "OTHER" not in text
    assert "You" not in text.split()
    assert page.headers["Content-Disposition"] == 'attachment; filename="assessment-result-2026-11-21.pdf"'
    assert page.headers["Cache-Control"] == "no-store"
    row = session.scalars(select(AuditEvent).where(AuditEvent.tag == "assessment:result:export")).one()
    assert (row.actor_id, row.object_id, row.details) == (cast.manager.id, found.id, "{}")


def test_the_same_result_gives_the_same_bytes_to_everybody(cast, client_for):
    found = reveal(cast)
    files = [client_for(one).get(address(found, "result.pdf")).response.get_data() for one in (cast.subject, cast.hr)]
    assert files[0] == files[1]
    assert files[0].startswith(b"%PDF-")
    meta = PdfReader(io.BytesIO(files[0])).metadata
    assert meta.title == "Assessment of Amara Diallo for L3"
    assert meta.creation_date == NOW


def test_odd_and_endless_texts_break_no_file(cast, client_for):
    found = reveal(cast, own_words="x" * 4000, their_words="שלום \U0001f9d7\U0001f3fd مرحبا " + "word " * 700)
    write(found, COACH, "line\n" * 700, cast.subject)
    text = pdf_text(client_for(cast.subject).get(address(found, "result.pdf")))
    assert text.count("line") >= 700
    assert "[person climbing]" in text
    assert text.count("x") >= 4000


def test_a_sealed_assessment_gives_no_file_to_anybody(cast, client_for, session):
    found = open_for(cast.subject)
    submit(found, "self", cast.subject)
    for person in (cast.subject, cast.manager, cast.head, cast.hr, cast.peer, cast.admin):
        assert client_for(person).get(address(found, "result.pdf")).status == 404
        assert client_for(person).get(address(found, "result")).status == 404
    assert not session.scalars(select(AuditEvent).where(AuditEvent.tag == "assessment:result:export")).all()


def test_a_former_manager_who_did_not_sign_gets_no_file(cast, client_for):
    found = reveal(cast)
    with transaction():
        set_manager(cast.subject, cast.next_manager, from_on=NOW.date(), by=SYSTEM, at=NOW)
    assert client_for(cast.manager).get(address(found, "result.pdf")).status == 404
    assert client_for(cast.next_manager).get(address(found, "result.pdf")).status == 200
    for person in (cast.peer, cast.admin):
        assert client_for(person).get(address(found, "result.pdf")).status == 404


def test_two_hundred_short_lines_lose_none_of_them_at_the_foot_of_a_page(cast, client_for):
    lines = "\n".join(f"c{number}." for number in range(200))
    found = reveal(cast, own=MET | {COACH: "exceeded"}, own_words=lines, their_words=lines.replace("c", "t"))
    write(found, COACH, lines.replace("c", "n"), cast.subject)
    sign(found, "self", cast.subject)
    refuse(found, "manager", cast.manager, lines.replace("c", "r"))
    said = pdf_text(client_for(cast.manager).get(address(found, "result.pdf"))).split()
    for letter, times in (("c", 5), ("t", 5), ("n", 1), ("r", 1)):
        for number in range(200):
            assert said.count(f"{letter}{number}.") == times, (letter, number)
