import pytest
from django.db import IntegrityError, transaction

from leads.models import Lead
from leads.stages import Status
from leads.tests.factories import ConvertedLeadFactory, LeadFactory, NotInTargetLeadFactory, QualifiedLeadFactory


def test_open_is_new_and_qualification(anna):
    new, qualified = LeadFactory(owner=anna), QualifiedLeadFactory(owner=anna)
    NotInTargetLeadFactory(owner=anna)
    ConvertedLeadFactory(owner=anna)

    assert set(Lead.objects.visible_to(anna).open()) == {new, qualified}


@pytest.mark.parametrize(
    "facts",
    [{"status": "lost"}, {"status": Status.NOT_IN_TARGET, "not_in_target_reason": ""}, {"status": Status.CONVERTED, "converted_at": None}],
)
def test_the_database_refuses_a_status_without_its_facts(facts, anna):
    lead = LeadFactory(owner=anna)
    for name, value in facts.items():
        setattr(lead, name, value)

    with pytest.raises(IntegrityError), transaction.atomic():
        lead.save(update_fields=list(facts))


def test_a_lead_is_its_partners(anna, alex, ben, carla, otto, olga, tariq):
    lead = LeadFactory(owner=anna)

    assert [Lead.objects.visible_to(one).filter(pk=lead.pk).count() for one in (anna, alex, ben, carla, otto, olga, tariq)] == [
        1,
        1,
        1,
        0,
        1,
        0,
        0,
    ]
    assert [Lead.objects.editable_by(one).filter(pk=lead.pk).count() for one in (anna, alex, ben, carla, otto)] == [1, 0, 1, 0, 0]
