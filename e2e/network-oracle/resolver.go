package main

import (
	"fmt"

	corev1 "k8s.io/api/core/v1"
	networkingv1 "k8s.io/api/networking/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/labels"
)

// resolver knows which selectors select which pods and namespaces.
type resolver struct {
	pods            []*corev1.Pod
	namespaces      map[string]labels.Set
	podLabels       []map[string]string
	namespaceLabels map[string]map[string]string
	selectors       int
}

// resolve replaces every selector of the policies.
func resolve(asked *snapshot) (*resolver, error) {
	r := &resolver{
		pods:            asked.Pods,
		namespaces:      map[string]labels.Set{},
		namespaceLabels: map[string]map[string]string{},
	}
	for range asked.Pods {
		r.podLabels = append(r.podLabels, map[string]string{})
	}
	for _, namespace := range asked.Namespaces {
		known := labels.Set{}
		for key, value := range namespace.Labels {
			known[key] = value
		}
		// As the control plane does.
		known[corev1.LabelMetadataName] = namespace.Name
		r.namespaces[namespace.Name] = known
		r.namespaceLabels[namespace.Name] = map[string]string{}
	}
	for _, pod := range asked.Pods {
		if _, known := r.namespaces[pod.Namespace]; !known {
			return nil, fmt.Errorf("no namespace %q", pod.Namespace)
		}
	}
	for _, policy := range asked.Policies {
		if err := r.policy(policy); err != nil {
			return nil, err
		}
	}
	return r, nil
}

func (r *resolver) policy(policy *networkingv1.NetworkPolicy) error {
	if err := r.replace(&policy.Spec.PodSelector, r.markPods); err != nil {
		return err
	}
	for _, rule := range policy.Spec.Ingress {
		if err := r.peers(rule.From); err != nil {
			return err
		}
	}
	for _, rule := range policy.Spec.Egress {
		if err := r.peers(rule.To); err != nil {
			return err
		}
	}
	return nil
}

func (r *resolver) peers(peers []networkingv1.NetworkPolicyPeer) error {
	for _, peer := range peers {
		if err := r.replace(peer.PodSelector, r.markPods); err != nil {
			return err
		}
		if err := r.replace(peer.NamespaceSelector, r.markNamespaces); err != nil {
			return err
		}
	}
	return nil
}

// replace puts a label of its own in a selector's place. An absent selector
// stays absent, and an empty one empty: what they mean is cyclonus' to say.
func (r *resolver) replace(selector *metav1.LabelSelector, mark func(labels.Selector, string)) error {
	if selector == nil || len(selector.MatchLabels)+len(selector.MatchExpressions) == 0 {
		return nil
	}
	parsed, err := metav1.LabelSelectorAsSelector(selector)
	if err != nil {
		return err
	}
	label := fmt.Sprintf("selector-%d", r.selectors)
	r.selectors++
	mark(parsed, label)
	*selector = metav1.LabelSelector{MatchLabels: map[string]string{label: "selected"}}
	return nil
}

func (r *resolver) markPods(selector labels.Selector, label string) {
	for index, pod := range r.pods {
		if selector.Matches(labels.Set(pod.Labels)) {
			r.podLabels[index][label] = "selected"
		}
	}
}

func (r *resolver) markNamespaces(selector labels.Selector, label string) {
	for name, known := range r.namespaces {
		if selector.Matches(known) {
			r.namespaceLabels[name][label] = "selected"
		}
	}
}
