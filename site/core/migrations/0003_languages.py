from django.conf import settings
from django.db import migrations


def create_languages(apps, schema_editor):
    locale = apps.get_model("wagtailcore", "Locale")
    for code, _name in settings.LANGUAGES:
        locale.objects.get_or_create(language_code=code)


class Migration(migrations.Migration):
    dependencies = [("core", "0002_guards"), ("wagtailcore", "0054_initial_locale")]

    operations = [migrations.RunPython(create_languages, migrations.RunPython.noop)]
