// Command network-oracle says which traffic NetworkPolicies let pass.
//
// It reads one snapshot per line on standard input,
//
//	{"policies":[…],"namespaces":[…],"pods":[…],
//	 "queries":[{"from":{"pod":0},"to":{"address":"192.0.2.1"},"protocol":"TCP","port":80}]}
//
// and answers one line each: {"egress":[true,…],"ingress":[true,…]}, one item
// a query. A line that it cannot judge is answered {"error":"…"}.
package main

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"

	corev1 "k8s.io/api/core/v1"
	networkingv1 "k8s.io/api/networking/v1"
)

// snapshot is what is asked about, and the questions.
type snapshot struct {
	Policies   []*networkingv1.NetworkPolicy `json:"policies"`
	Namespaces []*corev1.Namespace           `json:"namespaces"`
	Pods       []*corev1.Pod                 `json:"pods"`
	Queries    []query                       `json:"queries"`
}

type query struct {
	From     endpoint        `json:"from"`
	To       endpoint        `json:"to"`
	Protocol corev1.Protocol `json:"protocol"`
	Port     int             `json:"port"`
}

// endpoint is a pod of the snapshot, or an address outside of the cluster.
type endpoint struct {
	Pod     *int   `json:"pod"`
	Address string `json:"address"`
}

// reply has one item for each query.
type reply struct {
	Egress  []bool `json:"egress"`
	Ingress []bool `json:"ingress"`
}

func main() {
	if err := serve(bufio.NewReaderSize(os.Stdin, 1<<20), bufio.NewWriter(os.Stdout)); err != nil {
		fmt.Fprintln(os.Stderr, "network-oracle:", err)
		os.Exit(1)
	}
}

// serve answers line by line until standard input ends.
func serve(in *bufio.Reader, out *bufio.Writer) error {
	for {
		line, err := in.ReadBytes('\n')
		if len(bytes.TrimSpace(line)) > 0 {
			if err := answer(out, judgeLine(line)); err != nil {
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

// judgeLine turns the evaluator's panics on what it cannot judge into answers.
func judgeLine(line []byte) (result any) {
	defer func() {
		if problem := recover(); problem != nil {
			result = map[string]string{"error": fmt.Sprint(problem)}
		}
	}()
	var asked snapshot
	if err := json.Unmarshal(line, &asked); err != nil {
		return map[string]string{"error": err.Error()}
	}
	result, err := judge(&asked)
	if err != nil {
		return map[string]string{"error": err.Error()}
	}
	return result
}

// answer flushes every line: the caller may be waiting for it.
func answer(out *bufio.Writer, value any) error {
	if err := json.NewEncoder(out).Encode(value); err != nil {
		return err
	}
	return out.Flush()
}
