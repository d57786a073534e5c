# SELinux options name a type for containers, no user and no role.
package se_linux_options

types := {"", "container_t", "container_init_t", "container_kvm_t", "container_engine_t"}

violation contains {"msg": msg} if {
	some options in all
	type := options.type
	not type in types
	msg := sprintf("the SELinux type %v is not allowed", [type])
}

violation contains {"msg": msg} if {
	some options in all
	some field in ["user", "role"]
	options[field] != ""
	msg := sprintf("the SELinux %v %v is not allowed", [field, options[field]])
}

all contains input.review.object.spec.securityContext.seLinuxOptions

all contains container.securityContext.seLinuxOptions if some container in containers

containers contains container if {
	some field in ["containers", "initContainers", "ephemeralContainers"]
	some container in input.review.object.spec[field]
}
