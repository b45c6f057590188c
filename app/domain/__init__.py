"""The rules of Belay in plain Python.

Owns what a ladder demands, when evidence suffices, what a rating means and what keeps a person from the next level.
Everything is a frozen value or a pure function: no clock, no database, no framework. The current day is an argument.
Sources of the rules are named in the docstrings as sections of the domain specification.
"""
