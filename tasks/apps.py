from importlib import import_module

from django.apps import AppConfig


class TasksConfig(AppConfig):
    name = "tasks"

    def ready(self) -> None:
        import_module("tasks.activity")  # Its source of the timeline registers itself.
        import_module("tasks.bulk")  # So does what it offers for many records.
