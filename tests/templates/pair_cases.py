"""The components of a pair's page: sessions, what the two wrote, and what they mean to do."""

from __future__ import annotations

from datetime import UTC, date, datetime
from types import SimpleNamespace as Row

from wtforms import DateField, Form, RadioField, StringField

from tests.templates.samples import Case

AT = datetime(2026, 11, 20, 9, 0, tzinfo=UTC)
LATER = datetime(2026, 11, 20, 9, 30, tzinfo=UTC)
ID = "7d0c1f6e-94a5-4c8c-8f0e-2f6f3f1c0a01"
OTHER_ID = "7d0c1f6e-94a5-4c8c-8f0e-2f6f3f1c0a02"


class _Action(Form):
    words = StringField("What is to be done")
    owner = RadioField("Who does it", validate_choice=False)
    due_on = DateField("Due")


FORM = _Action()
FORM.owner.choices = [("mentee", "I do"), ("mentor", "<Chioma> does")]


def _action(words: str, **more: object) -> Row:
    values = {"id": ID, "owner": "You", "due_on": None, "is_done": False, "is_overdue": False}
    return Row(words=words, **(values | {"is_own": False, "is_carried": False} | more))


PAIR_CASES: dict[str, Case] = {
    "session_list": Case(
        "{% from 'components/session_list.html' import next_session, session_list %}"
        "{% call next_session(3, on, '14:00', 45, '<Room> 4', 'Europe/Berlin') %}"
        "<a href='/s'>Prepare it</a>{% endcall %}"
        "{{ session_list(lines) }}",
        (
            "Tuesday at 14:00",
            "(Europe/Berlin), 45 minutes",
            "&lt;Room&gt; 4",
            "Did it take place?",
            "Took place",
            "Called off",
            "Planned",
        ),
        {
            "on": date(2026, 11, 24),
            "lines": [
                Row(id=ID, number=number, day=date(2026, 11, day), begins="14:00", minutes=45, state=state, words=words)
                for number, day, state, words in (
                    (4, 24, "planned", "Planned"),
                    (3, 20, "planned", "Did it take place?"),
                    (2, 10, "called_off", "Called off"),
                    (1, 3, "held", "Took place"),
                )
            ],
        },
    ),
    "shared_note": Case(
        "{% from 'components/shared_note.html' import private_note, shared_notes %}"
        "{{ shared_notes(notes, me, '<Chioma> Eze', true, 'Notes') }}"
        "{% call private_note('h-own', 'Your note') %}<p>Mine</p>{% endcall %}",
        ("You", "&lt;Chioma&gt; Eze", "May I say &lt;no&gt;?", "changed later", "Take out", "Only you read this"),
        {
            "me": ID,
            "notes": [
                Row(id=ID, author_id=ID, words="May I say <no>?", written_at=AT, changed_at=LATER),
                Row(id=OTHER_ID, author_id=OTHER_ID, words="You may.", written_at=AT, changed_at=AT),
            ],
        },
    ),
    "action_list": Case(
        "{% from 'components/action_list.html' import action_form, action_list %}"
        "{{ action_list(lines, pair_id, '') }}{{ action_form(f, pair_id) }}",
        (
            "Write the &lt;outline&gt;",
            "was meant for",
            "still worth doing?",
            "from an earlier session",
            "Not done yet",
            "Take out",
            "&lt;Chioma&gt; does",
        ),
        {
            "pair_id": ID,
            "f": FORM,
            "lines": [
                _action("Write the <outline>", due_on=date(2026, 11, 5), is_overdue=True, is_carried=True),
                _action("Ask Henrik", owner="Chioma Eze", due_on=date(2026, 12, 1), is_own=True),
                _action("Read the review", is_done=True, due_on=date(2026, 11, 9)),
            ],
        },
    ),
}
