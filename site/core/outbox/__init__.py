"""Mail that leaves exactly when its transaction was committed, and once at most.

`queue_mail()` writes a row in the caller's transaction: a rollback sends nothing. The worker
hands rows to the mail server (`core.outbox.sending`, which says what is guaranteed).
"""

from core.outbox.keeping import forget_mail, send_again
from core.outbox.writing import queue_mail, queue_text

__all__ = ["forget_mail", "queue_mail", "queue_text", "send_again"]
