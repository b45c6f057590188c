"""`belay ladder …` and what `belay db upgrade` publishes: exit status, messages, and what is stored."""

import json
from datetime import date

import pytest
from click.testing import CliRunner
from sqlalchemy import func, select

from app.audit.models import AuditEvent
from app.cli import context, shipped
from app.cli.main import main
from app.cli.shipped import FOLDER
from app.infra.db import db
from app.ladders.models import LadderVersion
from app.ladders.queries import find_adopted, list_names
from config import Settings
from tests.factories.editions import ENGINEER, ENGINEER_HOUSE, FOREIGN, adopted, next_version, publish

BASE = str(FOLDER / "software-engineer/1.0.0.yaml")
SUPPORT = str(FOLDER / "technical-support/1.0.0.yaml")
OVERLAY = str(FOLDER / "overlays/software-engineer-house/1.0.0.yaml")


@pytest.fixture
def belay(app, monkeypatch):
    """Return a runner of commands on the database of the test."""
    monkeypatch.setattr(context, "create_app", lambda _settings: app)
    monkeypatch.setattr("app.cli.ladder._is_there", lambda _settings: True)

    def run(*words):
        outcome = CliRunner().invoke(main, list(words))
        db.session.rollback()
        return outcome

    return run


@pytest.fixture
def without_database(tmp_path, monkeypatch):
    """Return a runner where no database has been made yet, and the folder in which none may appear."""
    monkeypatch.setenv("BELAY_DATA", str(tmp_path / "data"))
    monkeypatch.delenv("BELAY_DATABASE_URL", raising=False)
    return lambda *words: CliRunner().invoke(main, list(words)), tmp_path / "data"


def written(folder, name, text):
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
    return str(path)


# check -------------------------------------------------------------------------


def test_checking_sound_files_needs_no_database_and_makes_none(without_database):
    run, data = without_database
    outcome = run("ladder", "check", BASE, SUPPORT, OVERLAY)
    assert outcome.exit_code == 0
    assert "no faults. software-engineer 1.0.0: 26 expectations, 6 competencies, 4 levels." in outcome.stdout
    assert "software-engineer+house 1.0.0: 32 expectations" in outcome.stdout
    assert "Quotations were not looked up" in outcome.stdout
    assert not data.exists()


def test_checking_prints_every_fault_of_every_file_with_line_and_column(without_database, tmp_path):
    run, _ = without_database
    bad = written(tmp_path, "bad.yaml", ENGINEER.replace("step: 1", "step: 9", 1).replace("rank: 4", "rank: 1", 1))
    outcome = run("ladder", "check", bad, BASE, str(tmp_path / "none.yaml"))
    assert outcome.exit_code == 1
    lines = outcome.stdout.splitlines()
    assert all(line.startswith((f"{bad}:", f"{tmp_path}/none.yaml:1:1: ")) for line in lines)
    step = ENGINEER[: ENGINEER.index("step: 1")].count("\n") + 1
    assert f"{bad}:{step}:11: step 9, but `delivery` has 4" in lines
    assert f"{tmp_path}/none.yaml:1:1: there is no such file" in lines
    assert outcome.stderr == f"{len(lines)} faults.\n"


def test_an_overlay_finds_its_base_among_the_files_in_any_order(without_database, tmp_path):
    run, _ = without_database
    base = written(tmp_path, "base.yaml", ENGINEER)
    overlay = written(tmp_path, "overlay.yaml", ENGINEER_HOUSE)
    assert run("ladder", "check", overlay, base).exit_code == 0
    alone = run("ladder", "check", overlay)
    assert (alone.exit_code, "`software-engineer` 1.0.0, which this extends" in alone.stdout) == (1, True)


def test_a_ladder_that_rests_on_no_document_has_no_quotations_to_look_up(without_database):
    run, _ = without_database
    assert "Quotations" not in run("ladder", "check", str(FOREIGN / "branch.yaml")).stdout


def test_quotations_are_looked_up_where_the_documents_are_named(without_database, tmp_path):
    run, _ = without_database
    written(tmp_path, "sources/000_93414fa7207bd2c3.txt", "Something else.")
    outcome = run("ladder", "check", BASE, "--sources", str(tmp_path / "sources"))
    assert outcome.exit_code == 1
    assert outcome.stdout.count("000_93414fa7207bd2c3.txt") > 20


def test_an_overlay_finds_a_base_that_is_published(belay, tmp_path):
    publish()
    assert belay("ladder", "check", written(tmp_path, "overlay.yaml", ENGINEER_HOUSE)).exit_code == 0


def test_an_id_that_an_earlier_version_retired_is_a_fault_with_its_place(belay, tmp_path):
    publish(next_version(ENGINEER, "0.9.0", "  - id: swe.field-expertise", "  - id: swe.review-others"))
    gone = next_version(ENGINEER, "0.9.1", "retired: []", "retired: [swe.sponsor-seniors]")
    publish(gone)
    again = next_version(ENGINEER, "1.0.1", "  - id: swe.field-expertise", "  - id: swe.sponsor-seniors")
    outcome = belay("ladder", "check", written(tmp_path, "again.yaml", again))
    assert outcome.exit_code == 1
    assert "`swe.sponsor-seniors` is retired; an id is never used again" in outcome.stdout


def test_a_server_that_does_not_answer_stops_the_check_with_its_own_status(monkeypatch, tmp_path):
    monkeypatch.setenv("BELAY_DATA", str(tmp_path))
    monkeypatch.setenv("BELAY_DATABASE_URL", "postgresql://nobody@127.0.0.1:1/none")
    outcome = CliRunner().invoke(main, ["ladder", "check", BASE])
    assert outcome.exit_code == 2
    assert "The database does not answer" in outcome.stderr


# publish -------------------------------------------------------------------------


def test_publishing_says_what_it_did_and_again_that_it_is_there(belay):
    outcome = belay("ladder", "publish", BASE)
    assert (outcome.exit_code, outcome.stdout) == (0, "software-engineer 1.0.0 is published.\n")
    outcome = belay("ladder", "publish", BASE)
    assert (outcome.exit_code, outcome.stdout) == (
        0,
        "software-engineer 1.0.0 is there already, with the same content.\n",
    )


def test_publishing_alone_lets_nothing_count(belay):
    belay("ladder", "publish", BASE)
    assert find_adopted("software-engineer") is None


def test_publishing_may_adopt_from_today_or_from_a_day(belay):
    outcome = belay("ladder", "publish", BASE, "--adopt")
    assert "software-engineer 1.0.0 counts from 2026-11-21." in outcome.stdout
    outcome = belay("ladder", "publish", SUPPORT, "--adopt", "--from", "2027-01-01")
    assert "technical-support 1.0.0 counts from 2027-01-01." in outcome.stdout


def test_several_files_are_published_together_whatever_their_order(belay):
    outcome = belay("ladder", "publish", OVERLAY, BASE)
    assert outcome.exit_code == 0
    assert list_names() == ["software-engineer@1.0.0", "software-engineer+house@1.0.0"]


def test_of_several_files_none_is_published_when_one_has_faults(belay, tmp_path):
    bad = written(tmp_path, "bad.yaml", ENGINEER.replace("rank: 4", "rank: 1", 1))
    outcome = belay("ladder", "publish", SUPPORT, bad)
    assert outcome.exit_code == 1
    assert f"{bad}:" in outcome.stdout
    assert list_names() == []


def test_of_several_files_none_is_published_when_one_is_refused(belay, tmp_path):
    belay("ladder", "publish", BASE)
    other = written(tmp_path, "other.yaml", ENGINEER.replace("Delivers moderately", "Delivers fairly", 1))
    outcome = belay("ladder", "publish", SUPPORT, other)
    assert outcome.exit_code == 1
    assert "Nothing was published. software-engineer 1.0.0 is published with another content" in outcome.stderr
    assert list_names() == ["software-engineer@1.0.0"]


def test_an_overlay_without_its_published_base_is_refused(belay):
    outcome = belay("ladder", "publish", OVERLAY)
    assert outcome.exit_code == 1
    assert "publish it first" in outcome.stdout
    assert list_names() == []


@pytest.mark.parametrize(
    "words",
    [
        ("publish",),
        ("publish", BASE, "--from", "2027-01-01"),
        ("publish", BASE, "--adopt", "--from", "31.1.2027"),
        ("adopt", "software-engineer", "1.0.0"),
        ("adopt", "software-engineer", "1.0.0", "--from", "soon"),
        ("show",),
        ("check", BASE, "--sources", "/nowhere/at/all"),
    ],
)
def test_wrong_usage_has_its_own_status(belay, words):
    assert belay("ladder", *words).exit_code == 2


def test_what_the_command_line_does_is_audited_under_the_system_user(belay, session):
    belay("ladder", "publish", BASE, "--adopt")
    rows = session.scalars(select(AuditEvent).order_by(AuditEvent.seq)).all()
    assert [row.tag for row in rows] == ["ladders:version:publish", "ladders:version:adopt"]
    assert all(row.actor_label.startswith("cli:") for row in rows)
    assert json.loads(rows[0].details)["ladder"] == "software-engineer"


# show --------------------------------------------------------------------------


def test_a_ladder_is_shown_as_a_table_that_keeps_to_its_width(belay):
    adopted()
    outcome = belay("ladder", "show", "software-engineer", "--width", "100")
    assert outcome.exit_code == 0
    lines = outcome.stdout.splitlines()
    assert lines[0] == "Software Engineer, software-engineer 1.0.0, counts today"
    assert max(map(len, lines)) <= 100
    assert [line.split() for line in lines if line.startswith("Competency")] == [
        ["Competency", "L1", "L2"],
        ["Competency", "L3", "L4"],
    ]
    assert outcome.stdout.count("•") == 26
    assert sum(line.count("—") for line in lines[:-1]) == 10


def test_a_version_is_shown_by_its_number_and_an_overlay_by_its_name(belay):
    adopted()
    publish(ENGINEER_HOUSE)
    outcome = belay("ladder", "show", "software-engineer+house@1.0.0", "--width", "400")
    assert "does not count today" in outcome.stdout
    assert "Laid on software-engineer 1.0.0." in outcome.stdout
    assert outcome.stdout.count("(house, optional)") == 6


@pytest.mark.parametrize("name", ["branch", "points", "vector"])
@pytest.mark.parametrize("width", [40, 80, 300])
def test_ladders_of_any_shape_fit_any_terminal(belay, name, width):
    ladder = adopted((FOREIGN / f"{name}.yaml").read_text(encoding="utf-8")).ladder
    outcome = belay("ladder", "show", ladder.slug, "--width", str(width))
    body = outcome.stdout.splitlines()[1:]
    assert outcome.exit_code == 0
    assert max(map(len, body)) <= width
    assert all(level.id in outcome.stdout for level in ladder.levels)


def test_an_unknown_ladder_gets_the_names_that_exist(belay):
    outcome = belay("ladder", "show", "nope")
    assert (outcome.exit_code, outcome.stderr) == (1, "There is no ladder “nope”. No ladder is published yet.\n")
    adopted()
    outcome = belay("ladder", "show", "software-engineer@2.0.0")
    assert outcome.exit_code == 1
    assert "There are:\n  software-engineer@1.0.0\n" in outcome.stderr


# adopt ---------------------------------------------------------------------------


def test_a_version_is_adopted_from_a_day(belay):
    adopted()
    publish(ENGINEER_HOUSE)
    words = ("ladder", "adopt", "software-engineer+house", "1.0.0", "--from", "2027-01-01")
    assert belay(*words).stdout == "software-engineer+house 1.0.0 counts from 2027-01-01.\n"
    assert belay(*words).stdout == "software-engineer+house 1.0.0 was adopted from 2027-01-01 already.\n"
    assert find_adopted("software-engineer", date(2027, 1, 1)).ladder.slug == "software-engineer+house"


def test_only_a_published_version_can_be_adopted(belay):
    adopted()
    outcome = belay("ladder", "adopt", "software-engineer", "2.0.0", "--from", "2027-01-01")
    assert outcome.exit_code == 1
    assert "There is no ladder “software-engineer@2.0.0”" in outcome.stderr


# db upgrade -----------------------------------------------------------------------


def test_upgrading_an_empty_database_publishes_and_adopts_the_two_base_ladders(belay, session):
    outcome = belay("db", "upgrade")
    assert outcome.exit_code == 0
    assert "technical-support 1.0.0 is published and counts from today." in outcome.stdout
    assert list_names() == ["software-engineer@1.0.0", "technical-support@1.0.0"]
    assert find_adopted("software-engineer").ladder.version == "1.0.0"
    assert belay("db", "upgrade").exit_code == 0
    assert session.scalar(select(func.count()).select_from(LadderVersion)) == 2


def test_an_upgrade_that_fails_half_way_through_publishing_leaves_no_ladder(belay, monkeypatch):
    adopt = shipped.adopt_version

    def fail_at_the_second(edition, **more):
        if edition.ladder.slug == "technical-support":
            raise RuntimeError("killed")
        return adopt(edition, **more)

    monkeypatch.setattr(shipped, "adopt_version", fail_at_the_second)
    assert belay("db", "upgrade").exit_code == 1
    assert list_names() == []


def test_upgrading_leaves_a_database_with_ladders_alone(belay):
    publish((FOREIGN / "branch.yaml").read_text(encoding="utf-8"))
    assert "published" not in belay("db", "upgrade").stdout
    assert len(list_names()) == 1


def test_from_nothing_to_a_table_on_a_new_embedded_database(without_database, monkeypatch):
    run, _ = without_database
    settings = Settings.from_environment()
    assert run("ladder", "show", "software-engineer").exit_code == 2
    assert run("db", "upgrade").exit_code == 0
    assert run("ladder", "show", "software-engineer").exit_code == 0
    assert settings.database_url.startswith("sqlite:///")
