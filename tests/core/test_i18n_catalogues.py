"""Catalogues: collecting, merging, checking and compiling, on a small project made for the test."""

import gettext
import os
import re
import subprocess
import sys
import time
from pathlib import Path

import polib
import pytest
from django.apps import apps
from django.core.management import CommandError, call_command
from django.utils.translation import gettext as translate
from django.utils.translation import ngettext, override
from django.utils.translation.trans_real import DjangoTranslation, translation

from core.i18n.catalogues import (
    DOMAINS,
    LANGUAGES,
    LOCALE_DIR,
    PROJECT_DIR,
    audience,
    catalogue_path,
)
from core.i18n.catalogues.borrowed import (
    ADMIN,
    CORRECTED,
    CORRECTED_ADMIN,
    corrected_admin_entries,
    corrected_entries,
)
from core.i18n.catalogues.check import entry_faults, problems
from core.i18n.catalogues.compile import compile_changed
from core.i18n.catalogues.extract import Messages, collect
from core.i18n.catalogues.merge import plural_count, read, update, wanted

FILES = {
    "home/views.py": """
        from django.utils.translation import gettext as _, ngettext_lazy, pgettext
        # Translators: on the button
        TITLE = _("Search")
        COUNT = ngettext_lazy("%(count)d place", "%(count)d places", "count")
        MONTH = pgettext("month", "May")
        for _ in range(3):
            pass
    """,
    "home/models.py": """
        from django.db import models
        from django.utils.translation import gettext_lazy as _
        class Kind(models.TextChoices):
            NEWS = "news", _("Kind seen by visitors")
        class Page(models.Model):
            title = models.CharField(_("label for editors"))
            class Meta:
                verbose_name = _("name for editors")
            @display(description=_("column for editors"))
            def state(self):
                return _("State seen by visitors")
    """,
    "home/wagtail_hooks.py": """
        from django.utils.translation import gettext as _
        def hook():
            return _("Menu of the admin"), _("Search")
    """,
    "home/migrations/0001_initial.py": 'from x import gettext as _\nA = _("never this")\n',
    "templates/home/page.html": """
        {% load i18n %}
        <p>
            {# Translators: above the list #}
          {% translate "News" %} {{ _("Events") }} {% translate "May" context "verb" %}
            {% if x == _("Filter") %}({{ y|default:_("None yet") }}{% endif %}
        </p>
          {% blocktranslate count n=places trimmed %}
            {{ n }} free
            place
          {% plural %}
            {{ n }} free places
          {% endblocktranslate %}
        {% blocktranslate %}Saved 100% of <b>{{ name }}</b>{% endblocktranslate %}
    """,
    "templates/wagtailadmin/home.html": '{% translate "Staff desk" %}',
    "site/static/js/menu.js": "const t = gettext('Open the menu'); // it's",
    "site/static/css/a.css": 'content: _("not this")',
}


@pytest.fixture
def project(tmp_path):
    for name, text in FILES.items():
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        lines = text.split("\n")
        path.write_text("\n".join(line.removeprefix("        ") for line in lines))
    return tmp_path


@pytest.fixture
def found(project):
    return collect(project)


def test_collects_from_python_and_templates(found):
    texts = {(m.context, m.text): m.plural for m in found["django"].values()}
    assert texts == {
        (None, "Search"): None,
        (None, "%(count)d place"): "%(count)d places",
        ("month", "May"): None,
        (None, "Kind seen by visitors"): None,
        (None, "label for editors"): None,
        (None, "name for editors"): None,
        (None, "column for editors"): None,
        (None, "State seen by visitors"): None,
        (None, "Menu of the admin"): None,
        (None, "News"): None,
        (None, "Events"): None,
        ("verb", "May"): None,
        (None, "Filter"): None,
        (None, "None yet"): None,
        (None, "%(n)s free place"): "%(n)s free places",
        (None, "Saved 100%% of <b>%(name)s</b>"): None,
        (None, "Staff desk"): None,
    }
    assert list(found["djangojs"]) == [(None, "Open the menu")]


def test_notes_files_and_comments(found):
    search = found["django"][None, "Search"]
    assert search.files == {"home/views.py", "home/wagtail_hooks.py"}
    assert search.comments == ["on the button"]
    assert found["django"][None, "News"].comments == ["above the list"]
    assert found["django"][None, "%(n)s free place"].flags == ["python-format"]


def test_staff_and_visitors(found):
    staff = {message.text for message in found["django"].values() if not message.for_visitors}
    assert staff == {
        "label for editors",
        "name for editors",
        "column for editors",
        "Menu of the admin",
        "Staff desk",
    }
    assert {"label for editors", "Menu of the admin"} <= {
        text for _, text in wanted(found["django"], "pl")
    }
    assert "label for editors" not in {text for _, text in wanted(found["django"], "be")}


def test_methods_and_choices_of_models_are_for_visitors():
    source = (
        "class A(M):\n    x = 1\n"
        "    class B(C.TextChoices):\n        y = 1\n"
        "    def z(s):\n        1\n"
        "    class Meta:\n"
        "        constraints = [C(\n"
        "            violation_error_message=1,\n"
        "            name=1)]\n"
    )
    assert audience.staff_lines("directory/models/room.py", source) == {1, 2, 7, 8, 10}
    assert not audience.staff_lines("home/views.py", source)


def test_two_plurals_of_one_text_are_refused(found):
    with pytest.raises(ValueError, match="two plurals"):
        found["django"].note(
            None, "%(count)d place", "%(count)d spots", file="a", comments=[], for_visitors=True
        )


def test_a_text_inside_an_f_string_is_refused_under_every_python(project):
    (project / "home/labels.py").write_text(
        "from django.utils.translation import gettext\n\nLABEL = f'<b>{gettext(\"Search\")}</b>'\n"
    )
    with pytest.raises(ValueError, match=r"home/labels\.py:3: take the text out"):
        collect(project)


def test_a_broken_template_is_named(project):
    (project / "templates/bad.html").write_text(
        "{% blocktranslate %}a{% if x %}{% endblocktranslate %}"
    )
    with pytest.raises(SyntaxError, match=r"templates/bad\.html"):
        collect(project)


def test_update_keeps_translations_and_drops_what_is_gone(found, tmp_path):
    locale = tmp_path / "locale"
    update(found, locale)
    path = catalogue_path("pl", "django", locale)
    catalogue = polib.pofile(str(path))
    catalogue.find("Search").msgstr = "Szukaj"
    catalogue.append(polib.POEntry(msgid="old", msgstr="stare"))
    catalogue.save()

    report = update(found, locale)

    assert report["pl"][:2] == (0, 1)
    entries = read(path)
    assert entries[None, "Search"].msgstr == "Szukaj"
    assert (None, "old") not in entries
    assert entries["month", "May"].msgstr == entries["verb", "May"].msgstr == ""
    assert set(entries[None, "%(count)d place"].msgstr_plural) == {0, 1, 2, 3}
    assert not catalogue_path("en", "django", locale).exists()


def test_update_writes_the_same_bytes_again_and_no_line_numbers(found, project, tmp_path):
    locale = tmp_path / "locale"
    update(found, locale)
    path = catalogue_path("pl", "django", locale)
    first, written = path.read_bytes(), path.stat().st_mtime_ns
    views = project / "home/views.py"
    views.write_text("\n\n\n" + views.read_text())
    update(collect(project), locale)
    assert path.read_bytes() == first
    assert path.stat().st_mtime_ns == written
    assert b"#: home/views.py home/wagtail_hooks.py\n" in first


def test_a_text_that_gets_a_plural_starts_anew(tmp_path):
    locale = tmp_path / "locale"
    single, counted = Messages(), Messages()
    place = {"file": "home/views.py", "comments": [], "for_visitors": True}
    single.note(None, "place", None, **place)
    counted.note(None, "place", "places", **place)
    update({"django": single, "djangojs": Messages()}, locale)
    path = catalogue_path("it", "django", locale)
    catalogue = polib.pofile(str(path))
    catalogue.find("place").msgstr = "posto"
    catalogue.save()
    update({"django": counted, "djangojs": Messages()}, locale)
    assert read(path)[None, "place"].msgstr_plural == {0: "", 1: ""}


def test_the_check_says_what_is_missing(found, tmp_path):
    locale = tmp_path / "locale"
    assert any("not in the catalogue: “Search”" in line for line in problems(found, locale))
    update(found, locale)
    lines = list(problems(found, locale))
    assert any(line.startswith("pl: not translated: “Menu of the admin”") for line in lines)
    assert not any(line.startswith(("be:", "it:")) and "Menu of" in line for line in lines)
    assert any("be: not translated: “News” (templates/home/page.html)" in line for line in lines)
    del found["django"][None, "News"]
    assert "it: no longer used: “News”" in list(problems(found, locale))


def faults(language, msgid, msgstr, plural="", flags=()):
    entry = polib.POEntry(msgid=msgid, msgid_plural=plural, flags=list(flags))
    if plural:
        entry.msgstr_plural = dict(enumerate(msgstr))
    else:
        entry.msgstr = msgstr
    return list(entry_faults(entry, language))


@pytest.mark.parametrize(
    ("msgid", "msgstr", "expected"),
    [
        ("Hello %(name)s", "Dzień dobry, %(name)s", []),
        ("Hello %(name)s", "Dzień dobry", ["placeholders differ"]),
        ("Hello %(name)s", "Dzień dobry, %(nazwa)s", ["placeholders differ"]),
        ("Hello {name}", "Dzień dobry, {imie}", ["placeholders in braces differ"]),
        ("%s of %s", "%s", ["placeholders differ"]),
        ("<b>%(n)s</b>", "<i>%(n)s</i>", ["tags differ"]),
        ('See <a href="%(u)s">it</a>', 'Zobacz <a href="%(u)s">to</a>', []),
        ('See <a href="%(u)s">it</a>', 'Zobacz <a href="%(u)s">to', ["tags differ"]),
        ("Name ", "Nazwa", ["one ends with a space or a line break, the other does not"]),
        ("50 % of", "50 % z", []),
        ("x", "", ["not translated"]),
    ],
)
def test_faults_of_a_translation(msgid, msgstr, expected):
    assert faults("pl", msgid, msgstr) == expected


def test_faults_of_plurals():
    forms = ["%(n)d miejsce", "%(n)d miejsca", "%(n)d miejsc", "%(n)d miejsca"]
    plural = ("%(n)d place", "%(n)d places")
    assert faults("pl", plural[0], forms, plural[1]) == []
    assert faults("pl", plural[0], forms[:3], plural[1]) == ["not translated in every plural form"]
    assert faults("pl", "one place", ["jedno", *forms[1:]], plural[1]) == []
    # The first Belarusian form is also used for 21.
    assert faults("be", "one place", ["адно", *forms[1:]], plural[1]) == ["placeholders differ"]
    assert faults("pl", "x", "y", flags=["fuzzy"]) == ["marked fuzzy"]


def test_compile_writes_what_changed_and_nothing_else(tmp_path):
    folder = tmp_path / "pl" / "LC_MESSAGES"
    folder.mkdir(parents=True)
    source = folder / "django.po"
    catalogue = polib.POFile()
    catalogue.metadata = {"Content-Type": "text/plain; charset=UTF-8"}
    catalogue.append(polib.POEntry(msgid="Search", msgstr="Szukaj"))
    catalogue.save(str(source))
    (folder / "djangojs.mo").write_bytes(b"left over")

    assert compile_changed(tmp_path) == [source]
    assert compile_changed(tmp_path) == []
    assert [path.name for path in sorted(folder.iterdir())] == ["django.mo", "django.po"]
    with (folder / "django.mo").open("rb") as file:
        assert gettext.GNUTranslations(file).gettext("Search") == "Szukaj"

    later = time.time() + 5
    os.utime(source, (later, later))
    assert compile_changed(tmp_path) == [source]


def test_a_broken_catalogue_is_named(tmp_path):
    folder = tmp_path / "pl" / "LC_MESSAGES"
    folder.mkdir(parents=True)
    (folder / "django.po").write_text('msgid "a"\nnonsense\n')
    with pytest.raises(OSError, match=r"django\.po"):
        compile_changed(tmp_path)


def test_compiling_needs_neither_django_nor_settings():
    environment = {"PYTHONPATH": str(PROJECT_DIR / "site"), "PATH": os.environ["PATH"]}
    command = [sys.executable, "-m", "core.i18n.catalogues.compile"]
    subprocess.run(command, env=environment, check=True)
    code = (
        "import sys; from core.i18n.catalogues.compile import main; main();"
        "assert not {'django', 'babel', 'polib'} & set(sys.modules)"
    )
    subprocess.run([sys.executable, "-c", code], env=environment, check=True)


@pytest.mark.parametrize("language", LANGUAGES)
def test_what_is_corrected_of_django_is_still_there(language):
    assert corrected_entries(language)
    assert {entry.msgid for entry in corrected_entries(language)} >= {"May", "Monday"}


def test_a_text_django_no_longer_has_is_named(monkeypatch):
    monkeypatch.setitem(CORRECTED, "it", [(None, "There is no such text")])
    with pytest.raises(LookupError, match="no such text"):
        corrected_entries("it")


def test_belarusian_has_what_a_library_lacks(found):
    texts = {text for _, text in wanted(found["django"], "be")}
    assert "Forgot your password?" in texts
    assert "Forgot your password?" not in {text for _, text in wanted(found["django"], "pl")}


def test_polish_alone_has_what_the_admin_lacks(found):
    polish = wanted(found["django"], "pl")
    assert polish[None, "Toggle checks"].files == {"wagtail.admin"}
    assert not polish[None, "Toggle checks"].for_visitors
    # Wagtail's own catalogue has it, and it is not one of the corrected ones.
    assert (None, "Keyboard shortcuts") not in polish
    assert (None, "Autosave in progress…") in wanted(found["djangojs"], "pl", "djangojs")
    for language in ("be", "it"):
        assert (None, "Toggle checks") not in wanted(found["django"], language)
        assert not wanted(found["djangojs"], language, "djangojs").keys() - found["djangojs"].keys()


def test_a_text_wagtail_no_longer_has_is_named(monkeypatch):
    assert len(corrected_admin_entries("pl", "django")) > 50
    monkeypatch.setitem(CORRECTED_ADMIN, "wagtail.images", ("There is no such text",))
    with pytest.raises(LookupError, match=r"wagtail\.images .*no such text"):
        corrected_admin_entries("pl", "django")


def test_a_staff_text_that_a_library_shows_to_visitors_is_theirs_too(found):
    found["django"].note(
        None, "Note", None, file="home/wagtail_hooks.py", comments=[], for_visitors=False
    )
    assert (None, "Note") in wanted(found["django"], "be")
    assert (None, "Note") not in wanted(found["django"], "it")
    assert not found["django"][None, "Note"].for_visitors


# --- The project's own catalogues ----------------------------------------------------------------


def admin_apps():
    return [
        config
        for config in apps.get_app_configs()
        if config.name.split(".")[0].startswith("wagtail")
    ]


@pytest.mark.parametrize("domain", DOMAINS)
def test_nothing_in_the_admin_is_left_in_english(domain):
    """What Django has put together for a Polish page, against all that Wagtail can say."""
    assert {config.name for config in admin_apps()} <= set(ADMIN)
    if domain == "django":
        polish = translation("pl")
    else:
        folders = [Path(config.path, "locale") for config in admin_apps()]
        polish = DjangoTranslation(
            "pl", domain, localedirs=[str(path) for path in folders if path.is_dir()]
        )
    texts, missing = 0, []
    for config in admin_apps():
        english = Path(config.path, "locale", "en", "LC_MESSAGES", f"{domain}.po")
        for entry in polib.pofile(str(english)) if english.exists() else ():
            key = f"{entry.msgctxt}\x04{entry.msgid}" if entry.msgctxt else entry.msgid
            texts += 1
            if key not in polish._catalog and (key, 0) not in polish._catalog:
                missing.append((config.name, entry.msgid))
    assert texts > {"django": 1000, "djangojs": 50}[domain]
    assert missing == []


@pytest.mark.parametrize(
    ("number", "expected"), [(1, "1 obraz"), (3, "3 obrazy"), (5, "5 obrazów"), (22, "22 obrazy")]
)
def test_the_admin_counts_in_polish(number, expected):
    text = (
        '%(total)s Image <span class="w-sr-only">created in %(site_name)s</span>',
        '%(total)s Images <span class="w-sr-only">created in %(site_name)s</span>',
    )
    with override("pl"):
        shown = ngettext(*text, number) % {"total": number, "site_name": "Hajnówka"}
    assert shown == f'{expected} <span class="w-sr-only">w serwisie Hajnówka</span>'


def test_corrected_texts_of_wagtail_are_shown():
    with override("pl"):
        assert translate("Search term") == "Szukana fraza"
        assert (
            translate("Submit to %(workflow_name)s") == "Wyślij do sprawdzenia: %(workflow_name)s"
        )


def test_our_catalogues_are_complete(capsys):
    call_command("messages", "--check")
    assert "complete" in capsys.readouterr().out


def test_the_command_fails_when_something_is_missing(monkeypatch, tmp_path, capsys):
    monkeypatch.setattr("core.i18n.catalogues.check.problems.__defaults__", (tmp_path,))
    with pytest.raises(CommandError, match="problems in the translation catalogues"):
        call_command("messages", "--check")
    assert "not in the catalogue" in capsys.readouterr().out


@pytest.mark.parametrize("language", LANGUAGES)
def test_our_catalogues_have_djangos_plurals(language):
    path = catalogue_path(language, "django")
    assert polib.pofile(str(path)).metadata["Language"] == language
    assert plural_count(language) == {"pl": 4, "be": 4, "it": 2}[language]


@pytest.mark.parametrize("language", ["pl", "be"])
def test_a_date_in_full_brings_its_own_full_stop(language):
    for entry in read(catalogue_path(language, "django")).values():
        for text in (entry.msgstr, *entry.msgstr_plural.values()):
            assert not re.search(r"%\((day|date)\)s\.(\s|<|$)", text), text


def test_there_is_no_english_catalogue():
    assert Path(PROJECT_DIR, "site", "locale") == LOCALE_DIR
    assert sorted(path.name for path in LOCALE_DIR.iterdir()) == sorted(LANGUAGES)
