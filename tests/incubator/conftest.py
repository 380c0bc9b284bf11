"""What the incubator's tests share."""

import pytest
from wagtail.models import Locale

from incubator.models import IncubatorPage
from tests.factories.site import make_site


@pytest.fixture
def site(db):
    """The site with the incubator's page."""
    tree = make_site()
    page = tree.add(tree.home, IncubatorPage(title="Inkubator", slug="inkubator"))
    for locale in Locale.objects.exclude(pk=page.locale_id):
        if not page.has_translation(locale):
            page.copy_for_translation(locale, copy_parents=True, alias=True)
    return tree
