"""The field for a day: what is none is said in a sentence, and what was typed stays, but for what no page may hold."""

from __future__ import annotations

from datetime import date

import pytest
from wtforms.validators import InputRequired, Optional

from app.infra.forms import DayField, Form


class DayForm(Form):
    """One day that must be there, and one that need not."""

    on = DayField("Day", validators=[InputRequired("Choose the day.")])
    back_on = DayField("Day back", validators=[Optional()])


@pytest.fixture
def sent(app):
    """Return a maker of forms that were sent with a text in their first field."""

    def send(text: str) -> DayForm:
        with app.test_request_context(method="POST", data={"on": text, "back_on": ""}):
            form = DayForm()
            form.validate()
            return form

    return send


@pytest.mark.parametrize("text", ["2026-11-21", " 2026-11-21 "])
def test_a_day_is_read(sent, text):
    form = sent(text)
    assert form.on.data == date(2026, 11, 21)
    assert form.back_on.data is None
    assert not form.errors


def test_a_day_that_is_missing_is_asked_for(sent):
    assert sent("").errors == {"on": ["Choose the day."]}


@pytest.mark.parametrize("text", ["tomorrow", "2026-02-30", "21.11.2026", "\u0662026-11-21", "0000-01-01", "9" * 5000])
def test_what_is_no_day_is_refused_and_stays_in_the_field(sent, text):
    form = sent(text)
    assert form.errors == {"on": ["This is no day; write it as 2026-11-21."]}
    assert f'value="{text}"' in form.on()
    assert form.on.data is None


@pytest.mark.parametrize("char", ["\x00", "\x07", "\x1b", "\x85", "\u202e", "\ud800", "\ufeff"])
def test_what_no_page_may_hold_is_not_repeated(app, char):
    form = DayForm(formdata=None)
    with app.test_request_context(method="POST"):
        form.on.process(_Sent({"on": [f"20{char}26"]}))
    assert form.on.process_errors == ["This is no day; write it as 2026-11-21."]
    assert 'value="2026"' in form.on()


def test_a_stored_day_is_shown_as_browsers_send_it(app):
    with app.test_request_context():
        assert 'value="2026-11-21"' in DayForm(formdata=None, data={"on": date(2026, 11, 21)}).on()
        assert 'value=""' in DayForm(formdata=None).on()


class _Sent(dict[str, list[str]]):
    getlist = dict.__getitem__
