"""Components of the pages of a promotion cycle."""

from __future__ import annotations

from types import SimpleNamespace

from tests.templates.samples import Case

CYCLE_CASES: dict[str, Case] = {
    "phase_rail": Case(
        "{% from 'components/phase_rail.html' import phase_rail %}{{ phase_rail(phases) }}",
        (
            'aria-label="Phases of the cycle"',
            "Nominations &lt;first&gt;",
            "done 6 Nov",
            'class="phase is-now" aria-current=step',
            "until 4 Dec",
        ),
        {
            "phases": [
                SimpleNamespace(name="Nominations <first>", day="done 6 Nov", state="done"),
                SimpleNamespace(name="Packets", day="until 4 Dec", state="now"),
                SimpleNamespace(name="Feedback", day="18 Dec", state=""),
            ]
        },
    ),
    "owed_list": Case(
        "{% from 'components/owed_list.html' import owed, owed_list %}{% call owed_list('Missing') %}"
        "{{ owed('The packet is <not> handed in', 'Amara Diallo', 'due 4 Dec', 'P-12', '/case', ('/remind', 'k:1')) }}"
        "{{ owed('The committee has no chair', 'HR', link=('Name it', '/committee'), is_person=false) }}"
        "{{ owed('A rating is missing', 'Its reviewers', case='P-01', remind=('/remind', 'k:2'), is_person=false) }}"
        "{{ owed('Nominations are still open', note='due 6 Nov') }}{% endcall %}",
        (
            'aria-label="Missing"',
            "The packet is &lt;not&gt; handed in, case ",
            '<a href="/case">P-12</a>',
            'name="owed" value="k:1"',
            "Amara Diallo of P-12",
            "the reviewers of P-01",
            "<strong>HR</strong>",
            'href="/committee"',
            "due 6 Nov",
        ),
        {},
    ),
}
