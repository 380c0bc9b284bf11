"""Typographic rules: non-breaking spaces, quotation marks and dashes.

Every rule swaps one character for one other, so a text keeps its length. That makes the HTML
variant exact: the characters of a paragraph are taken out of their tags and entities, changed
together, and put back where they were; a tag, an attribute or an entity that no rule touches is
repeated byte for byte, and no rule can produce markup.
"""

from __future__ import annotations

import html
import re
from collections.abc import Iterator
from functools import cache

from core.i18n.languages import resolve

NBSP = "\u00a0"
EN_DASH = "\u2013"

# Outer and inner pairs.
QUOTES = {
    "pl": ("„”", "«»"),
    "be": ("«»", "„“"),
    "en": ("“”", "‘’"),
    "it": ("«»", "“”"),
}

# One-letter prepositions and conjunctions that must not end a line (Polish and Belarusian only).
_ONE_LETTER = {"pl": "aiouwz", "be": "аіоузў", "en": "", "it": ""}

# Words after a number that must not be torn from it, as regular expressions of whole words.
_MEASURES = (
    r"%|‰|°C|zł|zl|gr|PLN|EUR|€|mm|cm|dm|km|m|m²|m³|ha|ar|kg|dag|g|t|l|ml|kB|MB|GB|kWh|kW|W|V|"
)
_UNITS = {
    "pl": _MEASURES + r"tys\.|mln|mld|r\.|w\.|godz\.|min\.?|sek\.|szt\.|os\.|str\.|pkt\.?|proc\.|"
    r"rok(?:u|iem)?|lat(?:a|ach)?|dni(?:a|ach)?|dzień|tydzień|tygodni(?:e|a|ach)?|"
    r"miesi[ąęa]c\w*|godzin\w*|minut\w*|sekund\w*|złot(?:y|e|ych)|grosz(?:y|e)?|"
    r"miejsc(?:a|u|em|ach)?|os(?:oba|oby|ób|obę|obom|obami|obach)|głos(?:y|ów|u|ami)?|"
    r"mieszka[nń]\w*|stron\w*|metr\w*|procent\w*|sztuk\w*|termin(?:y|ów|u)?|usług\w*|"
    r"stycznia|lutego|marca|kwietnia|maja|czerwca|lipca|sierpnia|września|października|"
    r"listopada|grudnia",
    "be": _MEASURES + r"тыс\.|млн|млрд|г\.|гг\.|гадз\.|хв\.|с\.|зл\.?|шт\.|чал\.|злот\w*|"
    r"год(?:а|у|зе|ам)?|гадоў|дзень|дні|дзён|дня|тыд(?:зень|ні|няў|ня)|месяц\w*|"
    r"гадзін\w*|хвілін\w*|мес(?:ца|цы|цаў|цах)|асоб\w*|галас\w*|голас|чалавек\w*|жыхар\w*|"
    r"старон\w*|метр\w*|працэнт\w*|паслуг\w*|тэрмін\w*|"
    r"студзеня|лютага|сакавіка|красавіка|мая|чэрвеня|ліпеня|жніўня|верасня|кастрычніка|"
    r"лістапада|снежня",
    "en": _MEASURES
    + r"a\.m\.|p\.m\.|years?|months?|weeks?|days?|hours?|minutes?|seconds?|places?|persons?|"
    r"people|votes?|residents?|pages?|metres?|million|thousand|"
    r"January|February|March|April|May|June|July|August|September|October|November|December",
    "it": _MEASURES
    + r"ann[oi]|mes[ei]|settiman[ae]|giorn[oi]|or[ae]|minut[oi]|second[oi]|post[oi]|person[ae]|"
    r"vot[oi]|abitant[ei]|pagin[ae]|metr[oi]|mila|milion[ei]|"
    r"gennaio|febbraio|marzo|aprile|maggio|giugno|luglio|agosto|settembre|ottobre|novembre|"
    r"dicembre",
}

# Abbreviations that must not end a line.
_LEADING = {
    "pl": r"ul\.|al\.|pl\.|os\.|nr|art\.|ust\.|pkt|poz\.|lit\.|str\.|s\.|tel\.|godz\.|św\.|ks\.|"
    r"prof\.|inż\.|mgr|dr|im\.|m\.|pok\.|tys\.|mln|mld",
    "be": r"вул\.|пр\.|пл\.|д\.|кв\.|арт\.|п\.|с\.|тэл\.|гадз\.|св\.|кс\.|праф\.|імя|нумар|тыс\.|"
    r"млн|млрд|№",
    "en": r"nos?\.(?= \d)|Mr\.?|Mrs\.?|Ms\.?|Dr\.?|pp?\.|art\.|tel\.",
    "it": r"n\.|art\.|tel\.|sig\.|sig\.ra|dott\.|dott\.ssa|ing\.|prof\.|pag\.|p\.|san|santa",
}

_SPACED_HYPHEN = re.compile(r"(?<=\S)[ \u00a0]-(?=[ \u00a0]+\S)")
_SPACED_DASH = re.compile(r"(?<=\S) (?=\u2013 )")
_THOUSANDS = re.compile(r"(?<![\d\u00a0.,/-])\d{1,3}(?:[ \u00a0]\d{3})+(?!\d)")
_PHONE = re.compile(
    r"(?<![\d\u00a0])(?:\+\d{2}[ \u00a0])?\d{2}[ \u00a0]\d{3}(?:[ \u00a0]\d{2}){2}(?!\d)"
)
_INITIAL = re.compile(r"(?<!\w)([^\W\d_])\. (?=[^\W\d_])")


@cache
def _rules(language: str) -> list[re.Pattern[str]]:
    """Patterns whose every match contains exactly the one space that must not break."""
    # A word starts after a break or an opening mark, not inside a compound.
    start = r"(?<![\w'’ʼ\-.@/&])"
    rules = []
    if letters := _ONE_LETTER[language]:
        rules.append(re.compile(rf"{start}[{letters}{letters.upper()}] (?=[^\s–-])"))
    rules.append(re.compile(rf"(?<=\d) (?=(?:{_UNITS[language]})(?![\w]))"))
    rules.append(re.compile(rf"{start}(?:{_LEADING[language]}) (?=[\w„«“])", re.IGNORECASE))
    return rules


def typeset(text: str, language: str | None = None) -> str:
    """`text`, which is plain text, with the language's typography; of the same length.

    Applying it twice changes nothing more. Quotation marks are matched within a paragraph (a
    blank line ends one); a paragraph in which straight ones do not pair up keeps them.
    """
    language = resolve(language)
    paragraphs = re.split(r"(\n[^\S\n]*\n\s*)", text)
    return "".join(_typeset_paragraph(part, language) for part in paragraphs)


def _typeset_paragraph(text: str, language: str) -> str:
    text = _pair_quotes(text, language)
    text = _SPACED_HYPHEN.sub(NBSP + EN_DASH, text)
    text = _SPACED_DASH.sub(NBSP, text)
    for pattern in (_THOUSANDS, _PHONE):
        text = pattern.sub(lambda match: match[0].replace(" ", NBSP), text)
    for pattern in _rules(language):
        text = pattern.sub(_unbreakable, text)
    return _INITIAL.sub(_keep_initial, text)


def _unbreakable(match: re.Match[str]) -> str:
    return match[0].replace(" ", NBSP)


def _keep_initial(match: re.Match[str]) -> str:
    """An upper-case initial stays with the name that follows: "J. Kowalski"."""
    follows = match.string[match.end()]
    if match[1].isupper() and follows.isupper():
        return _unbreakable(match)
    return match[0]


def _pair_quotes(text: str, language: str) -> str:
    """Straight double quotes as the language's own; inner ones where they are nested."""
    if '"' not in text:
        return text
    outer, inner = QUOTES[language]
    out = list(text)
    opened: list[str] = []
    for at, char in enumerate(text):
        if char == '"':
            before = text[at - 1] if at else " "
            after = text[at + 1] if at + 1 < len(text) else " "
            opens = _opens(before, after, bool(opened), out[at - 1] if at else " ")
            if opens:
                if len(opened) == 2:
                    return text
                pair = inner if opened else outer
                opened.append('"')
                out[at] = pair[0]
            elif opened:
                # Also the end of a pair that was begun with the right mark already.
                opened.pop()
                out[at] = (inner if opened else outer)[1]
            else:
                return text
        elif char == outer[0] and not opened:
            opened.append(char)
        elif char == outer[1] and opened == [outer[0]]:
            opened.pop()
    return text if '"' in opened else "".join(out)


def _opens(before: str, after: str, inside: bool, written_before: str) -> bool:
    if after.isspace():
        return False
    if before.isspace() or before in "([{–—-/„«“‘":
        return True
    # A quote straight after another follows it: both open or both close.
    return before == '"' and written_before in "„«“‘" and (not inside or after.isalnum())


# --- HTML -------------------------------------------------------------------------------------

_TOKEN = re.compile(
    r"<!--.*?-->|<[!?][^>]*>|</?[a-zA-Z](?:\"[^\"]*\"|'[^']*'|[^'\"<>])*>|&(?:#\d+|#[xX][0-9a-fA-F]+|\w+);",
    re.DOTALL,
)
_TAG_NAME = re.compile(r"</?([a-zA-Z][\w:-]*)")
_LANG = re.compile(r"\slang\s*=\s*[\"']?([\w-]+)")
_INLINE = frozenset(
    """a abbr b bdi bdo cite del dfn em i ins mark q s small span strong sub sup time u wbr
    """.split()
)
_VOID = frozenset("area base br col embed hr img input link meta source track wbr".split())
# Text in these is code, or is not text.
_VERBATIM = frozenset(
    ("script", "style", "pre", "code", "kbd", "samp", "var", "textarea", "svg", "math", "title")
)


def typeset_html(markup: str, language: str | None = None) -> str:
    """`markup` with the language's typography in its text; tags and attributes stay as they are.

    Code, preformatted text and elements in another language (`lang`) are left alone.
    """
    language = resolve(language)
    out: list[str] = []
    paragraph: list[tuple[str, str]] = []
    for source, text, breaks in _pieces(markup, language):
        if breaks:
            out.extend(_typeset_pieces(paragraph, language))
            paragraph = []
            out.append(source)
        else:
            paragraph.append((source, text))
    out.extend(_typeset_pieces(paragraph, language))
    return "".join(out)


def _typeset_pieces(pieces: list[tuple[str, str]], language: str) -> Iterator[str]:
    """The sources again, those whose text has changed replaced by the new text."""
    new = _typeset_paragraph("".join(text for _, text in pieces), language)
    at = 0
    for source, text in pieces:
        end = at + len(text)
        yield source if new[at:end] == text else new[at:end]
        at = end


def _pieces(markup: str, language: str) -> Iterator[tuple[str, str, bool]]:
    """(source, its text or "", whether it ends a paragraph) for each run, entity and tag."""
    skipping: list[str] = []
    at = 0
    for match in _TOKEN.finditer(markup):
        if run := markup[at : match.start()]:
            yield run, "" if skipping else run, False
        at = match.end()
        token = match[0]
        if token.startswith("&"):
            text = html.unescape(token)
            yield token, text if len(text) == 1 and not skipping else "", False
            continue
        name = _TAG_NAME.match(token)
        if not name:
            yield token, "", False
            continue
        tag = name[1].lower()
        if skipping:
            _track(skipping, tag, token)
        elif _starts_skipping(tag, token, language):
            skipping.append(tag)
        yield token, "", tag not in _INLINE
    if run := markup[at:]:
        yield run, "" if skipping else run, False


def _starts_skipping(tag: str, token: str, language: str) -> bool:
    if token.startswith("</") or token.endswith("/>") or tag in _VOID:
        return False
    lang = _LANG.search(token)
    return tag in _VERBATIM or bool(lang and lang[1].lower().split("-")[0] != language)


def _track(skipping: list[str], tag: str, token: str) -> None:
    """Counts elements of the skipped element's own name, so that its end is found."""
    if tag != skipping[0] or token.endswith("/>"):
        return
    if token.startswith("</"):
        skipping.pop()
    else:
        skipping.append(tag)
