from datetime import UTC, date, datetime, timedelta

import pytest
import time_machine
from allauth.mfa.models import Authenticator
from django.utils import timezone

from partnerportal.core.actors import Actor
from partnerportal.core.models import Notification, OutboxMessage
from partnerportal.core.scoping import NotYours
from partnerportal.tests.racing import at_once
from partners import services
from partners.models import Invitation, Partner, User
from partners.roles import Role
from partners.services import Invitee
from partners.tests.factories import UserFactory

NINA = Invitee(email=" Nina@Aurora-Telecom.com ", first_name="Nina", last_name="Serra", role=Role.PARTNER_USER)


@pytest.mark.parametrize(("zone", "day"), [("Europe/Rome", date(2026, 3, 9)), ("Europe/London", date(2026, 3, 8))])
def test_the_day_of_a_partner_is_that_of_its_place(zone, day):
    partner = Partner(time_zone=zone)
    late = datetime(2026, 3, 8, 23, 1, tzinfo=UTC)

    with time_machine.travel(late, tick=False):
        assert [partner.today(), partner.today(late + timedelta(days=1))] == [day, day + timedelta(days=1)]


@pytest.fixture
def invitation(dora):
    return services.invite(NINA, partner=dora.partner, by=dora)


def facts(model=Invitation):
    rows = model.objects.across_partners(reason="test") if model is Invitation else model.objects.all()
    return list(rows.order_by("pk").values())


def test_invite_promises_a_mail_and_keeps_no_secret(dora):
    invitation = services.invite(NINA, partner=dora.partner, by=dora)

    secret = services.token(invitation)
    assert (invitation.email, invitation.partner, invitation.role) == ("nina@aurora-telecom.com", dora.partner, "partner_user")
    assert [message.kind for message in OutboxMessage.objects.all()] == ["partners.invitation"]
    assert secret not in str(facts()) + str(facts(OutboxMessage))
    assert services.invitation_of(secret) == invitation


def test_the_secret_is_the_same_when_the_row_is_read_again(invitation):
    assert services.token(services.invitation_of(services.token(invitation))) == services.token(invitation)


@pytest.mark.parametrize("person", ["anna", "ben", "carla", "otto", "tariq"])
def test_invite_refuses_all_but_the_partners_admins(person, dora, request):
    by = request.getfixturevalue(person)

    with pytest.raises((NotYours, Partner.DoesNotExist)):
        services.invite(NINA, partner=dora.partner, by=by)

    assert facts() == []
    assert facts(OutboxMessage) == []


def test_the_vendor_admin_invites_the_first_admin(vendor_admin, nordlicht):
    first = Invitee(email="gero@nordlicht-systems.com", first_name="Gero", last_name="Lund", role=Role.PARTNER_ADMIN)

    invitation = services.invite(first, partner=nordlicht, by=vendor_admin)

    assert (invitation.partner, invitation.role) == (nordlicht, "partner_admin")


@pytest.mark.parametrize("role", [Role.VENDOR_ADMIN, Role.ACCOUNT_MANAGER, "emperor", ""])
def test_invite_refuses_a_role_that_is_none_of_a_partner(role, dora):
    with pytest.raises(services.Refused):
        services.invite(Invitee("x@aurora-telecom.com", "X", "Y", role), partner=dora.partner, by=dora)

    assert facts() == []


def test_invite_refuses_a_colleague(dora, anna):
    with pytest.raises(services.AlreadyThere):
        services.invite(Invitee("ANNA@aurora-telecom.com", "Anna", "Conti", Role.PARTNER_USER), partner=dora.partner, by=dora)

    assert facts() == []


def test_invite_refuses_a_second_invitation(dora, invitation):
    with pytest.raises(services.AlreadyThere):
        services.invite(NINA, partner=dora.partner, by=dora)

    assert len(facts()) == 1
    assert len(facts(OutboxMessage)) == 1


def test_invite_does_not_tell_of_another_partners_people(dora, carla):
    services.invite(Invitee(carla.email, "Carla", "Brandt", Role.PARTNER_USER), partner=dora.partner, by=dora)

    assert [row["email"] for row in facts()] == [carla.email]


def test_accept_makes_the_person_once_and_tells_who_invited(invitation, dora):
    user = services.accept_invitation(invitation, password="a-good-one-42", by=Actor("Nina Serra"))

    assert (user.partner, user.role, user.time_zone, user.check_password("a-good-one-42")) == (
        dora.partner,
        "partner_user",
        "Europe/Rome",
        True,
    )
    assert [notice.text for notice in Notification.objects.filter(user=dora)] == ["Nina Serra has joined Aurora Telecom."]
    with pytest.raises(services.InvitationOver):
        services.accept_invitation(invitation, password="another-one-43", by=Actor("Nina Serra"))
    user.refresh_from_db()
    assert user.check_password("a-good-one-42")


def test_accept_refuses_after_seven_days(invitation):
    with time_machine.travel(timezone.now() + timedelta(days=7, seconds=1), tick=False), pytest.raises(services.InvitationOver):
        services.accept_invitation(invitation, password="a-good-one-42", by=Actor("Nina Serra"))

    assert not User.objects.filter(email=invitation.email).exists()


def test_accept_refuses_an_address_that_has_an_account_elsewhere(dora, carla):
    invitation = services.invite(Invitee(carla.email, "Carla", "Brandt", Role.PARTNER_USER), partner=dora.partner, by=dora)

    with pytest.raises(services.AlreadyThere):
        services.accept_invitation(invitation, password="a-good-one-42", by=Actor("Carla Brandt"))

    carla.refresh_from_db()
    assert (carla.partner.name, carla.check_password("partner-demo")) == ("Nordlicht Systems", True)
    assert facts()[0]["accepted_at"] is None


def test_accept_refuses_for_a_suspended_partner(invitation):
    Partner.objects.filter(pk=invitation.partner_id).update(status=Partner.Status.SUSPENDED)

    with pytest.raises(services.InvitationOver):
        services.accept_invitation(invitation, password="a-good-one-42", by=Actor("Nina Serra"))


def test_resend_makes_a_new_link_and_kills_the_old_one(invitation, dora):
    old = services.token(invitation)

    with time_machine.travel(timezone.now() + timedelta(days=9), tick=False):
        again = services.resend_invitation(invitation, by=dora)

        assert services.invitation_of(old) is None
        assert services.is_open(services.invitation_of(services.token(again)))
    assert OutboxMessage.objects.count() == 2


def test_withdraw_kills_the_link_and_lets_the_address_be_invited_again(invitation, dora):
    services.withdraw_invitation(invitation, by=dora)

    assert not services.is_open(services.invitation_of(services.token(invitation)))
    with pytest.raises(services.InvitationOver):
        services.resend_invitation(invitation, by=dora)
    assert services.invite(NINA, partner=dora.partner, by=dora).pk != invitation.pk


@pytest.mark.parametrize("verb", [services.resend_invitation, services.withdraw_invitation])
@pytest.mark.parametrize("person", ["anna", "ben", "carla", "otto"])
def test_invitations_are_the_admins_business(verb, person, invitation, request):
    before = facts()

    with pytest.raises((NotYours, Invitation.DoesNotExist)):
        verb(invitation, by=request.getfixturevalue(person))

    assert facts() == before


def test_change_role_ends_the_sessions_of_the_person(anna, dora):
    before = anna.get_session_auth_hash()

    person = services.change_role(anna, role=Role.PARTNER_MANAGER, by=dora)

    assert person.role == "partner_manager"
    assert person.get_session_auth_hash() != before
    assert (anna.history.first().role, anna.history.first().author_name) == ("partner_manager", "Dora Galli")


@pytest.mark.parametrize(
    "act", [lambda p, by: services.change_role(p, role=Role.PARTNER_USER, by=by), lambda p, by: services.deactivate(p, by=by)]
)
def test_the_last_admin_stays(act, dora, vendor_admin):
    UserFactory(partner=dora.partner, role=Role.PARTNER_ADMIN, is_active=False)

    with pytest.raises(services.LastAdmin):
        act(dora, by=vendor_admin)

    dora.refresh_from_db()
    assert (dora.role, dora.is_active, dora.session_version) == ("partner_admin", True, 0)


@pytest.mark.parametrize("verb", [services.deactivate, services.reactivate])
def test_nobody_changes_the_own_access(verb, dora):
    UserFactory(partner=dora.partner, role=Role.PARTNER_ADMIN)

    with pytest.raises(services.NotOneself):
        verb(dora, by=dora)

    dora.refresh_from_db()
    assert dora.is_active


def test_nobody_changes_the_own_role(dora):
    UserFactory(partner=dora.partner, role=Role.PARTNER_ADMIN)

    with pytest.raises(services.NotOneself):
        services.change_role(dora, role=Role.PARTNER_USER, by=dora)

    dora.refresh_from_db()
    assert dora.role == "partner_admin"


@pytest.mark.parametrize("role", [Role.VENDOR_ADMIN, Role.SUPPORT_AGENT, "", "x"])
def test_change_role_refuses_a_role_that_is_none_of_a_partner(role, anna, dora):
    with pytest.raises(services.Refused):
        services.change_role(anna, role=role, by=dora)

    anna.refresh_from_db()
    assert anna.role == "partner_user"


@pytest.mark.parametrize("by", ["alex", "ben", "carla", "otto", "tariq"])
def test_people_are_the_admins_business(by, anna, request):
    by = request.getfixturevalue(by)
    for act in (lambda: services.change_role(anna, role=Role.PARTNER_ADMIN, by=by), lambda: services.deactivate(anna, by=by)):
        with pytest.raises((NotYours, User.DoesNotExist)):
            act()

    anna.refresh_from_db()
    assert (anna.role, anna.is_active) == ("partner_user", True)


@pytest.mark.parametrize("by", ["dora", "olga"])
def test_the_vendors_people_are_its_admins_business(by, otto, request):
    with pytest.raises((NotYours, User.DoesNotExist)):
        services.deactivate(otto, by=request.getfixturevalue(by))

    otto.refresh_from_db()
    assert otto.is_active


def test_the_vendor_admin_looks_after_the_vendors_people(otto, vendor_admin):
    assert services.change_role(otto, role=Role.VENDOR_ADMIN, by=vendor_admin).is_superuser
    assert not services.change_role(otto, role=Role.SUPPORT_AGENT, by=vendor_admin).is_superuser
    with pytest.raises(services.Refused):
        services.change_role(otto, role=Role.PARTNER_ADMIN, by=vendor_admin)
    assert not services.deactivate(otto, by=vendor_admin).is_active


def test_a_new_vendor_user_gets_a_link_to_choose_a_password(vendor_admin):
    user = services.add_vendor_user("New@vendor.com", "Nora", "Neu", role=Role.ACCOUNT_MANAGER, by=vendor_admin)

    assert (user.email, user.partner, user.is_staff, user.has_usable_password()) == ("new@vendor.com", None, True, False)
    assert [message.kind for message in OutboxMessage.objects.all()] == ["partners.password_reset"]


def test_only_the_vendor_admin_makes_vendor_users(otto, dora):
    for by in (otto, dora):
        with pytest.raises(NotYours):
            services.add_vendor_user("new@vendor.com", "Nora", "Neu", role=Role.VENDOR_ADMIN, by=by)

    assert not User.objects.filter(email="new@vendor.com").exists()


def test_the_second_factor_of_a_lost_phone_is_removed_by_the_vendor_admin(anna, dora, vendor_admin):
    Authenticator.objects.create(user=anna, type="totp", data={"secret": "X"})

    with pytest.raises(NotYours):
        services.remove_second_factor(anna, by=dora)
    assert Authenticator.objects.count() == 1

    services.remove_second_factor(anna, by=vendor_admin)
    assert Authenticator.objects.count() == 0
    assert [message.kind for message in OutboxMessage.objects.all()] == ["partners.account_notice"]


def test_deactivate_and_reactivate(anna, dora):
    services.deactivate(anna, by=dora)
    anna.refresh_from_db()
    assert not anna.is_active

    services.reactivate(anna, by=dora)
    anna.refresh_from_db()
    assert anna.is_active


def test_only_the_vendor_admin_changes_an_address(anna, dora, vendor_admin):
    with pytest.raises(NotYours):
        services.change_email(anna, email="other@aurora-telecom.com", by=dora)

    person = services.change_email(anna, email="Anna.Conti@aurora-telecom.com", by=vendor_admin)

    assert person.email == "anna.conti@aurora-telecom.com"
    assert person.session_version == 1


@pytest.mark.django_db(transaction=True)
def test_two_admins_who_demote_each_other_at_once_leave_one(dora):
    other = UserFactory(partner=dora.partner, role=Role.PARTNER_ADMIN)

    answers = at_once(
        lambda: services.change_role(dora, role=Role.PARTNER_USER, by=other),
        lambda: services.change_role(other, role=Role.PARTNER_USER, by=dora),
    )

    assert sorted(type(answer).__name__ for answer in answers) in (["LastAdmin", "User"], ["NotYours", "User"])
    assert User.objects.filter(partner=dora.partner, role=Role.PARTNER_ADMIN, is_active=True).count() == 1
