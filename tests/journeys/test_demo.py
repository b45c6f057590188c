"""`bin/demo` as a newcomer meets it: it starts, the door lets in as an example person, the data is nobody else's."""

from __future__ import annotations

import os
import re
import signal
import socket
import stat
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from urllib.error import URLError
from urllib.request import urlopen

import pytest
from playwright.sync_api import expect

from tests.journeys.accessibility import SCREENS
from tests.journeys.visitor import Visitor
from tests.postgres import wait_for

pytestmark = pytest.mark.browser

ROOT = Path(__file__).resolve().parents[2]
LONGEST_START = 60
LONGEST_END = 45


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class Demo:
    """A running demo."""

    def __init__(self, process: subprocess.Popen[str], port: int) -> None:
        self.process = process
        self.url = f"http://127.0.0.1:{port}"

    def wait(self) -> None:
        """Wait until it answers; what it printed says why when it ends instead."""
        wait_for(self.answers, LONGEST_START, "The demo does not answer.")

    def answers(self) -> bool:
        """Say whether it answers."""
        assert self.process.poll() is None, self.process.communicate()[0]
        with suppress(URLError, ConnectionError), urlopen(f"{self.url}/healthz") as answer:  # noqa: S310 - our own.
            return answer.status == 200
        return False

    def end(self) -> str:
        """Ask it to end, as a terminal or a supervisor does, and return what it printed."""
        self.process.send_signal(signal.SIGTERM)
        return self.process.communicate(timeout=LONGEST_END)[0]


@contextmanager
def demo_in(data: Path, *options: str) -> Iterator[Demo]:
    port = free_port()
    command = [sys.executable, "-m", "app.cli.demo", "--port", str(port), "--data", str(data), *options]
    kept = {name: value for name, value in os.environ.items() if not name.startswith("BELAY_")}
    with subprocess.Popen(
        command, cwd=ROOT, env=kept, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    ) as process:
        try:
            demo = Demo(process, port)
            demo.wait()
            yield demo
        finally:
            if process.poll() is None:
                process.kill()


def modes_in(folder: Path) -> dict[str, str]:
    """Return what everybody may do with a folder and everything in it."""
    return {
        str(path.relative_to(folder)): oct(stat.S_IMODE(path.stat().st_mode)) for path in (folder, *folder.rglob("*"))
    }


def test_an_example_engineer_comes_in_with_a_click(browser, tmp_path, visitors):
    data = tmp_path / "demo"
    with demo_in(data, "--people", "12") as demo:
        visitor = Visitor(browser, demo)
        visitors.append(visitor)
        page = visitor.open("/")
        expect(page.get_by_role("heading", name="This is a demo. Come in as somebody")).to_be_visible()
        for screen in SCREENS:
            visitor.show(screen)
            visitor.check_accessible()
        page.get_by_role("button", name=re.compile("^Amara Diallo")).click()
        expect(page.get_by_role("heading", level=1)).to_contain_text("L2")
        modes = modes_in(data)
        assert {name: mode for name, mode in modes.items() if mode not in {"0o600", "0o700"}} == {}
        assert modes["."] == "0o700"
        assert modes["belay.db"] == "0o600"
        visitor.context.close()
        printed = demo.end()
    assert demo.url in printed
    assert demo.process.returncode == 0, printed


def test_a_second_start_finds_the_company_as_it_was_left(browser, tmp_path, visitors):
    data = tmp_path / "demo"
    with demo_in(data, "--people", "12") as demo:
        first = demo.end()
    with demo_in(data, "--people", "12") as demo:
        visitor = Visitor(browser, demo)
        visitors.append(visitor)
        page = visitor.open("/people/")
        page.get_by_role("button", name=re.compile("^Tomasz Wieczorek")).click()
        expect(page.get_by_role("heading", level=1)).to_have_text("People")
        visitor.context.close()
        second = demo.end()
    assert "Making the example company Larkspur, 12 people" in first
    assert "Making" not in second
