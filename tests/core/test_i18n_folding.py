"""Search folding: what people type meets what is written."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.i18n import folding
from core.i18n.folding import fold, stems, words


@pytest.mark.parametrize(
    ("text", "folded"),
    [
        ("Świetlica", "swietlica"),
        ("Białowieża", "bialowieza"),
        ("ŁĄKA", "laka"),
        ("Żubr", "zubr"),
        ("Hajnówka", "hajnowka"),
        ("z\u0307ubr", "zubr"),
        ("ўсё", "усе"),
        ("мой", "мой"),
        ("сям’я", "сямя"),
        ("сям'я", "сямя"),
        ("бiблiятэка", "бібліятэка"),  # Latin i, as on many keyboards
        ("библиятэка", "бібліятэка"),
        ("città", "citta"),
        ("straße", "strasse"),
        ("ﬁrma", "firma"),
        ("spół\u00addzielnia", "spoldzielnia"),
        ("ul. 3 Maja", "ul. 3 maja"),
    ],
)
def test_fold(text, folded):
    assert fold(text) == folded


@settings(deadline=None)
@given(st.text(max_size=60))
def test_folding_twice_changes_nothing_more(text):
    assert fold(fold(text)) == fold(text)


def test_words_are_letters_and_digits():
    assert words("„Hajnówka OdNowa” – 3 pakiety (e-mail)") == [
        "hajnowka", "odnowa", "3", "pakiety", "e", "mail",
    ]  # fmt: skip


# All forms of one word, with and without Polish letters, have one stem.
POLISH = """
świetlica świetlicy świetlicę świetlicą świetlice świetlic świetlicom świetlicami świetlicach
żubr żubra żubrowi żubrem żubrze żubry żubrów żubrom żubrami żubrach
Białowieża Białowieży Białowieżę Białowieżą
Hajnówka Hajnówki Hajnówce Hajnówkę Hajnówką
usługa usługi usłudze usługę usługą usług usługom usługami usługach
budynek budynku budynkowi budynkiem budynki budynków budynkach
wniosek wniosku wnioski wniosków wnioskami wnioskiem
konkurs konkursu konkursie konkursy konkursów konkursem
warsztat warsztaty warsztatów warsztatach warsztacie warsztatu
biblioteka biblioteki bibliotece bibliotekę biblioteką bibliotek
spółdzielnia spółdzielni spółdzielnie spółdzielnię spółdzielnią
senior seniora seniorzy seniorów seniorom seniorami seniorach
kultura kultury kulturze kulturę kulturą
dziecko dzieci dziecka dzieciom dziećmi dzieciach
opieka opieki opiece opiekę opieką
stacja stacji stację stacją stacje
plebiscyt plebiscytu plebiscycie plebiscytem plebiscyty
motyw motywu motywem motywie motywy motywów
rezerwacja rezerwacji rezerwację rezerwacje
społeczny społeczna społeczne społecznego społecznej społecznych społecznymi społecznemu społeczną
transport transportu transportem transporcie
zajęcia zajęć zajęciach zajęciami
wydarzenie wydarzenia wydarzeń wydarzeniami wydarzeniach wydarzeniu
inkubator inkubatora inkubatorze inkubatorem
szkoła szkoły szkole szkołę szkół
głosowanie głosowania głosowaniu głosowań
droga drogi drodze drogę dróg
ogród ogrodu ogrodzie ogrody ogrodów
stowarzyszenie stowarzyszenia stowarzyszeń stowarzyszeniem
osoba osoby osób osobom osobami osobie
niepełnosprawność niepełnosprawności niepełnosprawnością
wsparcie wsparcia wsparciem wsparciu
oświata oświaty oświacie
konsorcjum konsorcja konsorcjach
muzyka muzyki muzyce muzykę
dworzec dworca dworcem dworcu
porada porady poradzie porad poradę
ludzie ludzi ludziom ludźmi ludziach
miasto miasta mieście miastem
""".strip().splitlines()


@pytest.mark.parametrize("forms", POLISH, ids=lambda line: line.split()[0])
def test_polish_forms_meet(forms):
    forms = forms.split()
    assert len({stem for form in forms for stem in stems(form, "pl")}) == 1


@settings(deadline=None)
@given(st.sampled_from([form for line in POLISH for form in line.split()]))
def test_polish_letters_may_be_left_out(form):
    assert stems(fold(form), "pl") == stems(form, "pl")


def test_different_words_stay_apart():
    one_of_each = {stems(line.split()[0], "pl")[0] for line in POLISH}
    assert len(one_of_each) == len(POLISH)


@pytest.mark.parametrize(
    ("query", "written"),
    [
        ("swietlica", "w świetlicy"),
        ("swietlica", "ze świetlicami"),
        ("zubr", "stado żubrów"),
        ("bialowieza", "do Białowieży"),
        ("hajnowka", "w Hajnówce"),
        ("HAJNÓWKĄ", "Hajnówki"),
        ("laka", "łąka"),
    ],
)
def test_a_query_finds_the_text(query, written):
    assert set(stems(query, "pl")) <= set(stems(written, "pl"))


def test_italian_and_english():
    assert stems("attività", "it") == stems("attivita", "it")
    assert stems("servizi sociali", "it") == stems("servizio sociale", "it")
    assert stems("services", "en") == stems("service", "en")


def test_belarusian_words_are_only_folded():
    assert stems("Паслугі ў Гайнаўцы", "be") == ["паслугі", "у", "гаинауцы".replace("и", "й")]
    assert stems("Hajnówka паслугі", "pl") == [*stems("Hajnówka", "pl"), "паслугі"]


def test_both_implementations_of_the_stemmer_agree():
    """PyStemmer is C and optional; an index made with one must serve the other."""
    from snowballstemmer import polish_stemmer

    pure = polish_stemmer.PolishStemmer()
    used = folding._stemmer("pl")
    for line in POLISH:
        for form in line.split():
            assert used.stemWord(fold(form)) == pure.stemWord(fold(form))
