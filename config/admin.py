from django.contrib import admin


class OpenslotAdminSite(admin.AdminSite):
    site_header = site_title = "Openslot"
    index_title = "Your bookings"
