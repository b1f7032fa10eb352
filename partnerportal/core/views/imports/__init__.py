"""The pages of an import, from the file to the way back. `import_urls` gives an object these addresses."""

from __future__ import annotations

from django.urls import URLPattern, path

from partnerportal.core.imports import services
from partnerportal.core.imports.kinds import ImportKind
from partnerportal.core.views.imports.decisions import ImportDecide
from partnerportal.core.views.imports.lines import ImportLine
from partnerportal.core.views.imports.pages import ImportBatch, ImportErrors, ImportStart, ImportTemplate, ImportVerb


def import_urls(kind: ImportKind) -> list[URLPattern]:
    """The addresses of the imports of an object; put them before those of its records.

    Names: import, import_template, import_batch, import_errors, import_decide, import_line, import_run, import_stop, import_retry,
    import_revert, import_discard.
    """
    facts = {"kind": kind, "permission": kind.permission}
    verbs = {
        "run": services.run,
        "stop": services.stop,
        "retry": services.try_again,
        "revert": services.revert,
        "discard": services.discard,
    }
    return [
        path("import/", ImportStart.as_view(**facts), name="import"),
        path("import/template/", ImportTemplate.as_view(**facts), name="import_template"),
        path("import/<int:pk>/", ImportBatch.as_view(**facts), name="import_batch"),
        path("import/<int:pk>/errors/", ImportErrors.as_view(**facts), name="import_errors"),
        path("import/<int:pk>/decide/", ImportDecide.as_view(**facts), name="import_decide"),
        path("import/<int:pk>/lines/<int:line>/", ImportLine.as_view(**facts), name="import_line"),
        *(path(f"import/<int:pk>/{verb}/", ImportVerb.as_view(**facts, act=act), name=f"import_{verb}") for verb, act in verbs.items()),
    ]
