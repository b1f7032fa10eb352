"""A form with typed text that is sent twice is taken once, and both answers lead to the same page."""

import pytest

from cases.tests.factories import ResolvedCaseFactory
from leads.tests.factories import LeadFactory, VendorLeadFactory, offered
from orders.tests.factories import OrderFactory
from partnerportal.core.models import OutboxMessage
from partners.models import Invitation
from projects.tests.factories import LostProject, ProposalProject

pytestmark = pytest.mark.django_db


def both(client, address, asked, *, token):
    """The two answers: their status, and where they lead."""
    answers = [client.post(address, {**asked, "submission": token}) for _click in range(2)]
    return [(one.status_code, one.headers.get("Location")) for one in answers]


def token_at(client, address):
    return client.get(address).context["submission"]


def test_a_reason_is_taken_once_wherever_it_is_asked(client, anna, ben, dora, reference):
    cases = [
        (anna, ResolvedCaseFactory(owner=anna), "reopen/", {"reason": "It is back"}),
        (anna, OrderFactory(owner=anna), "cancel/", {"reason": "Ordered twice"}),
        (ben, LostProject(owner=anna), "reopen/", {"reason": "They called again"}),
        (anna, ProposalProject(owner=anna), "close/", {"seen": "proposal", "lost_reason": "price", "competitor": "Other"}),
    ]
    for person, record, verb, asked in cases:
        client.force_login(person)
        address = f"{record.get_absolute_url()}{verb}"
        assert both(client, address, asked, token=token_at(client, address)) == [(302, record.get_absolute_url())] * 2, address
        assert client.get(record.get_absolute_url()).text.count('class="toast-line') <= 1


def test_a_move_that_asks_is_made_once(client, anna):
    lead = LeadFactory(owner=anna, status="new")
    client.force_login(anna)
    address, move = f"/leads/{lead.pk}/move/", {"to": "not_in_target", "seen": "new"}

    asked = client.post(address, move)
    assert (asked.status_code, asked.context["draft"]) == (422, f"{address}?to=not_in_target")
    answers = both(client, address, {**move, "asked": "1", "reason": "no-budget"}, token=asked.context["submission"])

    assert answers == [(302, lead.get_absolute_url())] * 2
    lead.refresh_from_db()
    assert lead.status == "not_in_target"


def test_a_note_is_kept_once(client, anna):
    lead = LeadFactory(owner=anna)
    client.force_login(anna)
    token = token_at(client, f"/leads/{lead.pk}/panels/activity/")

    for _click in range(2):
        panel = client.post(f"/leads/{lead.pk}/notes/", {"text": "Called", "submission": token}, headers={"HX-Request": "true"})

    assert lead.notes.count() == 1
    assert panel.context["submission"] != token
    client.post(f"/leads/{lead.pk}/notes/", {"text": "Called", "submission": panel.context["submission"]})
    assert lead.notes.count() == 2


def test_one_invitation_goes_out(client, dora):
    client.force_login(dora)
    asked = {"first_name": "Greta", "last_name": "Hofer", "email": "greta@aurora-telecom.com", "role": "partner_user"}

    answers = both(client, "/team/invite/", asked, token=token_at(client, "/team/invite/"))

    assert answers == [(302, "/team/")] * 2
    assert Invitation.objects.for_partner(dora.partner).count() == 1
    assert OutboxMessage.objects.count() == 1


def test_an_offer_is_declined_once(client, anna, vendor_admin, reference):
    [offer] = offered(VendorLeadFactory(), anna.partner, by=vendor_admin, person=anna)
    client.force_login(anna)
    token = token_at(client, offer.get_absolute_url())

    answers = both(client, f"{offer.get_absolute_url()}decline/", {"reason": "Too far away"}, token=token)

    assert answers == [(302, "/leads/offers/")] * 2
    offer.refresh_from_db()
    assert offer.decline_reason == "Too far away"
