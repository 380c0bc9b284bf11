"""The typographic filters: rules per language, exact in markup, safe."""

import html
import re
import time
from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from django.template import Context, Template
from django.utils import translation
from django.utils.safestring import SafeString, mark_safe
from hypothesis import given, settings
from hypothesis import strategies as st

from core.i18n.languages import CODES
from core.i18n.typography import typeset, typeset_html
from core.templatetags.typography import typo, typo_html

N = "\u00a0"


@pytest.mark.parametrize(
    ("plain", "expected"),
    [
        ("w lesie i w polu", f"w{N}lesie i{N}w{N}polu"),
        ("A to", f"A{N}to"),
        ("(z nami)", f"(z{N}nami)"),
        ("10 zł", f"10{N}zł"),
        ("24 miejsca", f"24{N}miejsca"),
        ("1 015 798,80 zł", f"1{N}015{N}798,80{N}zł"),
        ("26,4 % osób", f"26,4{N}% osób"),
        ("ul. 3 Maja 25", f"ul.{N}3{N}Maja 25".replace(f"3{N}Maja", "3 Maja")),
        ("30 czerwca 2021 r.", f"30{N}czerwca 2021{N}r."),
        ("ks. I. Wierobieja", f"ks.{N}I.{N}Wierobieja"),
        ("A. B. Nowak", f"A.{N}B.{N}Nowak"),
        ("tel. 85 682 21 80", f"tel.{N}85{N}682{N}21{N}80"),
        ("Hajnówka - miasto", f"Hajnówka{N}– miasto"),
        ("Hajnówka – miasto", f"Hajnówka{N}– miasto"),
        ("2014-2020, bia-ło", "2014-2020, bia-ło"),
        ("- punkt\n- punkt", "- punkt\n- punkt"),
        ('"Pocztówka"', "„Pocztówka”"),
        ('Fundacja "KAJA", Hajnówka', "Fundacja „KAJA”, Hajnówka"),
        ('"Fundacja "KAJA""', "„Fundacja «KAJA»”"),
        ('„Fundacja "KAJA"”', "„Fundacja «KAJA»”"),
        ('„Fundacja KAJA"', "„Fundacja KAJA”"),
        ('cal to 1" tu', 'cal to 1" tu'),  # does not pair up
        ('"a" i "b"', f"„a” i{N}„b”"),
        ("Sala A i sala B", f"Sala A{N}i{N}sala B"),
        ("e-mail", "e-mail"),
        ("", ""),
        ("w", "w"),
    ],
)
def test_polish(plain, expected):
    assert typeset(plain, "pl") == expected


@pytest.mark.parametrize(
    ("language", "plain", "expected"),
    [
        ("be", "у лесе і ў полі", f"у{N}лесе і{N}ў{N}полі"),
        ("be", '"Паштоўка" - арганізацыя', f"«Паштоўка»{N}– арганізацыя"),
        ("be", '"Фонд "КАЯ""', "«Фонд „КАЯ“»"),
        ("be", "вул. 3 Мая, 12 месцаў", f"вул.{N}3 Мая, 12{N}месцаў"),
        ("en", 'The "Postcard" is a place', "The “Postcard” is a place"),
        ("en", '"The "KAJA" group"', "“The ‘KAJA’ group”"),
        ("en", "12 places at 10 a.m.", f"12{N}places at 10{N}a.m."),
        ("it", 'il "Mirabello" - quartiere', f"il «Mirabello»{N}– quartiere"),
        ("it", "12 posti e 30 giorni", f"12{N}posti e 30{N}giorni"),
    ],
)
def test_other_languages(language, plain, expected):
    assert typeset(plain, language) == expected


@pytest.mark.parametrize(
    ("markup", "expected"),
    [
        ('<a title="w a - b" href="/x y/">w lesie</a>', None),
        ("<p>w <b>lesie</b></p>", f"<p>w{N}<b>lesie</b></p>"),
        ('<p>"<em>KAJA</em>"</p>', "<p>„<em>KAJA</em>”</p>"),
        ("<p>&quot;KAJA&quot; &amp; i my</p>", f"<p>„KAJA” &amp; i{N}my</p>"),
        ("<p>&#34;KAJA&#x22;</p>", "<p>„KAJA”</p>"),
        ('<p>"raz</p><p>dwa"</p>', '<p>"raz</p><p>dwa"</p>'),
        ('<code>w "x" - y</code>', '<code>w "x" - y</code>'),
        ('<script>if (a<b) { w = "i x"; }</script>w lesie', None),
        ('<style>a - b { content: "x" }</style>', '<style>a - b { content: "x" }</style>'),
        ("<!-- w lesie - tak -->", "<!-- w lesie - tak -->"),
        ('<i lang="it">a Reggio - qui</i> i my', f'<i lang="it">a Reggio - qui</i> i{N}my'),
        ('<i lang="pl">w lesie</i>', f'<i lang="pl">w{N}lesie</i>'),
        ("2 &lt; 3 i &gt; 1", f"2 &lt; 3 i{N}&gt; 1"),
        ("<br>w lesie<br/>i my", f"<br>w{N}lesie<br/>i{N}my"),
        ("10&nbsp;zł", "10&nbsp;zł"),
        ("<unclosed w lesie", f"<unclosed w{N}lesie"),
    ],
)
def test_markup(markup, expected):
    if expected is None:
        expected = markup.replace(">w lesie", f">w{N}lesie")
    assert typeset_html(markup, "pl") == expected


SPICE = st.sampled_from(
    ["w ", "i ", "a ", '"', "„", "”", "«", "»", " - ", "–", " ", "\n", "\n\n", "10 zł", "ul. 3",
     "J. Kowalski", "1 234 567", "12", "-", "(", ")", "у ", "і ", "ў ", "'", "& ", "r.", N]
)  # fmt: skip
PLAIN = st.lists(st.one_of(SPICE, st.text(max_size=5)), max_size=25).map("".join)
TAGS = st.sampled_from(
    ["<p>", "</p>", "<b>", "</b>", '<a href="a b - c" title=\'w "x"\'>', "</a>", "<br>", "<br/>",
     "<code>", "</code>", "<!-- w a - b -->", '<i lang="it">', "</i>", "&amp;", "&quot;", "&lt;",
     '<img alt="w lesie - i">', "<script>", "</script>", "&nbsp;", "&#39;"]
)  # fmt: skip
MARKUP = st.lists(st.one_of(SPICE, TAGS, st.text(max_size=5)), max_size=25).map("".join)
WELL_FORMED = st.lists(
    st.one_of(SPICE, TAGS, st.text(max_size=5).map(html.escape)), max_size=25
).map("".join)
TAG = re.compile(r"<!--.*?-->|</?[a-zA-Z](?:\"[^\"]*\"|'[^']*'|[^'\"<>])*>", re.DOTALL)


@settings(deadline=None)
@given(PLAIN, st.sampled_from(CODES))
def test_plain_text_is_idempotent_and_keeps_its_length(text, language):
    once = typeset(text, language)
    assert len(once) == len(text)
    assert typeset(once, language) == once


@settings(deadline=None)
@given(MARKUP, st.sampled_from(CODES))
def test_markup_is_idempotent(markup, language):
    once = typeset_html(markup, language)
    assert typeset_html(once, language) == once


@settings(deadline=None)
@given(WELL_FORMED, st.sampled_from(CODES))
def test_tags_are_unchanged_and_none_is_made(markup, language):
    assert TAG.findall(typeset_html(markup, language)) == TAG.findall(markup)


@settings(deadline=None)
@given(MARKUP, st.sampled_from(CODES))
def test_no_markup_character_is_added(markup, language):
    done = typeset_html(markup, language)
    for character in "<>&'":
        assert done.count(character) <= markup.count(character)
    assert done.count('"') <= markup.count('"')


@settings(deadline=None)
@given(PLAIN)
def test_only_spaces_dashes_and_quotation_marks_change(text):
    for old, new in zip(text, typeset(text, "pl"), strict=True):
        assert old == new or (old, new) in {(" ", N), ("-", "–")} or (old == '"' and new in "„”«»")


def test_long_hostile_text_takes_no_time():
    started = time.process_time()
    for piece in ("<a ", '<a"', '"', "w ", "1 234 ", "&", "<!--", "ul. "):
        typeset_html(piece * 4000, "pl")
        typeset(piece * 4000, "pl")
    assert time.process_time() - started < 10


# --- The filters -------------------------------------------------------------------------------


def render(source: str, **context) -> str:
    return Template(source).render(Context(context))


@pytest.fixture(autouse=True)
def polish():
    with translation.override("pl"):
        yield


def test_unsafe_text_stays_unsafe_and_is_escaped_once():
    assert not isinstance(typo("w lesie"), SafeString)
    assert render("{{ t|typo }}", t='<b>w "lesie"</b>') == f"&lt;b&gt;w{N}„lesie”&lt;/b&gt;"
    assert render("{{ t|typo }}", t="a & b") == f"a{N}&amp; b"


def test_safe_markup_stays_safe():
    safe = mark_safe('<a title="w x">w "lesie"</a>')
    assert isinstance(typo(safe), SafeString)
    assert isinstance(typo_html(safe), SafeString)
    for name in ("typo", "typo_html"):
        assert render(f"{{{{ t|{name} }}}}", t=safe) == f'<a title="w x">w{N}„lesie”</a>'


def test_unsafe_markup_is_not_trusted():
    evil = "<script>alert(1)</script>"
    assert not isinstance(typo_html(evil), SafeString)
    assert "<script>" not in render("{{ t|typo_html }}", t=evil)


def test_an_object_that_is_markup_is_markup():
    class RichText:
        def __html__(self):
            return "<p>w lesie</p>"

    assert render("{{ t|typo_html }}", t=RichText()) == f"<p>w{N}lesie</p>"


def test_text_in_its_own_language_on_another_page():
    with translation.override("en"):
        assert render('{{ t|typo:"pl" }}', t="w lesie") == f"w{N}lesie"
        assert render("{{ t|typo }}", t="w lesie") == "w lesie"


@pytest.mark.parametrize("name", ["typo", "typo_html", "money", "number", "long_date", "hour"])
def test_nothing_gives_nothing(name):
    assert render(f"{{{{ t|{name} }}}}", t=None) == ""


def test_money_and_numbers():
    assert render("{{ v|money }}", v=Decimal("1015798.80")) == f"1{N}015{N}798,80{N}zł"
    assert render('{{ v|money:"short" }}', v=10) == f"10{N}zł"
    assert render("{{ v|number }}", v=20265) == f"20{N}265"
    assert render("{{ v|money }}", v="bezpłatnie") == "bezpłatnie"


def test_dates():
    moment = datetime(2026, 11, 19, 8, 0, tzinfo=UTC)
    assert render("{{ d|long_date }}", d=moment) == f"19{N}listopada 2026{N}r."
    assert render("{{ d|short_day }}", d=moment) == f"czw. 19{N}listopada"
    assert render("{{ d|hour }}", d=moment) == "9:00"
    assert render("{{ a|date_range:b }}", a=date(2025, 11, 3), b=date(2025, 11, 7)) == (
        f"3–7{N}listopada 2025{N}r."
    )
    end = datetime(2026, 11, 19, 10, 30, tzinfo=UTC)
    assert render("{{ a|date_range:b }}", a=moment, b=end) == (
        f"19{N}listopada 2026{N}r., 9:00–11:30"
    )


def test_typo_leaves_finished_dates_and_money_alone():
    finished = render("{{ d|long_date }}, {{ v|money }}", d=date(2021, 6, 30), v=10)
    assert typeset(finished, "pl") == finished
