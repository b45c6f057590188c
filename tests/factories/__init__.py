"""Makers of valid things for tests: the test names only what matters to it."""
