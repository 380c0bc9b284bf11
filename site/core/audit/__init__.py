"""The audit trail: who did what to which object, in a chain that shows every later change.

`record()` writes one event in the caller's transaction. The worker seals committed events every
second; `manage.py audit_verify` recomputes everything. Events hold no personal values: names of
changed fields, never their content; the actor's name stands apart and can be erased.
"""

from core.audit.events import forget_person, history, record

__all__ = ["forget_person", "history", "record"]
