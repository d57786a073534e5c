# No container has a port of the host.
package host_ports

violation contains {"msg": msg} if {
	some container in containers
	some port in container.ports
	port.hostPort != 0
	msg := sprintf("container %v must not use the port %v of the host", [container.name, port.hostPort])
}

containers contains container if {
	some field in ["containers", "initContainers", "ephemeralContainers"]
	some container in input.review.object.spec[field]
}
