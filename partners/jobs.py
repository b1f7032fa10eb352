"""Mail to people about their access, and to the vendor's admins about what was not delivered.

Links are made here, from the configured address of the site and nothing else.
"""

from __future__ import annotations

from datetime import datetime
from urllib.parse import quote
from uuid import uuid4
from zoneinfo import ZoneInfo

from allauth.account.forms import default_token_generator
from allauth.account.utils import user_pk_to_url_str
from django.conf import settings
from django.db.models import Count
from django.urls import reverse
from django.utils import translation
from django.utils.translation import ngettext

from partnerportal.core import emails, outbox
from partnerportal.core.models import OutboxMessage
from partnerportal.core.notifications import notify
from partners import services
from partners.auth import PortalBackend
from partners.models import Invitation, User
from partners.roles import Role


@outbox.handles("partners.invitation")
def mail_invitation(*, invitation_id: int, message_key: str) -> None:
    """The link to join; nothing once the invitation is used, withdrawn or over."""
    rows = Invitation.objects.across_partners(reason="outbox: partners.invitation")
    invitation = rows.select_related("partner", "invited_by").get(pk=invitation_id)
    if not services.is_open(invitation):
        return
    link = _link(reverse("accept_invitation", args=[services.token(invitation)]))
    to = (f"{invitation.first_name} {invitation.last_name}", invitation.email)
    facts = {"invitation": invitation, "link": link}
    emails.send("invitation", to, facts, language=invitation.partner.language, key=message_key)


@outbox.handles("partners.password_reset")
def mail_password_reset(*, user_id: int, message_key: str) -> None:
    """The link to set a new password, for an hour."""
    user = User.objects.select_related("partner").get(pk=user_id)
    if not PortalBackend().user_can_authenticate(user):
        return
    key = quote(f"{user_pk_to_url_str(user)}-{default_token_generator.make_token(user)}")
    path = reverse("account_reset_password_from_key", kwargs={"uidb36": "UID", "key": "KEY"}).replace("UID-KEY", key)
    facts = {"person": user, "link": _link(path), "is_new": not user.has_usable_password()}
    emails.send("password_reset", (user.get_full_name(), user.email), facts, language=user.language, key=message_key)


@outbox.handles("partners.account_notice")
def mail_account_notice(*, user_id: int, message_key: str, notice: str, at: str, ip: str) -> None:
    """Tell a person that the password or the second factor of the account has changed."""
    user = User.objects.get(pk=user_id)
    moment = datetime.fromisoformat(at).astimezone(ZoneInfo(user.time_zone))
    facts = {
        "person": user,
        "notice": notice,
        "at": moment,
        "zone": user.time_zone,
        "ip": ip,
        "link": _link(reverse("account_reset_password")),
    }
    emails.send("account_notice", (user.get_full_name(), user.email), facts, language=user.language, key=message_key)


@outbox.handles(outbox.ALERT)
def tell_of_dead_messages() -> None:
    """Tell each active vendor admin, behind the bell and by mail, how many messages could not be delivered."""
    dead = OutboxMessage.objects.filter(state=OutboxMessage.State.DEAD).count()
    if not dead:  # Somebody has given them another try meanwhile.
        return
    for admin in User.objects.filter(role=Role.VENDOR_ADMIN, is_active=True):
        with translation.override(admin.language):
            text = ngettext("%(count)s message could not be delivered.", "%(count)s messages could not be delivered.", dead)
            notify(admin, text % {"count": dead}, kind="outbox", url=_dead_messages())
        key = f"{outbox.ALERT}.mail:{admin.pk}:{uuid4().hex}"
        outbox.promise(f"{outbox.ALERT}.mail", key=key, user_id=admin.pk, message_key=key)


@outbox.handles(f"{outbox.ALERT}.mail")
def mail_dead_messages(*, user_id: int, message_key: str) -> None:
    """What could not be delivered, by kind, with a link to where it can be tried again."""
    admin = User.objects.get(pk=user_id)
    rows = OutboxMessage.objects.filter(state=OutboxMessage.State.DEAD)
    kinds = list(rows.order_by("kind").values_list("kind").annotate(count=Count("pk")))
    facts = {"person": admin, "kinds": kinds, "count": sum(count for _kind, count in kinds), "link": _link(_dead_messages())}
    emails.send("outbox_dead", (admin.get_full_name(), admin.email), facts, language=admin.language, key=message_key)


def _dead_messages() -> str:
    return f"{reverse('admin:core_outboxmessage_changelist')}?state__exact={OutboxMessage.State.DEAD}"


def _link(path: str) -> str:
    return f"{settings.SITE_URL}{path}"
