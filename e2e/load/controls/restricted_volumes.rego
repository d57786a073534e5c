# Volumes are of the types that restricted allows.
package restricted_volumes

allowed := {"configMap", "csi", "downwardAPI", "emptyDir", "ephemeral", "persistentVolumeClaim", "projected", "secret"}

violation contains {"msg": msg} if {
	some volume in input.review.object.spec.volumes
	some type, _ in volume
	type != "name"
	not type in allowed
	msg := sprintf("volume %v must not be of the type %v", [volume.name, type])
}
