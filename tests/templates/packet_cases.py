"""The component of a promotion packet."""

from __future__ import annotations

from types import SimpleNamespace as Row

from wtforms import Form, TextAreaField

from tests.templates.samples import Case


class _Words(Form):
    summary = TextAreaField("Summary")


WORDS = _Words(data={"summary": "Ran <billing>."})
PIECE = Row(
    label="E1",
    title="Paired with <Chioma>",
    kind="mentoring_log",
    kind_words="Mentoring log",
    when="3 Mar 2026",
    narrative="We met **every** week.",
    links=(("https://wiki.example/x", "wiki.example"),),
    shows=(("Coaches <juniors>.", "Weekly.", "Does not count any more: too long ago"),),
    voices=(
        Row(
            name="Henrik",
            answer="Confirmed in part",
            on="4 Mar 2026",
            words="I saw <most>.",
            points=(("Coaches.", "Not May."),),
            remark="Does not count as a second voice: given as line manager.",
        ),
    ),
)
ROW = Row(
    id="swe.a",
    text="Coaches <juniors>.",
    where="Leadership, L3",
    level="L3",
    status="partly_met",
    said=("Line manager: partly, 1 Sep 2026.",),
    labels=("E1",),
    is_open=False,
    sums=((True, "1 of 1 piece"), (False, "0 of 90 days")),
    exception="There was no <second> team.",
)
EMPTY = Row(**{**vars(ROW), "id": "swe.b", "status": "", "labels": (), "is_open": True, "sums": (), "exception": ""})
PART = Row(id="impact", title="Impact", words="", missing="Nothing was written here.", by="")

PACKET_CASES: dict[str, Case] = {
    "packet": Case(
        "{% from 'components/packet.html' import counted_area, packet_part, packet_piece, packet_row, packet_steps %}"
        "{{ packet_steps([('Words', '1 of 3', '/w', true), ('Evidence', '', '/e', false)]) }}"
        "{{ counted_area(words.summary, 1500, 'A few sentences.') }}{{ packet_part(part) }}{{ packet_piece(piece) }}"
        "<ul>{{ packet_row(row) }}{% call packet_row(empty, true, '/e') %}<p>Ask</p>{% endcall %}</ul>",
        (
            "aria-current=page",
            "data-count>14</span> of at most 1500 characters",
            "Ran &lt;billing&gt;.",
            "Nothing was written here.",
            'id="E1"',
            "Paired with &lt;Chioma&gt;",
            "<strong>every</strong>",
            'rel="noopener noreferrer nofollow ugc"',
            "I saw &lt;most&gt;.",
            "Status, from all evidence",
            "Partly met",
            "From the pieces in this packet",
            'href="#E1"',
            "There was no &lt;second&gt; team.",
            "Nothing in this packet shows it",
        ),
        {"words": WORDS, "part": PART, "piece": PIECE, "row": ROW, "empty": EMPTY},
    ),
}
"""By the name of the component."""
