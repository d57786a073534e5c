# No user is 0.
package run_as_user

violation contains {"msg": "the pod must not run as user 0"} if {
	not has_user_namespace
	input.review.object.spec.securityContext.runAsUser == 0
}

violation contains {"msg": msg} if {
	not has_user_namespace
	some container in containers
	container.securityContext.runAsUser == 0
	msg := sprintf("container %v must not run as user 0", [container.name])
}

has_user_namespace if input.review.object.spec.hostUsers == false

containers contains container if {
	some field in ["containers", "initContainers", "ephemeralContainers"]
	some container in input.review.object.spec[field]
}
