"""A revealed assessment and what its two people do about it, for the tests of notes, signatures and files."""

from __future__ import annotations

import io
from dataclasses import dataclass

from pypdf import PdfReader

from app.assessment import actions, queries
from app.assessment.models import Side
from app.infra.clock import now
from app.infra.unit_of_work import transaction
from tests.assessment.conftest import OPEN_AT_L3, by, entries, open_for, submit
from tests.client import Form

DESIGN, INFLUENCE, COACH, LEAD, IMPROVE = OPEN_AT_L3


def reveal(cast, own=None, theirs=None, own_words="", their_words=""):
    """Return an assessment for L3 that both have handed in."""
    found = open_for(cast.subject)
    submit(found, "self", cast.subject, entries(own or "met", words=own_words))
    submit(found, "manager", cast.manager, entries(theirs or "met", words=their_words))
    return queries.get_assessment(found.id)


def write(found, key, words, author, shown=""):
    """Write a joint note by the act of the product, on a page that showed the words `shown` there and no more."""
    with transaction():
        row = queries.get_assessment(found.id)
        draft = actions.NoteDraft(words, queries.note_sign(shown))
        return actions.write_notes(row, {key: draft}, version=-1, by=by(author), at=now())


def sign(found, side, author, seen=None):
    """Sign as one side, what is there now unless another digest is named."""
    with transaction():
        row = queries.get_assessment(found.id)
        digest = seen or queries.digest_of(row)
        return actions.sign_result(row, Side(side), seen=digest, by=by(author), at=now())


def refuse(found, side, author, reason="We remember the design review differently."):
    """Record why one side does not sign."""
    with transaction():
        row = queries.get_assessment(found.id)
        digest = queries.digest_of(row)
        return actions.refuse_result(row, Side(side), seen=digest, reason=reason, by=by(author), at=now())


def take_back(found, side, author):
    """Take a signature back."""
    with transaction():
        row = queries.get_assessment(found.id)
        actions.take_signature_back(row, Side(side), by=by(author), at=now())


def address(found, *more):
    """Return an address below an assessment."""
    return "/".join((f"/assessments/{found.id}", *more))


@dataclass
class NoteForm(Form):
    """The form of all notes; `words` goes into one of them."""

    name: str

    def with_values(self, **changed):
        """Return the fields with some replaced, `words` being those of the one note."""
        if "words" in changed:
            changed[self.name] = changed.pop("words")
        return super().with_values(**changed)


def note_form(page, key):
    """Return the form of the notes on a page, set on one of them."""
    form = page.form(ending="/notes")
    name = actions.note_field(key)
    assert name in dict(form.fields), f"no note on {key}"
    return NoteForm(form.action, form.method, form.fields, name)


def pdf_text(page):
    """Return the words of a PDF that was got, spaces folded."""
    reader = PdfReader(io.BytesIO(page.response.get_data()))
    return " ".join(" ".join(one.extract_text() for one in reader.pages).split())
