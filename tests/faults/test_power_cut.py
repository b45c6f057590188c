"""F2: the power fails. Killing a process cannot show it, because the system still writes what it was given.

A small library, loaded before everything else, keeps of each file what was synced; after the kill only that is left.
The control shows that the test would see a loss: with synchronous=NORMAL acknowledged writes are gone.
"""

from __future__ import annotations

import random
import shutil
import subprocess
import threading
from collections.abc import Sequence
from pathlib import Path

import pytest

from tests.faults.serving import Site, Writers, check_whole, make_site, serving

pytestmark = pytest.mark.long
SOURCE = Path(__file__).with_name("power.c")
NORMAL = ("-m", "tests.faults.weak_server")


@pytest.fixture(scope="module")
def library(tmp_path_factory) -> Path:
    """Compile the library; a machine without a C compiler cannot run the long tests, and says so."""
    compiler = shutil.which("cc") or shutil.which("gcc")
    assert compiler, "The power cut needs a C compiler; install gcc."
    built = tmp_path_factory.mktemp("power") / "power.so"
    subprocess.run([compiler, "-shared", "-fPIC", "-O2", "-Wall", "-o", built, SOURCE, "-ldl"], check=True)
    return built


def cut_power(
    site: Site, addresses: list[str], library: Path, seed: int, program: Sequence[str], *, pieces: int = 100
) -> tuple[list[str], set[str]]:
    """Write, cut the power, go on with what was synced; return what was acknowledged and what is stored."""
    synced = site.folder.parent / f"synced{seed}"
    shutil.copytree(site.folder, synced)
    site.more = {"LD_PRELOAD": str(library), "BELAY_WATCHED": str(site.folder), "BELAY_SYNCED": str(synced)}
    with serving(site, program) as server:
        writers = Writers(server, addresses)
        writers.wait_for(pieces)
        threading.Event().wait(random.Random(seed).uniform(0.2, 0.8))
        server.kill()
        acknowledged = writers.abandon()
    site.more = {}
    shutil.rmtree(site.folder)
    (synced / ".lock").unlink(missing_ok=True)
    synced.rename(site.folder)
    return acknowledged, set(check_whole(site))


@pytest.fixture
def embedded(empty_url) -> tuple[Site, list[str]]:
    return make_site(*empty_url("sqlite"))


def test_power_cut_loses_nothing_acknowledged(embedded, library, figures):
    site, addresses = embedded
    total = lost = 0
    for seed in range(5):
        acknowledged, stored = cut_power(site, addresses, library, seed, ("-m", "app.cli"))
        total += len(acknowledged)
        lost += len(set(acknowledged) - stored)
    figures(f"FULL: {lost} of {total} acknowledged writes lost in 5 power cuts")
    assert lost == 0


def test_the_control_loses_what_was_acknowledged(embedded, library, figures):
    site, addresses = embedded
    # Early: once the log is so long that SQLite folds it into the file all the time, it is synced all the time as well.
    acknowledged, stored = cut_power(site, addresses, library, 7, NORMAL, pieces=10)
    lost = len(set(acknowledged) - stored)
    figures(f"NORMAL: {lost} of {len(acknowledged)} acknowledged writes lost in 1 power cut")
    assert lost > 0
