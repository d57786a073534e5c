# Every container runs as another user than root.
package run_as_non_root

violation contains {"msg": msg} if {
	not has_user_namespace
	some container in containers
	container.securityContext.runAsNonRoot == false
	msg := sprintf("container %v must not set runAsNonRoot to false", [container.name])
}

violation contains {"msg": msg} if {
	not has_user_namespace
	not input.review.object.spec.securityContext.runAsNonRoot
	some container in containers
	not is_set(container)
	msg := sprintf("container %v must set runAsNonRoot to true", [container.name])
}

is_set(container) if is_boolean(container.securityContext.runAsNonRoot)

has_user_namespace if input.review.object.spec.hostUsers == false

containers contains container if {
	some field in ["containers", "initContainers", "ephemeralContainers"]
	some container in input.review.object.spec[field]
}
