{{- define "fullname" -}}{{ .Values.fullnameOverride | default .Release.Name }}{{- end }}

{{- define "redis.fullname" -}}
{{- $name := .Values.redis.nameOverride | default "redis" -}}
{{- $full := .Values.redis.fullnameOverride -}}
{{- if not $full -}}
{{- $full = ternary .Release.Name (printf "%s-%s" .Release.Name $name) (contains $name .Release.Name) -}}
{{- end -}}
{{- $full | trunc 63 | trimSuffix "-" -}}
{{- end }}

{{- define "database.env" }}
- name: {{ include "names.connectionUrl" . }}
  valueFrom: {secretKeyRef: {name: {{ .Values.secret.name }}, key: connection-string}}
{{- end }}

{{- define "own.env" }}
{{- with . }}
{{- tpl (toYaml .list) .root }}
{{- end }}
{{- end }}

{{- define "messaging.env" }}
{{- $messaging := .Values.backgroundServices.messaging }}
{{- $redis := $messaging.redis }}
- name: {{ include "names.migrateOnStart" . }}
  value: "false"
- name: PREFECT_MESSAGING_BROKER
  value: {{ $messaging.broker }}
- name: PREFECT_MESSAGING_CACHE
  value: {{ $messaging.cache }}
{{- if eq $messaging.broker "prefect_redis.messaging" }}
- name: PREFECT_SERVER_EVENTS_CAUSAL_ORDERING
  value: prefect_redis.ordering
- name: PREFECT_SERVER_CONCURRENCY_LEASE_STORAGE
  value: prefect_redis.lease_storage
- name: PREFECT_REDIS_MESSAGING_HOST
{{- if and .Values.redis.enabled (not $redis.host) }}
  value: {{ include "redis.fullname" . }}-headless.{{ .Release.Namespace }}.svc.cluster.local
{{- else }}
  value: {{ $redis.host | quote }}
{{- end }}
- name: PREFECT_REDIS_MESSAGING_PORT
  value: {{ $redis.port | quote }}
{{- if $redis.ssl }}
- name: PREFECT_REDIS_MESSAGING_SSL
  value: {{ $redis.ssl | quote }}
{{- end }}
- name: PREFECT_REDIS_MESSAGING_DB
  value: {{ $redis.db | quote }}
{{- if $redis.username }}
- name: PREFECT_REDIS_MESSAGING_USERNAME
  value: {{ $redis.username | quote }}
{{- end }}
{{- if and .Values.redis.enabled (not $redis.password) }}
- name: PREFECT_REDIS_MESSAGING_PASSWORD
  valueFrom: {secretKeyRef: {name: {{ include "redis.fullname" . }}, key: redis-password}}
{{- else if $redis.existingSecret }}
- name: PREFECT_REDIS_MESSAGING_PASSWORD
  valueFrom: {secretKeyRef: {name: {{ $redis.existingSecret }}, key: {{ $redis.existingSecretPasswordKey | default "redis-password" }}}}
{{- else if $redis.password }}
- name: PREFECT_REDIS_MESSAGING_PASSWORD
  value: {{ $redis.password | quote }}
{{- end }}
{{- end }}
{{- include "docket.env" . }}
{{- end }}

{{- define "envFrom" }}
{{- with .extraEnvVarsCM }}
- configMapRef: {name: {{ . }}}
{{- end }}
{{- with .extraEnvVarsSecret }}
- secretRef: {name: {{ . }}}
{{- end }}
{{- end }}
