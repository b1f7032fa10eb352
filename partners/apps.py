from django.apps import AppConfig


class PartnersConfig(AppConfig):
    name = "partners"

    def ready(self) -> None:
        from partners import sessions  # noqa: PLC0415 (models are loaded now)

        sessions.connect()
