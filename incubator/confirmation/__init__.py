"""The confirmation of a sent application: a PDF whose code can be checked by anybody."""

from incubator.confirmation.code import code_of, same_code
from incubator.confirmation.document import render
from incubator.confirmation.draft import render_draft

__all__ = ["code_of", "render", "render_draft", "same_code"]
