# No container sees the whole of /proc.
package proc_mount

violation contains {"msg": msg} if {
	some container in containers
	type := container.securityContext.procMount
	type != "Default"
	msg := sprintf("container %v must not have the proc mount %v", [container.name, type])
}

containers contains container if {
	some field in ["containers", "initContainers", "ephemeralContainers"]
	some container in input.review.object.spec[field]
}
