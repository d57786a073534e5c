# No probe and no hook names a host.
package host_probes_and_host_lifecycle

violation contains {"msg": msg} if {
	some container in containers
	some handler in handlers(container)
	some action in ["httpGet", "tcpSocket"]
	host := handler[action].host
	host != ""
	msg := sprintf("container %v must not have a probe or a hook with the host %v", [container.name, host])
}

handlers(container) := array.concat(
	[container[probe] | some probe in ["livenessProbe", "readinessProbe", "startupProbe"]],
	[container.lifecycle[hook] | some hook in ["postStart", "preStop"]],
)

containers contains container if {
	some field in ["containers", "initContainers", "ephemeralContainers"]
	some container in input.review.object.spec[field]
}
