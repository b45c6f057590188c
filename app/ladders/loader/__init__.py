"""Reading a ladder file: all its faults at once, each with line and column, or the ladder. Never a traceback.

`files` reads and decodes, `yaml_text` parses and remembers places, `overlay` lays an overlay on its base, `repair` sets
aside what is broken so that the rest can still be checked, `load` joins them.
"""

from app.ladders.loader.faults import Fault, LadderFileError
from app.ladders.loader.files import read_sources
from app.ladders.loader.load import LoadedLadder, Parents, load_ladder_file, load_ladder_text, parents_in

__all__ = [
    "Fault",
    "LadderFileError",
    "LoadedLadder",
    "Parents",
    "load_ladder_file",
    "load_ladder_text",
    "parents_in",
    "read_sources",
]
