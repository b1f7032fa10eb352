"""Series of document numbers."""

from django.db import models

from partnerportal.core.scoping import PartnerOwned


class NumberSeries(PartnerOwned):
    """The last number given in one series of one partner and year. Read and written only by `core.numbering`."""

    series = models.CharField(max_length=10)
    year = models.PositiveSmallIntegerField()
    last = models.PositiveIntegerField(default=0)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["partner", "series", "year"], name="one_series_per_partner_and_year")]

    def __str__(self) -> str:
        return f"{self.series}-{self.year}: {self.last}"
