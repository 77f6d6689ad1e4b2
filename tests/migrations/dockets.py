"""Values of prefect-server with separate services: without a docket, with one, and with one in a Secret."""

from __future__ import annotations

SEPARATE = """\
backgroundServices:
  runAsSeparateDeployment: true
  messaging:
    redis: {host: redis, db: 1}
"""
DOCKET = (
    SEPARATE
    + """\
    docket:
      url: redis://redis:6379/2
"""
)
IN_SECRET = (
    SEPARATE
    + """\
    docket:
      existingSecret: queue
      existingSecretKey: url
"""
)
