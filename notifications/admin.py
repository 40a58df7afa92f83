"""Every message, as it was told or as it would be told now."""

from collections.abc import Callable

from csp.decorators import csp_replace
from django.contrib import admin
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.template.loader import render_to_string
from django.urls import URLPattern, path
from django.utils.safestring import SafeString
from django.views.decorators.clickjacking import xframe_options_sameorigin
from django.views.decorators.http import require_safe

from accounts.permissions import Ability
from accounts.scoped_admin import ScopedAdmin
from notifications.letters import compose
from notifications.models import Message
from notifications.rendering import Rendered, render


@admin.register(Message)
class MessageAdmin(ScopedAdmin):
    abilities = {"view": Ability.SEE}
    list_display = ("__str__", "recipient", "audience", "status", "due_at", "sent_at")
    list_filter = ("status", "audience")
    search_fields = ("recipient", "subject")
    fieldsets = (
        (None, {"fields": ("subject_line", "recipient", "audience", "status", "error")}),
        ("Times", {"fields": (("due_at", "sent_at"), "attempts")}),
        ("As it reads", {"fields": ("preview", "plain_text")}),
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
    letter = compose(
        subject_type=message.subject_type,
        template=message.template,
        subject_id=message.subject_id,
    )
    if letter is None:
        return Rendered(str(message), "Not needed any more; nothing is sent.", "")
    return render(letter)


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
