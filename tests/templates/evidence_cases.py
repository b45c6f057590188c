"""The components of evidence: claims, and second voices."""

from __future__ import annotations

from datetime import UTC, date, datetime
from types import SimpleNamespace as Row

from markupsafe import Markup

from tests.templates.samples import Case

AT = datetime(2026, 11, 12, 8, 30, tzinfo=UTC)
ASIDE = Row(
    by_name="Tomasz", reason="One talk <only>.", set_at=AT, answer="It was two.", answered_at=AT, taken_back_at=None
)
CLAIM = Row(
    shown=Row(
        id="swe.a", text="Coaches <juniors>.", level="L3", level_rank=3, rungs=4, line="Both.", until=date(2027, 1, 6)
    ),
    remark="",
    is_ending=True,
    confirmed_by=("Ffion", "Henrik"),
    aside=ASIDE,
    earlier=(Row(**{**vars(ASIDE), "taken_back_at": AT}),),
)
LEVEL = Row(
    heading="L3, your next level",
    is_open=True,
    options=[
        Row(id="swe.a", text="Coaches.", why="L3", is_ticked=True, line="Both <b> review."),
        Row(id="swe.b", text="Leads.", why="L3", is_ticked=False, line=""),
    ],
)
VOICES = [
    Row(
        name="Ffion <P>", asked_at=AT, is_open=True, outcome="limited", words="Only the <first> half.", answered_at=AT,
        asking="You saw <both>.", reminded_at=AT, remark="Counts for 1 of 2 expectations.",
        points=(Row(id="swe.a", text="Coaches <juniors>.", stands="part", words="One <only>."),),
    ),
    Row(name="Henrik", asked_at=AT, is_open=False, outcome="declined", words="", answered_at=AT, remark="",
        asking="", reminded_at=None, points=()),
    Row(name="Yusuf", asked_at=AT, is_open=True, outcome=None, words="", answered_at=None, remark="",
        asking="", reminded_at=None, points=()),
]  # fmt: skip

FILES = [Row(href="/evidence/files/7", name="<b>minutes</b>.pdf", kind="PDF document", size="1.5 MB", added_at=AT)]

EVIDENCE_CASES: dict[str, Case] = {
    "file_list": Case(
        "{% from 'components/file_list.html' import file_list %}{{ file_list(files, true) }}{{ file_list(files) }}",
        (
            "&lt;b&gt;minutes&lt;/b&gt;.pdf</a>",
            "PDF document, 1.5 MB, added",
            "/evidence/files/7/remove",
            "Remove<span",
        ),
        {"files": FILES},
    ),
    "claim": Case(
        "{% from 'components/claim.html' import claim, claim_ticks %}<ul>{% call claim(view) %}<a href='/x'>Do</a>"
        "{% endcall %}</ul>{{ claim_ticks('expectations', 'What does it show?', groups, ['Tick one.']) }}",
        (
            "Coaches &lt;juniors&gt;.",
            "Counts until",
            "is-ending",
            "Confirmed by Ffion and Henrik",
            "Set aside by Tomasz",
            "Was set aside by Tomasz",
            "One talk &lt;only&gt;.",
            'name="line_on_swe.a" rows="2">',
            "Both &lt;b&gt; review.",
            'value="swe.a" checked',
            "Tick one.",
        ),
        {"view": CLAIM, "groups": [LEVEL]},
    ),
    "search_hit": Case(
        "{% from 'components/search_hit.html' import search_hit %}<ul class='search-hits'>{% for hit in hits %}"
        "{{ search_hit(hit) }}{% endfor %}</ul>",
        ("<mark>Lucía</mark> &lt;F&gt;", 'href="/evidence/1"', "E-12", "No page"),
        {
            "hits": [
                Row(
                    title=Markup("<mark>Lucía</mark> &lt;F&gt;"),
                    href="/evidence/1",
                    icon="evidence",
                    meta=("Yours", "E-12"),
                    text="Some words",
                ),
                Row(title="No page", href="", icon="people", meta=(), text=""),
            ]
        },
    ),
    "peer_feedback": Case(
        "{% from 'components/peer_feedback.html' import peer_question, peer_voice %}"
        "{{ peer_question(one, 'limits', 'Only <once>.', leanings, 'Say <more>.') }}"
        "<ul>{{ peer_voice(voice, leanings) }}</ul>",
        (
            "Coaches &lt;juniors&gt;.",
            'value="limits" checked',
            "Only &lt;once&gt;.",
            "Say &lt;more&gt;.",
            'aria-describedby="answer-swe.a-error"',
            "peer-leaning-shows",
            "Ffion &lt;P&gt;",
        ),
        {
            "one": Row(id="swe.a", text="Coaches <juniors>.", competency="Leadership"),
            "leanings": {"shows": "I saw it", "limits": "I saw limits", "not_seen": "I did not see it"},
            "voice": Row(name="Ffion <P>", leaning="shows", words="Every <week>."),
        },
    ),
    "voice": Case(
        "{% from 'components/voice.html' import voice, voice_points %}<ul>{% for one in voices %}{{ voice(one) }}"
        "{% endfor %}</ul>{{ voice_points(rows, ['Look at it.']) }}",
        (
            "Ffion &lt;P&gt;",
            "Confirmed in part",
            "Asked again",
            "reminded",
            "You saw &lt;both&gt;.",
            "Could not confirm",
            "Only the &lt;first&gt; half.",
            "<strong>In part:</strong> Coaches &lt;juniors&gt;.",
            "One &lt;only&gt;.",
            'name="point_on_swe.a" value="nothing" checked',
            'name="limit_on_swe.a" rows="2" aria-invalid="true"',
            "Say &lt;why&gt;.",
        ),
        {
            "voices": VOICES,
            "rows": [Row(id="swe.a", text="Coaches.", stands="nothing", words="Not <b> seen.", error="Say <why>.")],
        },
    ),
}
