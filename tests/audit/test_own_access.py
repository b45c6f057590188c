"""One's own access record: who did what about oneself."""

from __future__ import annotations

from app.audit.actions import Author, log
from app.audit.tags import Tag
from app.infra.unit_of_work import transaction
from tests.conftest import NOW
from tests.factories.people import SYSTEM, make_person

OWN = "/account/access"


def note(tag: Tag, *, by: Author = SYSTEM, subject=None, **details) -> None:
    with transaction():
        log(tag, by=by, at=NOW, subject_id=subject.id if subject else None, **details)


def sentences(page) -> list[str]:
    return [" ".join("".join(one.find(".//{*}p").itertext()).split()) for one in page.all("li", class_="record-row")]


def test_what_others_did_is_shown_with_who_and_when(client_for):
    amara, ruth, ffion = make_person("Amara Diallo"), make_person("Ruth Okonjo"), make_person("Ffion Prydderch")
    note(Tag.LEVEL_GRANTED, by=Author(ruth.id), subject=amara, ladder="software-engineer", level="L2")
    note(Tag.REFUSED, by=Author(ffion.id), subject=amara, permission="person:read")
    note(Tag.LEVEL_GRANTED, by=Author(ruth.id), subject=ffion, ladder="software-engineer", level="L4")
    page = client_for(amara).get(OWN)
    assert sentences(page)[:2] == [
        "Ffion Prydderch tried to open or change something about you, and could not. Refused",
        "Ruth Okonjo recorded your level: L2.",
    ]
    assert "L4" not in page.words("main")
    assert page.all("details", class_="record-details") == []


def test_own_acts_are_left_out_until_asked_for(client_for):
    amara = make_person("Amara Diallo")
    client = client_for(amara)
    assert not [one for one in sentences(client.get(OWN)) if one.startswith("You ")]
    assert "You signed in." in sentences(client.get(f"{OWN}?who=all"))


def test_acts_without_words_for_the_subject_stay_out(client_for):
    amara = make_person("Amara Diallo")
    note(Tag.TEAM_ADDED, subject=amara)
    assert not [one for one in sentences(client_for(amara).get(OWN)) if "team" in one]


def test_refusal_of_somebody_elses_page_is_not_told_to_a_third(client_for):
    amara, ffion = make_person("Amara Diallo"), make_person("Ffion Prydderch")
    sten = make_person("Sten Stranger")
    assert client_for(ffion).get(f"/people/{amara.id}").status == 404
    assert "Ffion" in client_for(amara).get(OWN).words("main")
    assert "Ffion" not in client_for(sten).get(OWN).words("main")


def test_long_record_is_turned_without_leaving_the_choice(client_for):
    amara = make_person("Amara Diallo")
    for _ in range(51):
        note(Tag.SIGN_IN, by=Author(amara.id), subject=amara)
    client = client_for(amara)
    page = client.get(f"{OWN}?who=all")
    older = next(one.get("href") for one in page.all("a", rel="next"))
    assert "who=all" in older
    assert client.get(older).status == 200


def test_nobody_signed_out_gets_there(client_for):
    assert client_for(None).get(OWN).status == 302
