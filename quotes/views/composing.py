"""The composer: to whom a quote goes and with which words, with a preview of the mail."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.template.loader import render_to_string
from django.utils import translation
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, gettext_noop

from accounts.models import Contact
from partnerportal.core.stages import ExitConditionMissing
from partnerportal.core.submissions import lasting, once
from partnerportal.core.toasts import say
from quotes import documents, services
from quotes.forms import ComposeForm
from quotes.models import Quote
from quotes.stages import Status
from quotes.views.actions import REFUSALS, QuoteAction
from quotes.views.sections import today_of

# Templates of the words, in the customer's language: key → label, text.
TEMPLATES = {
    "friendly": (
        gettext_lazy("After a talk"),
        gettext_noop(
            "Thank you for the good talk. Attached you find our quote for “%(name)s”, valid until %(day)s. I look forward to your answer."
        ),
    ),
    "short": (gettext_lazy("Short"), gettext_noop("Attached you find our quote for “%(name)s”, valid until %(day)s.")),
    "again": (
        gettext_lazy("New version"),
        gettext_noop(
            "As you wished, we have changed our quote for “%(name)s”. The new version replaces the former one and is valid until %(day)s."
        ),
    ),
}


class ComposeQuote(QuoteAction):
    """Write to the customer. `do` says what the button does: take a template's words, show the mail, or send it."""

    done = gettext_lazy("%(quote)s is on its way.")
    http_method_names = ["get", "post", "options"]

    def get(self, request: HttpRequest, pk: int) -> HttpResponse:
        first = [self.record.contact_id] if self.record.contact.email else []
        return self.compose(self.form(initial={"recipients": first, "cc_me": False}))

    def post(self, request: HttpRequest, pk: int) -> HttpResponse:
        do = request.POST.get("do", "")
        if do.startswith("template:"):
            data = request.POST.copy()
            data["text"] = self.words(do.partition(":")[2])
            return self.compose(self.form(initial={**data.dict(), "recipients": data.getlist("recipients")}))
        form = self.form(request.POST)
        if not form.is_valid():
            return self.compose(form, status=422)
        if do == "preview":
            return self.compose(form, preview=self.preview(form))
        return self.send(form)

    def send(self, form: ComposeForm) -> HttpResponse:
        """Send it, once for a form; what is missing is said above the form."""

        def act() -> str:
            quote = services.compose_quote(self.record, form.letter(), by=self.request.user, today=today_of(self.record))  # type: ignore[arg-type]
            say(self.request, self.done % {"quote": quote})
            return quote.get_absolute_url()

        try:
            return self.lead_to(once(self.request.POST.get("submission", ""), by=self.request.user, act=act))
        except ExitConditionMissing as error:
            for one in error.missing:
                form.add_error(None, one.sentence)
            return self.compose(form, status=422)
        except REFUSALS as error:
            form.add_error(None, str(error))
            return self.compose(form, status=422)

    @cached_property
    def people(self) -> list[Contact]:
        """Whom it can be sent to."""
        return services.people_of(self.record, by=self.request.user)  # type: ignore[arg-type]

    def form(self, *args: Any, **kwargs: Any) -> ComposeForm:
        """The form of this quote."""
        return ComposeForm(*args, user=self.request.user, people=self.people, **kwargs)

    def words(self, key: str) -> str:
        """A template's words, in the customer's language."""
        if key not in TEMPLATES:
            return ""
        with translation.override(self.record.language):
            day = render_to_string("quotes/_day.txt", {"day": self.record.valid_until}).strip()
            return _(TEMPLATES[key][1]) % {"name": self.record.name, "day": day}

    def preview(self, form: ComposeForm) -> dict[str, str]:
        """Subject, readers and text of the mail as it would go out."""
        letter = form.letter()
        quote = self.record
        document = documents.of(quote) if quote.content else documents.preview(quote, services.lines_of(quote), on=today_of(quote))
        facts = {
            "document": document,
            "link": services.private_link(quote),
            "subject_line": letter.subject,
            "words": letter.text,
            "greeted": ", ".join(str(one) for one in letter.recipients),
        }
        with translation.override(quote.language):
            return {
                "to": ", ".join(dict.fromkeys([one.email for one in letter.recipients] + list(letter.cc))),
                "subject": render_to_string("emails/quote_sent.subject.txt", facts).strip(),
                "text": render_to_string("emails/quote_sent.txt", facts),
            }

    def compose(self, form: ComposeForm, *, preview: dict[str, str] | None = None, status: int = 200) -> HttpResponse:
        """The page of the composer."""
        context = {
            "record": self.record,
            "tab": "quotes",
            "form": form,
            "preview": preview,
            "templates": [(key, label) for key, (label, _text) in TEMPLATES.items()],
            "is_draft": self.record.status == Status.DRAFT,
            "is_back": self.request.method == "POST",
            **lasting(self.request),
        }
        return self.page("quotes/compose.html", context, status=status)


class RemindCustomer(QuoteAction):
    done = gettext_lazy("The reminder of %(quote)s is on its way.")

    @staticmethod
    def act(quote: Quote, *, by: Any) -> Quote:
        return services.remind_customer(quote, by=by)
