from incubator.views.mine import application, applications, ask, begin
from incubator.views.public import server_time, verify
from incubator.views.sending import confirmation, correction, file, summary, withdraw
from incubator.views.writing import autosave, step

__all__ = [
    "application",
    "applications",
    "ask",
    "autosave",
    "begin",
    "confirmation",
    "correction",
    "file",
    "server_time",
    "step",
    "summary",
    "verify",
    "withdraw",
]
