"""Plain values: edits and what they do, Helm's merge, one release, and what is known about it from elsewhere."""
