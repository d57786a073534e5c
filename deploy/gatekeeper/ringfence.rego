# Asks ringfence-provider, and denies unless it says in so many words that the object is allowed.
# The text of this file stands in template.yaml: `cargo xtask generate` puts it there.
package ringfence

parameters := object.get(input, "parameters", {})

review := input.review

# Nothing is admitted by an answer that is not there, not whole, or not about this key.
default admitted := false

admitted if {
	count(problems) == 0
	verdict.version == "v1"
	verdict.allowed == true
}

violation contains {"msg": line, "details": details} if {
	not admitted
	some line in lines
}

# The API server takes no warning with a line break or another control character in it, and drops it
# in silence: whoever sends is told line by line. An audit has one violation, of which constraint
# status keeps the first 256 bytes; it has no operation.
default lines := ["ringfence gave no verdict on this object, so it is denied"]

lines := [message] if object.get(review, "operation", "") == ""

lines := said if {
	object.get(review, "operation", "") != ""
	count(said) > 0
}

said := [line |
	some part in split(message, "\n")
	line := trim_space(regex.replace(part, `\p{Cc}+`, " "))
	line != ""
]

message := sprintf("ringfence gave no verdict, so it is denied: %v", [problems[0]]) if {
	count(problems) > 0
} else := verdict.message if {
	is_string(verdict.message)
	verdict.message != ""
} else := "ringfence gave no verdict on this object, so it is denied"

default details := {}

details := {"rules": verdict.rules} if verdict.allowed == false

# One of them is shown, and the same one each time.
problems := [problem | some problem in sort(found_problems)]

found_problems contains reply.system_error if reply.system_error != ""

found_problems contains error if {
	some item in reply.errors
	error := item[1]
}

# Answers of the cache come first and others follow: they are told apart by the key.
verdict := verdicts[0] if count(verdicts) == 1

verdicts := [item[1] |
	some item in reply.responses
	item[0] == key
]

reply := external_data({"provider": object.get(parameters, "provider", "ringfence"), "keys": [key]})

# Everything that a verdict depends on, and nothing that is new each time: Gatekeeper keeps the
# answer by this text, and the pods of a ReplicaSet share it.
key := json.marshal({
	"version": "v1",
	"settings": object.get(parameters, "settings", {}),
	"request": request,
	"namespaceObject": namespace_object,
})

request := {name: value |
	some name, value in {
		"operation": object.get(review, "operation", ""),
		"kind": object.get(review, "kind", null),
		"resource": object.get(review, "resource", null),
		"subResource": object.get(review, "subResource", null),
		"name": request_name,
		"namespace": object.get(review, "namespace", null),
		"userInfo": user,
		"object": reduced(object.get(review, "object", null)),
		"oldObject": reduced(object.get(review, "oldObject", null)),
	}
	value != null
}

# Rules ask for the labels of the namespace, and whether it is being deleted; they need no access to
# the cluster for that.
namespace_object := {"metadata": object.union(
	{
		"name": namespace.metadata.name,
		"labels": object.get(namespace.metadata, "labels", {}),
	},
	{"deletionTimestamp": time | time := namespace.metadata.deletionTimestamp},
)}

default namespace_object := null

namespace := review.namespaceObject

# Of the user what rules and exemptions can name. The rest is new with every token.
default user := null

user := {name: value |
	some name in ["username", "groups"]
	value := review.userInfo[name]
} if {
	is_object(review.userInfo)
}

user := review.userInfo if not is_object(review.userInfo)

default is_pod := false

is_pod if {
	object.get(review.kind, "group", "") == ""
	review.kind.kind == "Pod"
}

# The name of a pod made from a template is random, and no rule asks for it.
default request_name := null

request_name := name if {
	name := object.get(review, "name", null)
	not has_random_name(object.get(review, "object", null))
}

has_random_name(value) if {
	is_pod
	is_string(value.metadata.generateName)
	value.metadata.generateName != ""
}

# An object without what its own life adds to it. What is not named here stays.
reduced(value) := json.patch(json.remove(value, unneeded(value)), renamed(value)) if is_object(value)

reduced(value) := value if not is_object(value)

unneeded(value) := array.concat(array.concat(bookkeeping, secret), array.concat(random_name(value), of_stored(value)))

# What a Secret holds is nobody's business here: rules ask what it is, not what is in it.
default secret := []

secret := [["data"], ["stringData"]] if {
	object.get(review.kind, "group", "") == ""
	review.kind.kind == "Secret"
}

bookkeeping := [
	["status"],
	["metadata", "annotations", "kubectl.kubernetes.io/last-applied-configuration"],
	["metadata", "creationTimestamp"],
	["metadata", "generation"],
	["metadata", "managedFields"],
	["metadata", "selfLink"],
	["metadata", "uid"],
]

random_name(value) := [["metadata", "name"]] if has_random_name(value)

random_name(value) := [] if not has_random_name(value)

# Of a pod that is stored already the scheduler chose the node.
of_stored(value) := [["spec", "nodeName"]] if {
	is_pod
	is_stored(value)
}

of_stored(value) := [] if not is_stored(value)

of_stored(value) := [] if not is_pod

# Any version but 0: that one can be sent with what is to be created.
is_stored(value) if regex.match(`^0*[1-9][0-9]{0,18}$`, value.metadata.resourceVersion)

renamed(value) := array.concat(version_known(value), token_renamed(value))

# That there is a version matters, and not which.
version_known(value) := [{"op": "replace", "path": ["metadata", "resourceVersion"], "value": "1"}] if is_stored(value)

version_known(value) := [] if not is_stored(value)

# The volume of the service account's token has a random name. It is renamed where it is the only
# one with such a name, so that no two volumes become one.
token_volume := "kube-api-access-00000"

token_names(value) := {volume.name |
	is_pod
	some volume in value.spec.volumes
	regex.match(`^kube-api-access-[a-z0-9]{5}$`, volume.name)
}

token_renamed(value) := [] if count(token_names(value)) != 1

token_renamed(value) := array.concat(volumes, mounts) if {
	names := token_names(value)
	count(names) == 1
	volumes := [{"op": "replace", "path": ["spec", "volumes", sprintf("%d", [i]), "name"], "value": token_volume} |
		some i, volume in value.spec.volumes
		volume.name in names
	]
	mounts := [{"op": "replace", "path": ["spec", list, sprintf("%d", [i]), "volumeMounts", sprintf("%d", [j]), "name"], "value": token_volume} |
		some list in ["containers", "initContainers", "ephemeralContainers"]
		some i, container in value.spec[list]
		some j, mount in container.volumeMounts
		mount.name in names
	]
}
