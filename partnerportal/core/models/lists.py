"""What a person keeps of the portal's pages: pinned views of lists, and forms that were sent."""

import uuid

from django.conf import settings
from django.db import models


class Pin(models.Model):
    """The view that a list opens with for one person."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    page = models.CharField(max_length=200)
    query = models.CharField(max_length=2000)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["user", "page"], name="one_pin_per_list")]

    def __str__(self) -> str:
        return f"{self.page}?{self.query}"


class Submission(models.Model):
    """A form that was sent once. The same token again gets the first answer."""

    token = models.UUIDField(primary_key=True, default=uuid.uuid4)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    answer = models.CharField(max_length=500, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        indexes = [models.Index(fields=["created_at"], name="submission_by_age")]

    def __str__(self) -> str:
        return str(self.token)
