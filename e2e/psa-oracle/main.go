// Command psa-oracle says which Pod Security Admission checks a pod fails.
//
// It reads one pod per line on standard input ({"metadata":{…},"spec":{…}})
// and answers one line each: for both levels, the failing checks of every
// policy version, neighbouring versions with the same answer as one range.
// A pod that does not decode is answered {"error":"…"}.
//
// With -checks it prints, in the same ranges, which revision of which check
// is in force, and ends.
package main

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"slices"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/pod-security-admission/api"
	kjson "sigs.k8s.io/json"
)

// newest is the last policy version asked for, v1.37.
const newest = 37

// reply is the answer to one pod.
type reply struct {
	Baseline   []failingRange `json:"baseline"`
	Restricted []failingRange `json:"restricted"`
}

// failingRange holds for the versions v1.From to v1.To, both included.
type failingRange struct {
	From    int      `json:"from"`
	To      int      `json:"to"`
	Failing []string `json:"failing"`
}

// listing is what -checks prints.
type listing struct {
	Baseline   []checkRange `json:"baseline"`
	Restricted []checkRange `json:"restricted"`
}

type checkRange struct {
	From   int        `json:"from"`
	To     int        `json:"to"`
	Checks []revision `json:"checks"`
}

func main() {
	checks := flag.Bool("checks", false, "print which checks are in force at which version, and end")
	flag.Parse()
	if err := run(*checks); err != nil {
		fmt.Fprintln(os.Stderr, "psa-oracle:", err)
		os.Exit(1)
	}
}

func run(checks bool) error {
	judge, err := newJudge()
	if err != nil {
		return err
	}
	out := bufio.NewWriter(os.Stdout)
	if checks {
		return answer(out, listing{
			Baseline:   inForce(judge, api.LevelBaseline),
			Restricted: inForce(judge, api.LevelRestricted),
		})
	}
	return serve(judge, bufio.NewReaderSize(os.Stdin, 1<<20), out)
}

// serve answers line by line until standard input ends.
func serve(judge *judge, in *bufio.Reader, out *bufio.Writer) error {
	for {
		line, err := in.ReadBytes('\n')
		if len(bytes.TrimSpace(line)) > 0 {
			if err := answer(out, judgeLine(judge, line)); err != nil {
				return err
			}
		}
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return err
		}
	}
}

// judgeLine decodes as the API server does: keys are case-sensitive, integers
// stay integers, unknown fields are ignored, wrong types are errors.
// encoding/json alone would take "Privileged" for "privileged".
func judgeLine(judge *judge, line []byte) any {
	var pod corev1.Pod
	if err := kjson.UnmarshalCaseSensitivePreserveInts(line, &pod); err != nil {
		return map[string]string{"error": err.Error()}
	}
	return reply{
		Baseline:   failing(judge, api.LevelBaseline, &pod),
		Restricted: failing(judge, api.LevelRestricted, &pod),
	}
}

func failing(judge *judge, level api.Level, pod *corev1.Pod) []failingRange {
	var ranges []failingRange
	for minor := 0; minor <= newest; minor++ {
		ids := judge.failing(level, minor, pod)
		if last := len(ranges) - 1; last >= 0 && slices.Equal(ranges[last].Failing, ids) {
			ranges[last].To = minor
			continue
		}
		ranges = append(ranges, failingRange{From: minor, To: minor, Failing: ids})
	}
	return ranges
}

func inForce(judge *judge, level api.Level) []checkRange {
	var ranges []checkRange
	for minor := 0; minor <= newest; minor++ {
		revisions := judge.inForce(level, minor)
		if last := len(ranges) - 1; last >= 0 && slices.Equal(ranges[last].Checks, revisions) {
			ranges[last].To = minor
			continue
		}
		ranges = append(ranges, checkRange{From: minor, To: minor, Checks: revisions})
	}
	return ranges
}

// answer flushes every line: the caller may be waiting for it.
func answer(out *bufio.Writer, value any) error {
	if err := json.NewEncoder(out).Encode(value); err != nil {
		return err
	}
	return out.Flush()
}
