"""The colleagues of a person, and what the partner's admin may do for them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, ClassVar

from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _

from partnerportal.core.submissions import lasting, once
from partnerportal.core.toasts import say, warn
from partnerportal.core.views import Guarded, RecordView
from partners import services
from partners.forms import InvitationForm, RoleForm
from partners.models import Invitation, User


class Team(Guarded):
    permission = "partners.view_team"

    def get(self, request: HttpRequest) -> HttpResponse:
        people = (
            User.objects.visible_to(request.user).filter(partner=request.user.partner_id).order_by("-is_active", "first_name", "last_name")
        )
        may_manage = request.user.partner_id is not None and request.user.has_perm("partners.manage_team")
        invitations = (
            Invitation.objects.visible_to(request.user).filter(accepted_at=None, withdrawn_at=None).select_related("invited_by", "partner")
        )
        context = {"people": people, "may_manage": may_manage, "invitations": _with_state(invitations) if may_manage else []}
        return self.page("partners/team.html", {**context, "heading": _("Team"), "tab": "team"})


def _with_state(invitations: QuerySet[Invitation]) -> list[tuple[Invitation, bool]]:
    return [(invitation, services.is_open(invitation)) for invitation in invitations]


class Person(RecordView):
    """A colleague: how to reach, and for the admin role and access."""

    permission = "partners.view_team"
    model = User
    related = ("partner",)

    def get_queryset(self) -> QuerySet:
        return super().get_queryset().filter(partner=self.request.user.partner_id)

    def get(self, request: HttpRequest, pk: int) -> HttpResponse:
        may_manage = (
            request.user.has_perm("partners.manage_team") and self.record.pk != request.user.pk and request.user.partner_id is not None
        )
        form = RoleForm(initial={"role": self.record.role})
        return self.page("partners/person.html", {"colleague": self.record, "may_manage": may_manage, "form": form, "tab": "team"})


class Invite(Guarded):
    permission = "partners.manage_team"

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        if request.user.is_authenticated and request.user.partner is None:
            return redirect("admin:partners_invitation_add")
        return super().dispatch(request, *args, **kwargs)

    def get(self, request: HttpRequest) -> HttpResponse:
        return self._page(InvitationForm())

    def post(self, request: HttpRequest) -> HttpResponse:
        form = InvitationForm(request.POST)
        if not form.is_valid():
            return self._page(form, status=422)

        def act() -> str:
            invitation = services.invite(services.Invitee(**form.cleaned_data), partner=request.user.partner, by=request.user)
            say(request, _("The invitation goes to %(email)s.") % {"email": invitation.email})
            return reverse("partners:team")

        try:
            return redirect(once(request.POST.get("submission", ""), by=request.user, act=act))
        except services.Refused as refusal:
            form.add_error("email", str(refusal))
            return self._page(form, status=422)

    def _page(self, form: InvitationForm, *, status: int = 200) -> HttpResponse:
        context = {"form": form, "heading": _("Invite a colleague"), "tab": "team", **lasting(self.request)}
        return self.page("partners/invite.html", context, status=status)


class PersonVerb(Person):
    """A change of one colleague, by POST. `act` does it and answers what to say."""

    is_block = True
    http_method_names = ["post"]

    def post(self, request: HttpRequest, pk: int) -> HttpResponse:
        try:
            say(request, self.act(request, self.record))
        except services.Refused as refusal:
            warn(request, refusal)
        return redirect("partners:person", pk=pk)

    def act(self, request: HttpRequest, person: User) -> str:
        raise NotImplementedError


class ChangeRole(PersonVerb):
    permission = "partners.manage_team"

    def act(self, request: HttpRequest, person: User) -> str:
        person = services.change_role(person, role=request.POST.get("role", ""), by=request.user)
        return _("%(name)s now has the role %(role)s.") % {"name": person.get_full_name(), "role": person.get_role_display()}


class Deactivate(PersonVerb):
    permission = "partners.manage_team"

    def act(self, request: HttpRequest, person: User) -> str:
        services.deactivate(person, by=request.user)
        return _("%(name)s can no longer sign in.") % {"name": person.get_full_name()}


class Reactivate(PersonVerb):
    permission = "partners.manage_team"

    def act(self, request: HttpRequest, person: User) -> str:
        services.reactivate(person, by=request.user)
        return _("%(name)s can sign in again.") % {"name": person.get_full_name()}


class InvitationVerb(RecordView):
    """A change of one invitation, by POST."""

    is_block = True
    model = Invitation
    related = ("partner",)
    http_method_names = ["post"]
    service: ClassVar[Callable[..., Invitation]]

    def post(self, request: HttpRequest, pk: int) -> HttpResponse:
        try:
            invitation = type(self).service(self.record, by=request.user)
        except services.Refused as refusal:
            warn(request, refusal)
        else:
            say(request, self.sentence(invitation.email))
        return redirect("partners:team")

    def sentence(self, email: str) -> str:
        raise NotImplementedError


class Resend(InvitationVerb):
    permission = "partners.manage_team"
    service = staticmethod(services.resend_invitation)

    def sentence(self, email: str) -> str:
        return _("A new link goes to %(email)s; the old one is dead.") % {"email": email}


class Withdraw(InvitationVerb):
    permission = "partners.manage_team"
    service = staticmethod(services.withdraw_invitation)

    def sentence(self, email: str) -> str:
        return _("The invitation of %(email)s is withdrawn.") % {"email": email}
