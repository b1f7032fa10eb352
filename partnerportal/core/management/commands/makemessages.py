"""Django's makemessages, which also reads `_now`, our name for `gettext` where `_` is the lazy one."""

from django.core.management.commands import makemessages


class Command(makemessages.Command):
    """See `docs/translations.md`."""

    xgettext_options = [*makemessages.Command.xgettext_options, "--keyword=_now"]
