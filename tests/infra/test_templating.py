"""How values become words."""

from __future__ import annotations

import doctest
from datetime import UTC, date, datetime, timedelta

import pytest
from flask import Flask
from hypothesis import given, settings
from hypothesis import strategies as st
from jinja2 import UndefinedError
from markupsafe import Markup
from wtforms import FieldList, Form, FormField, StringField, validators

from app.infra import markdown, templating
from app.infra.clock import clock

NOW = datetime(2026, 11, 21, 9, 30, tzinfo=UTC)


@pytest.fixture(scope="module")
def env():
    app = Flask("belay_words")
    templating.register(app)
    return app.jinja_env


@pytest.fixture
def berlin():
    clock.use_zone("Europe/Berlin")
    yield
    clock.use_zone("UTC")


def test_examples_in_the_docstrings_hold():
    for module in (templating, markdown):
        assert doctest.testmod(module).failed == 0


def test_undefined_name_is_an_error(env):
    with pytest.raises(UndefinedError):
        env.from_string("{{ nobody }}").render()


def test_everything_is_escaped(env):
    assert env.from_string("{{ x }}").render(x="<b>") == "&lt;b&gt;"


@pytest.mark.parametrize(
    "before,words",
    [
        (timedelta(0), "just now"),
        (timedelta(seconds=59), "just now"),
        (timedelta(minutes=1), "1 minute ago"),
        (timedelta(minutes=59), "59 minutes ago"),
        (timedelta(hours=1), "1 hour ago"),
        (timedelta(hours=9), "9 hours ago"),
        (timedelta(hours=13), "yesterday"),
        (timedelta(days=2), "2 days ago"),
        (timedelta(days=13), "13 days ago"),
        (timedelta(days=14), "2 weeks ago"),
        (timedelta(days=59), "8 weeks ago"),
        (timedelta(days=60), "2 months ago"),
        (timedelta(days=729), "24 months ago"),
        (timedelta(days=730), "2 years ago"),
        (timedelta(minutes=-5), "in 5 minutes"),
        (timedelta(days=-1), "tomorrow"),
        (timedelta(days=-13), "in 13 days"),
    ],
)
def test_distance_in_time_is_said_as_people_say_it(before, words):
    assert templating.ago(NOW - before, NOW) == words


def test_days_are_counted_on_the_calendar():
    assert templating.ago(date(2026, 11, 21), NOW) == "today"
    assert templating.ago(date(2026, 11, 20), NOW) == "yesterday"
    assert templating.ago(date(2026, 12, 4), NOW) == "in 13 days"


def test_distance_is_measured_from_the_clock_when_nothing_else_is_said():
    with clock.standing_at(NOW):
        assert templating.ago(NOW - timedelta(hours=2)) == "2 hours ago"


def test_moments_are_shown_in_the_zone_of_the_company(berlin):
    late = datetime(2026, 11, 3, 23, 30, tzinfo=UTC)
    assert templating.full_moment(late) == "4 November 2026, 00:30"
    assert templating.short_date(late) == "4 Nov 2026"
    assert templating.long_date(date(2026, 11, 3)) == "3 November 2026"


@pytest.mark.parametrize(
    "day,words",
    [(date(2026, 1, 1), "Q1 2026"), (date(2026, 3, 31), "Q1 2026"), (date(2026, 4, 1), "Q2 2026"),
     (date(2026, 12, 31), "Q4 2026")],
)  # fmt: skip
def test_quarters_begin_in_january(day, words):
    assert templating.quarter_label(day) == words


@pytest.mark.parametrize(
    "name,letters",
    [
        ("Amara Diallo", "AD"),
        ("Maximiliane Oberhuber-Castellanos", "MO"),
        ("Oluwaseun Adébáyò-Whitfield", "OA"),
        ("Pelé", "P"),
        ("  Hyun-woo   Baek ", "HB"),
        ("E\u0301va Nagy", "ÉN"),
        ("ßen Meier", "SM"),
        ("李 小龙", "李小"),
        ("🦊 Fox", "F"),
        ("🦊", "·"),
        ("", "·"),
        ("…", "·"),
        ("(Kim) Lee", "KL"),
    ],
)
def test_every_name_has_initials(name, letters):
    assert templating.initials(name) == letters


@given(st.text())
@settings(max_examples=150, deadline=None, derandomize=True)
def test_initials_are_one_or_two_characters_whatever_the_name(name):
    assert 1 <= len(templating.initials(name)) <= 2


def test_difference_marks_the_words_that_the_other_text_lacks():
    mine, other = "my second option. Mostly", "my paper. Mostly"
    assert templating.mark_difference(mine, other) == "my <mark>second option</mark>. Mostly"
    assert templating.mark_difference(mine, mine) == mine


def test_difference_escapes_both_what_is_equal_and_what_is_not():
    marked = templating.mark_difference("<b> <img src=x>", "<b> y")
    assert isinstance(marked, Markup)
    assert "<img" not in marked
    assert marked.startswith("&lt;b&gt; <mark>&lt;img")


@given(st.text(max_size=120), st.text(max_size=120))
@settings(max_examples=150, deadline=None, derandomize=True)
def test_difference_keeps_every_character(mine, other):
    marked = templating.mark_difference(mine, other)
    assert marked.replace("<mark>", "").replace("</mark>", "") == str(Markup.escape(mine))


def test_very_long_texts_are_compared_line_by_line():
    shared = "word " * 4000
    marked = templating.mark_difference(f"{shared}\nmine\n", f"{shared}\nyours\n")
    assert marked.count("<mark>") == 1
    assert "<mark>mine" in marked


@pytest.mark.parametrize(
    "label,codes",
    [
        (templating.status_label, ["waived", "banked", "unassessed", "not_met", "partly_met", "unproven", "met",
                                   "exceeded", "slipped"]),
        (templating.verdict_label, ["ready", "not_yet", "cannot_tell"]),
        (templating.answer_label, ["not_met", "partly_met", "met", "exceeded", "no_opportunity"]),
        (templating.kind_label, ["design_doc", "training", "customer_feedback"]),
        (templating.origin_label, ["document", "derived", "house", "org"]),
    ],
)  # fmt: skip
def test_every_code_has_a_label_and_a_wrong_one_is_an_error(label, codes):
    assert all(label(code) for code in codes)
    with pytest.raises(KeyError):
        label("nonsense")


@pytest.fixture(scope="module")
def paths():
    app = Flask("belay_paths")
    app.add_url_rule("/notes", "list_notes", lambda: "")
    app.add_url_rule("/notes", "write_note", lambda: "", methods=["POST"])
    app.add_url_rule("/notes/end", "end_note", lambda: "", methods=["POST"])
    return app


@pytest.mark.parametrize(
    "path,method,referrer,expected",
    [
        ("/notes?kind=a%20b", "GET", None, "/notes?kind=a%20b"),
        ("/notes", "POST", "http://localhost/elsewhere", "/notes"),
        ("/notes/end", "POST", "http://localhost/notes?x=1", "/notes"),
        ("/notes/end", "POST", None, "/"),
        ("/notes/end", "POST", "http://evil.example/notes", "/"),
        ("/notes/end", "POST", "http://localhost//evil.example", "/"),
        ("/notes/end", "POST", "javascript:alert(1)", "/"),
    ],
)
def test_way_back_is_a_page_of_ours_that_a_link_may_open(paths, path, method, referrer, expected):
    headers = {"Referer": referrer} if referrer else {}
    with paths.test_request_context(path, method=method, headers=headers):
        assert templating.return_address() == expected


class Line(Form):
    """One line of a list."""

    words = StringField("Words", [validators.InputRequired("Say something.")])


class Whole(Form):
    """A form with every way of nesting."""

    title = StringField("Title", [validators.InputRequired("Give it a name.")])
    first = FormField(Line)
    lines = FieldList(FormField(Line), min_entries=1)
    plain = FieldList(StringField("Plain", [validators.InputRequired("Fill it in.")]), min_entries=1)


def test_errors_link_to_their_fields_in_the_order_of_the_form():
    form = Whole()
    form.validate()
    form.form_errors.append("It is too late.")
    assert templating.error_links(form) == [
        (None, "It is too late."),
        ("title", "Give it a name."),
        ("first-words", "Say something."),
        ("lines-0-words", "Say something."),
        ("plain-0", "Fill it in."),
    ]


def test_form_without_errors_has_no_links():
    assert templating.error_links(Whole()) == []


def test_field_is_joined_to_its_hint_and_its_errors():
    form = Whole()
    assert templating.field_attributes(form.title) == {"class": "input"}
    form.validate()
    attributes = templating.field_attributes(form.title, "A few words", rows=3, min=None)
    assert attributes == {
        "class": "input", "aria-describedby": "title-hint title-error", "aria-invalid": "true", "rows": 3,
    }  # fmt: skip
