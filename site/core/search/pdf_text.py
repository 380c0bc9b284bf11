"""The text of a PDF, read from standard input and written to standard output.

A program of its own, started by `core.search.documents`: a PDF is a small machine, and one that is
made to run for ever or to fill the memory ends here and takes nothing with it. Knows no Django.

    python -I pdf_text.py SECONDS MEGABYTES PAGES LETTERS < file.pdf

Exit codes: 0 with the text; 1 when the file cannot be read.
"""

from __future__ import annotations

import io
import logging
import resource
import sys


def limit(seconds: int, megabytes: int) -> None:
    """Lets the kernel end this process when it takes too much; macOS knows no limit of memory."""
    resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds))
    if sys.platform == "linux":
        size = megabytes * 1024 * 1024
        resource.setrlimit(resource.RLIMIT_AS, (size, size))


def text_of(content: bytes, pages: int, letters: int) -> str:
    """The words of the first pages, until there are enough of them."""
    from pypdf import PdfReader

    reader = PdfReader(io.BytesIO(content), strict=False)
    if reader.is_encrypted:
        # Many are locked against changes alone, and everybody may read them.
        reader.decrypt("")
    found: list[str] = []
    count = 0
    for page in reader.pages[:pages]:
        words = " ".join(page.extract_text().split())
        found.append(words)
        count += len(words)
        if count >= letters:
            break
    return " ".join(found)[:letters]


def main() -> int:
    seconds, megabytes, pages, letters = map(int, sys.argv[1:5])
    # It warns of every oddity, at length.
    logging.disable(logging.CRITICAL)
    limit(seconds, megabytes)
    try:
        text = text_of(sys.stdin.buffer.read(), pages, letters)
    except Exception as problem:
        # Whatever a broken file makes the library raise: its kind is all that is told.
        sys.stderr.write(type(problem).__name__)
        return 1
    sys.stdout.buffer.write(text.encode("utf-8", "replace"))
    return 0


if __name__ == "__main__":
    sys.exit(main())
