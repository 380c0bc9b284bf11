"""The commission's side, in Wagtail's admin: contests, proposals, the way of a vote."""
