# AppArmor is not switched off, by field or by annotation.
package app_armor_profile

allowed := {"RuntimeDefault", "Localhost"}

violation contains {"msg": msg} if {
	type := input.review.object.spec.securityContext.appArmorProfile.type
	not type in allowed
	msg := sprintf("the pod must not have the AppArmor profile %v", [type])
}

violation contains {"msg": msg} if {
	some container in containers
	type := container.securityContext.appArmorProfile.type
	not type in allowed
	msg := sprintf("container %v must not have the AppArmor profile %v", [container.name, type])
}

violation contains {"msg": msg} if {
	some name, profile in input.review.object.metadata.annotations
	startswith(name, "container.apparmor.security.beta.kubernetes.io/")
	not is_allowed(profile)
	msg := sprintf("the annotation %v must not be %v", [name, profile])
}

is_allowed(profile) if profile in {"", "runtime/default"}

is_allowed(profile) if startswith(profile, "localhost/")

containers contains container if {
	some field in ["containers", "initContainers", "ephemeralContainers"]
	some container in input.review.object.spec[field]
}
