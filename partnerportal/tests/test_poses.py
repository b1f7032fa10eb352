"""What `bin/pictures` does to a page before its picture can still be done."""

import pytest

from leads.models import Lead
from leads.tests.factories import LeadFactory
from partnerportal.tests.pages import settled
from partnerportal.tests.poses import LEADS, POSES
from projects.tests.factories import IntroProject

pytestmark = pytest.mark.browser
BY_THE_WORKER = "leads-bulk-preview"


@pytest.mark.parametrize("width", [1440, 390])
def test_every_pose_is_struck_and_changes_nothing(page_as, anna, alex, reference, width):
    for name in ("Alpenblick", "Brenner"):
        LeadFactory(owner=anna, company=f"Hotel {name}", status="new", email="info@albergo.it")
    IntroProject(owner=anna)
    before = list(Lead.objects.for_partner(anna.partner).values())
    page = page_as(anna, width=width)

    for name, (address, pose) in POSES.items():
        if name != BY_THE_WORKER:
            page.goto(address)
            pose(settled(page))

    assert LEADS in [address for address, _pose in POSES.values()]
    assert list(Lead.objects.for_partner(anna.partner).values()) == before
