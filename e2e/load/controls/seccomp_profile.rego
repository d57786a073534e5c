# Every container has a seccomp profile, of its own or of the pod.
package seccomp_profile

allowed := {"RuntimeDefault", "Localhost"}

violation contains {"msg": msg} if {
	not is_windows
	type := input.review.object.spec.securityContext.seccompProfile.type
	not type in allowed
	msg := sprintf("the pod must not have the seccomp profile %v", [type])
}

violation contains {"msg": msg} if {
	not is_windows
	some container in containers
	type := container.securityContext.seccompProfile.type
	not type in allowed
	msg := sprintf("container %v must not have the seccomp profile %v", [container.name, type])
}

violation contains {"msg": msg} if {
	not is_windows
	not input.review.object.spec.securityContext.seccompProfile.type
	some container in containers
	not container.securityContext.seccompProfile.type
	msg := sprintf("container %v must have a seccomp profile", [container.name])
}

is_windows if input.review.object.spec.os.name == "windows"

containers contains container if {
	some field in ["containers", "initContainers", "ephemeralContainers"]
	some container in input.review.object.spec[field]
}
