"""Tests of layouts, components and error pages, each rendered alone."""
