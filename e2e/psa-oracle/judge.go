package main

import (
	"fmt"
	"slices"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/pod-security-admission/api"
	"k8s.io/pod-security-admission/policy"
)

// revision is one entry of a check's version list.
type revision struct {
	ID    string `json:"id"`
	Since int    `json:"since"`
}

// call is one check that the evaluator ran.
type call struct {
	revision
	allowed bool
}

// judge evaluates with the original registry and learns which check said no.
//
// The evaluator's results carry no ids. Every check function is therefore
// wrapped in one that writes down its id, and the wrapped checks go into an
// evaluator of their own: versions and overrides stay the registry's business.
// The plain evaluator runs beside it and must say the same.
type judge struct {
	plain, recording policy.Evaluator
	calls            []call
}

func newJudge() (*judge, error) {
	j := &judge{}
	checks := policy.DefaultChecks()
	last := 0
	for _, check := range checks {
		// DefaultChecks builds fresh checks on every call: these are ours to change.
		for i := range check.Versions {
			version := &check.Versions[i]
			last = max(last, version.MinimumVersion.Minor())
			version.CheckPod = j.record(
				revision{ID: string(check.ID), Since: version.MinimumVersion.Minor()},
				version.CheckPod,
			)
		}
	}
	if last != newest {
		return nil, fmt.Errorf("the newest revision of a check is v1.%d, this program asks up to v1.%d: change `newest`", last, newest)
	}
	var err error
	if j.recording, err = policy.NewEvaluator(checks, nil); err != nil {
		return nil, err
	}
	if j.plain, err = policy.NewEvaluator(policy.DefaultChecks(), nil); err != nil {
		return nil, err
	}
	return j, nil
}

func (j *judge) record(revision revision, check policy.CheckPodFn) policy.CheckPodFn {
	return func(metadata *metav1.ObjectMeta, spec *corev1.PodSpec) policy.CheckResult {
		result := check(metadata, spec)
		j.calls = append(j.calls, call{revision, result.Allowed})
		return result
	}
}

// failing returns the sorted ids of the checks that refuse the pod.
func (j *judge) failing(level api.Level, minor int, pod *corev1.Pod) []string {
	at := api.LevelVersion{Level: level, Version: api.MajorMinorVersion(1, minor)}
	j.calls = j.calls[:0]
	recorded := j.recording.EvaluatePod(at, &pod.ObjectMeta, &pod.Spec)
	plain := j.plain.EvaluatePod(at, &pod.ObjectMeta, &pod.Spec)
	if !slices.Equal(recorded, plain) {
		panic(fmt.Sprintf("%s: the recording evaluator answers %v, the plain one %v", at, recorded, plain))
	}
	ids := []string{}
	for _, call := range j.calls {
		if !call.allowed {
			ids = append(ids, call.ID)
		}
	}
	whole := policy.AggregateCheckResults(plain)
	if whole.Allowed != (len(ids) == 0) || len(whole.ForbiddenReasons) != len(ids) {
		panic(fmt.Sprintf("%s: failing checks %v, but the evaluator's answer is %+v", at, ids, whole))
	}
	slices.Sort(ids)
	return ids
}

// inForce returns the revisions that the registry runs, sorted by id.
func (j *judge) inForce(level api.Level, minor int) []revision {
	j.failing(level, minor, &corev1.Pod{})
	revisions := make([]revision, 0, len(j.calls))
	for _, call := range j.calls {
		revisions = append(revisions, call.revision)
	}
	slices.SortFunc(revisions, func(a, b revision) int {
		if a.ID < b.ID {
			return -1
		}
		return 1
	})
	return revisions
}
