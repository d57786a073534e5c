# No container is privileged.
package privileged

violation contains {"msg": msg} if {
	some container in containers
	container.securityContext.privileged
	msg := sprintf("container %v must not be privileged", [container.name])
}

containers contains container if {
	some field in ["containers", "initContainers", "ephemeralContainers"]
	some container in input.review.object.spec[field]
}
