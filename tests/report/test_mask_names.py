"""Which names are of credentials: those that must be masked, and similar ones that must not."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from migrator.report.mask_names import is_credential, is_harmless, is_weak, may_hold_credential_name


def _words(text: str) -> list[str]:
    return text.split()


CREDENTIALS = _words(
    """
    password Password PASSWORD rootPassword postgresPassword REDIS_PASSWORD PREFECT_REDIS_MESSAGING_PASSWORD PGPASSWORD
    dbpassword db-password messaging.redis.password passwd pwd MYSQL_PWD passphrase pass SMTP_PASS passwords password1
    token API_TOKEN apiToken authToken INFRAHUB_INITIAL_ADMIN_TOKEN GITHUB_TOKEN token_2 oauthtoken
    apiKey api_key APIKEY api-key PREFECT_API_KEY accessKey AWS_SECRET_ACCESS_KEY aws_access_key_id secretKey licenseKey
    secretAccessKey secret_access_key aws_secret_access_key s3.secretAccessKey secretApiKey
    INFRAHUB_SECURITY_SECRET_KEY encryptionKey privateKey SSH_PRIVATE_KEY
    authString AUTH_STRING PREFECT_SERVER_API_AUTH_STRING connectionString DB_CONNECTION_STRING REDIS_AUTH
    clientSecret client_secret SLACK_TOKEN_SECRET sharedSecret secret secrets SECRET_ID
    credentials creds htpasswd .dockerconfigjson erlangCookie RABBITMQ_ERLANG_COOKIE dsn SENTRY_DSN bearer authorization
    requirepass jwt JWT_SECRET
    """
)

HARMLESS = _words(
    """
    existingSecret existingSecretKey existingSecretPasswordKey existingsecret secretName secretKeyRef extraEnvVarsSecret
    imagePullSecrets configFromSecret tlsSecret passwordSecret passwordSecretName passwordKey userPasswordKey
    passwordSecretKey existingSecretAccessKey secretAccessKeyRef secretAccessKeyName secretPasswordKey secretUrlKey
    usePassword usePasswordFiles passwordFile bearerTokenFile vaultSecretPath allowEmptyPassword maxTokens
    tokenExpiration
    automountServiceAccountToken_enabled topologyKey key keys publicKey keySize hotkeys monkey author authors
    passthrough
    bypass compass host url user username secretRef tokenUrl PASSWORD_FILE TOKEN_TTL keyPath name value values
    PREFECT_API_URL PREFECT_SERVER_DOCKET_URL PREFECT_API_DATABASE_MIGRATE_ON_START
    """
)


@pytest.mark.parametrize("name", CREDENTIALS)
def test_names_of_credentials(name: str) -> None:
    assert is_credential(name)
    assert may_hold_credential_name(f"some {name} here")


@pytest.mark.parametrize("name", HARMLESS)
def test_similar_names_that_are_not_credentials(name: str) -> None:
    assert not is_credential(name)


NAMES = st.lists(st.sampled_from([*CREDENTIALS, *HARMLESS, "x", "1"]), min_size=1, max_size=3)


@given(NAMES, st.sampled_from(["_", "-", ".", ""]))
def test_the_quick_check_misses_no_credential_name(parts: list[str], joint: str) -> None:
    name = joint.join(parts)
    assert may_hold_credential_name(name) or not is_credential(name)


@pytest.mark.parametrize(
    "text",
    ["", "  ", "$(PREFECT_REDIS_MESSAGING_PASSWORD)", "${REDIS_PASSWORD}", "<password>", "{{ .Values.password }}",
     "ref+vault://secret/redis#password", "ENC[AES256_GCM,data:x,iv:y]", "***", "***12", "true", "null", "PASSWORD"],
)  # fmt: skip
def test_references_and_placeholders_are_not_secrets(text: str) -> None:
    assert is_harmless(text)


@pytest.mark.parametrize(
    "text", ["hunter2", "x-${SUFFIX}", '{{ default "hunter2" }}', "<a>b", "$(A)$", "****", "ENC[x]y", "password"]
)
def test_text_that_only_resembles_a_reference_is_a_secret(text: str) -> None:
    assert not is_harmless(text)


def test_words_and_numbers_are_weak() -> None:
    assert [word for word in ("redis", "infrahub", "prefect-rocks", "12345678", "a1b2") if not is_weak(word)] == []
    assert [word for word in ("hunter2x", "S3cr3t!", "correct horse 9", "aBcDeF") if is_weak(word)] == []
