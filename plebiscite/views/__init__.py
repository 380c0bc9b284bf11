"""What belongs to the person who is signed in: the booth, and their proposals.

Nothing here is kept by any cache. Forms carry a token of their own (`form_tokens`), so that what
was typed survives an expired login.
"""
