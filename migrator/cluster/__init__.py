"""What a cluster says of a release: by `helm` what it was given and what was installed, by `kubectl` what runs.

Read-only, always: `access` runs no other verb than get and list, and everything else here goes through it.
"""
