# No container is a process of a Windows host.
package windows_host_process

violation contains {"msg": "the pod must not set hostProcess"} if {
	input.review.object.spec.securityContext.windowsOptions.hostProcess
}

violation contains {"msg": msg} if {
	some container in containers
	container.securityContext.windowsOptions.hostProcess
	msg := sprintf("container %v must not set hostProcess", [container.name])
}

containers contains container if {
	some field in ["containers", "initContainers", "ephemeralContainers"]
	some container in input.review.object.spec[field]
}
