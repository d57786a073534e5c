// Command rbac-oracle says what Kubernetes' own code makes of RBAC objects.
//
// It reads one question per line on standard input,
//
//	{"rules":[…],
//	 "requests":[{"verb":"get","group":"","resource":"pods","subresource":"","name":""},
//	             {"verb":"get","path":"/healthz"}],
//	 "covered":[…],
//	 "objects":[{"role":{…}},{"clusterRole":{…}},{"roleBinding":{…}},{"clusterRoleBinding":{…}}]}
//
// and answers one line each: {"allowed":[…],"covered":[…],"refused":[["rules[0].verbs"],…]}: whether
// the rules allow each request, whether they cover each other rule, and which fields of each object
// validation refuses. A line {"bootstrap":true} is answered with the ClusterRoles and their bindings
// that an API server makes at its start, and one that it cannot judge with {"error":"…"}.
package main

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"

	rbacv1 "k8s.io/api/rbac/v1"
)

type question struct {
	Rules     []rbacv1.PolicyRule `json:"rules"`
	Requests  []request           `json:"requests"`
	Covered   []rbacv1.PolicyRule `json:"covered"`
	Objects   []object            `json:"objects"`
	Bootstrap bool                `json:"bootstrap"`
}

// request is about a resource, unless it has a path.
type request struct {
	Verb        string `json:"verb"`
	Group       string `json:"group"`
	Resource    string `json:"resource"`
	Subresource string `json:"subresource"`
	Name        string `json:"name"`
	Path        string `json:"path"`
}

// object is one of these.
type object struct {
	Role               *rbacv1.Role               `json:"role"`
	ClusterRole        *rbacv1.ClusterRole        `json:"clusterRole"`
	RoleBinding        *rbacv1.RoleBinding        `json:"roleBinding"`
	ClusterRoleBinding *rbacv1.ClusterRoleBinding `json:"clusterRoleBinding"`
}

// reply has one item for each request, rule and object.
type reply struct {
	Allowed []bool     `json:"allowed"`
	Covered []bool     `json:"covered"`
	Refused [][]string `json:"refused"`
}

func main() {
	if err := serve(bufio.NewReaderSize(os.Stdin, 1<<20), bufio.NewWriter(os.Stdout)); err != nil {
		fmt.Fprintln(os.Stderr, "rbac-oracle:", err)
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

// judgeLine turns what cannot be judged, and what panics, into answers.
func judgeLine(line []byte) (result any) {
	defer func() {
		if problem := recover(); problem != nil {
			result = map[string]string{"error": fmt.Sprint(problem)}
		}
	}()
	var asked question
	var err error
	if err = json.Unmarshal(line, &asked); err == nil {
		if asked.Bootstrap {
			result, err = bootstrapPolicy()
		} else {
			result, err = judge(&asked)
		}
	}
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
