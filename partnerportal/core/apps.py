from django.apps import AppConfig


class CoreConfig(AppConfig):
    name = "partnerportal.core"
    label = "core"
