"""`python -m app.cli` is the `belay` command."""

from app.cli.main import main

main()
