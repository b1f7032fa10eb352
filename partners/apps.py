from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class PartnersConfig(AppConfig):
    name = "partners"
    verbose_name = _("Partners and people")

    def ready(self) -> None:
        from partners import sessions  # noqa: PLC0415 (models are loaded now)

        sessions.connect()
