from incubator.views.mine import application, applications, begin
from incubator.views.public import verify
from incubator.views.sending import confirmation, file, summary, withdraw
from incubator.views.writing import autosave, step

__all__ = [
    "application",
    "applications",
    "autosave",
    "begin",
    "confirmation",
    "file",
    "step",
    "summary",
    "verify",
    "withdraw",
]
