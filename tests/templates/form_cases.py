"""The cases of the components that take something from a person: fields, buttons, answers, what was refused."""

from __future__ import annotations

from types import SimpleNamespace as Row

from tests.templates import samples
from tests.templates.samples import Case

REFUSED = samples.refused_form()
FORM_CASES: dict[str, Case] = {
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
    "compare_row": Case(
        "{% from 'components/compare_row.html' import compare_quietly, compare_row %}<section class='panel'>"
        "{{ compare_row(row, you, other) }}{{ compare_row(apart, you, other) }}"
        "{{ compare_quietly(alone, you, other) }}</section>",
        (
            'aria-label="You: Exceeded. Tomasz Wieczorek: Partly."',
            'x="102.5"',
            "No opportunity",
            "Not given",
            "note-swe.lead-design-discussions",
        ),
        {
            "row": samples.COMPARED,
            "apart": samples.APART,
            "alone": samples.ALONE,
            "you": Row(name="You", short="You", full="Amara Diallo"),
            "other": Row(name="Tomasz Wieczorek", short="Tomasz", full="Tomasz Wieczorek"),
        },
    ),
    "joint_note": Case(
        "{% from 'components/joint_note.html' import joint_note %}{{ joint_note(open) }}{{ joint_note(settled) }}"
        "{{ joint_note(empty, folded=true) }}",
        (
            'name="shown-note',
            "We read the &lt;minutes&gt;.",
            'aria-invalid="true"',
            "Last written by Tomasz Wieczorek",
            "<summary>Write a note",
            'id="note-whole"',
        ),
        {"open": samples.COMPARED.note, "settled": samples.SETTLED_NOTE, "empty": samples.EMPTY_NOTE},
    ),
    "signature": Case(
        "{% from 'components/signature.html' import signatures %}"
        "{{ signatures([signed, open]) }}{{ signatures([no]) }}",
        (
            "Amara &lt;D&gt;",
            "Signed on",
            'action="/assessments/7/self/take-back"',
            'href="/assessments/7/manager/sign"',
            "Not signed yet",
            "May is &lt;missing&gt;.",
            "not what was signed",
        ),
        {"signed": samples.SIGNED, "open": samples.UNSIGNED, "no": samples.REFUSED},
    ),
    "composer": Case(
        "{% from 'components/composer.html' import composer, composer_dialog, composer_foot, composer_line,"
        " composer_opener, suggestions %}"
        "{% from 'components/form_field.html' import chips, date_field %}"
        "{% from 'components/button.html' import button %}"
        "{% call composer('/evidence/', autosave='/evidence/draft', sequence=4) %}{{ composer_line(f.title) }}"
        "<div class='composer-grid'>{{ chips(f.kind) }}{{ date_field(f.occurred_on, highest='2026-11-21') }}"
        "{{ suggestions('shows', some, [('Delivery', some)], found=1) }}</div>"
        "{% call composer_foot('Private until you share it') %}{{ button('Save', 'primary') }}{% endcall %}"
        "{% endcall %}{{ composer_opener('/evidence/new', '/evidence/compose?next=/', 'Log', 'evidence', key=true) }}"
        "{{ composer_dialog() }}",
        (
            'data-suggestions="1"',
            'data-compose="/evidence/compose?next=/"',
            'aria-labelledby="h-composer"',
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
    "frame_search": Case(
        "{% from 'components/frame_search.html' import frame_search %}{{ frame_search('/search', 'search', key=true) }}"
        "{{ frame_search('/search', 'search-menu') }}",
        ('role="search"', 'action="/search"', 'name="q"', 'aria-keyshortcuts="/"', 'for="search-menu"'),
        {},
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
    "error_summary": Case(
        "{% from 'components/error_summary.html' import error_list, error_summary %}{{ error_summary(form) }}"
        "{{ error_list([]) }}",
        ("Two things keep this", 'href="#title"', "Keep it to ten characters.", 'role="alert"', "autofocus"),
        {"form": REFUSED},
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
    "qr_code": Case(
        "{% from 'components/qr_code.html' import qr_code, secret_key %}"
        "{{ qr_code(code, 'QR <code>') }}{{ secret_key(['ABCD', 'EFGH']) }}",
        ('viewBox="0 0 29 29"', 'aria-label="QR &lt;code&gt;"', 'd="M4 4h7v1h-7z"', "<span>EFGH</span>"),
        {"code": Row(size=29, runs=[(4, 4, 7)])},
    ),
    "code_list": Case(
        "{% from 'components/code_list.html' import code_list %}{{ code_list(['kd7f-3mqp'], 'Codes <b>') }}",
        ('aria-label="Codes &lt;b&gt;"', "<code>kd7f-3mqp</code>"),
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
    "sign_in": Case(
        "{% from 'components/sign_in.html' import demo_roles %}"
        "{{ demo_roles(roles, '/login/demo', fields=[('next', '/x')]) }}",
        ("<h3>Engineers</h3>", 'name="as" value="7"', "Amara Diallo", 'name="next" value="/x"'),
        {"roles": [Row(title="Engineers", people=[Row(id=7, name="Amara Diallo", note="L2, three blockers")])]},
    ),
    "theme_switch": Case(
        "{% from 'components/theme_switch.html' import theme_switch %}"
        "{{ theme_switch('/account/theme', '/e?a=1&b=2', 'dark') }}",
        ('value="dark" aria-pressed="true"', 'value="system" aria-pressed="false"', 'value="/e?a=1&amp;b=2"'),
    ),
}
