"""Every pair of stages of both processes, by every role: the owner and the managers move by hand, nobody else moves anything."""

import pytest
from django.db import transaction

from partnerportal.core.scoping import NotYours
from partnerportal.core.stages import IllegalMove
from projects import services
from projects.models import Project
from projects.stages import PATHS, RecordType, Stage
from projects.tests.test_moves import MANUAL, at, row

MAY_CHANGE = ("anna", "ben", "dora")
MAY_NOT = {
    "alex": NotYours,
    "carla": Project.DoesNotExist,
    "otto": NotYours,
    "olga": Project.DoesNotExist,
    "tariq": (NotYours, Project.DoesNotExist),
    "vendor_admin": NotYours,
}


def facts(project):
    return row(project), project.history.count(), project.stage_moves.count()


@pytest.mark.parametrize("kind", RecordType)
@pytest.mark.parametrize("stage", Stage.values)
def test_every_pair_of_stages_by_every_role(kind, stage, request, anna):
    if stage not in PATHS[kind].steps:
        return
    project = at(stage, kind, anna)
    before = facts(project)
    for to in (*Stage.values, "nowhere"):
        is_arrow = stage in MANUAL[kind] and to in MANUAL[kind] and stage != to
        for who in MAY_CHANGE:
            person = request.getfixturevalue(who)
            with transaction.atomic():
                if is_arrow:
                    moved = services.move_project(project, to=to, seen=stage, by=person, reason="As agreed")
                    assert (moved.stage, moved.stage_moves.first().by) == (to, person)
                else:
                    with pytest.raises(IllegalMove):
                        services.move_project(project, to=to, seen=stage, by=person, reason="As agreed")
                    assert facts(project) == before
                transaction.set_rollback(True)
        for who, refusal in MAY_NOT.items():
            with pytest.raises(refusal):
                services.move_project(project, to=to, seen=stage, by=request.getfixturevalue(who), reason="As agreed")
    assert facts(project) == before


@pytest.mark.parametrize("kind", RecordType)
@pytest.mark.parametrize("stage", Stage.values)
def test_losing_and_reopening_by_every_role(kind, stage, request, anna):
    if stage not in PATHS[kind].steps:
        return
    project = at(stage, kind, anna)
    before = facts(project)
    for who in (*MAY_CHANGE, *MAY_NOT):
        person = request.getfixturevalue(who)
        with transaction.atomic():
            if who in MAY_CHANGE and stage in MANUAL[kind]:
                lost = services.close_as_lost(project, seen=stage, lost_reason="price", by=person)
                assert (lost.stage, lost.outcome, lost.probability) == ("closed", "lost", 0)
                _reopen(lost, person, is_manager=who != "anna")
            else:
                with pytest.raises((IllegalMove, NotYours, Project.DoesNotExist)):
                    services.close_as_lost(project, seen=stage, lost_reason="price", by=person)
                assert facts(project) == before
            transaction.set_rollback(True)
    assert facts(project) == before


def _reopen(lost, person, *, is_manager):
    if not is_manager:
        with pytest.raises(NotYours):
            services.reopen_project(lost, reason="They called", by=person)
        return
    assert services.reopen_project(lost, reason="They called", by=person).stage == lost.path.steps[0]
