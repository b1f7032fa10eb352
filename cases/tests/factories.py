"""Cases for tests, one factory a situation."""

from datetime import UTC, datetime, timedelta

import factory
from django.utils import timezone

from cases.models import Case, CaseType, Comment
from cases.stages import Status
from partners.tests.factories import OwnedFactory


class CaseFactory(OwnedFactory):
    """A case that nobody at the vendor has looked at yet."""

    class Meta:
        model = Case

    number = factory.Sequence(lambda n: f"C-2025-{n:05d}")
    type = CaseType.CUSTOMER_CARE
    topic = "billing"
    subject = factory.Sequence(lambda n: f"Invoice {n} names the wrong company")
    description = "The invoice names our former company. Please correct it."
    response_due_at = datetime(2026, 3, 3, 14, 0, tzinfo=UTC)


class TechCaseFactory(CaseFactory):
    """Something does not work."""

    type = CaseType.TECH_SUPPORT
    topic = ""
    subject = factory.Sequence(lambda n: f"Calls drop after {n} minutes")


class FeatureRequestFactory(CaseFactory):
    """A wish."""

    type = CaseType.FEATURE_REQUEST
    topic = ""
    verdict = Case.Verdict.NEW
    subject = factory.Sequence(lambda n: f"Let the queue announce place {n}")


class RunningCaseFactory(CaseFactory):
    """An agent works on it. Give `agent`."""

    status = Status.IN_PROGRESS
    first_answered_at = datetime(2026, 3, 2, 15, 0, tzinfo=UTC)


class WaitingCaseFactory(RunningCaseFactory):
    """An agent has asked the partner something. Give `agent`."""

    status = Status.WAITING


class ResolvedCaseFactory(RunningCaseFactory):
    """Resolved a day ago."""

    status = Status.RESOLVED
    resolved_at = factory.LazyFunction(lambda: timezone.now() - timedelta(days=1))


class ClosedCaseFactory(ResolvedCaseFactory):
    """Closed three days ago."""

    status = Status.CLOSED
    resolved_at = factory.LazyFunction(lambda: timezone.now() - timedelta(days=10))
    closed_at = factory.LazyFunction(lambda: timezone.now() - timedelta(days=3))


class CommentFactory(OwnedFactory):
    """A public comment. Give `case` and `author`."""

    class Meta:
        model = Comment

    _parent = "case"
    owner = None
    text = "Here is the contract with the new name."

    @classmethod
    def _create(cls, model_class, *args, **kwargs):
        kwargs.pop("owner", None)
        kwargs["partner"] = kwargs["case"].partner
        return model_class.objects.create(*args, **kwargs)
