"""A worker with a kind of work that never ends by itself, started by a test: `python -m … FOLDER`."""

from __future__ import annotations

import sys
from pathlib import Path
from threading import Event

from app.cli.context import open_app, read_settings
from app.cli.work import Worker, run_until_told
from app.infra import logs
from app.jobs.kinds import register_kind


def main(folder: Path) -> None:
    """Work; a job of the kind `stuck` says in a file that it has begun, and waits for what never comes."""
    app = open_app(read_settings())

    def be_stuck(_work: object) -> None:
        (folder / "began").touch()
        Event().wait(60)

    register_kind("stuck", be_stuck, label="Stuck", in_steps=True)
    logs.set_up("json")
    run_until_told(Worker(app, poll=0.05))


if __name__ == "__main__":
    main(Path(sys.argv[1]))
