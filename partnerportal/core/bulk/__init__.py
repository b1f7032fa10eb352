"""One act on many records: rehearsed first, then done by the worker in parts, and taken back as a whole."""
