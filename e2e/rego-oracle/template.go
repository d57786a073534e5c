package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"strings"

	"github.com/open-policy-agent/opa/v1/rego"
	"k8s.io/apiextensions-apiserver/pkg/apis/apiextensions"
	apiextensionsv1 "k8s.io/apiextensions-apiserver/pkg/apis/apiextensions/v1"
	"k8s.io/apiextensions-apiserver/pkg/apiserver/schema"
	"k8s.io/apiextensions-apiserver/pkg/apiserver/validation"
	"sigs.k8s.io/yaml"
)

// manifest is as much of a ConstraintTemplate as is needed. Source:
// templates.gatekeeper.sh/v1, constraint framework.
type manifest struct {
	APIVersion string `json:"apiVersion"`
	Kind       string `json:"kind"`
	Metadata   struct {
		Name        string            `json:"name"`
		Annotations map[string]string `json:"annotations"`
	} `json:"metadata"`
	Spec struct {
		CRD struct {
			Spec struct {
				Names struct {
					Kind string `json:"kind"`
				} `json:"names"`
				Validation struct {
					LegacySchema    *bool                            `json:"legacySchema"`
					OpenAPIV3Schema *apiextensionsv1.JSONSchemaProps `json:"openAPIV3Schema"`
				} `json:"validation"`
			} `json:"spec"`
		} `json:"crd"`
		Targets []struct {
			Target string `json:"target"`
			Code   []struct {
				Engine string `json:"engine"`
				Source struct {
					Version string `json:"version"`
					Rego    string `json:"rego"`
				} `json:"source"`
			} `json:"code"`
		} `json:"targets"`
	} `json:"spec"`
}

// template is a ConstraintTemplate that can be asked.
type template struct {
	query  rego.PreparedEvalQuery
	schema validation.SchemaValidator
}

// parse reads a template the way Gatekeeper does, and refuses what it would refuse.
func parse(text []byte) (*template, error) {
	var read manifest
	if err := yaml.UnmarshalStrict(text, &read, yaml.DisallowUnknownFields); err != nil {
		return nil, err
	}
	if read.APIVersion != "templates.gatekeeper.sh/v1" || read.Kind != "ConstraintTemplate" {
		return nil, errors.New("no ConstraintTemplate of templates.gatekeeper.sh/v1")
	}
	if kind := read.Spec.CRD.Spec.Names.Kind; kind == "" || read.Metadata.Name != strings.ToLower(kind) {
		return nil, errors.New("the template is not called like its kind in small letters")
	}
	targets := read.Spec.Targets
	if len(targets) != 1 || targets[0].Target != "admission.k8s.gatekeeper.sh" || len(targets[0].Code) != 1 {
		return nil, errors.New("one target and one engine are expected: CEL beside Rego would win")
	}
	code := targets[0].Code[0]
	if code.Engine != "Rego" || code.Source.Version != "v1" {
		return nil, errors.New("the engine is not Rego v1")
	}
	query, err := prepare(code.Source.Rego)
	if err != nil {
		return nil, err
	}
	validator, err := validator(read.Spec.CRD.Spec.Validation.OpenAPIV3Schema)
	if err != nil {
		return nil, err
	}
	return &template{query: query, schema: validator}, nil
}

// validator is what an API server makes of the schema of parameters, if it takes it at all.
func validator(props *apiextensionsv1.JSONSchemaProps) (validation.SchemaValidator, error) {
	if props == nil {
		return nil, errors.New("the parameters have no schema")
	}
	var internal apiextensions.JSONSchemaProps
	if err := apiextensionsv1.Convert_v1_JSONSchemaProps_To_apiextensions_JSONSchemaProps(props, &internal, nil); err != nil {
		return nil, err
	}
	structural, err := schema.NewStructural(&internal)
	if err != nil {
		return nil, err
	}
	if wrong := schema.ValidateStructural(nil, structural); len(wrong) > 0 {
		return nil, fmt.Errorf("the schema of the parameters is not structural: %w", wrong.ToAggregate())
	}
	validator, _, err := validation.NewSchemaValidator(&internal)
	return validator, err
}

// validate tells what an API server finds wrong with parameters.
func (t *template) validate(parameters json.RawMessage) (any, error) {
	var value any
	if err := json.Unmarshal(parameters, &value); err != nil {
		return nil, err
	}
	wrong := []string{}
	for _, found := range validation.ValidateCustomResource(nil, value, t.schema) {
		wrong = append(wrong, found.Error())
	}
	return map[string]any{"wrong": wrong}, nil
}

// number keeps numbers as they are written.
func number(text json.RawMessage) (any, error) {
	decoder := json.NewDecoder(bytes.NewReader(text))
	decoder.UseNumber()
	var value any
	err := decoder.Decode(&value)
	return value, err
}
