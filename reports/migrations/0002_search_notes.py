"""Find notes, too. An entry of a note names the record that it stands on, whose rule decides who finds it."""

from importlib import import_module

from django.db import migrations

triggers = import_module("reports.migrations.0001_search_triggers")
NOTE = triggers.Kind("core.note", "core_note", "", "", ())

WRITE = r"""
CREATE FUNCTION search_core_note(ids bigint[]) RETURNS void LANGUAGE sql AS $$
    INSERT INTO core_searchentry AS kept (partner_id, kind, object_id, owner_id, title, subtitle, text, is_deleted, on_kind, on_id)
    SELECT r.partner_id, 'core.note', r.id, r.author_id,
           left(coalesce(nullif(r.title, ''), regexp_replace(btrim(r.text), '\s+', ' ', 'g')), 120), '',
           portal_fold(concat_ws(' ', nullif(r.title, ''), r.text)), r.deleted_at IS NOT NULL, c.app_label || '.' || c.model, r.object_id
    FROM core_note r JOIN django_content_type c ON c.id = r.content_type_id WHERE r.id = ANY (ids)
    ON CONFLICT (partner_id, kind, object_id) DO UPDATE
    SET owner_id = EXCLUDED.owner_id, title = EXCLUDED.title, text = EXCLUDED.text, is_deleted = EXCLUDED.is_deleted,
        on_kind = EXCLUDED.on_kind, on_id = EXCLUDED.on_id
    WHERE (kept.owner_id, kept.title, kept.text, kept.is_deleted, kept.on_kind, kept.on_id)
          IS DISTINCT FROM (EXCLUDED.owner_id, EXCLUDED.title, EXCLUDED.text, EXCLUDED.is_deleted, EXCLUDED.on_kind, EXCLUDED.on_id);
$$;
"""
FORGET = "DELETE FROM core_searchentry WHERE kind = 'core.note';"


class Migration(migrations.Migration):
    dependencies = [("reports", "0001_search_triggers"), ("core", "0016_edit_notes")]

    operations = [migrations.RunSQL(WRITE + triggers.keep_entries(NOTE), triggers.undo(NOTE) + FORGET)]
