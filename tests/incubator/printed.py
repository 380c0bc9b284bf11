"""The words of a PDF as a reader gets them: its streams and the fonts' own maps to letters."""

from __future__ import annotations

import re
import zlib
from collections.abc import Iterator

_ESCAPES = {b"n": b"\n", b"r": b"\r", b"t": b"\t", b"b": b"\b", b"f": b"\f"}
_TOKEN = re.compile(rb"<<|>>|<[0-9A-Fa-f\s]*>|[\[\]]|/[^\s<>\[\]()/]+|[^\s<>\[\]()/]+")


class Printed:
    """A PDF without object streams, as the confirmations are."""

    def __init__(self, document: bytes) -> None:
        found = re.finditer(rb"(?:^|\s)(\d+) 0 obj\b(.*?)\bendobj\b", document, re.DOTALL)
        self.objects = {int(one[1]): one[2] for one in found}
        self.letters: dict[int, dict[bytes, str]] = {}

    def text(self) -> str:
        """Page by page; what is shown by one operator stands together."""
        pages = [body for body in self.objects.values() if re.search(rb"/Type\s*/Page\b", body)]
        return "\n".join(self._page(body) for body in pages)

    def _page(self, page: bytes) -> str:
        resources = self._value(page, b"Resources")
        fonts = self._value(resources, b"Font")
        names = {name: int(key) for name, key in re.findall(rb"/(\w+)\s+(\d+) 0 R", fonts)}
        shown = []
        letters: dict[bytes, str] = {}
        contents = self._stream(int(_found(rb"/Contents\s+(\d+) 0 R", page)))
        operands: list[bytes] = []
        for token, is_string in _tokens(contents):
            if is_string or not token[:1].isalpha():
                operands.append(token)
                continue
            if token == b"Tf":
                letters = self._letters(names[operands[-2].removeprefix(b"/")])
            elif token in {b"Tj", b"TJ"}:
                strings = [one[1:] for one in operands if one.startswith(b"(")]
                shown += [letters.get(one, "") for text in strings for one in _pairs(text)]
            elif token == b"ET":
                shown.append("\n")
            operands = []
        return "".join(shown)

    def _value(self, body: bytes, name: bytes) -> bytes:
        """What a dictionary says of a name: the object it refers to, or what follows."""
        if reference := re.search(rb"/" + name + rb"\s+(\d+) 0 R", body):
            return self.objects[int(reference[1])]
        return body.split(b"/" + name, 1)[1].split(b">>", 1)[0]

    def _stream(self, key: int) -> bytes:
        packed = _found(rb"(?s)stream\r?\n(.*?)\r?\nendstream", self.objects[key])
        return zlib.decompress(packed) if b"/FlateDecode" in self.objects[key] else packed

    def _letters(self, font: int) -> dict[bytes, str]:
        """Which letters the codes of a font stand for (its ToUnicode map)."""
        if font not in self.letters:
            written = self._stream(int(_found(rb"/ToUnicode\s+(\d+) 0 R", self.objects[font])))
            self.letters[font] = found = {}
            for block in re.findall(rb"(?s)beginbfchar(.*?)endbfchar", written):
                for code, letter in re.findall(rb"<(\w+)>\s*<(\w+)>", block):
                    found[_bytes(code)] = _bytes(letter).decode("utf-16-be")
            for block in re.findall(rb"(?s)beginbfrange(.*?)endbfrange", written):
                for first, last, letter in re.findall(rb"<(\w+)>\s*<(\w+)>\s*<(\w+)>", block):
                    start = int(letter, 16)
                    for step in range(int(last, 16) - int(first, 16) + 1):
                        found[(int(first, 16) + step).to_bytes(2, "big")] = chr(start + step)
        return self.letters[font]


def _found(pattern: bytes, body: bytes) -> bytes:
    match = re.search(pattern, body)
    assert match, (pattern, body[:200])
    return match[1]


def _bytes(digits: bytes) -> bytes:
    return bytes.fromhex(digits.decode())


def _pairs(text: bytes) -> Iterator[bytes]:
    return (text[start : start + 2] for start in range(0, len(text), 2))


def _tokens(contents: bytes) -> Iterator[tuple[bytes, bool]]:
    """The tokens of a content stream; strings come as `(` and their bytes."""
    at = 0
    while at < len(contents):
        if contents[at : at + 1] == b"(":
            text, at = _literal(contents, at + 1)
            yield b"(" + text, True
        elif match := _TOKEN.match(contents, at):
            token, at = match[0], match.end()
            is_string = token.startswith(b"<") and token != b"<<"
            yield (b"(" + _bytes(token[1:-1]), True) if is_string else (token, False)
        else:
            at += 1


def _literal(contents: bytes, at: int) -> tuple[bytes, int]:
    found, depth = b"", 1
    while True:
        sign = contents[at : at + 1]
        at += 1
        if sign == b"\\":
            if octal := re.match(rb"[0-7]{1,3}", contents[at : at + 3]):
                found, at = found + bytes([int(octal[0], 8)]), at + len(octal[0])
            else:
                escaped = contents[at : at + 1]
                found, at = found + _ESCAPES.get(escaped, escaped), at + 1
            continue
        depth += {b"(": 1, b")": -1}.get(sign, 0)
        if not depth:
            return found, at
        assert sign, "a string without an end"
        found += sign
