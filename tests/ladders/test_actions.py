"""Publishing and adopting: what never changes, what supersedes what, and what the audit keeps."""

import hashlib
import json
from datetime import date

import pytest
from sqlalchemy import func, select, text
from sqlalchemy.exc import DatabaseError

from app.audit.models import AuditEvent
from app.audit.queries import verify_chain
from app.domain.errors import IncompleteError, InvalidError, NotAllowedNowError
from app.infra.db import writing
from app.infra.unit_of_work import transaction
from app.ladders import actions
from app.ladders.actions import publish_version
from app.ladders.content import content_hash
from app.ladders.models import LadderAdoption, LadderVersion
from app.ladders.queries import find_adopted, get_edition
from tests.factories.editions import (
    AT,
    ENGINEER,
    ENGINEER_HOUSE,
    SUPPORT,
    SYSTEM,
    adopt,
    adopted,
    load,
    next_version,
    publish,
)
from tests.factories.people import make_person

REWORDED = ("Delivers moderately complex features.", "Delivers features of medium size.")


def count(session, model):
    return session.scalar(select(func.count()).select_from(model))


def test_a_published_version_proves_itself_by_its_hashes(session):
    edition = publish()
    row = session.get_one(LadderVersion, edition.id)
    assert row.file_hash == hashlib.sha256(ENGINEER.encode()).hexdigest()
    assert row.content_hash == hashlib.sha256(row.content.encode()).hexdigest() == content_hash(edition.ladder)
    assert (row.ladder, row.version, row.lineage) == ("software-engineer", "1.0.0", "software-engineer")


def test_every_expectation_is_stored_with_its_evidence_rule(session):
    edition = publish()
    content = json.loads(session.get_one(LadderVersion, edition.id).content)
    rules = {e["id"]: e["evidence"] for e in content["expectations"]}
    assert rules["swe.coach-juniors"]["span_days"] == 180
    assert all(set(rule) == set(rules["swe.coach-juniors"]) for rule in rules.values())


def test_a_version_read_back_is_the_ladder_that_was_published(app, monkeypatch):
    edition = publish(SUPPORT)
    monkeypatch.setattr("app.ladders.queries._known", {})
    assert get_edition(edition.id).ladder == load(SUPPORT).ladder


def test_publishing_the_same_content_again_changes_nothing(session):
    first = publish()
    with transaction():
        again = publish_version(load("# a remark\n" + ENGINEER), file=b"other bytes", by=SYSTEM, at=AT)
    assert (again.edition.id, again.is_new) == (first.id, False)
    assert (count(session, LadderVersion), count(session, AuditEvent)) == (1, 1)


def test_a_version_with_another_content_is_refused(session):
    publish()
    with pytest.raises(InvalidError, match="never changes; give the file a new version"):
        publish(next_version(ENGINEER, "1.0.0", *REWORDED))
    assert count(session, LadderVersion) == 1


def test_a_later_version_stands_beside_the_earlier_one(session):
    publish()
    later = publish(next_version(ENGINEER, "1.0.1", *REWORDED))
    assert later.ladder.expectation("swe.moderate-features").text == REWORDED[1]
    assert count(session, LadderVersion) == 2


def test_an_overlay_needs_its_base_published(app):
    base = load(ENGINEER).ladder
    loaded = actions.LoadedLadder(
        ladder=_overlay_on(base), file="overlay.yaml", text=ENGINEER_HOUSE, content_hash="0" * 64
    )
    with pytest.raises(IncompleteError, match="which is not published"), transaction():
        publish_version(loaded, file=b"", by=SYSTEM, at=AT)


def _overlay_on(base):
    from app.ladders.loader import load_ladder_text

    known = {(base.slug, base.version): base}
    return load_ladder_text(ENGINEER_HOUSE, file="overlay.yaml", parents=known).ladder


def test_an_overlay_is_stored_resolved_and_shares_the_lineage_of_its_base(session):
    publish()
    overlay = publish(ENGINEER_HOUSE)
    row = session.get_one(LadderVersion, overlay.id)
    assert (row.ladder, row.lineage) == ("software-engineer+house", "software-engineer")
    assert len(json.loads(row.content)["expectations"]) == 32


def test_publishing_while_somebody_else_publishes_the_same_is_refused_in_words(app, monkeypatch):
    publish()
    monkeypatch.setattr(actions, "find_edition", lambda *_: None)
    with pytest.raises(NotAllowedNowError, match="Somebody else has just published"):
        publish()


def test_adopting_while_somebody_else_adopts_from_the_same_day_is_refused_in_words(session, monkeypatch):
    edition = adopted(from_on=date(2027, 1, 1))
    later = publish(next_version(ENGINEER, "1.0.1", *REWORDED))
    monkeypatch.setattr(actions, "find_live_adoption", lambda *_: None)
    with pytest.raises(NotAllowedNowError, match="Somebody else has just adopted"):
        adopt(later, date(2027, 1, 1))
    assert session.scalars(select(LadderAdoption.ladder_version_id)).all() == [edition.id]


@pytest.mark.parametrize("statement", ["UPDATE ladder_version SET title = 'Another'", "DELETE FROM ladder_version"])
def test_the_database_itself_refuses_to_change_or_delete_a_version(session, statement):
    publish()
    session.rollback()
    with writing(), pytest.raises(DatabaseError, match="A published ladder version never changes"):
        session.execute(text(statement))
    session.rollback()
    assert session.scalar(select(LadderVersion.title)) == "Software Engineer"


def test_an_adopted_version_counts_from_its_day(app):
    old = adopted(from_on=date(2026, 1, 1))
    new = publish(next_version(ENGINEER, "1.0.1", *REWORDED))
    adopt(new, date(2027, 1, 1))
    assert find_adopted("software-engineer", date(2026, 12, 31)).id == old.id
    assert find_adopted("software-engineer", date(2027, 1, 1)).id == new.id


def test_before_the_first_adoption_its_version_counts_already(app):
    edition = adopted(from_on=date(2027, 1, 1))
    assert find_adopted("software-engineer", date(2020, 1, 1)).id == edition.id


def test_a_later_adoption_for_the_same_day_supersedes_and_keeps_the_earlier_row(session):
    adopted(from_on=date(2027, 1, 1))
    new = publish(next_version(ENGINEER, "1.0.1", *REWORDED))
    adopt(new, date(2027, 1, 1))
    rows = session.scalars(select(LadderAdoption).order_by(LadderAdoption.superseded_at.is_(None))).all()
    assert [row.superseded_at for row in rows] == [AT, None]
    assert find_adopted("software-engineer").id == new.id


def test_adopting_the_same_again_changes_nothing(session):
    edition = adopted(from_on=date(2027, 1, 1))
    assert adopt(edition, date(2027, 1, 1)) is False
    assert count(session, LadderAdoption) == 1


def test_an_adopted_overlay_takes_the_place_of_its_base(app):
    adopted()
    overlay = publish(ENGINEER_HOUSE)
    adopt(overlay, date(2026, 11, 21))
    assert find_adopted("software-engineer").ladder.slug == "software-engineer+house"
    assert find_adopted("software-engineer", date(2026, 11, 20)).ladder.slug == "software-engineer"


def test_publishing_and_adopting_leave_audit_rows_and_the_chain_holds(session):
    person = make_person("Ruth Adler")
    edition = publish(by=actions.Author(person.id))
    adopt(edition, date(2027, 1, 1), by=actions.Author(person.id))
    rows = session.scalars(select(AuditEvent).where(AuditEvent.tag.like("ladders:%")).order_by(AuditEvent.seq)).all()
    assert [row.tag for row in rows] == ["ladders:version:publish", "ladders:version:adopt"]
    assert rows[0].object_id == edition.id
    assert {row.actor_id for row in rows} == {person.id}
    assert json.loads(rows[0].details)["file_hash"] == hashlib.sha256(ENGINEER.encode()).hexdigest()
    assert json.loads(rows[1].details)["starts_on"] == "2027-01-01"
    assert verify_chain(session).fault is None
