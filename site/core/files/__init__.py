"""Private files: what people send us and only some people may read.

`store_upload()` checks what was sent and keeps it in a store that no URL reaches; `serve()` gives
it to those who may. What a file belongs to (its owner) decides who may read it: a feature
registers that in `file_permissions`, and what is not registered nobody reads.
"""

from core.files.access import file_permissions, may_read, serve
from core.files.errors import FileRefused
from core.files.keeping import claim, files_of, open_file, remove
from core.files.kinds import ALL, DOCUMENTS, IMAGES, accept, in_words
from core.files.storing import MAX_SIZE, store_upload

__all__ = [
    "ALL",
    "DOCUMENTS",
    "IMAGES",
    "MAX_SIZE",
    "FileRefused",
    "accept",
    "claim",
    "file_permissions",
    "files_of",
    "in_words",
    "may_read",
    "open_file",
    "remove",
    "serve",
    "store_upload",
]
