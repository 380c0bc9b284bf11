"""How often somebody may try something.

`throttle("account.login", address, limit=10, per=timedelta(minutes=15))` counts one try and
raises `Throttled` when it is one too many; a middleware answers that with a page that says when
to come back. Counts are shared by all processes and hosts.
"""

from core.throttle.counting import Throttled, throttle
from core.throttle.visitor import visitor_key

__all__ = ["Throttled", "throttle", "visitor_key"]
