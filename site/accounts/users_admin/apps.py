from wagtail.users.apps import WagtailUsersAppConfig


class UsersAdminConfig(WagtailUsersAppConfig):
    """Wagtail's management of users, for accounts that sign in by e-mail."""

    user_viewset = "accounts.users_admin.viewsets.UserViewSet"
    group_viewset = "accounts.users_admin.viewsets.GroupViewSet"
