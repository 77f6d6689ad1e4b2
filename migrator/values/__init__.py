"""Plain values: what edits do to them, Helm's merge, one release of them, and what is known of it from elsewhere."""
