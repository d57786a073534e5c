package main

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"time"

	templatesv1 "github.com/open-policy-agent/frameworks/constraint/pkg/apis/templates/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"sigs.k8s.io/yaml"
)

// measured is what bench prints, as one line of JSON.
type measured struct {
	// Denied has the constraints that deny, for each request.
	Denied     [][]string `json:"denied"`
	Reviews    int        `json:"reviews"`
	Seconds    float64    `json:"seconds"`
	CPUSeconds float64    `json:"cpuSeconds"`
	P50Micros  int64      `json:"p50Micros"`
	P99Micros  int64      `json:"p99Micros"`
}

// bench reviews requests, one a line of a file, as often and as many at a time as it is told. The
// requests are decoded before the clock runs. Answers of a provider are not kept.
func bench(ctx context.Context, arguments []string) error {
	flags := flag.NewFlagSet("bench", flag.ContinueOnError)
	controls := flags.String("controls", "", "folder of Rego, one control a file, each a template and a constraint on pods")
	template := flags.String("template", "", "a template")
	constraints := flags.String("constraints", "", "its constraints")
	provider := flags.String("provider", "", "the provider it asks")
	certificates := flags.String("certificates", "", "folder with tls.crt and tls.key")
	requests := flags.String("requests", "", "the requests")
	reviews := flags.Int("reviews", 1000, "how many reviews")
	parallel := flags.Int("parallel", 1, "how many at a time")
	if err := flags.Parse(arguments); err != nil {
		return err
	}
	var g *gatekeeper
	var err error
	if *controls != "" {
		if g, err = newClient(); err == nil {
			err = g.loadControls(ctx, *controls)
		}
	} else {
		g, err = newGatekeeper(ctx, *template, *constraints, *provider, *certificates, 0)
	}
	if err != nil {
		return err
	}
	asked, err := readQuestions(*requests)
	if err != nil {
		return err
	}
	out := measured{Reviews: *reviews}
	// What is compiled on first use is compiled here.
	for i := range asked {
		denied, err := g.denied(ctx, &asked[i])
		if err != nil {
			return err
		}
		out.Denied = append(out.Denied, denied)
	}
	if err := g.measure(ctx, asked, *parallel, &out); err != nil {
		return err
	}
	return json.NewEncoder(os.Stdout).Encode(out)
}

func (g *gatekeeper) measure(ctx context.Context, asked []question, parallel int, out *measured) error {
	latencies := make([]time.Duration, out.Reviews)
	failures := make([]error, parallel)
	var next atomic.Int64
	var running sync.WaitGroup
	used, started := cpuTime(), time.Now()
	for worker := range parallel {
		running.Go(func() {
			for {
				i := int(next.Add(1)) - 1
				if i >= out.Reviews {
					return
				}
				began := time.Now()
				denied, err := g.denied(ctx, &asked[i%len(asked)])
				latencies[i] = time.Since(began)
				if err == nil && !slices.Equal(denied, out.Denied[i%len(asked)]) {
					err = fmt.Errorf("review %d: denied by %v", i, denied)
				}
				if err != nil {
					failures[worker] = err
					return
				}
			}
		})
	}
	running.Wait()
	out.Seconds, out.CPUSeconds = time.Since(started).Seconds(), (cpuTime() - used).Seconds()
	slices.Sort(latencies)
	out.P50Micros = latencies[(len(latencies)-1)/2].Microseconds()
	out.P99Micros = latencies[(len(latencies)-1)*99/100].Microseconds()
	return errors.Join(failures...)
}

// denied has the constraints that deny, each once, sorted.
func (g *gatekeeper) denied(ctx context.Context, asked *question) ([]string, error) {
	results, err := g.review(ctx, asked)
	if err != nil {
		return nil, err
	}
	names := []string{}
	for _, found := range results {
		names = append(names, found.Constraint)
	}
	slices.Sort(names)
	return slices.Compact(names), nil
}

// loadControls makes a template and a constraint of every file. The constraint has the file's name.
func (g *gatekeeper) loadControls(ctx context.Context, folder string) error {
	paths, err := filepath.Glob(filepath.Join(folder, "*.rego"))
	if err != nil || len(paths) == 0 {
		return errors.Join(fmt.Errorf("%s has no Rego", folder), err)
	}
	for _, path := range paths {
		text, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		name := strings.ReplaceAll(strings.TrimSuffix(filepath.Base(path), ".rego"), "_", "")
		if err := g.addControl(ctx, name, string(text)); err != nil {
			return fmt.Errorf("%s: %w", path, err)
		}
	}
	return nil
}

func (g *gatekeeper) addControl(ctx context.Context, name, text string) error {
	kind := strings.ToUpper(name[:1]) + name[1:]
	object := map[string]any{
		"apiVersion": "templates.gatekeeper.sh/v1", "kind": "ConstraintTemplate",
		"metadata": map[string]any{"name": name},
		"spec": map[string]any{
			"crd": map[string]any{"spec": map[string]any{"names": map[string]any{"kind": kind}}},
			"targets": []any{map[string]any{
				"target": "admission.k8s.gatekeeper.sh",
				"code": []any{map[string]any{
					"engine": "Rego", "source": map[string]any{"version": "v1", "rego": text},
				}},
			}},
		},
	}
	encoded, err := yaml.Marshal(object)
	if err != nil {
		return err
	}
	var versioned templatesv1.ConstraintTemplate
	if err := yaml.Unmarshal(encoded, &versioned); err != nil {
		return err
	}
	versionless, err := versioned.ToVersionless()
	if err != nil {
		return err
	}
	if err := g.addTemplate(ctx, versionless); err != nil {
		return err
	}
	return g.addConstraint(ctx, &unstructured.Unstructured{Object: map[string]any{
		"apiVersion": "constraints.gatekeeper.sh/v1beta1", "kind": kind,
		"metadata": map[string]any{"name": name},
		"spec": map[string]any{"match": map[string]any{
			"kinds": []any{map[string]any{"apiGroups": []any{""}, "kinds": []any{"Pod"}}},
		}},
	}})
}

func readQuestions(path string) ([]question, error) {
	file, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer file.Close()
	in := bufio.NewReader(file)
	var asked []question
	for {
		line, err := in.ReadBytes('\n')
		if len(line) > 1 {
			var one question
			if err := json.Unmarshal(line, &one); err != nil {
				return nil, fmt.Errorf("%s: %w", path, err)
			}
			asked = append(asked, one)
		}
		if errors.Is(err, io.EOF) {
			if len(asked) == 0 {
				return nil, fmt.Errorf("%s has no request", path)
			}
			return asked, nil
		}
		if err != nil {
			return nil, err
		}
	}
}

// cpuTime is what this process has used.
func cpuTime() time.Duration {
	var usage syscall.Rusage
	// It can only fail for a pointer or a name that is wrong.
	_ = syscall.Getrusage(syscall.RUSAGE_SELF, &usage)
	return time.Duration(usage.Utime.Nano() + usage.Stime.Nano())
}
