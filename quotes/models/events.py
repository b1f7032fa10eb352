"""What happens to a quote: its changes, its mails, what the customer did, and the word on its discounts."""

from __future__ import annotations

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils.translation import gettext_lazy as _

from partnerportal.core.fields import RateField
from partnerportal.core.scoping import PartnerOwned
from quotes.models.quote import Quote


class QuoteChange(PartnerOwned):
    """The totals of a draft changed: who, when, from what to what, and which inputs. Written with every change of amounts."""

    quote = models.ForeignKey(Quote, on_delete=models.CASCADE, related_name="changes")
    at = models.DateTimeField(auto_now_add=True)
    author = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+")
    author_name = models.CharField(max_length=200)
    old = models.JSONField(help_text=_("Net, MRR and gross as they were."))
    new = models.JSONField(help_text=_("Net, MRR and gross afterwards."))
    causes = models.JSONField(default=list, help_text=_("Each input that changed: field, old and new value, and the line."))

    class Meta:
        ordering = ["-at", "-pk"]

    def __str__(self) -> str:
        return f"{self.quote_id} {self.at:%Y-%m-%d %H:%M}"


class CustomerEvent(PartnerOwned):
    """Something that the customer did on the private page: opened, accepted, declined, asked for a change."""

    class Kind(models.TextChoices):
        OPENED = "opened", _("opened the link")
        ACCEPTED = "accepted", _("accepted")
        DECLINED = "declined", _("declined")
        CHANGE = "change", _("asked for a change")

    quote = models.ForeignKey(Quote, on_delete=models.CASCADE, related_name="customer_events")
    kind = models.CharField(max_length=10, choices=Kind.choices)
    name = models.CharField(_("name"), max_length=200, blank=True)
    text = models.TextField(_("text"), blank=True, max_length=4000)
    lines = models.JSONField(
        default=list, blank=True, help_text=_("What is asked of single lines: their place, their name and the customer's words.")
    )
    at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["-at", "-pk"]

    def __str__(self) -> str:
        return f"{self.quote_id} {self.kind}"


class DiscountEvent(PartnerOwned):
    """A word on a discount above the tier's limit: asked for by the partner, granted or refused by the account manager; never changed."""

    class Kind(models.TextChoices):
        ASKED = "asked", _("asked for")
        GRANTED = "granted", _("granted")
        REFUSED = "refused", _("refused")

    quote = models.ForeignKey(Quote, on_delete=models.CASCADE, related_name="discount_events")
    kind = models.CharField(max_length=10, choices=Kind.choices)
    discount = RateField(_("highest discount"))
    limit = RateField(_("limit of the tier"))
    text = models.TextField(_("reason"), blank=True, max_length=2000)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["-at", "-pk"]

    def __str__(self) -> str:
        return f"{self.quote_id} {self.kind}"


class Sending(PartnerOwned):
    """One mail of a quote to people of the customer, as a person composed it or the schedule reminded.

    `reached` are the addresses that took it, `refused` those that were given up. `spared` had it from the mail that this one repeats.
    """

    class Kind(models.TextChoices):
        QUOTE = "quote", _("sent")
        REMINDER = "reminder", _("reminded")

    quote = models.ForeignKey(Quote, on_delete=models.CASCADE, related_name="sendings")
    kind = models.CharField(max_length=10, choices=Kind.choices, default=Kind.QUOTE)
    recipients = models.JSONField(default=list, help_text=_("Name and address of each."))
    cc = ArrayField(models.EmailField(), default=list, blank=True, verbose_name=_("copy to"))
    subject = models.CharField(_("subject"), max_length=200, blank=True)
    text = models.TextField(_("words"), blank=True, max_length=4000)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    created_at = models.DateTimeField(auto_now_add=True)
    spared = ArrayField(models.EmailField(), default=list, db_default=[], blank=True, editable=False)
    reached = ArrayField(models.EmailField(), default=list, db_default=[], blank=True, editable=False)
    refused = ArrayField(models.EmailField(), default=list, db_default=[], blank=True, editable=False)
    sent_at = models.DateTimeField(_("sent"), null=True, blank=True)
    failed_at = models.DateTimeField(_("given up"), null=True, blank=True)

    class Meta:
        ordering = ["-created_at", "-pk"]

    def __str__(self) -> str:
        return f"{self.quote_id} {self.kind}"

    @property
    def addresses(self) -> list[str]:
        """The addresses of the recipients."""
        return [one["email"] for one in self.recipients]

    @property
    def everybody(self) -> list[str]:
        """The addresses of the recipients, and of those who get a copy."""
        return list(dict.fromkeys([*self.addresses, *self.cc]))

    @property
    def has_it(self) -> list[str]:
        """The addresses that have got this mail, or the one that it repeats. Older mails did not keep them: they went to everybody."""
        reached = self.reached or (self.everybody if self.sent_at else [])
        return [one for one in self.everybody if one in reached or one in self.spared]

    @property
    def waiting(self) -> list[str]:
        """The addresses that have not got it, whether they still will or not."""
        return [one for one in self.everybody if one not in self.has_it]
