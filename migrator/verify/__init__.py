"""Check a release against its target version: by the rules, and by what Helm renders."""
