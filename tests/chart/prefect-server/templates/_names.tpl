{{- define "names.migrateOnStart" -}}PREFECT_SERVER_DATABASE_MIGRATE_ON_START{{- end }}
{{- define "names.connectionUrl" -}}PREFECT_SERVER_DATABASE_CONNECTION_URL{{- end }}

{{- define "docket.env" }}
{{- $docket := .Values.backgroundServices.messaging.docket }}
{{- if $docket.existingSecret }}
- name: PREFECT_SERVER_DOCKET_URL
  valueFrom: {secretKeyRef: {name: {{ $docket.existingSecret }}, key: {{ $docket.existingSecretKey | default "docket-url" }}}}
{{- else if $docket.url }}
- name: PREFECT_SERVER_DOCKET_URL
  value: {{ $docket.url | quote }}
{{- end }}
{{- end }}
