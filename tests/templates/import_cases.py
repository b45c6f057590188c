"""The components of the people import."""

from __future__ import annotations

from types import SimpleNamespace as Row

from tests.templates.samples import Case

IMPORT_CASES: dict[str, Case] = {
    "change_list": Case(
        "{% from 'components/change_list.html' import change_list %}{{ change_list(changes, 'Changed') }}",
        ("Amara &lt;D&gt;", "T-1, row 4", '<del class="change-old">', "&lt;Ops&gt;", "a correction", ">none</span>"),
        {
            "changes": [
                Row(
                    row=4,
                    employee_id="T-1",
                    name="Amara <D>",
                    fields=[
                        Row(label="Team", old="Billing", new="<Ops>", note="from 1 May 2026", is_new=False),
                        Row(label="Level since", old="1 May 2025", new="2 May 2025", note="a correction", is_new=False),
                        Row(label="Line manager", old="Petra (T-2)", new="", note="", is_new=False),
                        Row(label="Hired on", old="", new="2 May 2023", note="", is_new=True),
                    ],
                )
            ]
        },
    ),
    "fault_list": Case(
        "{% from 'components/fault_list.html' import fault_list %}{{ fault_list(faults, 'Faults') }}"
        "{{ fault_list(faults, 'Remarks', 'What is unusual') }}",
        (
            "<caption>Faults</caption>",
            "&lt;L9&gt;",
            "There is no level",
            "the whole row",
            "the file",
            "nothing",
            "What is unusual",
        ),
        {
            "faults": [
                Row(row=None, column="", value="", message="The file is empty."),
                Row(row=3, column="", value="", message="The row has two cells too many."),
                Row(row=7, column="level", value="<L9>", message="There is no level <L9>."),
            ]
        },
    ),
    "upload_state": Case(
        "{% from 'components/upload_state.html' import upload_state %}{{ upload_state(33554432) }}",
        ('data-upload="33554432"', "larger than 32 MB", 'role="status"'),
    ),
}
