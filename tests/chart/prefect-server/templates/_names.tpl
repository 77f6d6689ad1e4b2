{{- define "names.migrateOnStart" -}}PREFECT_SERVER_DATABASE_MIGRATE_ON_START{{- end }}
{{- define "names.connectionUrl" -}}PREFECT_SERVER_DATABASE_CONNECTION_URL{{- end }}

{{- define "docket.env" }}
{{- $messaging := .Values.backgroundServices.messaging }}
{{- if $messaging.docket.existingSecret }}
- name: PREFECT_SERVER_DOCKET_URL
  valueFrom: {secretKeyRef: {name: {{ $messaging.docket.existingSecret }}, key: {{ $messaging.docket.existingSecretKey | default "docket-url" }}}}
{{- else if $messaging.docket.url }}
- name: PREFECT_SERVER_DOCKET_URL
  value: {{ $messaging.docket.url | quote }}
{{- end }}
{{- end }}
