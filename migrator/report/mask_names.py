"""Which names are those of credentials, and which texts under such names are not secrets.

In doubt a name counts as a credential's: one mask too many is a nuisance, one too few is a leak. What Kubernetes uses
as a Secret's name or key, and references that are resolved elsewhere, are shown, since operators need them.
"""

from __future__ import annotations

import re
from collections.abc import Set
from functools import lru_cache
from itertools import pairwise

from migrator.report.cluster_records import HIDDEN


def as_words(text: str) -> frozenset[str]:
    """The words of a text, separated by spaces or line breaks."""
    return frozenset(text.split())


_WORDS = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+")

_ALWAYS = as_words(
    """
    password passwords passwd passphrase passcode pwd sshpass requirepass masterauth userpass htpasswd token tokens
    credential credentials creds apikey authstring connectionstring connstring privatekey secretkey accesskey
    dsn jaas dockerconfigjson stringdata sharedaccesssignature pgpass netrc
    passwort kennwort passe wachtwoord contrasena senha
    """
)
"""The last line is for comments in other languages; `passe` is the end of `mot de passe`."""
_AT_THE_END = as_words(
    """
    pass auth secret secrets bearer authorization jwt pw sig cookie salt
    """
)
_IN_CAPITALS = as_words("key keys pin")  # only at the end of a name in capitals, as env variables have
_AFTER_KEY = as_words("id value data old new primary secondary base string")
_PUBLIC_KEYS = as_words("public sort topology partition primary foreign group cache index lookup")
_KEYS_OF = as_words(
    """
    api access secret private signing sign encryption encrypt license licence ssh account shared master service
    app application storage session cookie fernet deploy client security recovery unseal webhook write jwt admin
    tls server aes hmac crypto gpg pgp rsa root auth ingest
    """
)
_SECRET_KEYS = as_words("access api private signing encryption")
"""What follows `secret` in the name of a key that is itself a secret, as AWS's `secretAccessKey`."""
_PAIRS = frozenset(
    {
        ("auth", "string"),
        ("connection", "string"),
        ("conn", "string"),
        ("erlang", "cookie"),
        ("secret", "id"),
        ("otp", "seed"),
        ("access", "signature"),
    }
)

_HARMLESS_AT_THE_END = as_words(
    """
    name names ref refs reference file files filename path paths dir directory mount mounts volume volumes
    enabled enable disabled type size length ttl expiration expiry expires timeout duration interval algorithm
    policy class annotations labels namespace header host port count format rotation version provider method
    mode create required prefix suffix selector store url uri endpoint user username users
    """
)
_NAMES_A_SECRET = as_words(
    """
    existing from account vars var env pull image tls ca cert certificate certificates key password passwords token user
    truststore keystore credentials credential scripts mount mounts
    """
)
_COMMON_WORDS = as_words(
    """
    admin database default docket host infrahub none password postgres postgresql prefect redis secret server token
    user username value values
    """
)

_ENDINGS = ("password", "passwd", "passwort", "kennwort", "passphrase", "token", "secret", "apikey", "credentials")
_STEMS = as_words(
    "pass pwd pw token auth secret key cred dsn jaas config string bearer jwt cookie salt pin otp sig netrc "
    "kennwort wachtwoord contrasena senha"
)
_HARMLESS_AT_THE_START = as_words(
    """
    max min num use allow
    """
)

_ORDINARY = re.compile(r"[a-z]+(?:[-_. ][a-z]+)*|[A-Za-z][a-z]+(?:[A-Z][a-z]+)*|[A-Z]+(?:_[A-Z]+)*")
_NO_SECRET = re.compile(
    r"\$\{[^}]*\}|\$\([^)]*\)|\$[A-Z_]+|<[^>]*>|\{\{[^\"'`]*\}\}|ref\+\S+|ENC\[[^\]]*\]|\*\*\*\d*|PASSWORD|VALUE|~|\{\}|\[\]|(?i:true|false|null|yes|no|on|off|bearer|basic|digest)"
)


@lru_cache(maxsize=4096)
def is_credential(name: str) -> bool:
    """Whether a value under `name` (a key, an env name, or a dotted path) has to be masked."""
    last = name.rsplit(".", 1)[-1] or name
    words = words_of(last)
    if not words or words[-1] in _HARMLESS_AT_THE_END or words[0] in _HARMLESS_AT_THE_START:
        return False
    if _names_a_secret(last, words):
        return False
    if any(word in _ALWAYS for word in words) or words[-1] in _AT_THE_END or words[-1].endswith(_ENDINGS):
        return True
    if last.isupper() and (words[-1] in _IN_CAPITALS or "pass" in words or words[0] == "secret"):
        return not _PUBLIC_KEYS.intersection(words)
    if any(pair in _PAIRS for pair in pairwise(words)):
        return True
    return any(
        pair[0] in _KEYS_OF and pair[1] == "key"
        for pair in pairwise(words[-3:] if words[-1] in _AFTER_KEY else words[-2:])
    )


def is_setting(name: str) -> bool:
    """Whether a name is that of a setting about a credential: its policy, its length, the path to it."""
    words = words_of(name)
    return bool(words) and (words[-1] in _HARMLESS_AT_THE_END or _names_a_secret(name, words))


def words_of(name: str) -> list[str]:
    """The words of a name, in lower case."""
    return [word.lower() for word in _WORDS.findall(name)]


def may_hold_credential_name(text: str) -> bool:
    """Whether the text may contain a credential's name: a cheap check, true for all that `is_credential` accepts."""
    lower = text.lower()
    for stem in _STEMS:  # noqa: SIM110 - runs on every text, and twice as fast as any()
        if stem in lower:
            return True
    return False


def _names_a_secret(name: str, words: list[str]) -> bool:
    """Whether it names a Secret or a key in one: `existingSecret`, `imagePullSecrets`, `passwordKey`.

    In env names (`SLACK_TOKEN_SECRET`) the same words mean a credential.
    """
    if words[-1] == "existingsecret" or ("existing" in words and "secret" in words):
        return True
    if name.isupper() or len(words) < 2:
        return False
    if words[-1] in ("secret", "secrets"):
        return words[-2] in _NAMES_A_SECRET
    if words[-1] != "key" or (words[-2] in _SECRET_KEYS and words[-3:-2] == ["secret"]):
        return False
    return "password" in words or "secret" in words[:-2] or words[-2] == "token"


def is_harmless(text: str) -> bool:
    """Whether a text under a credential's name reveals nothing: empty, a reference, a placeholder, a boolean."""
    text = text.strip()
    is_template = text.startswith("{{") and "}}" not in text  # cut off by quotes inside the template
    return not text or text == HIDDEN or is_template or _NO_SECRET.fullmatch(text) is not None


def is_weak(secret: str) -> bool:
    """Whether a secret is like an ordinary word or number, which may appear elsewhere without revealing it."""
    return len(secret) < 6 or secret.isdecimal() or _ORDINARY.fullmatch(secret) is not None


def stands_out(secret: str, ordinary: Set[str]) -> bool:
    """Whether a weak secret is distinct from common words, and from other texts of the values (`ordinary`)."""
    return len(secret) >= 4 and secret not in ordinary and secret.lower() not in _COMMON_WORDS
