"""Private links for people without an account: one token, one purpose, one object.

`issue()` gives the text of a token, to be put into a link; the database keeps its SHA-256 alone.
Looking at a link changes nothing (`peek`), because mail programs look at links by themselves;
only a pressed button acts (`redeem`). `core.tokens.views.TokenView` is the page with the button.
"""

from core.tokens.access import TokenRefused, issue, peek, prune, redeem, revoke, spent_token

__all__ = ["TokenRefused", "issue", "peek", "prune", "redeem", "revoke", "spent_token"]
