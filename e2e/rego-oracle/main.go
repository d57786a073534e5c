// Command rego-oracle evaluates a ConstraintTemplate with OPA.
//
//	rego-oracle TEMPLATE.yaml
//
// It reads one question per line on standard input. A question about a review,
//
//	{"input":{"review":{…},"parameters":{…}},"reply":{…}}
//
// is answered with the violations, and with the keys that the template asked the
// provider for: {"violations":[{"msg":"…","details":{…}}],"asked":["…"]}. The
// reply is what `external_data` returns; without one the builtin fails, as it
// does where no provider is registered. A question about parameters,
//
//	{"parameters":{…}}
//
// is answered with what an API server finds wrong with them: {"wrong":["…"]}. A
// line that cannot be answered is answered {"error":"…"}.
package main

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
)

// question is one line.
type question struct {
	Input      json.RawMessage `json:"input"`
	Reply      json.RawMessage `json:"reply"`
	Parameters json.RawMessage `json:"parameters"`
}

func main() {
	if err := run(); err != nil {
		fmt.Fprintln(os.Stderr, "rego-oracle:", err)
		os.Exit(1)
	}
}

func run() error {
	if len(os.Args) != 2 {
		return errors.New("give the file of a ConstraintTemplate")
	}
	text, err := os.ReadFile(os.Args[1])
	if err != nil {
		return err
	}
	template, err := parse(text)
	if err != nil {
		return fmt.Errorf("%s: %w", os.Args[1], err)
	}
	return serve(template, bufio.NewReaderSize(os.Stdin, 1<<20), bufio.NewWriter(os.Stdout))
}

// serve answers line by line until standard input ends.
func serve(template *template, in *bufio.Reader, out *bufio.Writer) error {
	for {
		line, err := in.ReadBytes('\n')
		if len(bytes.TrimSpace(line)) > 0 {
			if err := write(out, answer(template, line)); err != nil {
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

func answer(template *template, line []byte) any {
	var asked question
	err := json.Unmarshal(line, &asked)
	var result any
	switch {
	case err != nil:
	case asked.Input != nil:
		result, err = template.evaluate(asked.Input, asked.Reply)
	case asked.Parameters != nil:
		result, err = template.validate(asked.Parameters)
	default:
		err = errors.New("neither input nor parameters")
	}
	if err != nil {
		return map[string]string{"error": err.Error()}
	}
	return result
}

// write flushes every line: the caller may be waiting for it.
func write(out *bufio.Writer, value any) error {
	if err := json.NewEncoder(out).Encode(value); err != nil {
		return err
	}
	return out.Flush()
}
