package main

import (
	"fmt"

	"github.com/mattfenwick/cyclonus/pkg/matcher"
	corev1 "k8s.io/api/core/v1"
	networkingv1 "k8s.io/api/networking/v1"
)

// judge asks two authorities: apimachinery whether a selector selects, and
// cyclonus what follows from it. Cyclonus has selectors of its own, which
// differ from Kubernetes': its NotIn is not met where the key is absent, and its
// matchLabels with an empty value is. So every selector is replaced by one for
// a label of its own, which is put on what apimachinery says it selects.
func judge(asked *snapshot) (*reply, error) {
	resolver, err := resolve(asked)
	if err != nil {
		return nil, err
	}
	for _, policy := range asked.Policies {
		setDefaults(policy)
	}
	policies := matcher.BuildNetworkPolicies(false, asked.Policies)
	result := &reply{}
	for _, query := range asked.Queries {
		traffic, err := resolver.traffic(query)
		if err != nil {
			return nil, err
		}
		allowed := policies.IsTrafficAllowed(traffic)
		result.Egress = append(result.Egress, allowed.Egress.IsAllowed())
		result.Ingress = append(result.Ingress, allowed.Ingress.IsAllowed())
	}
	return result, nil
}

// setDefaults does what SetDefaults_NetworkPolicy of
// k8s.io/kubernetes/pkg/apis/networking/v1 does: that module cannot be imported.
func setDefaults(policy *networkingv1.NetworkPolicy) {
	if len(policy.Spec.PolicyTypes) > 0 {
		return
	}
	policy.Spec.PolicyTypes = []networkingv1.PolicyType{networkingv1.PolicyTypeIngress}
	if len(policy.Spec.Egress) > 0 {
		policy.Spec.PolicyTypes = append(policy.Spec.PolicyTypes, networkingv1.PolicyTypeEgress)
	}
}

// traffic puts a query into cyclonus' terms.
func (r *resolver) traffic(query query) (*matcher.Traffic, error) {
	from, err := r.peer(query.From)
	if err != nil {
		return nil, err
	}
	to, err := r.peer(query.To)
	if err != nil {
		return nil, err
	}
	return &matcher.Traffic{
		Source:           from,
		Destination:      to,
		ResolvedPort:     query.Port,
		ResolvedPortName: r.portName(query),
		Protocol:         query.Protocol,
	}, nil
}

func (r *resolver) peer(end endpoint) (*matcher.TrafficPeer, error) {
	if end.Pod == nil {
		return &matcher.TrafficPeer{IP: end.Address}, nil
	}
	if *end.Pod < 0 || *end.Pod >= len(r.pods) {
		return nil, fmt.Errorf("no pod %d", *end.Pod)
	}
	pod := r.pods[*end.Pod]
	if len(pod.Status.PodIPs) != 1 {
		return nil, fmt.Errorf("pod %d has %d addresses, cyclonus takes one", *end.Pod, len(pod.Status.PodIPs))
	}
	return &matcher.TrafficPeer{
		IP: pod.Status.PodIPs[0].IP,
		Internal: &matcher.InternalPeer{
			Namespace:       pod.Namespace,
			PodLabels:       r.podLabels[*end.Pod],
			NamespaceLabels: r.namespaceLabels[pod.Namespace],
		},
	}, nil
}

// portName is what the destination calls the port; cyclonus takes one name.
func (r *resolver) portName(query query) string {
	if query.To.Pod == nil {
		return ""
	}
	for _, container := range r.pods[*query.To.Pod].Spec.Containers {
		for _, port := range container.Ports {
			protocol := port.Protocol
			if protocol == "" {
				protocol = corev1.ProtocolTCP
			}
			if int(port.ContainerPort) == query.Port && protocol == query.Protocol {
				return port.Name
			}
		}
	}
	return ""
}
