"""What a cluster reports about a release: its values and manifest (from `helm`), and what runs (from `kubectl`).

Always read-only: `access` runs only get and list, and everything else in this package uses it.
"""
