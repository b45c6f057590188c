"""The values that the components are rendered with: built, not saved, and with everything in them that can occur."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from types import SimpleNamespace as Row
from typing import Any

from wtforms import (
    BooleanField,
    DateField,
    EmailField,
    FileField,
    Form,
    PasswordField,
    RadioField,
    SelectField,
    SelectMultipleField,
    StringField,
    TextAreaField,
    validators,
)
from wtforms.widgets import CheckboxInput, ListWidget

from app.domain.ladder import Source
from app.infra.templating import KIND_LABELS


@dataclass(frozen=True)
class Case:
    """Template source, the values it gets, and pieces of text that the result must hold."""

    source: str
    expected: tuple[str, ...]
    values: Mapping[str, Any] = field(default_factory=dict)


class ManySelectField(SelectMultipleField):
    """Boxes, one a line."""

    widget = ListWidget(prefix_label=False)
    option_widget = CheckboxInput()


class SampleForm(Form):
    """One field of every sort."""

    title = StringField("What happened?", [validators.InputRequired("Say what happened.")])
    email = EmailField("E-mail")
    narrative = TextAreaField("In your words", [validators.Length(max=10, message="Keep it to ten characters.")])
    kind = RadioField("Kind", choices={k: KIND_LABELS[k] for k in ("incident", "training")})
    level = SelectField("Level", choices={"L1": "L1", "L2": "L2"})
    shows = ManySelectField("Shows", choices={"swe.a": "Coaches", "swe.b": "Leads <design>"})
    occurred_on = DateField("Day")
    agree = BooleanField("I have read it")
    password = PasswordField("Password")
    paper = FileField("File")


class _Sent(dict[str, list[str]]):
    getlist = dict.__getitem__


def refused_form() -> SampleForm:
    """Return a form that was sent with two faults."""
    sent = {"narrative": ["far too <b>long</b>"], "kind": ["incident"], "shows": ["swe.a"], "level": ["L2"]}
    form = SampleForm(_Sent(sent))
    form.validate()
    return form


TODAY = datetime(2026, 11, 21, 9, 30, tzinfo=UTC)
CITED = Source(file="software-engineer.md", quote="coach/mentor junior engineers within their team")
PIECE = Row(
    title="Paired on <tax> rounding",
    href="/evidence/1",
    kind="mentoring_log",
    on=date(2026, 6, 29),
    began_on=date(2026, 6, 1),
    ref="E-55",
    note="Confirmed by Chioma Eze",
    shows=[Row(level="L3", level_rank=3, text="Coaches or mentors junior engineers.", line="She owns rounding now.")],
    states=[("accepted", "Shared"), ("waiting", "Waiting for a voice"), ("private", "Private")],
    remarks=["Confirmed by Chioma Eze"],
    counts_until=date(2027, 12, 28),
    is_ending=True,
    ask_href="/evidence/1/ask",
    ends_on=None,
    is_confirmed=True,
)


def entry(text: str, status: str | None = None, mark: str = "", *, is_open: bool = False) -> Row:
    """Return one expectation as the matrix shows it."""
    return Row(id="swe.x", text=text, href="#x", status=status, mark=mark, is_open=is_open)


def levels(number: int) -> list[Row]:
    """Return the levels of a ladder of that many rungs; the second is held."""
    places = {2: "held", 3: "next"}
    return [
        Row(
            id=f"L{n}",
            rank=n,
            note="Leads design",
            place=places.get(n, ""),
            href=f"/ladders/x/L{n}",
            switch_href=f"?level={n}",
        )
        for n in range(1, number + 1)
    ]


MATRIX_ROWS = [
    Row(name="Delivery", cells=[[entry("Completes tasks.", "banked")], [], [entry("Designs.", "met", "house")], []]),
    Row(name="Leadership", cells=[[], [], [entry("Coaches.", "unproven", is_open=True)], [entry("Represents.")]]),
]
EXPECTATION = Row(
    id="swe.coach-juniors", text="Coaches or mentors junior engineers in the team.", level="L3", level_rank=3,
    competency="Leadership & mentoring", axes=["Breadth of responsibility"], sources=[CITED], origin="document",
    note="", examples=["Pairing over a quarter"], counter_examples=["One talk"], status="unproven",
    counts="Mentoring log or peer feedback, not older than 18 months.",
    needs=[(True, "1 voice"), (False, "1 of 2 pieces")], pieces=[PIECE],
)  # fmt: skip
ANSWERED = Row(
    id="swe.coach-juniors", text="Coaches or mentors junior engineers.", answer="met", words="Chioma <owns> it.",
    is_needed=True, answer_name="answer-swe.coach-juniors", words_name="words-swe.coach-juniors", pieces=[PIECE],
    rule="1 of 2 pieces", link_href="/evidence/", whose="Your evidence", label="In your words",
    hint="Two sentences are enough.", answer_errors=[], words_errors=["Say more."],
)  # fmt: skip
COMPARED = Row(
    id="swe.lead-design-discussions", text="Leads technical-design discussions.",
    where="Leadership, L3", gap="Two steps apart",
    mine="exceeded", theirs="partly_met", my_words="Refund ordering.", their_words="",
    pieces=[], rule="2 pieces, 214 days apart",
    note=Row(
        carried=[("shown-note", "0f")], field_id="note-swe.lead-design-discussions", label="What you agree on",
        about="Leads technical-design discussions.", words="We read the <minutes>.", stored="We read the <minutes>.",
        who="Tomasz Wieczorek", at=TODAY, errors=["A note has at most 4000 characters."], can_write=True,
    ),
)  # fmt: skip
SETTLED_NOTE = Row(
    **{**vars(COMPARED.note), "field_id": "note-whole", "label": "Agreed", "can_write": False, "errors": []}
)
EMPTY_NOTE = Row(
    **{**vars(COMPARED.note), "field_id": "note-swe.c", "words": "", "stored": "", "at": None,
       "errors": []}
)  # fmt: skip
APART = Row(**{**vars(COMPARED), "id": "swe.b", "mine": "no_opportunity", "theirs": None, "note": None})
ALONE = Row(**{**vars(COMPARED), "id": "swe.c", "theirs": None, "note": EMPTY_NOTE, "rule": ""})
SIGNED = Row(
    name="Amara <D>", part="Engineer", state="signed", at=TODAY, refusal="", holds=True, href="",
    take_back_href="/assessments/7/self/take-back",
)  # fmt: skip
REFUSED = Row(
    **{**vars(SIGNED), "state": "refused", "refusal": "May is <missing>.", "holds": False, "take_back_href": ""}
)
UNSIGNED = Row(**{**vars(SIGNED), "state": "open", "at": None, "href": "/assessments/7/manager/sign",
                  "take_back_href": ""})  # fmt: skip
BLOCKER = Row(
    status="partly_met", title="Influences <architecture>.", href="/ladders/x", where="Design, L3",
    why="Rated “partly” on 12 September.", unblock="A second piece.", more="1 of 2 pieces logged",
    plan_href="/growth/new",
    act=Row(label="Ask for a rating", href="/assessments/ask", icon="assess", post=True, fields=[("id", "7")]),
)  # fmt: skip
LINKED = Row(**{**vars(BLOCKER), "act": Row(label="Log evidence", href="/evidence/", icon="plus", post=False)})
SPOKEN = Row(**{**vars(BLOCKER), "act": None, "more": "", "unblock": ""})
COMPETENCIES = [Row(name="Delivery", short="Deliv."), Row(name="Leadership & mentoring", short="Lead")]
TEAM = [
    Row(
        name="Amara <D>", href="/people/1", note="On leave", held=Row(id="L2", rank=2), target=Row(id="L3", rank=3),
        since="Feb 2025",
        cells=[Row(status="met", note="", href="/c"), Row(status="unproven", note="1 of 2", href="/c")],
        verdict="not_yet", words="3 missing of 20", looked="9 days ago", is_late=False,
    ),
    Row(
        name="Yusuf Karadağ", href="/people/2", note="", held=Row(id="L4", rank=4), target=None, since="",
        cells=[Row(status="banked", note="", href=""), Row(status="none", note="", href="")],
        verdict=None, words="Top of this ladder", looked="126 days ago", is_late=True,
    ),
]  # fmt: skip
GOALS = [
    Row(
        id="swe.coach-juniors", text="Coaches <juniors>.", where="Leadership, L3", href="/l/coach", status="unproven",
        state="open",
        words="In my words", unblock="One more piece.",
        actions=[
            Row(id=7, words="Write <it>", due_on=date(2026, 11, 26), is_done=False, is_pressing=True, is_overdue=True),
            Row(id=8, words="Talk", due_on=None, is_done=True, is_pressing=False, is_overdue=False),
        ],
    ),
    Row(
        id="gone", text="Leads.", where="Not asked", href="", status="met", state="reached", words="", unblock="",
        actions=[],
    ),
]  # fmt: skip
WAIVER = Row(
    text="Leads <talks>.", where="Leadership", state="Refused", tone="warn", reason="Not <here>.", words="Others do.",
    history=[(datetime(2026, 11, 3, 9, tzinfo=UTC), "Ruth refused")],
    acts=[Row(label="Approve or refuse", href="/waivers/1/hr")],
)  # fmt: skip
STANDING = Row(
    name="Leadership",
    rows=[
        Row(
            text="Coaches <juniors>.",
            href="/l/coach",
            status="unproven",
            level="L3",
            is_required=False,
            why="Rated “met”, but 1 of 2 pieces counts.",
            has_old_rating=True,
            self_remark="Own rating: “met”",
            has="1 of 2 pieces",
            left_out="1 is too old",
            needs="2 pieces of the last 548 days",
        ),
        Row(
            text="Leads.",
            href="/l/lead",
            status="banked",
            level="L2",
            is_required=True,
            why="Covered by L2, which is held.",
            has_old_rating=False,
            self_remark="",
            has="",
            left_out="",
            needs="",
        ),
    ],
)

RECORDED = Row(
    seq=12,
    at=datetime(2026, 11, 21, 10, 0, 7, tzinfo=UTC),
    time="10:00:07",
    parts=[Row(text="Ruth <Okonjo>", is_name=True, person_id=None), Row(text=" added a team", is_name=False)],
    is_refusal=True,
    address="10.1.2.3",
    details=[("Tag", "people:team:add")],
)


def work(state: str, **changed: object) -> Row:
    """Return a job as the list shows it."""
    usual: dict[str, object] = {
        "state": state,
        "tone": "",
        "is_running": False,
        "done": 0,
        "total": None,
        "next_at": None,
        "attempts": 0,
        "error": "",
    }
    return Row(**(usual | changed))
