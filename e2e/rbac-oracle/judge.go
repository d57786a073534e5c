package main

import (
	rbacv1 "k8s.io/api/rbac/v1"
	"k8s.io/apimachinery/pkg/util/validation/field"
	"k8s.io/apiserver/pkg/authorization/authorizer"
	"k8s.io/component-helpers/auth/rbac/validation"
	"k8s.io/kubernetes/pkg/apis/rbac"
	rbachelpers "k8s.io/kubernetes/pkg/apis/rbac/v1"
	rbacvalidation "k8s.io/kubernetes/pkg/apis/rbac/validation"
	rbacauthorizer "k8s.io/kubernetes/plugin/pkg/auth/authorizer/rbac"
)

// judge asks Kubernetes' own functions.
func judge(asked *question) (*reply, error) {
	result := &reply{Allowed: []bool{}, Covered: []bool{}, Refused: [][]string{}}
	for _, request := range asked.Requests {
		allowed := rbacauthorizer.RulesAllow(request.attributes(), asked.Rules...)
		result.Allowed = append(result.Allowed, allowed)
	}
	for _, rule := range asked.Covered {
		covered, _ := validation.Covers(asked.Rules, []rbacv1.PolicyRule{rule})
		result.Covered = append(result.Covered, covered)
	}
	for _, one := range asked.Objects {
		refused, err := one.refused()
		if err != nil {
			return nil, err
		}
		result.Refused = append(result.Refused, refused)
	}
	return result, nil
}

func (r request) attributes() authorizer.Attributes {
	return authorizer.AttributesRecord{
		Verb:            r.Verb,
		APIGroup:        r.Group,
		Resource:        r.Resource,
		Subresource:     r.Subresource,
		Name:            r.Name,
		Path:            r.Path,
		ResourceRequest: r.Path == "",
	}
}

// refused are the fields that validation complains of, without those of metadata.
func (o object) refused() ([]string, error) {
	list, err := o.validate()
	if err != nil {
		return nil, err
	}
	fields := []string{}
	for _, problem := range list {
		fields = append(fields, problem.Field)
	}
	return fields, nil
}

// validate does what the API server does with an object: defaults, conversion
// to the internal type, validation.
func (o object) validate() (field.ErrorList, error) {
	switch {
	case o.Role != nil:
		internal := &rbac.Role{}
		if err := rbachelpers.Convert_v1_Role_To_rbac_Role(o.Role, internal, nil); err != nil {
			return nil, err
		}
		list := field.ErrorList{}
		for index, rule := range internal.Rules {
			path := field.NewPath("rules").Index(index)
			list = append(list, rbacvalidation.ValidatePolicyRule(rule, true, path)...)
		}
		return list, nil
	case o.ClusterRole != nil:
		internal := &rbac.ClusterRole{}
		if err := rbachelpers.Convert_v1_ClusterRole_To_rbac_ClusterRole(o.ClusterRole, internal, nil); err != nil {
			return nil, err
		}
		options := rbacvalidation.ClusterRoleValidationOptions{}
		return rbacvalidation.ValidateClusterRole(internal, options), nil
	case o.RoleBinding != nil:
		rbachelpers.SetObjectDefaults_RoleBinding(o.RoleBinding)
		internal := &rbac.RoleBinding{}
		if err := rbachelpers.Convert_v1_RoleBinding_To_rbac_RoleBinding(o.RoleBinding, internal, nil); err != nil {
			return nil, err
		}
		return rbacvalidation.ValidateRoleBinding(internal), nil
	default:
		rbachelpers.SetObjectDefaults_ClusterRoleBinding(o.ClusterRoleBinding)
		internal := &rbac.ClusterRoleBinding{}
		if err := rbachelpers.Convert_v1_ClusterRoleBinding_To_rbac_ClusterRoleBinding(o.ClusterRoleBinding, internal, nil); err != nil {
			return nil, err
		}
		return rbacvalidation.ValidateClusterRoleBinding(internal), nil
	}
}
