"""For every component one rendering with everything in it, and what must stand in the result.

The cases are the gallery of the components too: what a page may pass to a macro can be read here.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import SimpleNamespace as Row
from typing import Any

from app.domain.ladder import EscalationRule, Origin
from app.infra.pagination import Page
from tests.templates import samples


@dataclass(frozen=True)
class Case:
    """Template source, the values it gets, and pieces of text that the result must hold."""

    source: str
    expected: tuple[str, ...]
    values: Mapping[str, Any] = field(default_factory=dict)


REFUSED = samples.refused_form()
CASES: dict[str, Case] = {
    "blocker_list": Case(
        "{% from 'components/blocker_list.html' import blocker_list %}{{ blocker_list(blockers) }}",
        (
            "Influences &lt;architecture&gt;.",
            "Partly met",
            'name="id" value="7"',
            "What would show it",
            'href="/evidence/"',
        ),
        {"blockers": [samples.BLOCKER, samples.LINKED, samples.SPOKEN]},
    ),
    "button": Case(
        "{% from 'components/button.html' import button, button_link, post_button, print_button %}"
        "<div class='actions'>{{ button('Sign', 'primary', 'seal') }}"
        "{{ button('Save', disabled=true, reason_id='why') }}"
        "{{ button('Withdraw', 'danger', size='small', name='act', value='withdraw', form_id='f', key='j') }}"
        "{{ button_link('Open', '/x?a=1&b=2', 'quiet', 'right', hidden='the case') }}{{ print_button() }}"
        "{{ post_button('Ask', '/ask', [('who', '<b>')], glyph='corroborate') }}"
        "<span id='why'>One is open</span></div>",
        (
            'href="/x?a=1&amp;b=2"',
            'value="&lt;b&gt;"',
            'aria-describedby="why"',
            "data-print hidden",
            'aria-keyshortcuts="j"',
        ),
    ),
    "citation": Case(
        "{% from 'components/citation.html' import citation_fold, citations %}{{ citations([s]) }}"
        "{{ citation_fold([s]) }}",
        ("<q>coach/mentor junior engineers within their team</q>", "<cite>software-engineer.md</cite>", "<summary>"),
        {"s": samples.CITED},
    ),
    "compare_row": Case(
        "{% from 'components/compare_row.html' import compare_row %}<section class='panel'>"
        "{{ compare_row(row, you, other) }}{{ compare_row(apart, you, other) }}</section>",
        (
            'aria-label="You: Exceeded. Tomasz Wieczorek: Partly."',
            'x="102.5"',
            "No opportunity",
            "Not given",
            "note-swe.lead",
        ),
        {
            "row": samples.COMPARED,
            "apart": samples.APART,
            "you": Row(name="You", short="You"),
            "other": Row(name="Tomasz Wieczorek", short="Tomasz"),
        },
    ),
    "composer": Case(
        "{% from 'components/composer.html' import composer, composer_foot, composer_line, suggestions %}"
        "{% from 'components/form_field.html' import chips, date_field %}"
        "{% from 'components/button.html' import button %}"
        "{% call composer('/evidence/', autosave='/evidence/draft', sequence=4) %}{{ composer_line(f.title) }}"
        "<div class='composer-grid'>{{ chips(f.kind) }}{{ date_field(f.occurred_on, highest='2026-11-21') }}"
        "{{ suggestions('shows', some, [('Delivery', some)]) }}</div>"
        "{% call composer_foot('Private until you share it') %}{{ button('Save', 'primary') }}{% endcall %}"
        "{% endcall %}",
        (
            'data-sequence="4"',
            'aria-keyshortcuts="e"',
            "from “coached”",
            "Choose from all",
            'max="2026-11-21"',
            "checked",
        ),
        {
            "f": samples.SampleForm(),
            "some": [
                Row(id="swe.a", text="Coaches <juniors>.", why="L3, from “coached”", is_ticked=True),
                Row(id="swe.b", text="Leads.", why="", is_ticked=False),
            ],
        },
    ),
    "conflict": Case(
        "{% from 'components/conflict.html' import conflict_field %}{{ conflict_field(field) }}"
        "{{ conflict_field(choice) }}",
        ("my <mark>&lt;paper&gt;</mark> moved", "my <mark>option</mark> moved", 'name="words"', "<mark>Met</mark>"),
        {
            "field": Row(name="words", label="Words", stored="my <paper> moved", yours="my option moved"),
            "choice": Row(
                name="answer",
                label="Answer",
                stored="met",
                yours="partly_met",
                choices=[("met", "Met"), ("partly_met", "Partly")],
            ),
        },
    ),
    "data_table": Case(
        "{% from 'components/data_table.html' import data_table %}"
        "{% call data_table('People, by name', [('Name', ''), ('Pieces', 'n'), ('', '')], stack=true) %}"
        "<tr><th scope='row'>Amara</th><td class='n' data-label='Pieces'>9</td><td><a "
        "href='/p'>Open</a></td></tr>{% endcall %}",
        ("<caption>People, by name</caption>", 'class="table table-stack"', '<th scope="col" class=n>', "Actions"),
    ),
    "empty_state": Case(
        "{% from 'components/empty_state.html' import empty_state %}"
        "{% call empty_state('Clip in your first piece', 'Evidence is what happened.') %}"
        "<a href='/e'>Log</a>{% endcall %}"
        "{{ empty_state('Nothing', 'Nothing waits.', level=3) }}",
        ("<h2>Clip in your first piece</h2>", "<h3>Nothing</h3>", "href='/e'"),
    ),
    "error_page": Case(
        "{% from 'components/error_page.html' import error_page %}"
        "{% call error_page('It broke', 'It was <written> down.', 'Nothing was changed.') %}"
        "<a href='/'>Home</a>{% endcall %}",
        ("<h1>It broke</h1>", "&lt;written&gt;", "Nothing was changed."),
    ),
    "error_summary": Case(
        "{% from 'components/error_summary.html' import error_list, error_summary %}{{ error_summary(form) }}"
        "{{ error_list([]) }}",
        ("Two things keep this", 'href="#title"', "Keep it to ten characters.", 'role="alert"', "autofocus"),
        {"form": REFUSED},
    ),
    "escalation_list": Case(
        "{% from 'components/escalation_list.html' import escalation_list %}{{ escalation_list(rules) }}",
        ("Critical systems are &lt;down&gt;", "Urgent: goes there directly", "House addition"),
        {
            "rules": [
                EscalationRule("L1", "L2", "The issue is complex.", sources=(samples.CITED,)),
                EscalationRule("L1", "L3", "Critical systems are <down>.", urgent=True, origin=Origin.HOUSE),
            ],
        },
    ),
    "evidence_card": Case(
        "{% from 'components/evidence_card.html' import evidence_card, evidence_ref %}"
        "<ul class='evidence-list'>{{ evidence_card(piece) }}{{ evidence_card(bare) }}"
        "</ul><ul>{{ evidence_ref(piece) }}</ul>",
        ("Paired on &lt;tax&gt; rounding", "Mentoring log", "1 Jun 2026", "is-ending", "28 Dec 2027", "Not linked to"),
        {
            "piece": samples.PIECE,
            "bare": Row(**{**vars(samples.PIECE), "shows": [], "ask_href": None, "counts_until": None}),
        },
    ),
    "expectation_panel": Case(
        "{% from 'components/expectation_panel.html' import expectation_panel %}"
        "{% call expectation_panel(e) %}<a class='button' href='/e'>Log</a>{% endcall %}",
        ("Breadth of responsibility", "1 of 2 pieces", "Not meant", "One talk", "Your evidence", "panel-foot"),
        {"e": samples.EXPECTATION},
    ),
    "expectation_row": Case(
        "{% from 'components/expectation_row.html' import competency_head, expectation_row %}<section class='panel'>"
        "{{ competency_head('h-l', 'Leadership', '2 are banked.', '#b', 'Answer one anyway') }}"
        "{{ expectation_row(row) }}</section>",
        (
            "Chioma &lt;owns&gt; it.",
            'value="met" checked',
            "Say more.",
            "data-number-keys",
            "has-error",
            "Link evidence",
        ),
        {"row": samples.ANSWERED},
    ),
    "filter_bar": Case(
        "{% from 'components/filter_bar.html' import facets, filter_bar %}{{ filter_bar('Filter', options) }}"
        "{{ facets('Filter evidence', [('State', options)]) }}",
        ('href="?a=1&amp;b=2"', "aria-current=true", '<span class="num">9</span>'),
        {
            "options": [
                Row(text="All", count=9, current=True, href="?"),
                Row(text="<b>", count=None, current=False, href="?a=1&b=2"),
            ]
        },
    ),
    "form": Case(
        "{% from 'components/form.html' import form %}"
        "{% call form('/save?x=1&y=2', version=3, id='f', autosave='/draft', label='Save', "
        "enctype='multipart/form-data') %}in{% endcall %}"
        "{% call form('/search', method='get') %}find{% endcall %}"
        "{% call form('/again', key='old') %}again{% endcall %}",
        (
            'name="csrf_token" value="token"',
            'name="idempotency_key" value="key"',
            'name="version" value="3"',
            'value="old"',
        ),
    ),
    "form_field": Case(
        "{% import 'components/form_field.html' as ff %}"
        "<div class='form-fields'>{{ ff.text_field(f.title, 'One line') }}"
        "{{ ff.text_field(f.email, optional=true, autocomplete='username') }}"
        "{{ ff.text_area(f.narrative, 'Markdown') }}"
        "{{ ff.chips(f.kind, glyphs={'incident': 'kind-incident'}) }}{{ ff.select_field(f.level) }}"
        "{{ ff.check(f.agree) }}"
        "{{ ff.check_list(f.shows, 'Tick', notes={'swe.a': 'from <coached>'}) }}{{ ff.date_field(f.occurred_on) }}"
        "{{ ff.password_field(f.password) }}{{ ff.file_field(f.paper, accept='.csv') }}"
        "{{ ff.plain_area('w', 'Words', '<i>', 'Hint', ['Too short.']) }}</div>",
        (
            'aria-describedby="title-hint title-error"',
            'aria-invalid="true"',
            "far too &lt;b&gt;long&lt;/b&gt;",
            "Leads &lt;design&gt;",
            "from &lt;coached&gt;",
            "Say what happened.",
            'aria-describedby="w-hint w-error"',
            "<option selected",
        ),
        {"f": REFUSED},
    ),
    "icon": Case(
        "{% from 'components/icon.html' import brand_mark, icon %}{{ icon('home') }}{{ icon('plus', 's') }}"
        "{{ brand_mark() }}",
        ('aria-hidden="true"', ".svg#home", "icon-s", "brand-mark"),
    ),
    "inbox": Case(
        "{% from 'components/inbox.html' import inbox %}{{ inbox(tasks) }}",
        ("Did &lt;Chioma&gt; lead?", "inbox-soon", "due Tuesday"),
        {
            "tasks": [
                Row(icon="corroborate", text="Did <Chioma> lead?", due="due Tuesday", href="/e", soon=True),
                Row(icon="assess", text="Self-assessment", due="", href="/a", soon=False),
            ],
        },
    ),
    "ladder_matrix": Case(
        "{% from 'components/ladder_matrix.html' import ladder_matrix %}"
        "{{ ladder_matrix(levels, rows, 'Expectations; you hold L2', 'L3') }}",
        (
            "state nothing here",
            'value="3" checked',
            "L2, yours",
            "(Unproven)",
            'data-level="4"',
            "house",
            "aria-current=true",
        ),
        {"levels": samples.levels(4), "rows": samples.MATRIX_ROWS},
    ),
    "level_badge": Case(
        "{% from 'components/level_badge.html' import level_badge, level_tag %}<p class='actions'>"
        "{% for n in range(1, 5) %}{{ level_badge(n) }}{{ level_badge(n, aim=true) }}{% endfor %}"
        "{% for n in range(1, 9) %}{{ level_badge(n, 'E' ~ n, 8) }}{% endfor %}{{ level_tag(1, 'T1', 2) }}</p>",
        (
            'class="level level-4"',
            "level-aim",
            "level-fine",
            "</svg>E8</span>",
            '<span class="level level-2">T1</span>',
        ),
    ),
    "level_compare": Case(
        "{% from 'components/level_compare.html' import level_compare %}{{ level_compare(lower, upper, rows) }}",
        ("What changes from L2 to L3", "Nothing is added", "Comes new"),
        {
            "lower": Row(id="L2", rank=2),
            "upper": Row(id="L3", rank=3),
            "rows": [
                Row(name="Delivery", kept=[samples.entry("Completes.")], added=[samples.entry("Designs.", "met")]),
                Row(name="Strategy", kept=[], added=[]),
            ],
        },
    ),
    "moment": Case(
        "{% from 'components/moment.html' import day, moment %}{{ moment(at, now) }} {{ moment(at.date(), now) }}"
        " {{ day(at.date()) }}",
        ("just now", "today", 'title="21 November 2026, 09:30"', ">21 November 2026</time>"),
        {"at": samples.TODAY, "now": samples.TODAY},
    ),
    "notice": Case(
        "{% from 'components/notice.html' import flashes, notice %}"
        "{{ notice('Sealed', 'Until <both> have spoken.', 'seal') }}"
        "{% call notice('Not yours', tone='warn', glyph='alert') %}<p>See <a href='/x'>why</a>.</p>{% endcall %}"
        "{{ flashes([('good', 'Saved.'), ('message', '<i>')]) }}{{ flashes([]) }}",
        ("Until &lt;both&gt; have spoken.", "notice-warn", "notice-good", "&lt;i&gt;", 'role="status"'),
    ),
    "page_head": Case(
        "{% from 'components/page_head.html' import page_head %}"
        "{% call page_head('Self-assessment', 'Say where <you> stand.', [('Assessments', '/a'), ('Winter', none)]) "
        "%}<a href='/p'>Print</a>{% endcall %}"
        "{{ page_head('Second') }}",
        ("<h1>Self-assessment</h1>", "&lt;you&gt;", 'aria-current="page">Winter', 'aria-label="Breadcrumb"'),
    ),
    "pagination": Case(
        "{% from 'components/pagination.html' import pagination %}{{ pagination(page, 'list', {'kind': 'a&b'}) }}"
        "{{ pagination(one, 'list') }}",
        ("51–100 of 112", 'href="/list?page=1&amp;kind=a%26b"', "Next"),
        {"page": Page(rows=[], number=2, total=112), "one": Page(rows=[], number=1, total=3)},
    ),
    "panel": Case(
        "{% from 'components/panel.html' import panel %}{% call panel('h-inbox', 'Waiting for you', 0) %}"
        "<p>in</p>{% endcall %}",
        ('aria-labelledby="h-inbox"', "Waiting for you", ">0</span>"),
    ),
    "person_chip": Case(
        "{% from 'components/person_chip.html' import person_chip %}"
        "{{ person_chip('Nguyễn Thị Minh Khai', '<L2>') }}{{ person_chip('Pelé', href='/p') }}",
        (">NK</span>", "&lt;L2&gt;", '<a class="person" href="/p">'),
    ),
    "prose": Case(
        "{% from 'components/prose.html' import prose %}{{ prose('**Led** it.\n\n- one\n- <script>x</script>') }}",
        ("<strong>Led</strong>", "<li>one</li>", "&lt;script&gt;"),
    ),
    "question": Case(
        "{% from 'components/question.html' import question %}"
        "{{ question('Withdraw “Split <b>”?', 'It stops counting.', '/w', 'Withdraw it', '/e', fields=[('id', "
        "'1')], version=2) }}",
        ("Split &lt;b&gt;", "button-danger", 'name="version" value="2"', "Go back"),
    ),
    "rating_scale": Case(
        "{% from 'components/rating_scale.html' import rating_group %}{{ rating_group('Leads', 'a', keys=true) }}"
        "{{ rating_group('Designs', 'b', 'no_opportunity') }}",
        ("<legend>Leads</legend>", "<kbd", 'value="no_opportunity" checked', "Partly"),
    ),
    "save_state": Case(
        "{% from 'components/save_state.html' import form_bar, save_state %}"
        "{% call form_bar('4 of 5 answered') %}{{ save_state('saved', 'Saved 12 seconds ago', 'f') }}{% endcall %}"
        "{{ save_state('saving', 'Saving') }}{{ save_state('failed', 'Not saved') }}",
        ('data-state="saved" data-save-for="f"', "4 of 5 answered", "Not saved", 'role="status"'),
    ),
    "shortcuts": Case(
        "{% from 'components/shortcuts.html' import shortcuts_dialog %}{{ shortcuts_dialog() }}",
        ("<dialog", "<kbd>g</kbd> <kbd>h</kbd>", "data-keys-switch"),
    ),
    "sign_in": Case(
        "{% from 'components/sign_in.html' import demo_roles %}"
        "{{ demo_roles(roles, '/login/demo', fields=[('next', '/x')]) }}",
        ("<h3>Engineers</h3>", 'name="as" value="7"', "Amara Diallo", 'name="next" value="/x"'),
        {"roles": [Row(title="Engineers", people=[Row(id=7, name="Amara Diallo", note="L2, three blockers")])]},
    ),
    "status_mark": Case(
        "{% from 'components/status_mark.html' import status_key, status_mark %}{{ status_mark('met', show=false) }}"
        "{{ status_key(['met', 'exceeded', 'partly_met', 'not_met', 'unproven', 'unassessed', 'banked', 'waived', "
        "'slipped', 'none']) }}",
        ("Not rated", "No statement", "class=vh>Met", "status-slipped"),
    ),
    "team_board": Case(
        "{% from 'components/team_board.html' import team_board %}{{ team_board(competencies, people) }}",
        ("Amara &lt;D&gt;", "aims at", "1 of 2", "No statement", "Top of this ladder", "is-late"),
        {"competencies": samples.COMPETENCIES, "people": samples.TEAM},
    ),
    "theme_switch": Case(
        "{% from 'components/theme_switch.html' import theme_switch %}"
        "{{ theme_switch('/account/theme', '/e?a=1&b=2', 'dark') }}",
        ('value="dark" aria-pressed="true"', 'value="system" aria-pressed="false"', 'value="/e?a=1&amp;b=2"'),
    ),
    "tier_table": Case(
        "{% from 'components/tier_table.html' import tier_table %}{{ tier_table(levels, rows, 'Tiers compared') }}",
        ("Response time", "Quick", "Not stated", "tier-gap", "<cite>"),
        {
            "levels": samples.levels(2),
            "rows": [
                Row(key="Response time", cells=[Row(text="Quick", sources=(samples.CITED,)), Row(text="", sources=())])
            ],
        },
    ),
    "timeline": Case(
        "{% from 'components/timeline.html' import timeline %}"
        "{{ timeline([('Q3 2025', []), ('Q2 2026', [piece, ending])]) }}",
        ("Nothing logged", "Paired on &lt;tax&gt;", "29 Jun", "confirmed", "rope-ending", "6 Jan"),
        {
            "piece": samples.PIECE,
            "ending": Row(
                **{**vars(samples.PIECE), "ends_on": samples.TODAY.date().replace(year=2027, month=1, day=6)}
            ),
        },
    ),
    "verdict": Case(
        "{% from 'components/verdict.html' import verdict %}{{ verdict('ready') }}{{ verdict('not_yet') }}"
        "{{ verdict('cannot_tell') }}",
        ("Ready", "Not yet", "Cannot tell", "verdict-cannot_tell"),
    ),
    "worked_examples": Case(
        "{% from 'components/worked_examples.html' import worked_examples %}{{ worked_examples(examples) }}",
        ("Billing &lt;software&gt;", "state nothing here", "the file ends here", "example-gap"),
        {
            "examples": [
                Row(
                    id="billing",
                    title="Billing <software>",
                    lines=[
                        Row(level="L1", level_rank=1, text="Creates forms.", note="", sources=(samples.CITED,)),
                        Row(level="L4", level_rank=4, text="", note="the file ends here", sources=()),
                    ],
                ),
            ],
        },
    ),
}
