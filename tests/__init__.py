"""The tests of Belay. bin/test runs them all; pyproject.toml holds their settings."""
