"""The components of the people pages."""

from __future__ import annotations

from datetime import UTC, date, datetime
from uuid import UUID

from app.ladders.queries import LevelMark
from app.people.pages import Line
from app.people.queries import Node
from tests.templates.samples import Case

MARK = LevelMark(rank=2, rungs=4, level="L2", title="Software <engineer>")
LINES = [
    Line(
        icon="team",
        words="Team <Records>",
        note="",
        mark=None,
        first_on=date(2026, 12, 1),
        last_on=None,
        state="ahead",
        kind="team",
        record_id=UUID(int=1),
        recorded_by="Ruth <Okonjo>",
        recorded_at=datetime(2026, 11, 21, 10, 0, tzinfo=UTC),
    ),
    Line("ladder", MARK.title, "promotion", MARK, date(2025, 2, 3), None, "now", "level", UUID(int=2)),
    Line("calendar", "On leave", "", None, date(2024, 3, 1), date(2024, 8, 31), "past", "leave", UUID(int=3)),
    Line("plus", "First day of work", "", None, date(2023, 1, 2), date(2023, 1, 2), "past"),
]
NODES = [
    Node(
        id=UUID(int=11),
        name="Petra <Skip>",
        is_readable=True,
        team="Billing",
        ladder="software-engineer",
        level="L2",
        size=4,
        below=[
            Node(id=UUID(int=12), name="Tomasz", is_readable=True, size=3, is_folded=True),
            Node(id=UUID(int=13), name="Ada", is_readable=False),
        ],
    ),
]

PEOPLE_CASES: dict[str, Case] = {
    "history": Case(
        "{% from 'components/history.html' import history %}"
        "{{ history(lines, 'History of Amara <D>', 'people.correct_record', 'people.undo_record') }}"
        "{{ history(lines, 'Without acts') }}",
        (
            'aria-label="History of Amara &lt;D&gt;"',
            "Team &lt;Records&gt;",
            '<span class="history-ahead">ahead</span>',
            "history-now",
            "Recorded by Ruth &lt;Okonjo&gt; on",
            'Correct<span class="vh"> Team &lt;Records&gt;</span>',
            "promotion",
            "1 March 2024",
            "31 August 2024",
        ),
        {"lines": LINES},
    ),
    "org_tree": Case(
        "{% from 'components/org_tree.html' import org_tree %}"
        "{{ org_tree(nodes, 'people.show_person', 'people.show_organisation', marks, own_id, 'Who reports to whom') }}",
        (
            'aria-label="Who reports to whom"',
            "You · Billing",
            "people below Petra &lt;Skip&gt;</span></summary>",
            "3 people below",
            "Ada",
        ),
        {"nodes": NODES, "marks": {("software-engineer", "L2"): MARK}, "own_id": UUID(int=11)},
    ),
    "notice": Case(
        "{% from 'components/notice.html' import flashes, notice %}"
        "{{ notice('Sealed', 'Until <both> have spoken.', 'seal') }}"
        "{% call notice('Not yours', tone='warn', glyph='alert') %}<p>See <a href='/x'>why</a>.</p>{% endcall %}"
        "{{ flashes([('good', 'Saved.'), ('message', '<i>'), ('good', taken)]) }}{{ flashes([]) }}",
        (
            "Until &lt;both&gt; have spoken.",
            "notice-warn",
            "notice-good",
            "&lt;i&gt;",
            'role="status"',
            'action="/people/records/1/revert"',
            'name="change" value="2026-11-21T10:00:00+00:00"',
            'Undo<span class="vh"> Amara &lt;D&gt; is moved.</span>',
        ),
        {
            "taken": {
                "text": "Amara <D> is moved.",
                "undo": "/people/records/1/revert",
                "fields": [("change", "2026-11-21T10:00:00+00:00")],
            }
        },
    ),
}
