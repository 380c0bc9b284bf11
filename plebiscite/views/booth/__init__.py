"""The booth: declaration or code, ballot, summary, confirming; each step works without JavaScript.

What was chosen travels in the forms and stands nowhere else: not in the session, not in an
address, not in a message. Pages that differ by the choice are of one length.
"""
