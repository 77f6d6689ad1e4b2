"""Credentials recognised by their shape: in a URL, after an assignment, a flag or a header, or as a token."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from urllib.parse import unquote

from migrator.report import mask_names

Mark = Callable[[str], str]

_QUOTED = r"\"(?:[^\"\\\n]|\\.)*\"|'[^'\n]*'"
_REFERENCE = r"\$\{[^}]*\}|\$\([^)]*\)|\{\{.*?\}\}"

_SCHEME = re.compile(r"\b(?P<scheme>[A-Za-z][A-Za-z0-9+.-]*)://")
_REST_OF_URL = re.compile(r"[^\s\"'`<>]*")
_END_OF_SENTENCE = re.compile(r"[.,;:)\]}]*\Z")
_CONNECTION = re.compile(
    r"(?i:rediss?|valkeys?|memory|unix|amqps?|postgres(?:ql)?|mysql|mariadb|mongodb|neo4j|bolt|nats|kafka|smtps?|ldaps?)"
    r"(?:\+\w+)?"
)
_IMAGE = re.compile(r"(?i:docker|docker-daemon|oci|oci-archive|containers-storage)")
_PORT = re.compile(r"(?:\d+(?:[^A-Za-z0-9%].*)?)?|(?i:port)|[$<{].*|%[a-z].*")
_IN_QUERY = re.compile(r"(?P<head>[?&;](?P<name>[\w.-]+)=)(?P<value>[^&;#\s]+)")
_OF_A_QUERY = frozenset(("sig", "signature", "key", "code", "pw", "sas"))
_PAIR = re.compile(
    r"(?P<head>(?:^|(?<=[\s\"'=(\[{,]))(?!e?mail(?:to)?:|sip:)[\w.%+-]*:)"
    r"(?P<value>(?!//)(?:(?!://)[^\s@\"'`<>{}\[\],])+)(?=@(?!sha\d+:)[\w\[])"
)
"""`user:password@host` without a scheme; an image's `name:tag@sha256:...` is not one."""

_IN_PATH = re.compile(r"(?P<head>(?:^|/)[\w.%+-]*:)(?P<value>[^/@\\]+)(?=@)")
_ASSIGNED = re.compile(
    r"(?P<head>(?P<name>[A-Za-z_][\w.-]*)[\"']?[ \t]*(?::=|=|:(?=[ \t\"']))[ \t]*)"
    rf"(?=(?P<value>{_QUOTED}|{_REFERENCE}|[\"']?[^\s\"'&;,|)}}\]]+))"  # lookahead: `a=password=b` is two
)
_IDENTIFIER = re.compile(
    r"(?P<head>\b(?P<name>[A-Za-z][\w.-]*[A-Z_.][\w.-]*)(?:(?:=|: )| is (?=[\"'])))"
    rf"(?P<value>{_QUOTED}|[\"']?[^\s\"',;]+)"
)
_TAG = re.compile(r"(?P<head><(?P<name>[\w.-]+)>)(?P<value>[^<\n]+)(?=</)")
_GIVEN = re.compile(r"(?P<head>(?<![^\s\"'])--(?P<name>(?![\w-]*secret=)[a-z][\w-]*)=)(?P<value>[^\s\"']+)")
_FLAG = re.compile(
    r"(?P<head>(?<![^\s\"'\[])--?(?P<name>[A-Za-z][\w-]*)(?:[ \t]+|[\"'],[ \t]*))"
    rf"(?P<value>{_QUOTED}|[^\s\"'-][^\s\"']*)"
)
_COMMAND = re.compile(
    r"(?P<head>\b(?:"
    r"(?:curl|etcdctl)\b[^\n|;]*?\s(?:(?:-[uU]|--user|--proxy-user)[\s=]+|-[uU](?=[^\s\"'=]+:))"
    r"|(?:redis|valkey)-cli\b[^\n|;]*?\s-a\s+"
    r"|(?:mysql|mariadb)[\w-]*\b[^\n|;]*?\s-p"
    r"|sshpass\s+-p\s*"
    r"|(?:mongo\w*|cypher-shell|rabbitmqadmin|login)\b[^\n|;]*?\s-p\s+"
    r"|ldap\w+\b[^\n|;]*?\s-w\s+"
    r"|aws\s+configure\s+set\s+\w*(?:secret|token)\w*\s+|vault\s+login\s+"
    r"|openssl\b[^\n|;]*?\s-pass(?:in|out)\s+pass:"
    r"|htpasswd\s+-\w*b\w*\s+\S+\s+\S+\s+"
    rf"))(?P<value>{_QUOTED}|[^\s\"'\\-][^\s\"'|;]*)"
)
_HEADER = re.compile(
    r"(?P<head>(?i:authorization)[\"']?\s*[:=]\s*[\"']?(?:[A-Za-z][\w-]*[ \t]+)?"
    r"|\b(?i:bearer|basic)[ \t]+(?=[^\s\"',]*[\d=]|[^\s\"',]+\Z))"
    rf"(?P<value>{_REFERENCE}|[^\s\"',]+)"
)
_FILE_LINES = re.compile(
    r"(?m)^(?![0-9a-fA-F:.]+$)(?P<head>[^\s:#]+:(?:\d+|\*):[^\s:]+:[^\s:]+:)(?P<pgpass>\S+)[ \t]*\r?$"
    r"|^(?P<before>[ \t]*(?:machine[ \t]+\S+|default)\b(?:\s+(?:login|account)\s+\S+)*\s+password[ \t]+)(?P<netrc>\S+)"
    r"|(?P<set>^[ \t]*(?:requirepass|masterauth)[ \t]+|(?<=\n)[ \t]*password[ \t]+)(?P<config>\S+)[ \t]*\r?$"
    r"|^(?P<user>[ \t]*user[ \t]+\S+[ \t](?:.*[ \t])?>)(?P<acl>\S+)"
)
"""Lines of ~/.pgpass, ~/.netrc, a redis.conf, and a Redis ACL file."""

_TOKEN = re.compile(
    r"-----BEGIN [A-Z ]*PRIVATE KEY-----"
    r"(?:(?:(?!-----BEGIN)[^{}])*?-----END [A-Z ]*PRIVATE KEY-----|(?:\s+(?=[^\s]*[A-Z0-9])[A-Za-z0-9+/=.]+(?!\S))*)"
    r"|\beyJ[\w-]{8,}\.eyJ[\w-]{8,}\.[\w-]*"
    r"|\b(?:gh[pousr]_|github_pat_|glpat-|xox[abprs]-|xapp-|sk-|[rs]k_(?:live|test)_|npm_|hvs\.|dckr_pat_|glsa_|pypi-)[\w-]{16,}"
    r"|\bAIza[\w-]{35}|\bAGE-SECRET-KEY-1\w+"
    r"|\b(?:AKIA|ASIA)[A-Z0-9]{16}\b"
    r"|(?<=hooks\.slack\.com/services/)[\w/]+"
)
_HINTS = re.compile(
    r"://|@|eyJ|-----BEGIN|AKIA|ASIA|AIza|hvs\.|\w_\w|\w-\w|(?i:bearer|basic|secret-key|curl|login|ldap|mongo|configure|ssh|ssl)|sql|cli|ctl|htp"
)
_HOST = re.compile(r"://(?:[^\s/@]*@)?([\w.-]+)")


def in_sentence(text: str, mark: Mark) -> str:
    """A message of the program, masked: an assignment counts only if its name looks like an identifier."""
    text = _urls(_TOKEN.sub(lambda found: mark(found[0]), text), mark)
    return _named(_GIVEN, _named(_IDENTIFIER, text, mark), mark)


def in_text(text: str, mark: Mark) -> str:
    """Text from the values, masked: a whole URL, a command line, a list of settings, the lines of a file."""
    scheme, slashes, rest = text.partition("://")
    is_alone = slashes and "\n" not in text and scheme.replace("+", "").isalnum()
    if is_alone and "@" in rest and not re.search(r"\s\w+://", rest):
        return f"{scheme}://{_url(scheme, rest, mark)}"
    if "pass" in text or "user" in text or text.count(":") > 3:
        text = _FILE_LINES.sub(lambda found: _last_group(found, mark), text)
    if _HINTS.search(text):
        text = _TOKEN.sub(lambda found: _over_lines(found[0], mark), text)
        text = _replaced(_COMMAND, _replaced(_HEADER, _urls(text, mark), mark), mark)
    if mask_names.may_hold_credential_name(text):
        for pattern in (_ASSIGNED, _FLAG, _TAG):
            text = _named(pattern, text, mark)
    return text


def may_hold_credential(text: str) -> bool:
    """Whether the text may contain a credential's shape: a cheap check, true for every text that has one."""
    return _HINTS.search(text) is not None


def in_path(text: str, mark: Mark) -> str:
    """A file name, masked: it may be a URL, even one whose double slash was collapsed on the way."""
    return _urls(text, mark) if "://" in text else _replaced(_IN_PATH, text, mark)


def in_command(words: Sequence[str]) -> set[int]:
    """Which words of a command written as a list are secrets because of a word before them."""
    if not any(word.startswith("-") for word in words):
        return set()
    starts = []
    whole = ""
    for word in words:
        starts.append(len(whole))
        whole += word.replace("\n", " ") + " "
    found: set[int] = set()
    for pattern in (_FLAG, _COMMAND):
        for match in pattern.finditer(whole):
            if pattern is _FLAG and not mask_names.is_credential(match["name"]):
                continue
            flag, value = (sum(start <= match.start(part) for start in starts) - 1 for part in ("head", "value"))
            if flag != value:
                found.add(value)
    return found


def hosts_in(text: str) -> list[str]:
    """The hosts of the URLs in a text."""
    return _HOST.findall(text) if "://" in text else []


def _urls(text: str, mark: Mark) -> str:
    if "@" in text:
        text = _replaced(_PAIR, text, mark)
    if "://" not in text:
        return text
    parts = []
    at = 0
    for found in _SCHEME.finditer(text):
        if found.start() < at:
            continue
        rest = _rest_of_url(text, found.end())
        parts += [text[at : found.end()], _url(found["scheme"], rest, mark)]
        at = found.end() + len(rest)
    return "".join([*parts, text[at:]])


def _rest_of_url(text: str, start: int) -> str:
    """The text after `scheme://` up to a space or a quote, or further if that may be inside a raw password."""
    rest = _REST_OF_URL.match(text, start)[0]  # type: ignore[index]
    end = start + len(rest)
    if "@" not in rest and _ends_in_a_password(rest):
        at = text.find("@", end)
        if at >= 0 and "\n" not in text[end:at]:
            return text[start:at] + _REST_OF_URL.match(text, at)[0]  # type: ignore[index]
    return rest[: _END_OF_SENTENCE.search(rest).start()]  # type: ignore[union-attr]


def _ends_in_a_password(rest: str) -> bool:
    """Whether the text after the first colon of an authority is not a port."""
    host, colon, port = re.split(r"[/?#]", rest, maxsplit=1)[0].partition(":")
    return bool(colon) and not (port.isdecimal() and host) and not host.startswith("[")


def _url(scheme: str, rest: str, mark: Mark) -> str:
    """The URL's part after `scheme://` with its credentials masked, percent-encoded or not.

    A raw `/`, `#` or `@` in a password ends the authority for a parser, but not for a reader: everything before the
    last `@` is credentials, unless the authority is a host with a numeric port, or empty.
    """
    is_connection = _CONNECTION.fullmatch(scheme) is not None
    authority = re.split(r"[/?#]", rest, maxsplit=1)[0]
    before = ""
    if "@" in authority or ("@" in rest and _ends_in_a_password(rest)):
        userinfo, _, rest = rest.rpartition("@")
        user, colon, password = userinfo.partition(":")
        if colon and password not in ("", "x-oauth-basic"):
            before = f"{user}:{mark(unquote(password))}@"
        else:
            is_name = user == "git" or scheme in ("ssh", "sftp", "git+ssh")
            before = f"{user if is_name else mark(unquote(user))}{colon}{password}@"
    elif scheme == "memory" and rest.strip("/"):
        return mark(rest)
    elif not _IMAGE.fullmatch(scheme) and not authority.startswith("[") and ":" in authority:
        host, _, port = authority.partition(":")
        if not _PORT.fullmatch(port):  # credentials without their @, up to the database or query
            end = re.search(r"(?:/\d+)?(?:\?.*)?\Z", rest).start()  # type: ignore[union-attr]
            before, rest = f"{host}:{mark(unquote(rest[len(host) + 1 : end]))}", rest[end:]
    if is_connection:
        rest, sharp, fragment = rest.partition("#")
        rest += sharp + (mark(fragment) if fragment else "")
    return before + _IN_QUERY.sub(lambda found: _of_query(found, mark), rest)


def _of_query(found: re.Match[str], mark: Mark) -> str:
    is_secret = found["name"].lower() in _OF_A_QUERY or mask_names.is_credential(found["name"])
    return found["head"] + mark(unquote(found["value"])) if is_secret else found[0]


def _named(pattern: re.Pattern[str], text: str, mark: Mark) -> str:
    """The text with values assigned to a credential's name masked."""
    parts = []
    at = 0
    for found in pattern.finditer(text):
        start, end = found.span("value")
        if found.start() >= at and mask_names.is_credential(found["name"]):
            parts += [text[at:start], _within_quotes(found["value"], mark)]
            at = end
    return "".join([*parts, text[at:]])


def _replaced(pattern: re.Pattern[str], text: str, mark: Mark) -> str:
    return pattern.sub(lambda found: found["head"] + _within_quotes(found["value"], mark), text)


def _within_quotes(value: str, mark: Mark) -> str:
    if len(value) > 1 and value[0] in "\"'" and value[-1] == value[0]:
        return value[0] + mark(value[1:-1]) + value[0]
    opened = len(value) > 1 and value[0] in "\"'"
    return value[0] + mark(value[1:]) if opened else mark(value)


def _last_group(found: re.Match[str], mark: Mark) -> str:
    group = found.lastgroup or ""
    start, end = (each - found.start() for each in found.span(group))
    return found[0][:start] + mark(found[group]) + found[0][end:]


def _over_lines(secret: str, mark: Mark) -> str:
    """The mask on each line of a secret, so that the number of lines stays the same."""
    return re.sub(r"(?m)^([ \t]*)\S[^\r\n]*", lambda line: line[1] + mark(secret), secret)
