"""Partners, their people, invitations and news in the back office."""

from __future__ import annotations

from functools import partial
from typing import Any
from zoneinfo import available_timezones

from django import forms
from django.contrib import admin
from django.http import HttpRequest
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from partnerportal.core.admin import ObjectAction, VendorAdmin, VisibleChoicesFilter
from partnerportal.core.uploads import FileRefused
from partners import services
from partners.forms import TEAM_ROLES
from partners.logos import as_logo
from partners.models import Invitation, News, Partner, Tier, User
from partners.roles import PARTNER_ROLES, VENDOR_ROLES, Role

VENDOR_ROLE_CHOICES = [(role.value, role.label) for role in Role if role in VENDOR_ROLES]
ZONES = [(zone, zone.replace("_", " ")) for zone in sorted(available_timezones()) if "/" in zone and not zone.startswith("Etc/")] + [
    ("UTC", "UTC")
]


class PartnerForm(forms.ModelForm):
    time_zone = forms.ChoiceField(label=_("Time zone"), choices=ZONES)
    new_logo = forms.FileField(
        label=_("New logo"), required=False, help_text=_("PNG, JPEG or WebP. It stands on the quotes that are submitted from now on.")
    )
    no_logo = forms.BooleanField(label=_("No logo"), required=False)

    class Meta:
        model = Partner
        fields = "__all__"  # noqa: DJ007 (the vendor's admins keep all of it)

    def clean_new_logo(self) -> bytes | None:
        """The picture as documents show it."""
        upload = self.cleaned_data["new_logo"]
        try:
            return as_logo(upload) if upload else None
        except FileRefused as refused:
            raise forms.ValidationError(str(refused)) from refused


@admin.register(Partner)
class PartnerAdmin(VendorAdmin):
    form = PartnerForm
    list_display = ("name", "tier", "status", "account_manager", "currency", "country", "is_certified")
    list_filter = ("tier", "status", ("account_manager", VisibleChoicesFilter))
    list_select_related = ("account_manager",)
    search_fields = ("name", "city", "email")
    autocomplete_fields = ("parent",)
    fieldsets = (
        (None, {"fields": ("name", "tier", "status", "account_manager", "parent", "is_certified")}),
        (_("How its people work"), {"fields": ("record_visibility", "currency", "time_zone", "language", "mrr_goal")}),
        (_("Leads from pools"), {"fields": ("pool_limit", "pool_pause")}),
        (_("Address"), {"fields": ("email", "phone", "street", "postal_code", "city", "state", "country")}),
        (_("Quotes"), {"fields": ("tax_rate", "quote_terms", "brand_colour", "logo_now", "new_logo", "no_logo")}),
    )
    readonly_fields = ("logo_now",)

    @admin.display(description=_("logo on quotes"))
    def logo_now(self, partner: Partner) -> SafeString | str:
        if partner.logo is None:
            return "–"
        return format_html('<img src="{}" alt="{}" height="60">', partner.logo.address, _("Logo of %(name)s") % {"name": partner.name})

    def save_model(self, request: HttpRequest, obj: Partner, form: Any, change: bool) -> None:
        super().save_model(request, obj, form, change)
        if form.cleaned_data["new_logo"] or form.cleaned_data["no_logo"]:
            services.change_logo(obj, form.cleaned_data["new_logo"], by=request.user)  # type: ignore[arg-type]

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def formfield_for_foreignkey(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        if db_field.name == "account_manager":
            kwargs["queryset"] = User.objects.visible_to(request.user).filter(role=Role.ACCOUNT_MANAGER, is_active=True)  # type: ignore[arg-type]
        return super().formfield_for_foreignkey(db_field, request, **kwargs)


class VendorUserForm(forms.ModelForm):
    """A new person of the vendor. People of partners come by invitation."""

    role = forms.ChoiceField(label=_("Role"), choices=VENDOR_ROLE_CHOICES)

    class Meta:
        model = User
        fields = ["email", "first_name", "last_name", "role"]

    def clean_email(self) -> str:
        return self.cleaned_data["email"].strip().lower()


class PersonForm(forms.ModelForm):
    time_zone = forms.ChoiceField(label=_("Time zone"), choices=ZONES)

    class Meta:
        model = User
        fields = ["email", "first_name", "last_name", "job_title", "phone", "language", "time_zone"]

    def clean_email(self) -> str:
        return self.cleaned_data["email"].strip().lower()


def _may_become(role: Role, person: User) -> bool:
    return person.role != role and (role in PARTNER_ROLES) == bool(person.partner_id)


def _role_action(role: Role) -> ObjectAction:
    return ObjectAction(
        f"make-{role.value.replace('_', '-')}",
        format_lazy(_("Role: {role}"), role=role.label),
        run=partial(services.change_role, role=role),
        permission="partners.change_user",
        when=partial(_may_become, role),
    )


@admin.register(User)
class UserAdmin(VendorAdmin):
    list_display = ("name", "email", "partner", "role", "is_active", "last_login")
    list_filter = ("role", "is_active", ("partner", VisibleChoicesFilter))
    list_select_related = ("partner",)
    search_fields = ("first_name", "last_name", "email")
    changeable_fields = ("email", "first_name", "last_name", "job_title", "phone", "language", "time_zone")
    exclude = ("password", "user_permissions", "groups", "is_superuser", "theme", "density", "keys", "per_page")
    refusals = (services.Refused,)
    object_actions = (
        ObjectAction(
            "switch-off", _("Switch off the access"), run=services.deactivate, permission="partners.change_user", when=lambda p: p.is_active
        ),
        ObjectAction(
            "switch-on",
            _("Switch on the access"),
            run=services.reactivate,
            permission="partners.change_user",
            when=lambda p: not p.is_active,
        ),
        ObjectAction(
            "password-link", _("Send a link for a new password"), run=services.send_password_link, permission="partners.change_user"
        ),
        ObjectAction("end-sessions", _("End all sessions"), run=services.end_sessions, permission="partners.change_user"),
        ObjectAction(
            "no-second-factor", _("Remove the second factor"), run=services.remove_second_factor, permission="partners.change_user"
        ),
        *(_role_action(role) for role in Role),
    )

    @admin.display(description=_("name"), ordering="first_name")
    def name(self, person: User) -> str:
        return person.get_full_name()

    def get_form(self, request: HttpRequest, obj: Any = None, change: bool = False, **kwargs: Any) -> Any:
        return super().get_form(request, obj, change=change, form=PersonForm if obj else VendorUserForm, **kwargs)

    def get_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        return super().get_fields(request, obj) if obj else VendorUserForm.Meta.fields

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def save_model(self, request: HttpRequest, obj: User, form: Any, change: bool) -> None:
        by: User = request.user  # type: ignore[assignment]
        if not change:
            obj.pk = services.add_vendor_user(obj.email, obj.first_name, obj.last_name, role=obj.role, by=by).pk
            return
        if "email" in form.changed_data:
            services.change_email(obj, email=obj.email, by=by)
        obj.save(update_fields=[name for name in form.changed_data if name != "email"] or ["first_name"])


class NewsForm(forms.ModelForm):
    tiers = forms.MultipleChoiceField(
        label=_("Only for these tiers"), choices=Tier.choices, widget=forms.CheckboxSelectMultiple, required=False
    )

    class Meta:
        model = News
        fields = ["title", "kind", "summary", "text", "tiers", "published_on"]


@admin.register(News)
class NewsAdmin(VendorAdmin):
    form = NewsForm
    list_display = ("title", "kind", "published_on", "author")
    list_filter = ("kind", "published_on")
    list_select_related = ("author",)
    search_fields = ("title", "summary")

    def save_model(self, request: HttpRequest, obj: News, form: Any, change: bool) -> None:
        obj.author = obj.author or request.user  # type: ignore[assignment]
        super().save_model(request, obj, form, change)


class FirstAdminForm(forms.ModelForm):
    """An invitation from the vendor, most often of a partner's first admin."""

    company = forms.ModelChoiceField(label=_("Partner"), queryset=Partner.objects.filter(status=Partner.Status.ACTIVE))
    role = forms.ChoiceField(label=_("Role"), choices=TEAM_ROLES, initial=Role.PARTNER_ADMIN)

    class Meta:
        model = Invitation
        fields = ["first_name", "last_name", "email", "role"]

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if "email" in data and "company" in data:
            data["email"] = data["email"].strip().lower()
            try:
                services.check_not_there(data["email"], data["company"])
            except services.AlreadyThere as refusal:
                self.add_error("email", str(refusal))
        return data

    def _post_clean(self) -> None:
        """Nothing: the row is made by a service."""


@admin.register(Invitation)
class InvitationAdmin(VendorAdmin):
    list_display = ("email", "partner", "role", "invited_by", "expires_at", "accepted_at", "withdrawn_at")
    list_filter = ("role", ("partner", VisibleChoicesFilter))
    list_select_related = ("partner", "invited_by")
    search_fields = ("email", "first_name", "last_name")
    changeable_fields = ()
    exclude = ("token_hash",)
    refusals = (services.Refused,)
    object_actions = (
        ObjectAction(
            "resend", _("Send again"), run=services.resend_invitation, permission="partners.change_invitation", when=lambda i: _waits(i)
        ),
        ObjectAction(
            "withdraw", _("Withdraw"), run=services.withdraw_invitation, permission="partners.change_invitation", when=lambda i: _waits(i)
        ),
    )

    def get_form(self, request: HttpRequest, obj: Any = None, change: bool = False, **kwargs: Any) -> Any:
        return super().get_form(request, obj, change=change, **({} if obj else {"form": FirstAdminForm}), **kwargs)

    def get_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        if obj is None:
            return ("company", "first_name", "last_name", "email", "role")
        return (
            "partner",
            "first_name",
            "last_name",
            "email",
            "role",
            "invited_by",
            "created_at",
            "expires_at",
            "accepted_at",
            "withdrawn_at",
        )

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def save_model(self, request: HttpRequest, obj: Invitation, form: Any, change: bool) -> None:
        if change:
            return  # An invitation that was sent is only read here.
        facts = form.cleaned_data
        invitee = services.Invitee(facts["email"], facts["first_name"], facts["last_name"], facts["role"])
        made = services.invite(invitee, partner=facts["company"], by=request.user)  # type: ignore[arg-type]
        obj.pk, obj.email = made.pk, made.email


def _waits(invitation: Invitation) -> bool:
    return invitation.accepted_at is None and invitation.withdrawn_at is None
