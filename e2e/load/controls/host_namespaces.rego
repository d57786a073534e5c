# The pod has no namespace of the host.
package host_namespaces

violation contains {"msg": msg} if {
	some field in ["hostPID", "hostIPC", "hostNetwork"]
	input.review.object.spec[field]
	msg := sprintf("pod %v must not set %v", [input.review.object.metadata.name, field])
}
