// Command gatekeeper-driver reviews requests as Gatekeeper does: its constraint
// client, its driver for Rego, its target, and its calls of providers over TLS.
//
//	gatekeeper-driver TEMPLATE.yaml CONSTRAINTS.yaml PROVIDER.yaml CERTIFICATES
//
// CERTIFICATES is the folder with tls.crt and tls.key, by which the provider
// knows Gatekeeper. It reads one question per line on standard input,
//
//	{"request":{…},"namespace":{…}}   a request for admission
//	{"object":{…},"namespace":{…}}    an object that an audit found
//
// and answers each with the violations, of every constraint that matches:
// {"results":[{"constraint":"…","action":"deny","msg":"…"}]}. A question that
// cannot be answered is answered {"error":"…"}.
//
//	gatekeeper-driver bench -controls FOLDER -requests FILE [-reviews N] [-parallel N]
//	gatekeeper-driver bench -template … -constraints … -provider … -certificates … -requests …
//
// measures reviews instead: see bench.go.
package main

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"

	admissionv1 "k8s.io/api/admission/v1"
	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
)

// question is one line.
type question struct {
	Request   *admissionv1.AdmissionRequest `json:"request"`
	Object    *unstructured.Unstructured    `json:"object"`
	Namespace *corev1.Namespace             `json:"namespace"`
}

// result is one violation.
type result struct {
	Constraint string `json:"constraint"`
	Action     string `json:"action"`
	Msg        string `json:"msg"`
}

func main() {
	if err := run(context.Background()); err != nil {
		fmt.Fprintln(os.Stderr, "gatekeeper-driver:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context) error {
	if len(os.Args) > 1 && os.Args[1] == "bench" {
		return bench(ctx, os.Args[2:])
	}
	if len(os.Args) != 5 {
		return errors.New("give a template, constraints, a provider and a folder of certificates")
	}
	gatekeeper, err := newGatekeeper(ctx, os.Args[1], os.Args[2], os.Args[3], os.Args[4], cached)
	if err != nil {
		return err
	}
	return serve(ctx, gatekeeper, bufio.NewReaderSize(os.Stdin, 1<<20), bufio.NewWriter(os.Stdout))
}

// serve answers line by line until standard input ends.
func serve(ctx context.Context, gatekeeper *gatekeeper, in *bufio.Reader, out *bufio.Writer) error {
	for {
		line, err := in.ReadBytes('\n')
		if len(bytes.TrimSpace(line)) > 0 {
			if err := write(out, answer(ctx, gatekeeper, line)); err != nil {
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

func answer(ctx context.Context, gatekeeper *gatekeeper, line []byte) any {
	var asked question
	err := json.Unmarshal(line, &asked)
	var results []result
	if err == nil {
		results, err = gatekeeper.review(ctx, &asked)
	}
	if err != nil {
		return map[string]string{"error": err.Error()}
	}
	return map[string]any{"results": results}
}

// write flushes every line: the caller may be waiting for it.
func write(out *bufio.Writer, value any) error {
	if err := json.NewEncoder(out).Encode(value); err != nil {
		return err
	}
	return out.Flush()
}
