"""What happens to people: invited, joined, given a role, sent out and let in again.

A partner's admin looks after the own colleagues, the vendor's admin after everybody. The rows of a partner are locked before an
admin is lost, so that two admins who demote each other at the same moment leave one.
"""

from __future__ import annotations

import hashlib
import uuid
from base64 import urlsafe_b64encode
from dataclasses import dataclass
from datetime import UTC, timedelta

from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from django.conf import settings
from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils import timezone
from django.utils.crypto import salted_hmac
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from partnerportal.core import outbox
from partnerportal.core.actors import Actor, service
from partnerportal.core.notifications import notify
from partnerportal.core.scoping import NotYours
from partners.models import Invitation, Logo, Partner, User
from partners.roles import PARTNER_ROLES, VENDOR_ROLES, Role

ADMINS = frozenset({Role.PARTNER_ADMIN, Role.VENDOR_ADMIN})


class Refused(Exception):
    """What was asked for cannot be done. The message is for the person."""


class AlreadyThere(Refused):
    """The address belongs to a colleague, or is invited already."""


class InvitationOver(Refused):
    """The link has been used, withdrawn or replaced, or is too old."""


class LastAdmin(Refused):
    """A partner keeps at least one admin who may sign in."""


class NotOneself(Refused):
    """Nobody takes the own role or the own access away."""


@service
def change_logo(partner: Partner, png: bytes | None, *, by: User) -> Partner:
    """Give a partner another logo for its next quotes, or none. Raises NotYours unless the person keeps the partner."""
    partner = Partner.objects.visible_to(by).select_for_update(of=("self",)).get(pk=partner.pk)
    if not by.has_perm("partners.change_partner"):
        raise NotYours(_("Only the vendor changes the logo of a partner."))
    partner.logo = Logo.objects.create(partner=partner, png=png) if png else None
    partner.save(update_fields=["logo", "updated_at"])
    return partner


@dataclass(frozen=True)
class Invitee:
    """Whom an invitation is for."""

    email: str
    first_name: str
    last_name: str
    role: str


@service
def invite(invitee: Invitee, *, partner: Partner, by: User) -> Invitation:
    """Invite a person to a partner and promise the mail with the link. Raises
    DoesNotExist for a partner whom `by` may not know, NotYours, AlreadyThere, or Refused for a role that is none of a partner.

    An address that belongs to somebody of another partner is not refused here, since that would tell: whoever follows the
    link is told on its page.
    """
    partner = Partner.objects.visible_to(by).select_for_update(of=("self",)).get(pk=partner.pk)
    _require_manager(partner, by)
    email = invitee.email.strip().lower()
    if invitee.role not in PARTNER_ROLES:
        raise Refused(_("This is no role of a partner."))
    check_not_there(email, partner)
    invitation = Invitation(
        partner=partner, email=email, first_name=invitee.first_name, last_name=invitee.last_name, role=invitee.role, invited_by=by
    )
    return _send(invitation)


@service
def resend_invitation(invitation: Invitation, *, by: User) -> Invitation:
    """Send an invitation anew, with a new link that works for seven days; the old link is dead. Raises NotYours or InvitationOver."""
    return _send(_open(invitation, by=by))


@service
def withdraw_invitation(invitation: Invitation, *, by: User) -> Invitation:
    """Take an invitation back; its link is dead. Raises NotYours or InvitationOver."""
    invitation = _open(invitation, by=by)
    invitation.withdrawn_at = timezone.now()
    invitation.save(update_fields=["withdrawn_at"])
    return invitation


@service
def accept_invitation(invitation: Invitation, *, password: str, by: Actor) -> User:
    """Make the person of an invitation, once, and tell who had invited. Raises InvitationOver or AlreadyThere."""
    rows = Invitation.objects.across_partners(reason="whoever holds the link has no account yet")
    invitation = rows.select_related("partner", "invited_by").select_for_update(of=("self",)).get(pk=invitation.pk)
    if not is_open(invitation):
        raise InvitationOver(_("This invitation is no longer valid. Ask for a new one."))
    user = _join(invitation, password)
    invitation.accepted_at = timezone.now()
    invitation.save(update_fields=["accepted_at"])
    values = {"name": user.get_full_name(), "partner": invitation.partner.name}
    address = reverse("partners:team") if invitation.invited_by.partner_id else ""
    notify(invitation.invited_by, gettext_noop("%(name)s has joined %(partner)s."), values=values, kind="partners.joined", url=address)
    return user


@service
def change_role(person: User, *, role: str, by: User) -> User:
    """Give a colleague another role and end that person's sessions.

    Raises DoesNotExist for somebody whom `by` may not know, NotYours, NotOneself, LastAdmin, or Refused for a role that is none of
    the person's company.
    """
    person = _colleague(person, by=by)
    if role not in (PARTNER_ROLES if person.partner_id else VENDOR_ROLES):
        raise Refused(_("This is no role of a partner.") if person.partner_id else _("This is no role of the vendor."))
    if role == person.role:
        return person
    if person.role in ADMINS:
        _require_another_admin(person)
    person.role = role
    person.is_superuser = role == Role.VENDOR_ADMIN
    person.session_version += 1
    person.save(update_fields=["role", "is_superuser", "session_version"])
    return person


@service
def deactivate(person: User, *, by: User) -> User:
    """Take the access of a colleague away, at once. Records stay with their owner. Raises NotYours, NotOneself or LastAdmin."""
    person = _colleague(person, by=by)
    if person.is_active and person.role in ADMINS:
        _require_another_admin(person)
    person.is_active = False
    person.session_version += 1
    person.save(update_fields=["is_active", "session_version"])
    return person


@service
def reactivate(person: User, *, by: User) -> User:
    """Let a colleague sign in again, with the role and password of before. Raises NotYours or NotOneself."""
    person = _colleague(person, by=by)
    person.is_active = True
    person.save(update_fields=["is_active"])
    return person


@service
def end_sessions(person: User, *, by: User) -> User:
    """Sign a person out everywhere. Raises DoesNotExist for somebody whom `by` may not know, and NotYours."""
    person = User.objects.visible_to(by).select_for_update(of=("self",)).get(pk=person.pk)
    if person.pk != by.pk and not by.is_vendor_admin:
        raise NotYours(_("Only the person and the vendor's admins may do this."))
    person.session_version += 1
    person.save(update_fields=["session_version"])
    return person


@service
def change_email(person: User, *, email: str, by: User) -> User:
    """Give a person another address to sign in with; links that went to the old one are dead. Raises NotYours unless by a vendor admin."""
    if not by.is_vendor_admin:
        raise NotYours(_("Only the vendor's admins may change an address."))
    person = User.objects.select_for_update(of=("self",)).get(pk=person.pk)
    person.email = email.strip().lower()
    person.session_version += 1
    person.save(update_fields=["email", "session_version"])
    EmailAddress.objects.filter(user=person).delete()
    return person


@service
def add_vendor_user(email: str, first_name: str, last_name: str, *, role: str, by: User) -> User:
    """Make a person of the vendor and promise the mail with the link to choose a password.

    Raises NotYours unless by a vendor admin, and Refused for a role that is none of the vendor.
    """
    if not by.is_vendor_admin:
        raise NotYours(_("Only the vendor's admins may look after its people."))
    if role not in VENDOR_ROLES:
        raise Refused(_("This is no role of the vendor."))
    user = User.objects.create_user(email.strip(), None, first_name=first_name, last_name=last_name, role=role)
    _promise_password_link(user)
    return user


@service
def send_password_link(person: User, *, by: User) -> User:
    """Promise a mail with a link to choose a new password, asked for by an admin. The present password stays until it is used.

    Raises DoesNotExist for somebody whom `by` may not know, and NotYours unless by a vendor admin.
    """
    person = User.objects.visible_to(by).get(pk=person.pk)
    if not by.is_vendor_admin:
        raise NotYours(_("Only the vendor's admins may do this."))
    _promise_password_link(person)
    return person


@service
def remove_second_factor(person: User, *, by: User) -> User:
    """Let a person who has lost phone and codes sign in by password alone; ends the sessions.

    Raises NotYours unless by a vendor admin, and Refused for somebody who has no second factor.
    """
    if not by.is_vendor_admin:
        raise NotYours(_("Only the vendor's admins may do this."))
    person = User.objects.visible_to(by).select_for_update(of=("self",)).get(pk=person.pk)
    if not Authenticator.objects.filter(user=person).exists():
        raise Refused(_("%(name)s has no second factor.") % {"name": person.get_full_name()})
    Authenticator.objects.filter(user=person).delete()
    person.session_version += 1
    person.save(update_fields=["session_version"])
    facts = {"notice": "totp_deactivated", "at": timezone.now().isoformat(), "ip": "–"}
    _promise_mail("partners.account_notice", person, **facts)
    return person


def check_not_there(email: str, partner: Partner) -> None:
    """Raise AlreadyThere for a colleague's address and for one that is invited."""
    if User.objects.filter(partner=partner, email=email).exists():
        raise AlreadyThere(_("%(email)s is a colleague already.") % {"email": email})
    if Invitation.objects.for_partner(partner).filter(email=email, accepted_at=None, withdrawn_at=None).exists():
        raise AlreadyThere(_("%(email)s is invited already. Send the invitation again instead.") % {"email": email})


def is_open(invitation: Invitation) -> bool:
    """Whether the link of an invitation works now. Needs `partner` loaded."""
    return invitation.open_at(timezone.now()) and invitation.partner.status == Partner.Status.ACTIVE


def token(invitation: Invitation) -> str:
    """The secret of an invitation's link. It is made anew wherever it is needed, and stored nowhere; a new expiry makes another."""
    text = f"{invitation.partner_id}:{invitation.email}:{invitation.expires_at.astimezone(UTC).isoformat()}"
    return urlsafe_b64encode(salted_hmac("partners.invitation", text, algorithm="sha256").digest()).decode().rstrip("=")


def invitation_of(secret: str) -> Invitation | None:
    """The invitation that a link belongs to, open or over; None for no link of ours."""
    rows = Invitation.objects.across_partners(reason="whoever holds the link has no account yet")
    return rows.select_related("partner", "invited_by").filter(token_hash=_hash(secret)).first()


def _promise_password_link(person: User) -> None:
    _promise_mail("partners.password_reset", person)


def _promise_mail(kind: str, person: User, **facts: str) -> None:
    key = f"{kind}:{person.pk}:{uuid.uuid4().hex}"
    outbox.promise(kind, key=key, user_id=person.pk, message_key=key, **facts)


def _hash(secret: str) -> str:
    return hashlib.sha256(secret.encode("utf-8", "replace")).hexdigest()


def _send(invitation: Invitation) -> Invitation:
    invitation.expires_at = timezone.now() + timedelta(days=settings.INVITATION_DAYS)
    invitation.token_hash = _hash(token(invitation))
    invitation.save()
    key = f"partners.invitation:{invitation.pk}:{invitation.expires_at.timestamp()}"
    outbox.promise("partners.invitation", key=key, invitation_id=invitation.pk, message_key=key)
    return invitation


def _open(invitation: Invitation, *, by: User) -> Invitation:
    rows = Invitation.objects.visible_to(by).select_related("partner").select_for_update(of=("self",))
    invitation = rows.get(pk=invitation.pk)
    _require_manager(invitation.partner, by)
    if invitation.accepted_at or invitation.withdrawn_at:
        raise InvitationOver(_("This invitation has been accepted or withdrawn meanwhile."))
    return invitation


def _join(invitation: Invitation, password: str) -> User:
    taken = AlreadyThere(_("There is an account with this address already. Ask for an invitation to another address."))
    try:
        with transaction.atomic():
            return User.objects.create_user(
                invitation.email,
                password,
                first_name=invitation.first_name,
                last_name=invitation.last_name,
                role=invitation.role,
                partner=invitation.partner,
                language=invitation.partner.language,
                time_zone=invitation.partner.time_zone,
            )
    except IntegrityError as error:
        raise taken from error


def _colleague(person: User, *, by: User) -> User:
    """The person, locked together with the whole team. Raises DoesNotExist for somebody whom `by` may not know."""
    person = User.objects.visible_to(by).get(pk=person.pk)
    if person.partner_id:
        _require_manager(Partner.objects.select_for_update(of=("self",)).get(pk=person.partner_id), by)
    elif not by.is_vendor_admin:
        raise NotYours(_("Only the vendor's admins may look after its people."))
    if person.pk == by.pk:
        raise NotOneself(_("Nobody changes the own role or access. Ask another admin."))
    return User.objects.select_for_update(of=("self",)).get(pk=person.pk)


def _require_manager(partner: Partner, by: User) -> None:
    is_own = by.partner_id == partner.pk and by.has_perm("partners.manage_team")
    if not (is_own or by.is_vendor_admin):
        raise NotYours(_("Only the admins of %(partner)s may look after its people.") % {"partner": partner.name})


def _require_another_admin(person: User) -> None:
    admins = User.objects.filter(partner=person.partner_id, role=person.role, is_active=True).exclude(pk=person.pk)
    if not admins.exists():
        raise LastAdmin(_("%(name)s is the last admin. Make somebody else admin first.") % {"name": person.get_full_name()})
