"""The watch itself: what goes wrong in a window is noticed, so that an empty list of faults means something."""

from __future__ import annotations

import pytest
from playwright.sync_api import Error

pytestmark = pytest.mark.browser


@pytest.fixture
def visitor(visit):
    visitor = visit()
    visitor.open("/login")
    assert visitor.faults == []
    yield visitor
    visitor.faults.clear()


def faults_after(visitor, script):
    visitor.page.evaluate(script)
    visitor.page.evaluate("0")
    return " ".join(visitor.faults)


def test_an_error_in_the_console_is_noticed(visitor):
    assert "console, error, /login: oh" in faults_after(visitor, "console.error('oh')")


def test_an_error_of_a_script_is_noticed(visitor):
    found = faults_after(visitor, "new Promise((done) => { setTimeout(done, 20); setTimeout(() => { nobody(); }); })")
    assert "nobody is not defined" in found


def test_what_the_policy_refuses_is_noticed(visitor):
    found = faults_after(visitor, "document.body.setAttribute('style', 'color: red')")
    assert "Content Security Policy" in found


def test_an_answer_that_nobody_expected_is_noticed(visitor):
    assert "answered 404, /login: GET" in faults_after(visitor, "fetch('/nowhere').then((answer) => answer.status)")


def test_a_request_to_somewhere_else_is_noticed(visitor):
    visitor.context.set_offline(True)
    with pytest.raises(Error):
        visitor.open("http://127.0.0.1:49152/")
    assert "asked elsewhere" in " ".join(visitor.faults)


def test_a_page_that_not_everybody_can_use_is_noticed(visitor):
    visitor.page.evaluate("document.querySelector('label').remove(); document.body.style.width = '2000px'")
    found = " ".join(visitor.findings())
    visitor.faults.clear()
    assert "560 px wider than the screen" in found
    assert "label (1×)" in found
