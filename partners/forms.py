"""Forms of people: sign-in, invitations, team and profile."""

from __future__ import annotations

from typing import Any
from zoneinfo import available_timezones

from allauth.account import forms as account
from allauth.mfa.base import forms as mfa
from allauth.mfa.totp import forms as totp
from django import forms
from django.contrib.auth import password_validation
from django.utils.translation import gettext_lazy as _

from partners.models import Invitation, User
from partners.roles import PARTNER_ROLES, Role

TEAM_ROLES = [(role.value, role.label) for role in Role if role in PARTNER_ROLES]
PASSWORD_HELP = _("At least ten characters; not only digits, no common password, and nothing that is close to your name.")


class Worded:
    """Our words on allauth's forms: labels above, no placeholders, the cursor in the first field."""

    words: dict[str, Any] = {}
    helps: dict[str, Any] = {}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for index, (name, field) in enumerate(self.fields.items()):  # type: ignore[attr-defined]
            field.widget.attrs.pop("placeholder", None)
            field.label = self.words.get(name, field.label)
            field.help_text = self.helps.get(name, "")
            if index == 0:
                field.widget.attrs["autofocus"] = True
            if name == "code":
                field.widget.attrs |= {"inputmode": "text", "autocapitalize": "none", "spellcheck": "false"}


class SignInForm(Worded, account.LoginForm):
    words = {"login": _("E-mail"), "password": _("Password")}


class ChangePasswordForm(Worded, account.ChangePasswordForm):
    words = {"oldpassword": _("Present password"), "password1": _("New password"), "password2": _("New password again")}
    helps = {"password1": PASSWORD_HELP}


class ResetPasswordForm(Worded, account.ResetPasswordForm):
    words = {"email": _("E-mail")}


class NewPasswordForm(Worded, account.ResetPasswordKeyForm):
    words = {"password1": _("New password"), "password2": _("New password again")}
    helps = {"password1": PASSWORD_HELP}


class ConfirmPasswordForm(Worded, account.ReauthenticateForm):
    words = {"password": _("Password")}


class SecondFactorForm(Worded, mfa.AuthenticateForm):
    words = {"code": _("Code")}


class ConfirmCodeForm(Worded, mfa.ReauthenticateForm):
    words = {"code": _("Code")}


class ActivateAppForm(Worded, totp.ActivateTOTPForm):
    words = {"code": _("Code from the app")}


class InvitationForm(forms.ModelForm):
    """Whom to invite, and as what."""

    class Meta:
        model = Invitation
        fields = ["first_name", "last_name", "email", "role"]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["role"].initial = Role.PARTNER_USER
        self.fields["role"].choices = TEAM_ROLES  # type: ignore[attr-defined]

    def clean_email(self) -> str:
        return self.cleaned_data["email"].strip().lower()

    def _post_clean(self) -> None:
        """Nothing: the row is made by a service, which knows the partner and says what is wrong with the address."""


class RoleForm(forms.Form):
    """Another role for a colleague."""

    role = forms.ChoiceField(label=_("Role"), choices=TEAM_ROLES)


class JoinForm(forms.Form):
    """The password of somebody who follows an invitation."""

    password1 = forms.CharField(
        label=_("Password"),
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password", "autofocus": True}),
        help_text=PASSWORD_HELP,
    )
    password2 = forms.CharField(label=_("Password again"), strip=False, widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}))

    def __init__(self, *args: Any, invitation: Invitation, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.person = User(email=invitation.email, first_name=invitation.first_name, last_name=invitation.last_name)

    def clean_password1(self) -> str:
        password_validation.validate_password(self.cleaned_data["password1"], self.person)
        return self.cleaned_data["password1"]

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if "password1" in data and "password2" in data and data["password1"] != data["password2"]:
            self.add_error("password2", _("This is not the same password."))
        return data


class ProfileForm(forms.ModelForm):
    """What a person says of herself, and how the portal should look to her."""

    time_zone = forms.ChoiceField(label=_("Time zone"), choices=())

    class Meta:
        model = User
        fields = ["first_name", "last_name", "job_title", "phone", "language", "time_zone", "theme", "density"]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        zones = sorted(zone for zone in available_timezones() if "/" in zone and not zone.startswith("Etc/")) + ["UTC"]
        self.fields["time_zone"].choices = [(zone, zone.replace("_", " ")) for zone in zones]  # type: ignore[attr-defined]
