"""Who the appointment is for: somebody who has been here before, or somebody new."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError

from booking.models import Client, QuestionType, Service, Source
from booking.web.forms import BookingForm
from config.core.fields import CleanCharField
from config.core.text import validate_line

SOURCES = [(source.value, source.label) for source in (Source.PHONE, Source.EMAIL, Source.WALK_IN)]
MAX_FOUND = 10
NOBODY_NEW = ("name", "email", "phone")


class ClientField(forms.ModelChoiceField[Client]):
    """Named so that two clients of one name can be told apart."""

    def label_from_instance(self, client: Client) -> str:
        return " · ".join(filter(None, (client.name, client.email, client.phone)))


class CallerForm(BookingForm):
    """The client's form as staff fill it in: nothing but a name and a contact is needed.

    With a `client` who is known, what is typed for a new one does not count.
    """

    q = CleanCharField(
        label="Find a client",
        required=False,
        max_length=100,
        validators=[validate_line],
        widget=forms.TextInput({"type": "search"}),
        help_text="Name, e-mail or phone.",
    )
    client = ClientField(
        queryset=Client.objects.none(),
        required=False,
        blank=True,
        empty_label="A new client",
        widget=forms.RadioSelect,
    )
    source = forms.ChoiceField(label="How they asked", choices=SOURCES, initial=Source.PHONE)
    tell_client = forms.BooleanField(
        label="Tell the client by mail",
        required=False,
        initial=True,
        help_text="A confirmation, where there is an e-mail address.",
    )

    def __init__(self, service: Service, data: Any = None, **kwargs: Any) -> None:
        super().__init__(service, data, label_suffix="", **kwargs)
        # It stops robots, and none of them can sign in.
        del self.fields["homepage"]
        clients: Any = self.fields["client"]
        clients.queryset = Client.objects.for_business(service.business)
        self.fields["name"].required = False
        for question in self.questions:
            self._ask_without_need(f"answer_{question.key}", question.type)
        self.fields["notes"].label = "Notes"
        self.fields["notes"].help_text = "The client can read them, too."
        for field in self.fields.values():
            # What the browser would fill in belongs to whoever sits at the desk.
            field.widget.attrs["autocomplete"] = "off"
        self.found = self._find()
        self._show_clients()

    def _ask_without_need(self, name: str, kind: str) -> None:
        field = self.fields[name]
        field.required = False
        if kind == QuestionType.YES_NO:
            # Left unticked, a box would say "No" to what nobody has asked.
            answers = [("", "Not asked"), ("Yes", "Yes"), ("No", "No")]
            self.fields[name] = forms.ChoiceField(
                label=field.label, choices=answers, required=False
            )

    def _find(self) -> list[Client]:
        text = str(self["q"].value() or "").strip()[:100]
        if not text or "\0" in text:
            return []
        clients: Any = self.fields["client"]
        return list(clients.queryset.matching(text)[:MAX_FOUND])

    def _show_clients(self) -> None:
        """The clients found, and the one who has been chosen, whatever was looked for since."""
        field: Any = self.fields["client"]
        chosen = self._chosen()
        shown = [*self.found] if chosen in self.found or not chosen else [chosen, *self.found]
        self.has_choice = bool(shown)
        labels = [(client.pk, field.label_from_instance(client)) for client in shown]
        field.widget.choices = [("", field.empty_label), *labels]

    def _chosen(self) -> Client | None:
        field: Any = self.fields["client"]
        try:
            client: Client | None = field.clean(self["client"].value())
        except ValidationError:
            return None
        return client

    @property
    def may_be_more(self) -> bool:
        """Whether more clients may match than are shown."""
        return len(self.found) == MAX_FOUND

    def clean(self) -> None:
        given = self.cleaned_data
        if client := given.get("client"):
            for name in NOBODY_NEW:
                self.errors.pop(name, None)
                given[name] = getattr(client, name)
        elif not given.get("name") and "name" not in self.errors:
            self.add_error("name", "Please fill this in.")
        super().clean()
