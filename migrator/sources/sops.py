"""Documents encrypted by SOPS, which only sops can write: its checksum covers every value.

Source: https://github.com/getsops/sops#encrypting-only-parts-of-a-file
"""

from migrator.values.edits import Value
from migrator.values.merge import as_map


def is_encrypted(data: Value) -> bool:
    """Whether a document is encrypted, by the checksum in it; its keys can be read even so."""
    return "mac" in as_map(as_map(data).get("sops"))


def covers_encrypted_only(data: Value) -> bool:
    """Whether the checksum covers only the encrypted values."""
    return as_map(as_map(data).get("sops")).get("mac_only_encrypted") is True
