"""Samples for masking: every place where a credential can be, and a hundred ordinary values that only look like one.

CANARY stands for the credential; BASE64 and AROUND64 for its base64, alone and inside a text.
"""

from __future__ import annotations

import re
from base64 import b64encode

PLACES = {
    "a URL's query": "url: 'redis://h/2?password=CANARY'\n",
    "a URL's host, of the docket in memory": "url: memory://CANARY\n",
    "a URL whose @ was forgotten": "url: redis://user:CANARY\n",
    "a URL's port": "url: redis://h:CANARY/2\n",
    "a URL's fragment": "url: redis://h/2#CANARY\n",
    "a URL of several hosts": "url: mongodb://u:CANARY@h1:27017,h2:27017/db\n",
    "a URL in folded text": "x: >\n  redis://u:CANARY@h/1\n  more\n",
    "a URL in a comment": "a: 1\n# redis://u:CANARY@h/2\n",
    "a signed URL": "url: https://x.blob/y?sv=1&sig=CANARY&x=1\n",
    "a URL with a key": "url: https://x/y?key=CANARY\n",
    "a JDBC URL": "url: jdbc:postgresql://h/db?user=u&password=CANARY\n",
    "env as a map": "env: {DATADOG_KEY: CANARY1, KEY: CANARY2, DB_PW: CANARY3, A_PASS_B: CANARY4, PIN: CANARY5}\n",
    "env as a map, other names": "env: {SECRET_A: CANARY1, MY_COOKIE: CANARY2, SALT: CANARY3, OTP_SEED: CANARY4}\n",
    "env as a list": "env:\n- {name: DATADOG_KEY, value: CANARY1}\n- name: DB_PW\n  value: CANARY2\n- name: OTP_SEED\n"
    "  value: |-\n    CANARY3\n",
    "Helm's parameters": "parameters: [{name: a.password, value: CANARY}]\n",
    "a Bearer header": "header: 'Authorization: Bearer CANARY'\n",
    "the value of a Bearer header": "header: Bearer CANARY\n",
    "a header in a list": "args: [curl, -H, 'Authorization: Basic CANARY']\n",
    "curl": "cmd: curl -u a:CANARY http://h\n",
    "curl as a list": "cmd: [curl, -u, 'a:CANARY', http://h]\n",
    "redis-cli": "cmd: redis-cli -a CANARY ping\n",
    "redis-cli in a shell": "command: [sh, -c, redis-cli -h h -a CANARY ping]\n",
    "redis-cli in a script": "command:\n- sh\n- -c\n- |\n  set -e\n  redis-cli -h h -a CANARY ping\n  x\n",
    "redis-cli as a list": "cmd:\n- redis-cli\n- -a\n- CANARY\n",
    "mysql": "cmd: mysql -uroot -pCANARY db\n",
    "mysql as a list": "cmd: [mysql, -uroot, -pCANARY]\n",
    "a literal for kubectl": "x: kubectl create secret generic a --from-literal=password=CANARY\n",
    "curl with all in one": "x: curl -uu:CANARY h\n",
    "aws": "x: aws configure set aws_secret_access_key CANARY\n",
    "openssl": "x: openssl rsa -passin pass:CANARY\n",
    "a tag of XML": "x: '<password>CANARY</password>'\n",
    "a line of redis.conf": "x: requirepass CANARY\n",
    "a user's name in a Secret": "kind: Secret\nstringData:\n  username: CANARY\n",
    "htpasswd": "x: |\n  htpasswd -b f u CANARY\n",
    "a flag of helm": "args: [--set, 'redis.auth.password=CANARY']\n",
    "an export": "x: |\n  export PGPASSWORD=CANARY\n",
    "a shared access signature": "conn: SharedAccessSignature=CANARY\n",
    "a shared access key": "conn: Endpoint=sb://x/;SharedAccessKeyName=n;SharedAccessKey=CANARY\n",
    "a line of pgpass": "pg: 'host:5432:db:user:CANARY'\n",
    "a file of pgpass": "files:\n  .x: |\n    # c\n    host:5432:db:user:CANARY1\n    *:*:*:u:CANARY2\n",
    "a line of netrc": "f: machine h login u password CANARY\n",
    "a file of netrc": "f: |\n  machine h\n  login u\n  password CANARY\n",
    "redis.conf": "f: |\n  save 60\n  requirepass CANARY\n",
    "a Redis ACL": "f: |\n  user default on >CANARY ~* +@all\n",
    "quotes with spaces": "c: host=h password='a CANARY b' x=1\n",
    "escaped quotes with spaces": 'c: "x password=\\"a CANARY b\\" y"\n',
    "plain text over lines": "x: foo\n  password=CANARY bar\n",
    "below a password's key": "password: {a: CANARY}\n",
    "far below a password's key": "password:\n  a:\n    b: CANARY\n",
    "a flow mapping over two lines": "x: {password:\n  CANARY, a: 1}\n",
    "an explicit key": "? password\n: CANARY\n",
    "an escaped key": '"pass\\x77ord": CANARY\n',
    "a tagged value": "password: !!str CANARY\n",
    "an anchor elsewhere": "x-common: &p CANARY\npassword: *p\n",
    "a mapping with an anchor": "x: &m {a: CANARY}\npassword: *m\n",
    "a merged mapping": "x: &m {a: CANARY}\npassword:\n  <<: *m\n",
    "a duplicate key": "password: CANARY1\npassword: CANARY2\n",
    "a second document": "a: 1\n---\npassword: CANARY\n",
    "a comment below the password": "password: CANARY\n# it is CANARY\na: 1\n",
    "a comment beside": "password: CANARY\na: 1 # CANARY\n",
    "env that is commented out": "a: 1\n# the old env\n# - name: X_TOKEN\n#   value: CANARY\n",
    "env commented out, below prose": "a: 1\n# old: a thing. Note: env\n# - name: X_TOKEN\n#   value: CANARY\nb: 1\n",
    "another name's value": "env: [{name: A_PASSWORD, value: CANARY}, {name: B, value: it is CANARY now}]\n",
    "base64": "password: CANARY\nx: BASE64\n",
    "base64 of a text around it": "password: CANARY\nx: AROUND64\n",
    "a Secret": "extra: [{kind: Secret, stringData: {a: CANARY}, data: {b: BASE64}}]\n",
    "JSON": "cfg: '{\"a\":{\"password\":\"CANARY\"}}'\n",
    "escaped JSON": 'cfg: "{\\"a\\":{\\"password\\":\\"CANARY\\"}}"\n',
    "JSON over lines": "cfg: |\n  {\"a\":\n   {\"password\":\"CANARY\"}}\n",
    "a registry's login": 'x: \'{"auths":{"r":{"auth":"CANARY"}}}\'\n',
    "an ini file": "cfg: |\n  [x]\n  password = CANARY\n",
    "a template": "cfg: |\n  {{- if .x }}\n  password: CANARY\n  {{- end }}\n",
    "values in a text": "values: |\n  a:\n    password: CANARY # x\n",
    "values in an escaped text": 'values: "a:\\n  password: CANARY\\n"\n',
    "values in a quoted text over lines": "values: 'a: 1\n\n  password: CANARY'\n",
}  # fmt: skip

ONLY_STRONG = {"base64 of a text around it", "the value of a Bearer header"}
"""Places where a password that is an ordinary word cannot be recognised."""

URLS = (
    "redis://h/2?password=CANARY", "memory://CANARY", "redis://u:CANARY", "redis://h:CANARY/2", "redis://h/2#CANARY",
    "redis://:CANARY", "u:CANARY@h", "redis://CANARY@h/2", "redis://:a/CANARY@h/2", "redis://u:pw CANARY@h/2",
    "redis:/u:CANARY@h/2", "redis://u:CANARY@h:6379/2", "rediss://u:CANARY@h:6379/two", "redis://h/2?db=1&key=CANARY",
)  # fmt: skip
"""Docket URLs to give as a flag, an answer or a value; most of them are refused."""

ORDINARY = """\
image: registry.opsmill.io/opsmill/infrahub-enterprise:1.9.8
image1: {repository: opsmill/infrahub, tag: 1.9.8-avd, digest: "sha256:9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b82"}
images: [redis:7.2, "quay.io/prometheus/node-exporter:v1.8.1", docker://redis:7.2]
chartUrl: oci://registry.opsmill.io/charts/infrahub:4.13.0
tag: v1.2.3
imagePullPolicy: IfNotPresent
imagePullSecrets: [{name: regcred}]
host: infrahub-cache-master.prod.svc.cluster.local
hosts: [infrahub.example.com, 10.0.0.12, "fd00::12", "[fd00::12]:6379"]
url: redis://infrahub-cache-master:6379/2
url1: rediss://cache.example.com:6380/2
url2: https://infrahub.example.com:8443/api?limit=10&page=2#top
url3: http://[::1]:8000/health
url4: bolt://neo4j:7687
url5: "redis://$(REDIS_HOST):$(REDIS_PORT)/2"
url6: redis://:$(PREFECT_REDIS_MESSAGING_PASSWORD)@cache:6379/2
url7: mongodb://h1:27017,h2:27017/db
url8: git@github.com:opsmill/infrahub.git
url9: ssh://git@github.com/opsmill/infrahub.git
url10: kafka://b1:9092,b2:9092
url11: s3://bucket/prefix/key
url12: memory://
url13: https://docs.infrahub.app/deploy-manage/#redis
mail: ops@example.com
privateKey: {rotationPolicy: Never, encoding: PKCS1, algorithm: RSA, size: 2048}
secrets: [{name: vault-tls, mountPath: /etc/tls, subPath: tls.crt, defaultMode: 256}]
passwordUpdateJob: {image: {registry: docker.io, repository: bitnami/kubectl, pullPolicy: Always}, retryAttempts: 12}
OAUTH2_PROXY_COOKIE_DOMAINS: example.com
proxy: "proxy_pass http://$ingester:3200$request_uri;"
mailto: mailto:ops@example.com
size: 32Gi
cpu: 500m
replicas: 3
port: 6379
timeout: 30s
number: 12345678901
float: 0.75
octal: 0644
date: 2026-11-28
time: "10:30:00"
mac: 00:11:22:33:44:55
ipv6: 2001:db8:0:1:2:3:4:5
cidr: 10.0.0.0/8
uuid: 3f2504e0-4f89-11d3-9a0c-0305e82c3301
sha: 356a192b7913b04c54574d18c28d46e6395428ab
cron: "*/5 * * * *"
path: /opt/infrahub/git
mountPath: /var/run/secrets/kubernetes.io/serviceaccount
secretName: infrahub-tls
existingSecret: redis-auth
existingSecretKey: redis-password
secretKeyRef: {name: redis-auth, key: password, optional: true}
passwordKey: redis-password
usePassword: true
auth: {enabled: true, username: infrahub-user, existingSecret: infrahub-redis, sentinel: false}
secret: {create: true, name: prefect-server, username: prefect, database: server, host: db, port: 5432}
tokenExpiration: 3600
maxTokens: 4096
tokenUrl: https://idp.example.com/oauth/token
publicKey: ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIOMqqnkVzrm0SdG6UOoqKLsabgH5C9okWi0dh2l9GKJl
topologyKey: kubernetes.io/hostname
key: node-role.kubernetes.io/control-plane
labelKey: app.kubernetes.io/name
sortKey: created_at
primaryKey: id
SORT_KEY: created_at
author: Jane
monkey: banana
compass: north
bypass: never
passthrough: all
keys: [one, two]
keyspace: "0"
hotkeys: 10
keepalive: 60
caBundle: LS0tLS1CRUdJTiBDRVJUSUZJQ0FURS0tLS0tCk1JSUJkekNDQVIyZ0F3SUJBZ0lCQURBS0JnZ3Foa2pPUFFRREFqQWpNU0V3SHdZRFZR
config64: eyJzZXJ2ZXIiOiB7InBvcnQiOiA4MDgwLCAiaG9zdCI6ICIwLjAuMC4wIn19
certificate: |
  -----BEGIN CERTIFICATE-----
  MIIBdzCCAR2gAwIBAgIBADAKBggqhkjOPQQDAjAjMSEwHwYDVQQDDBhrM3Mtc2Vy
  -----END CERTIFICATE-----
command: [gunicorn, -k, uvicorn.workers.UvicornWorker, -w, "4", --bind, "0.0.0.0:8000"]
args: [--port, "8080", -p, "8080:80", -u, worker, -a, all]
script: |
  set -euo pipefail
  docker run -p 8080:80 -u 1000:1000 redis:7.2
  mysql -P 3306 -h db
  curl -s -o /dev/null http://localhost:8000/health
  redis-cli -h cache -p 6379 -n 2 ping
  psql -U prefect -h db -p 5432
  echo "password of $USER is in the vault"
shell: sh -c "env INFRAHUB_CACHE_ADDRESS=$PREFECT_REDIS_MESSAGING_HOST gunicorn app:app"
env:
- {name: PREFECT_REDIS_MESSAGING_HOST, value: infrahub-cache-master}
- {name: PREFECT_REDIS_MESSAGING_PORT, value: "6379"}
- {name: PREFECT_API_BLOCKS_REGISTER_ON_START, value: "false"}
- {name: PREFECT_MESSAGING_BROKER, value: prefect_redis.messaging}
- {name: PREFECT_SERVER_CONCURRENCY_LEASE_STORAGE, value: prefect_redis.lease_storage}
- {name: WEB_CONCURRENCY, value: "4"}
- {name: LOG_FORMAT, value: "%(asctime)s %(levelname)s %(message)s"}
- {name: JAVA_OPTS, value: "-Xmx16G -XX:+UseG1GC -Dfile.encoding=UTF-8"}
- {name: X_TOKEN, valueFrom: {secretKeyRef: {name: tokens, key: api-token}}}
- {name: TLS_CERT_FILE, value: /etc/tls/tls.crt}
- {name: SECRET_NAME, value: my-secret-object}
- {name: TOKEN_TTL, value: "3600"}
- {name: PASSWORD_FILE, value: /run/secrets/pw}
- {name: OPENING_TIME, value: "09:00"}
- {name: PINNED_VERSION, value: "1.2.3"}
- {name: KEYCLOAK_URL, value: "https://sso.example.com"}
- {name: SALTED, value: "yes"}
annotations:
  prometheus.io/scrape: "true"
  checksum/config: 9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08
  nginx.ingress.kubernetes.io/auth-type: basic
  nginx.ingress.kubernetes.io/auth-realm: Authentication Required
  description: Basic authentication is required here
nodeSelector: {kubernetes.io/os: linux}
selector: app=infrahub,tier!=cache
template: "{{ .Release.Name }}-cache"
resources: {requests: {cpu: "1", memory: 2Gi}, limits: {memory: 4Gi}}
config: {server.memory.heap.max_size: 16G, dbms.security.auth_enabled: "true"}
json: '{"a": 1, "b": [true, null], "name": "x"}'
semver: ">=1.2.3 <2.0.0"
glob: "**/*.yaml"
regex: "^[a-z0-9]([-a-z0-9]*[a-z0-9])?$"
language: en_US.UTF-8
tz: Europe/Paris
strategy: RollingUpdate
accessModes: [ReadWriteOnce]
serviceAccount: infrahub-sa
automountServiceAccountToken: false
priorityClassName: system-cluster-critical
# an ordinary comment: nothing in it
## ref: https://kubernetes.io/docs/concepts/configuration/secret/#using-secrets
## @param auth.password Redis password
# see https://example.com/a?b=c#d and host:port or redis://host:port/db
# the token is in the vault, ask ops
# Only one of password, passwordFile and passwordSecret. Write to email:ops@example.com
"""


def plant(text: str, canary: str) -> tuple[str, list[str]]:
    """The text with the canary put in, and what must not be printed then; CANARY1, CANARY2, ... are different ones."""
    encoded = [b64encode(each.encode()).decode() for each in (canary, f"user:{canary}!")]
    text = text.replace("BASE64", encoded[0]).replace("AROUND64", encoded[1])
    text = re.sub(r"CANARY(\d?)", lambda found: canary + found[1], text)
    return text, [canary, *encoded]
