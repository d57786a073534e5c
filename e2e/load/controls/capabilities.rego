# Containers drop every capability and add NET_BIND_SERVICE at most.
package capabilities

violation contains {"msg": msg} if {
	not is_windows
	some container in containers
	not drops_all(container)
	msg := sprintf("container %v must drop ALL capabilities", [container.name])
}

violation contains {"msg": msg} if {
	not is_windows
	some container in containers
	some capability in container.securityContext.capabilities.add
	capability != "NET_BIND_SERVICE"
	msg := sprintf("container %v must not add the capability %v", [container.name, capability])
}

drops_all(container) if {
	some capability in container.securityContext.capabilities.drop
	capability == "ALL"
}

is_windows if input.review.object.spec.os.name == "windows"

containers contains container if {
	some field in ["containers", "initContainers", "ephemeralContainers"]
	some container in input.review.object.spec[field]
}
