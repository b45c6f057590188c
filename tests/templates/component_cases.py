"""For every component one rendering with everything in it, and what must stand in the result.

The cases are the gallery of the components too: what a page may pass to a macro can be read here.
"""

from __future__ import annotations

from types import SimpleNamespace as Row

from app.auth.queries.account_list import AccountState
from app.domain.ladder import EscalationRule, Origin
from app.infra.pagination import Page
from tests.templates import samples
from tests.templates.cycle_cases import CYCLE_CASES
from tests.templates.decision_cases import DECISION_CASES
from tests.templates.evidence_cases import EVIDENCE_CASES
from tests.templates.form_cases import FORM_CASES
from tests.templates.import_cases import IMPORT_CASES
from tests.templates.packet_cases import PACKET_CASES
from tests.templates.pair_cases import PAIR_CASES
from tests.templates.people_cases import PEOPLE_CASES
from tests.templates.report_cases import REPORT_CASES
from tests.templates.round_cases import ROUND_CASES
from tests.templates.samples import Case

CASES: dict[str, Case] = (
    FORM_CASES
    | CYCLE_CASES
    | DECISION_CASES
    | EVIDENCE_CASES
    | IMPORT_CASES
    | PEOPLE_CASES
    | PACKET_CASES
    | ROUND_CASES
    | REPORT_CASES
    | PAIR_CASES
    | {
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
        "citation": Case(
            "{% from 'components/citation.html' import citation_fold, citations %}{{ citations([s]) }}"
            "{{ citation_fold([s]) }}",
            (
                "<q>coach/mentor junior engineers within their team</q>",
                ">software-engineer.md</cite>",
                "<summary>",
            ),
            {"s": samples.CITED},
        ),
        "care_list": Case(
            "{% from 'components/care_list.html' import care, care_list, facts %}"
            "{% call care_list('What needs care') %}"
            "{{ care('No worker <was> seen', 'Mail waits.', true, 'belay work', '/admin/jobs', 'Look at the jobs') }}"
            "{{ care('Mail is off', 'Nobody is told.') }}{% endcall %}"
            "{% call facts() %}<div><dt>Database</dt><dd>SQLite</dd></div>{% endcall %}",
            (
                'aria-label="What needs care"',
                'class="care care-bad"',
                "No worker &lt;was&gt; seen",
                '<code class="care-command">belay work</code>',
                'href="/admin/jobs"',
                '<dl class="facts">',
            ),
        ),
        "record": Case(
            "{% from 'components/record.html' import record, record_pages %}"
            "{{ record(days, 'Who did what') }}{{ record_pages(found, 'auth.show_account', {'kind': 'people'}) }}",
            (
                '<h2 class="record-day">21 November 2026</h2>',
                'datetime="2026-11-21T10:00:07+00:00"',
                '<span class="record-name">Ruth &lt;Okonjo&gt;</span> added a team.',
                "record-refusal",
                "<dt>Tag</dt>",
                "10.1.2.3",
                'rel="next"',
                "before=7",
            ),
            {"days": [("21 November 2026", [samples.RECORDED])], "found": Row(older=7, newer=None)},
        ),
        "work_list": Case(
            "{% from 'components/work_list.html' import work_acts, work_filters, work_state, work_tabs %}"
            "{{ work_tabs([('Jobs', 2, true, '/admin/jobs'), ('Mail', 0, false, '/admin/mail')]) }}"
            "{{ work_filters([row]) }}{{ work_state(running) }}{{ work_state(failed) }}"
            "{{ work_acts('Import', '/jobs/1/retry', '/jobs/1/cancel') }}",
            (
                "aria-current=page",
                '<progress max="100" value="40"',
                "40 of 100",
                "ConnectionError",
                'action="/jobs/1/retry"',
                'action="/jobs/1/cancel"',
            ),
            {
                "row": Row(text="All", count=2, current=True, endpoint="auth.show_account", args={}),
                "running": samples.work("Running", is_running=True, done=40, total=100),
                "failed": samples.work("Failed", tone="bad", error="ConnectionError", attempts=3),
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
        "account_state": Case(
            "{% from 'components/account_state.html' import account_state %}{{ account_state(state) }}",
            ('class="account-state account-state-expired"', "Link expired"),
            {"state": AccountState.EXPIRED},
        ),
        "first_steps": Case(
            "{% from 'components/first_steps.html' import first_steps %}{{ first_steps(steps) }}",
            ("<h3>Log &lt;evidence&gt;</h3>", "One line is enough.", 'href="/evidence/new"'),
            {"steps": [Row(title="Log <evidence>", text="One line is enough.", label="Log", href="/evidence/new")]},
        ),
        "one_time_link": Case(
            "{% from 'components/one_time_link.html' import one_time_link %}"
            "{{ one_time_link('link-1', 'https://belay.example/invite/x', 'Amara Diallo') }}",
            (
                'value="https://belay.example/invite/x"',
                'data-copy="link-1" hidden',
                "One-time link for Amara Diallo",
            ),
        ),
        "error_page": Case(
            "{% from 'components/error_page.html' import error_page %}"
            "{% call error_page('It broke', 'It was <written> down.', 'Nothing was changed.') %}"
            "<a href='/'>Home</a>{% endcall %}",
            ("<h1>It broke</h1>", "&lt;written&gt;", "Nothing was changed."),
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
            (
                "Paired on &lt;tax&gt; rounding",
                "Mentoring log",
                "1 Jun 2026",
                "is-ending",
                "28 Dec 2027",
                "Not linked to",
            ),
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
        "mentoring_card": Case(
            "{% from 'components/mentoring_card.html' import mentoring_card %}{{ mentoring_card(card) }}",
            ("Ebba &lt;Nyström&gt;", "Your mentor", "Designs &lt;features&gt;", "/mentoring/1"),
            {
                "card": Row(
                    name="Ebba <Nyström>",
                    note="Your mentor",
                    facts=[("Goal", "Designs <features>"), ("Met", "Not yet")],
                    href="/mentoring/1",
                )
            },
        ),
        "level_sheet": Case(
            "{% from 'components/level_sheet.html' import level_sheet %}<section class='panel'>"
            "{{ level_sheet(rows, 'Nothing is stated here') }}</section>",
            ("Completes &lt;tasks&gt;", "sheet-gap", "Nothing is stated here"),
            {"rows": [("Delivery", [samples.entry("Completes <tasks>.", "met")]), ("Design", [])]},
        ),
        "ladder_matrix": Case(
            "{% from 'components/ladder_matrix.html' import ladder_matrix %}"
            "{{ ladder_matrix(levels, rows, 'Expectations; you hold L2', 'L3') }}"
            "{{ ladder_matrix(many, long_rows, 'A long ladder', 'L2') }}",
            (
                "state nothing here",
                'value="3" checked',
                "L2, yours",
                "(Unproven)",
                'data-level="4"',
                "house",
                "aria-current=true",
            ),
            {
                "levels": samples.levels(4),
                "rows": samples.MATRIX_ROWS,
                "many": samples.levels(9),
                "long_rows": [Row(name="Craft", cells=[[samples.entry("Plans.")]] * 8 + [[]])],
            },
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
        "review_pane": Case(
            "{% from 'components/review_pane.html' import cite_buttons, exhibit, exhibit_against, exhibit_voice, "
            "packet_nav %}<form id='rate'>{{ cite_buttons([piece]) }}</form>{{ packet_nav(steps, 2, 'rate') }}"
            "{{ exhibit_against(limit) }}{{ exhibit(piece) }}{{ exhibit_voice(voice) }}",
            (
                '<button class="cite" type="submit" name="cite" value="2"',
                'class="packet-dot is-rated" type="submit" form="rate" name="go" value="1"',
                'class="packet-dot is-begun" type="submit" form="rate" name="go" value="2" aria-current=true',
                "joined &lt;late&gt;",
                '<section class="exhibit" id="E2">',
                "Josef Marek confirms: “The plan changed.”",
            ),
            {
                "steps": [
                    Row(number=1, text="Leads", state="done", words="rated"),
                    Row(number=2, text="Coaches", state="begun", words="begun"),
                    Row(number=3, text="Improves", state="open", words="not rated"),
                ],
                "limit": Row(label="", heading="Feedback of Priya", words="She joined <late>."),
                "voice": Row(heading="Josef Marek confirms", words="The plan changed.", is_against=False),
                "piece": Row(
                    number=2,
                    label="E2",
                    title="Append-only record",
                    meta="Document, 4 May 2026",
                    line="It carries two projects.",
                    narrative="Two options with their costs.",
                    links=("https://example.org/paper",),
                    voices=(Row(heading="Josef Marek confirms", words="The plan changed.", is_against=False),),
                ),
            },
        ),
        "shortcuts": Case(
            "{% from 'components/shortcuts.html' import shortcuts_dialog %}{{ shortcuts_dialog() }}",
            ("<dialog", "<kbd>g</kbd> <kbd>h</kbd>", "data-keys-switch"),
        ),
        "standing_list": Case(
            "{% from 'components/standing_list.html' import how_it_works, standing_list %}"
            "{{ how_it_works('how', on, 'Software Engineer 1.0.0', '/l') }}{{ standing_list('h-c', competency) }}",
            (
                "21 November 2026",
                "Coaches &lt;juniors&gt;.",
                "L3, optional",
                "older than 12 months",
                "Own rating: “met”.",
            ),
            {"on": samples.TODAY, "competency": samples.STANDING},
        ),
        "status_mark": Case(
            "{% from 'components/status_mark.html' import status_key, status_mark %}"
            "{{ status_mark('met', show=false) }}"
            "{{ status_key(['met', 'exceeded', 'partly_met', 'not_met', 'unproven', 'unassessed', 'banked', 'waived', "
            "'slipped', 'none']) }}",
            ("Not rated", "No statement", "class=vh>Met", "status-slipped"),
        ),
        "goal_list": Case(
            "{% from 'components/goal_list.html' import goal_list %}"
            "{{ goal_list(goals, '/growth/1/done', '/growth/1/not-done') }}",
            (
                "Coaches &lt;juniors&gt;.",
                "Met now",
                "What would show it",
                "Write &lt;it&gt;",
                "is-late",
                "Not done yet",
                'value="7"',
            ),
            {"goals": samples.GOALS},
        ),
        "opportunity_list": Case(
            "{% from 'components/opportunity_list.html' import opportunity_list %}"
            "{{ opportunity_list(lines, 'None') }}",
            ("Leads &lt;talks&gt;.", "1 of 2 people had no opportunity", "nobody shows it", 'href="/l/talks"'),
            {
                "lines": [
                    Row(
                        text="Leads <talks>.",
                        href="/l/talks",
                        where="Leadership",
                        said="1 of 2 people had no opportunity",
                        shown="nobody shows it",
                    )
                ]
            },
        ),
        "waiver_list": Case(
            "{% from 'components/waiver_list.html' import waiver_list %}{{ waiver_list(waivers, 'Waivers') }}",
            (
                "Leads &lt;talks&gt;.",
                "Not &lt;here&gt;.",
                "Why not:",
                "Refused",
                "Ruth refused",
                'href="/waivers/1/hr"',
            ),
            {"waivers": [samples.WAIVER]},
        ),
        "team_board": Case(
            "{% from 'components/team_board.html' import team_board %}{{ team_board(competencies, people) }}",
            ("Amara &lt;D&gt;", "aims at", "1 of 2", "No statement", "Top of this ladder", "is-late"),
            {"competencies": samples.COMPETENCIES, "people": samples.TEAM},
        ),
        "tier_table": Case(
            "{% from 'components/tier_table.html' import tier_table %}{{ tier_table(levels, rows, 'Tiers compared') }}",
            ("Response time", "Quick", "Not stated", "tier-gap", "<cite"),
            {
                "levels": samples.levels(2),
                "rows": [
                    Row(
                        key="Response time",
                        cells=[Row(text="Quick", sources=(samples.CITED,)), Row(text="", sources=())],
                    )
                ],
            },
        ),
        "timeline": Case(
            "{% from 'components/timeline.html' import timeline %}"
            "{{ timeline([('Q3 2025', [], 0, 0), ('Q2 2026', [piece, ending, draft], 14, 12)], '/evidence/') }}",
            (
                "Nothing logged",
                "Paired on &lt;tax&gt;",
                "29 Jun",
                "confirmed",
                "rope-ending",
                "6 Jan",
                "<span>draft</span>",
                '14<span class="vh"> pieces</span>',
                'href="/evidence/?quarter=Q2%202026">12 more<span class="vh"> in Q2 2026</span>',
            ),
            {
                "piece": Row(**{**vars(samples.PIECE), "is_draft": False}),
                "ending": Row(
                    **{
                        **vars(samples.PIECE),
                        "is_draft": False,
                        "ends_on": samples.TODAY.date().replace(year=2027, month=1, day=6),
                    }
                ),
                "draft": Row(**{**vars(samples.PIECE), "is_draft": True}),
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
)
