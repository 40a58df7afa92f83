"""Every message, as it was told or as it would be told now."""

import logging
from collections.abc import Callable
from typing import Any

from csp.decorators import csp_replace
from django.contrib import admin
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.template.loader import render_to_string
from django.urls import URLPattern, path
from django.utils.safestring import SafeString
from django.utils.text import capfirst
from django.views.decorators.clickjacking import xframe_options_sameorigin
from django.views.decorators.http import require_safe

from accounts.permissions import Ability
from accounts.scoped_admin import ScopedAdmin
from config.core import when
from notifications.letters import compose
from notifications.models import Message
from notifications.rendering import Rendered, render

logger = logging.getLogger(__name__)


@admin.register(Message)
class MessageAdmin(ScopedAdmin):
    abilities = {"view": Ability.SEE}
    hint = "Every mail that was sent or waits"
    empty_text = "No messages yet. Mails about bookings appear here, sent or waiting."
    list_display = ("about", "recipient", "to_whom", "state", "moment")
    list_filter = ("status", "audience")
    list_select_related = ("business",)
    search_fields = ("recipient", "subject")
    search_help_text = "Address or subject"
    fieldsets = (
        (None, {"fields": ("state", "subject_line", "recipient", "to_whom", "moment", "error")}),
        ("The mail", {"fields": ("preview",)}),
        ("As text", {"fields": ("plain_text",), "classes": ("collapse",)}),
    )

    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> Any:
        """Without the line for an error where there was none."""
        (title, first), *others = super().get_fieldsets(request, obj)
        fields = [name for name in first["fields"] if name != "error" or (obj and obj.error)]
        return [(title, {**first, "fields": fields}), *others]

    @admin.display(description="subject", ordering="subject")
    def about(self, message: Message) -> str:
        return capfirst(str(message))

    @admin.display(description="written to", ordering="audience")
    def to_whom(self, message: Message) -> str:
        return message.get_audience_display()

    @admin.display(description="status", ordering="status")
    def state(self, message: Message) -> SafeString:
        return render_to_string("admin/notifications/message/badge.html", {"message": message})

    @admin.display(description="sent or due", ordering="due_at")
    def moment(self, message: Message) -> str:
        business = message.business
        return when.short_moment(
            message.sent_at or message.due_at, business.timezone, business.locale
        )

    @admin.display(description="subject")
    def subject_line(self, message: Message) -> str:
        return contents(message).subject

    @admin.display(description="mail")
    def preview(self, message: Message) -> SafeString:
        return render_to_string("admin/notifications/message/preview.html", {"message": message})

    @admin.display(description="text")
    def plain_text(self, message: Message) -> SafeString:
        text = contents(message).text
        return render_to_string("admin/notifications/message/text.html", {"text": text})


def contents(message: Message) -> Rendered:
    """What was sent; for a message that still waits, what would be sent now."""
    if message.text:
        return Rendered(message.subject, message.text, message.html)
    try:
        letter = compose(message)
        if letter is None:
            return Rendered(str(message), "Not needed any more; nothing is sent.", "")
        return render(letter).without(letter.secrets)
    except Exception:
        # Staff open such a message to see what is wrong with it.
        logger.exception("message %s cannot be written", message.pk)
        return Rendered(str(message), "This mail cannot be written.", "")


def rendered_urls(wrap: Callable[..., Callable[..., HttpResponse]]) -> list[URLPattern]:
    return [path("messages/<int:pk>/html/", wrap(html), name="message_html")]


# A mail styles itself inline; it is shown in a frame of its own in which nothing can run.
@csp_replace(  # type: ignore[arg-type]
    {
        "default-src": ["'none'"],
        "style-src": ["'unsafe-inline'"],
        "frame-ancestors": ["'self'"],
        "sandbox": ["allow-popups"],
    }
)
@xframe_options_sameorigin
@require_safe
def html(request: HttpRequest, pk: int) -> HttpResponse:
    rows = Message.objects.visible_to(request.user)
    message = get_object_or_404(rows, pk=pk)
    return HttpResponse(contents(message).html or contents(message).text)
