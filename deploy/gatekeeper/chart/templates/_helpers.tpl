{{/* The name of everything the chart makes. */}}
{{- define "ringfence.name" -}}
{{- if contains .Chart.Name .Release.Name -}}
{{- .Release.Name | trunc 53 | trimSuffix "-" -}}
{{- else -}}
{{- .Chart.Name -}}
{{- end -}}
{{- end -}}

{{- define "ringfence.selector" -}}
app.kubernetes.io/name: {{ .Chart.Name }}
app.kubernetes.io/instance: {{ .Release.Name }}
{{- end -}}

{{- define "ringfence.labels" -}}
{{ include "ringfence.selector" . }}
app.kubernetes.io/version: {{ .Chart.AppVersion | quote }}
app.kubernetes.io/component: provider
app.kubernetes.io/part-of: ringfence
app.kubernetes.io/managed-by: {{ .Release.Service }}
helm.sh/chart: {{ printf "%s-%s" .Chart.Name .Chart.Version }}
{{- end -}}

{{- define "ringfence.image" -}}
{{- with .Values.image -}}
{{- if .digest -}}
{{ .repository }}@{{ .digest }}
{{- else -}}
{{ .repository }}:{{ .tag | default (printf "v%s" $.Chart.AppVersion) }}
{{- end -}}
{{- end -}}
{{- end -}}

{{- define "ringfence.module" -}}
{{- if .Values.module.configMap -}}
/module/policy.wasm
{{- else -}}
{{ .Values.module.reference | default (printf "registry://ghcr.io/ringfence-dev/ringfence:v%s" .Chart.AppVersion) }}
{{- end -}}
{{- end -}}

{{/* Whether the module comes over the network. */}}
{{- define "ringfence.fetches" -}}
{{- if contains "://" (include "ringfence.module" . | replace "file://" "") -}}true{{- end -}}
{{- end -}}

{{/* Whether callers without a client certificate are served, on port 8443. */}}
{{- define "ringfence.services" -}}
{{- if or .Values.kyverno.enabled .Values.webhook.enabled -}}true{{- end -}}
{{- end -}}

{{/* The provider's own limit on a request: it ends before Gatekeeper stops waiting. */}}
{{- define "ringfence.timeout" -}}
{{- sub (mul 1000 (max 1 (int .Values.provider.timeout))) 500 -}}
{{- end -}}

{{/* Fails where values cannot work together. */}}
{{- define "ringfence.checked" -}}
{{- if not (or .Values.gatekeeper.enabled (include "ringfence.services" .)) -}}
{{- fail "nobody would be served: enable gatekeeper, kyverno or webhook" -}}
{{- end -}}
{{- if and .Values.webhook.enabled (not .Values.settings) -}}
{{- fail "webhook.enabled needs settings to judge by, such as settings.profile=restricted" -}}
{{- end -}}
{{- if and .Values.webhook.enabled .Values.clusterData.enabled (not .Values.networkPolicy.servicesFrom) -}}
{{- fail "with clusterData.enabled, answers tell what the cluster has: name who may ask, the addresses of API servers, in networkPolicy.servicesFrom" -}}
{{- end -}}
{{- end -}}

{{/* The Secret with tls.crt and tls.key. */}}
{{- define "ringfence.secret" -}}
{{- if eq .Values.certificates.from "existingSecret" -}}
{{ required "certificates.existingSecret names the Secret with tls.crt and tls.key" .Values.certificates.existingSecret }}
{{- else -}}
{{ include "ringfence.name" . }}-tls
{{- end -}}
{{- end -}}

{{/*
Sets .authority, the certificate in PEM that callers check the server by, and where Helm makes
certificates .key and .leaf. Once for a rendering, since each call of Helm's makes others.
*/}}
{{- define "ringfence.certificates" -}}
{{- if not (hasKey .Values "made") -}}
{{- $made := dict -}}
{{- if eq .Values.certificates.from "helm" -}}
{{- $name := include "ringfence.name" . -}}
{{- $service := printf "%s.%s" $name .Release.Namespace -}}
{{- $names := list $service (printf "%s.svc" $service) (printf "%s.svc.cluster.local" $service) -}}
{{- $days := int .Values.certificates.days -}}
{{- $kept := lookup "v1" "Secret" .Release.Namespace (printf "%s-ca" $name) -}}
{{- $authority := dict -}}
{{- if $kept -}}
{{- $authority = buildCustomCert (index $kept.data "tls.crt") (index $kept.data "tls.key") -}}
{{- else -}}
{{- $authority = genCA (printf "%s-ca" $name) 3650 -}}
{{- end -}}
{{- $_ := set $made "authority" $authority.Cert -}}
{{- $_ := set $made "key" $authority.Key -}}
{{- $_ := set $made "leaf" (genSignedCert $service nil $names $days $authority) -}}
{{- else -}}
{{- $_ := set $made "authority" (required "certificates.caBundle is the authority of the server's certificate, in PEM" .Values.certificates.caBundle) -}}
{{- end -}}
{{- $_ := set .Values "made" $made -}}
{{- end -}}
{{- end -}}
