"""Whether a release is right on its target version: by the rules, and by what Helm renders."""
