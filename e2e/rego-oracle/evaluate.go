package main

import (
	"context"
	"encoding/json"
	"errors"

	"github.com/open-policy-agent/opa/v1/ast"
	"github.com/open-policy-agent/opa/v1/rego"
	"github.com/open-policy-agent/opa/v1/types"
)

// provider is what answers `external_data` in one evaluation.
type provider struct {
	reply json.RawMessage
	asked []string
}

type providerKey struct{}

// outcome is what came of a review.
type outcome struct {
	Violations []any    `json:"violations"`
	Asked      []string `json:"asked"`
}

// prepare compiles the Rego of a template, with Gatekeeper's builtin.
func prepare(text string) (rego.PreparedEvalQuery, error) {
	module, err := ast.ParseModuleWithOpts("template.rego", text, ast.ParserOptions{RegoVersion: ast.RegoV1})
	if err != nil {
		return rego.PreparedEvalQuery{}, err
	}
	// Gatekeeper takes data.lib and future only, and refuses even rego.v1.
	if len(module.Imports) > 0 {
		return rego.PreparedEvalQuery{}, errors.New("the template imports something")
	}
	asked := types.NewObject(nil, types.NewDynamicProperty(types.S, types.A))
	builtin := &rego.Function{
		Name:             "external_data",
		Decl:             types.NewFunction(types.Args(asked), types.A),
		Memoize:          true,
		Nondeterministic: true,
	}
	return rego.New(
		rego.Query("data.ringfence.violation"),
		rego.ParsedModule(module),
		rego.SetRegoVersion(ast.RegoV1),
		rego.Function1(builtin, externalData),
	).PrepareForEval(context.Background())
}

// externalData gives the reply of the evaluation, and notes what was asked for. Source: the
// constraint framework's builtin, which takes a provider and keys that are texts.
func externalData(call rego.BuiltinContext, operand *ast.Term) (*ast.Term, error) {
	answering := call.Context.Value(providerKey{}).(*provider)
	var request struct {
		Provider string   `json:"provider"`
		Keys     []string `json:"keys"`
	}
	if err := ast.As(operand.Value, &request); err != nil {
		return nil, err
	}
	if request.Provider != "ringfence" {
		return nil, errors.New("no such provider")
	}
	answering.asked = append(answering.asked, request.Keys...)
	if answering.reply == nil {
		return nil, errors.New("the provider cannot be asked")
	}
	value, err := number(answering.reply)
	if err != nil {
		return nil, err
	}
	converted, err := ast.InterfaceToValue(value)
	if err != nil {
		return nil, err
	}
	return ast.NewTerm(converted), nil
}

// evaluate asks for the violations of a review.
func (t *template) evaluate(input, reply json.RawMessage) (*outcome, error) {
	value, err := number(input)
	if err != nil {
		return nil, err
	}
	answering := &provider{reply: reply}
	ctx := context.WithValue(context.Background(), providerKey{}, answering)
	results, err := t.query.Eval(ctx, rego.EvalInput(value))
	if err != nil {
		return nil, err
	}
	if len(results) != 1 || len(results[0].Expressions) != 1 {
		return nil, errors.New("the template says nothing at all")
	}
	violations, is := results[0].Expressions[0].Value.([]any)
	if !is {
		return nil, errors.New("the violations are no set")
	}
	return &outcome{Violations: violations, Asked: answering.asked}, nil
}
