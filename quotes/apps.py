from importlib import import_module

from django.apps import AppConfig


class QuotesConfig(AppConfig):
    name = "quotes"

    def ready(self) -> None:
        import_module("quotes.activity")  # Its sources of the timeline register themselves.
