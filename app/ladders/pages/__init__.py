"""The pages of a ladder as templates want them: rows, columns and links, made from an edition and the reader's view.

For views only. Nothing here asks the database; every rule is the ladder's own. `shown` has the values that templates
read, `ladder` makes them for one edition, `shelf` for the list of all, `links` knows the addresses.
"""

from app.ladders.pages.ladder import LadderView
from app.ladders.pages.links import Links
from app.ladders.pages.shelf import ShelfCard, shelf_card

__all__ = ["LadderView", "Links", "ShelfCard", "shelf_card"]
