package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"github.com/go-logr/logr"
	"github.com/open-policy-agent/frameworks/constraint/pkg/apis/externaldata/unversioned"
	templatesv1 "github.com/open-policy-agent/frameworks/constraint/pkg/apis/templates/v1"
	"github.com/open-policy-agent/frameworks/constraint/pkg/client"
	"github.com/open-policy-agent/frameworks/constraint/pkg/client/drivers/rego"
	"github.com/open-policy-agent/frameworks/constraint/pkg/client/reviews"
	"github.com/open-policy-agent/frameworks/constraint/pkg/core/templates"
	"github.com/open-policy-agent/frameworks/constraint/pkg/externaldata"
	"github.com/open-policy-agent/gatekeeper/v3/pkg/mutation/types"
	"github.com/open-policy-agent/gatekeeper/v3/pkg/target"
	"github.com/open-policy-agent/gatekeeper/v3/pkg/util"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"sigs.k8s.io/controller-runtime/pkg/certwatcher"
	"sigs.k8s.io/yaml"
)

// cached is how long answers are kept, which is Gatekeeper's own default.
const cached = 3 * time.Minute

// gatekeeper is what Gatekeeper's main makes of its flags, as far as reviews go.
type gatekeeper struct {
	client *client.Client
}

// newGatekeeper is one with a template, its constraints and a provider, whose answers are kept for
// that long.
func newGatekeeper(ctx context.Context, template, constraints, provider, certificates string, kept time.Duration) (*gatekeeper, error) {
	providers := externaldata.NewCache()
	var named unversioned.Provider
	if err := read(provider, &named); err != nil {
		return nil, err
	}
	if err := providers.Upsert(&named); err != nil {
		return nil, err
	}
	watcher, err := certwatcher.New(filepath.Join(certificates, "tls.crt"), filepath.Join(certificates, "tls.key"))
	if err != nil {
		return nil, err
	}
	arguments := []rego.Arg{
		rego.AddExternalDataProviderCache(providers),
		rego.EnableExternalDataClientAuth(),
		rego.AddExternalDataClientCertWatcher(watcher),
	}
	if kept > 0 {
		arguments = append(arguments, rego.AddExternalDataProviderResponseCache(externaldata.NewProviderResponseCache(ctx, kept)))
	}
	made, err := newClient(arguments...)
	if err != nil {
		return nil, err
	}
	return made, made.load(ctx, template, constraints)
}

// newClient is one without templates.
func newClient(arguments ...rego.Arg) (*gatekeeper, error) {
	driver, err := rego.New(append(arguments, rego.DisableBuiltins("http.send"))...)
	if err != nil {
		return nil, err
	}
	points := client.EnforcementPoints(util.WebhookEnforcementPoint, util.AuditEnforcementPoint)
	opa, err := client.NewClient(client.Targets(&target.K8sValidationTarget{}), client.Driver(driver), points)
	if err != nil {
		return nil, err
	}
	return &gatekeeper{client: opa}, nil
}

// load adds the template and the constraints, each of which Gatekeeper may refuse.
func (g *gatekeeper) load(ctx context.Context, template, constraints string) error {
	var versioned templatesv1.ConstraintTemplate
	if err := read(template, &versioned); err != nil {
		return err
	}
	versionless, err := versioned.ToVersionless()
	if err != nil {
		return err
	}
	if err := g.addTemplate(ctx, versionless); err != nil {
		return fmt.Errorf("%s: %w", template, err)
	}
	text, err := os.ReadFile(constraints)
	if err != nil {
		return err
	}
	for _, document := range bytes.Split(text, []byte("\n---\n")) {
		constraint := &unstructured.Unstructured{}
		if err := yaml.Unmarshal(document, &constraint.Object); err != nil {
			return fmt.Errorf("%s: %w", constraints, err)
		}
		if err := g.addConstraint(ctx, constraint); err != nil {
			return fmt.Errorf("%s: %w", constraints, err)
		}
	}
	return nil
}

func (g *gatekeeper) addTemplate(ctx context.Context, template *templates.ConstraintTemplate) error {
	if _, err := g.client.CreateCRD(ctx, template); err != nil {
		return err
	}
	_, err := g.client.AddTemplate(ctx, template)
	return err
}

func (g *gatekeeper) addConstraint(ctx context.Context, constraint *unstructured.Unstructured) error {
	if err := g.client.ValidateConstraint(constraint); err != nil {
		return err
	}
	_, err := g.client.AddConstraint(ctx, constraint)
	return err
}

// review is what the webhook and the audit do with what they are given.
func (g *gatekeeper) review(ctx context.Context, asked *question) ([]result, error) {
	var reviewed any
	point := util.WebhookEnforcementPoint
	switch {
	case asked.Request != nil:
		reviewed = &target.AugmentedReview{
			AdmissionRequest: asked.Request,
			Namespace:        asked.Namespace,
			Source:           types.SourceTypeOriginal,
			IsAdmission:      true,
		}
	case asked.Object != nil:
		point = util.AuditEnforcementPoint
		reviewed = &target.AugmentedUnstructured{
			Object:    *asked.Object,
			Namespace: asked.Namespace,
			Source:    types.SourceTypeOriginal,
		}
	default:
		return nil, errors.New("neither a request nor an object")
	}
	options := []reviews.ReviewOpt{reviews.EnforcementPoint(point)}
	if option := util.NamespaceReviewOpt(asked.Namespace, logr.Discard()); option != nil {
		options = append(options, option)
	}
	responses, err := g.client.Review(ctx, reviewed, options...)
	if err != nil {
		return nil, err
	}
	results := []result{}
	for _, found := range responses.Results() {
		results = append(results, result{found.Constraint.GetName(), found.EnforcementAction, found.Msg})
	}
	return results, nil
}

func read(path string, into any) error {
	text, err := os.ReadFile(path)
	if err != nil {
		return err
	}
	if err := yaml.Unmarshal(text, into); err != nil {
		return fmt.Errorf("%s: %w", path, err)
	}
	return nil
}
