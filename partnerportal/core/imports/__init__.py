"""Tables that a person brings: read, mapped, rehearsed, imported by the worker, taken back.

An object is declared once, in its app's `imports.py`; its addresses come from `import_urls`. See docs/building-blocks.md.
"""
