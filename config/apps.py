from django.contrib.admin.apps import AdminConfig


class OpenslotAdminConfig(AdminConfig):
    default_site = "config.admin.OpenslotAdminSite"
