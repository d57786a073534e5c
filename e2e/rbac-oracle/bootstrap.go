package main

import (
	rbacv1 "k8s.io/api/rbac/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/labels"
	"k8s.io/kubernetes/plugin/pkg/auth/authorizer/rbac/bootstrappolicy"
)

// bootstrap is what an API server makes at its start.
type bootstrap struct {
	ClusterRoles        []rbacv1.ClusterRole        `json:"clusterRoles"`
	ClusterRoleBindings []rbacv1.ClusterRoleBinding `json:"clusterRoleBindings"`
}

// bootstrapPolicy has rules of others where an aggregation rule says so.
func bootstrapPolicy() (*bootstrap, error) {
	made := &bootstrap{
		ClusterRoles: append(bootstrappolicy.ClusterRoles(), bootstrappolicy.ControllerRoles()...),
		ClusterRoleBindings: append(
			bootstrappolicy.ClusterRoleBindings(),
			bootstrappolicy.ControllerRoleBindings()...,
		),
	}
	// One aggregated role may be a part of another: as often as there are levels.
	for range 3 {
		for index := range made.ClusterRoles {
			if err := made.aggregate(&made.ClusterRoles[index]); err != nil {
				return nil, err
			}
		}
	}
	return made, nil
}

func (b *bootstrap) aggregate(role *rbacv1.ClusterRole) error {
	if role.AggregationRule == nil {
		return nil
	}
	role.Rules = nil
	for _, labelSelector := range role.AggregationRule.ClusterRoleSelectors {
		selector, err := metav1.LabelSelectorAsSelector(&labelSelector)
		if err != nil {
			return err
		}
		for _, other := range b.ClusterRoles {
			if other.Name != role.Name && selector.Matches(labels.Set(other.Labels)) {
				role.Rules = append(role.Rules, other.Rules...)
			}
		}
	}
	return nil
}
