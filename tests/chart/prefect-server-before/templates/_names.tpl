{{- define "names.migrateOnStart" -}}PREFECT_API_DATABASE_MIGRATE_ON_START{{- end }}
{{- define "names.connectionUrl" -}}PREFECT_API_DATABASE_CONNECTION_URL{{- end }}

{{- define "docket.env" }}{{- end }}
