"""Languages: dates, numbers, typography, sorting, search folding and the translation catalogues.

Nothing here imports Django at import time except where a function asks for the active language,
so the catalogues can be compiled before Django starts.
"""
