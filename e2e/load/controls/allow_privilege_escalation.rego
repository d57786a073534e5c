# No container may gain privileges.
package allow_privilege_escalation

violation contains {"msg": msg} if {
	not is_windows
	some container in containers
	not is_forbidden(container)
	msg := sprintf("container %v must set allowPrivilegeEscalation to false", [container.name])
}

is_forbidden(container) if container.securityContext.allowPrivilegeEscalation == false

is_windows if input.review.object.spec.os.name == "windows"

containers contains container if {
	some field in ["containers", "initContainers", "ephemeralContainers"]
	some container in input.review.object.spec[field]
}
