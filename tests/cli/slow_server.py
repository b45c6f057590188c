"""A server with one address that takes its time, started by a test: `python slow_server.py PORT FOLDER`.

The slow address says in a file that it has begun, and answers when the test has made another one.
"""

from __future__ import annotations

import sys
from pathlib import Path

from app.access.guard import public
from app.cli.context import open_app, read_settings
from app.cli.serve import run
from app.infra import logs
from tests.postgres import wait_for


def main(port: int, folder: Path) -> None:
    """Serve Belay with the slow address."""
    settings = read_settings()
    app = open_app(settings)

    @public
    def slow() -> str:
        (folder / "began").touch()
        wait_for((folder / "go").exists, 30, "The test never said go.")
        return "done"

    app.add_url_rule("/slow", "slow", slow)
    logs.set_up("json")
    run(app, host="127.0.0.1", port=port, workers=2)


if __name__ == "__main__":
    main(int(sys.argv[1]), Path(sys.argv[2]))
