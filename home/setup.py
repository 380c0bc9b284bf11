"""What a site needs before its first page can be written; safe to run at any time.

Permissions refer to rows that exist only after every migration has run, so this is a command
(`manage.py setup_site`) and not a migration.
"""

from __future__ import annotations

from django.conf import settings
from django.contrib.auth.models import Group, Permission
from django.contrib.contenttypes.models import ContentType
from wagtail.models import (
    Collection,
    GroupApprovalTask,
    GroupCollectionPermission,
    GroupPagePermission,
    Locale,
    Page,
    Site,
    Workflow,
    WorkflowContentType,
    WorkflowPage,
    WorkflowTask,
)
from wagtail_localize.models import LocaleSynchronization

from accounts.roles import Role
from home.models import HomePage
from services_catalog.models import Service

WORKFLOW = "Druga para oczu"
EDITING = ("add_page", "change_page")
PUBLISHING = (*EDITING, "publish_page", "bulk_delete_page", "lock_page", "unlock_page")
#: What coordinators of services keep in order by themselves.
COORDINATORS_OWN = ("replytemplate", "package", "ideagroup")
STAFF_ROLES = tuple(role for role in Role if role not in {Role.REVIEWER, Role.MENTOR})


def setup_site() -> HomePage:
    """Makes the home page in every language, permissions of roles, the workflow; gives the page."""
    home = _home_page()
    _languages(home)
    _permissions(home)
    _workflow()
    return home


def _home_page() -> HomePage:
    locale = Locale.objects.get(language_code=settings.LANGUAGE_CODE)
    home = HomePage.objects.filter(locale=locale, alias_of=None).first()
    if home is None:
        root = Page.objects.get(depth=1)
        # Wagtail's own first page, which every new database brings along.
        for page in root.get_children().filter(slug="home").exclude(pk__in=HomePage.objects.all()):
            Site.objects.filter(root_page=page).delete()
            page.delete()
        root.refresh_from_db()
        home = HomePage(
            title="Hajnówka OdNowa",
            slug="home",
            hero_heading="Stacja znów działa",
            locale=locale,
        )
        root.add_child(instance=home)
        home.save_revision().publish()
    site = Site.objects.filter(is_default_site=True).first() or Site(is_default_site=True)
    before = (site.root_page_id, site.site_name, site.hostname, site.port)
    # The address too: it may be another one than last time, and feeds and calendars name it.
    if before != (home.pk, settings.WAGTAIL_SITE_NAME, *_address()):
        site.root_page = home
        site.site_name = settings.WAGTAIL_SITE_NAME
        site.hostname, site.port = _address()
        site.save()
    return home


def _address() -> tuple[str, int]:
    scheme, _, rest = settings.WAGTAILADMIN_BASE_URL.partition("://")
    host, _, port = rest.strip("/").partition(":")
    return host, int(port or (443 if scheme == "https" else 80))


def _languages(home: HomePage) -> None:
    for code, _name in settings.LANGUAGES:
        locale = Locale.objects.get(language_code=code)
        if code == settings.LANGUAGE_CODE:
            continue
        if not home.has_translation(locale):
            home.copy_for_translation(locale, alias=True)
        LocaleSynchronization.objects.get_or_create(
            locale=locale, defaults={"sync_from": home.locale}
        )


def _permissions(home: HomePage) -> None:
    admin_access = Permission.objects.get(
        content_type__app_label="wagtailadmin", codename="access_admin"
    )
    for role in STAFF_ROLES:
        Group.objects.get(name=role).permissions.add(admin_access)
    coordinator = Group.objects.get(name=Role.SERVICE_COORDINATOR)
    coordinator.permissions.add(
        *Permission.objects.filter(
            content_type__app_label="services_catalog",
            codename__in=[
                f"{verb}_{model}" for verb in ("view", "add", "change", "delete")
                for model in COORDINATORS_OWN
            ] + ["view_service", "change_service"],
        )
    )  # fmt: skip
    Group.objects.get(name=Role.AUDITOR).permissions.add(
        Permission.objects.get(content_type__app_label="core", codename="view_auditevent")
    )
    editor = Group.objects.get(name=Role.EDITOR)
    chief = Group.objects.get(name=Role.CHIEF_EDITOR)
    root = Page.objects.get(depth=1)
    for group, codenames in ((editor, EDITING), (chief, PUBLISHING)):
        for codename in codenames:
            GroupPagePermission.objects.get_or_create(
                group=group,
                page=root,
                permission=Permission.objects.get(
                    content_type=ContentType.objects.get_for_model(Page), codename=codename
                ),
            )
        _collection_permissions(group)
        _model_permissions(group, publishes=group == chief)


def _collection_permissions(group: Group) -> None:
    collection = Collection.get_first_root_node()
    # Wagtail asks for the permissions of its own models, whatever models stand in for them.
    for app, model in (("wagtailimages", "image"), ("wagtaildocs", "document")):
        for verb in ("add", "change", "choose"):
            GroupCollectionPermission.objects.get_or_create(
                group=group,
                collection=collection,
                permission=Permission.objects.get(
                    content_type__app_label=app, codename=f"{verb}_{model}"
                ),
            )


def _model_permissions(group: Group, *, publishes: bool) -> None:
    names = {
        "services_catalog": ["add_service", "change_service", "view_service"],
        "directory": [
            f"{verb}_{model}"
            for verb in (("view", "add", "change") if publishes else ("view",))
            for model in ("organisation", "room", "targetgroup")
        ],
        "wagtail_localize": ["submit_translation"],
    }
    names["core"] = ["view_searchmiss"]
    names["core"] += [f"{verb}_sharedtext" for verb in ("view", "add", "change")]
    names["home"] = [f"{verb}_newsletterissue" for verb in ("view", "add", "change", "delete")]
    if publishes:
        names["core"] += ["delete_sharedtext"]
        names["core"] += [f"{verb}_promotedresult" for verb in ("view", "add", "change", "delete")]
        names["services_catalog"] += ["publish_service", "lock_service", "unlock_service"]
        names["home"] += ["change_siteidentity", "change_legaldetails"]
        names["wagtailredirects"] = ["add_redirect", "change_redirect", "delete_redirect"]
    for app, codenames in names.items():
        group.permissions.add(
            *Permission.objects.filter(content_type__app_label=app, codename__in=codenames)
        )


def _workflow() -> None:
    """An editor's text goes to the chief editor; Wagtail's English one is switched off."""
    chief = Group.objects.get(name=Role.CHIEF_EDITOR)
    task, _ = GroupApprovalTask.objects.get_or_create(name="Redaktor prowadzący sprawdza")
    task.groups.set([chief])
    workflow, _ = Workflow.objects.get_or_create(name=WORKFLOW)
    WorkflowTask.objects.get_or_create(workflow=workflow, task=task, defaults={"sort_order": 0})
    root = Page.objects.get(depth=1)
    WorkflowPage.objects.update_or_create(page=root, defaults={"workflow": workflow})
    WorkflowContentType.objects.update_or_create(
        content_type=ContentType.objects.get_for_model(Service), defaults={"workflow": workflow}
    )
    Workflow.objects.exclude(pk=workflow.pk).filter(name="Moderators approval").update(active=False)
