"""The picture that stands beside a shared link: the title of the page, as a sign of the station.

card.py     what stands on it, and its name, which changes with what stands on it
drawing.py  the picture itself
"""

from core.sharing.card import SIZE, Card, site_card
from core.sharing.drawing import draw

__all__ = ["SIZE", "Card", "draw", "site_card"]
