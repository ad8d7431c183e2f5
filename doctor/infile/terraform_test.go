package infile_test

import (
	"bytes"
	"context"
	"encoding/json"
	"os"
	"path/filepath"
	"testing"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"
	"github.com/zclconf/go-cty/cty/function"
	"github.com/zclconf/go-cty/cty/function/stdlib"

	"remotion-doctor/doctor"
)

// applied adds the resources of a configuration to the plan of the module that
// it is in, as `terraform plan` would: the name of another resource is known
// where the plan knows it.
func applied(t *testing.T, plan, config []byte, module, call string) []byte {
	t.Helper()
	file, diags := hclsyntax.ParseConfig(config, "x.tf", hcl.InitialPos)
	if diags.HasErrors() {
		t.Fatalf("%v\n%s", diags, config)
	}
	type object = map[string]any
	var p object
	if err := json.Unmarshal(plan, &p); err != nil {
		t.Fatal(err)
	}
	child := p["planned_values"].(object)["root_module"].(object)["child_modules"].([]any)[0].(object)
	var values, configured, changes []any
	for _, b := range file.Body.(*hclsyntax.Body).Blocks {
		own := object{}
		known, unknown, expressions := object{}, object{}, object{}
		for name, a := range b.Body.Attributes {
			if traversals := a.Expr.Variables(); len(traversals) > 0 {
				from := a.Expr.Range()
				text := string(config[from.Start.Byte:from.End.Byte])
				of := text[:len(text)-len(".name")]
				expressions[name] = object{"references": []string{text, of}}
				unknown[name] = true
				for _, r := range child["resources"].([]any) {
					if value, ok := r.(object)["values"].(object)["name"]; ok && r.(object)["address"] == module+"."+of {
						known[name] = value
						delete(unknown, name)
					}
				}
				continue
			}
			v, diags := a.Expr.Value(&hcl.EvalContext{Functions: map[string]function.Function{"jsonencode": stdlib.JSONEncodeFunc}})
			if diags.HasErrors() {
				t.Fatal(diags)
			}
			known[name], expressions[name] = v.AsString(), object{"constant_value": v.AsString()}
		}
		own["mode"], own["type"], own["name"] = "managed", b.Labels[0], b.Labels[1]
		with := func(address string, more object) object {
			out := object{"address": address}
			for k, v := range own {
				out[k] = v
			}
			for k, v := range more {
				out[k] = v
			}
			return out
		}
		address := b.Labels[0] + "." + b.Labels[1]
		values = append(values, with(module+"."+address, object{"values": known}))
		configured = append(configured, with(address, object{"expressions": expressions}))
		changes = append(changes, with(module+"."+address, object{"change": object{"actions": []string{"create"}, "after": known, "after_unknown": unknown}}))
	}
	add := func(o any, key string, list []any) { m := o.(object); m[key] = append(m[key].([]any), list...) }
	add(child, "resources", values)
	add(p["configuration"].(object)["root_module"].(object)["module_calls"].(object)[call].(object)["module"], "resources", configured)
	add(p, "resource_changes", changes)
	delete(p, "format_version")
	delete(p, "terraform_version")
	out, err := json.Marshal(p)
	if err != nil {
		t.Fatal(err)
	}
	// A plan is recognised by its beginning.
	return append([]byte(`{"format_version": "1.2", "terraform_version": "1.9.0", `), out[1:]...)
}

// TestWriteTerraform: the new file lies in the folder of the module that
// declares the role, refers to it, and the plan with it passes.
func TestWriteTerraform(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	if err := os.CopyFS(dir, os.DirFS(filepath.Join("..", "..", "fixtures", "iac", "terraform"))); err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(dir, "old.plan.json")
	_, p := plan(t, path, "")
	if len(p.Refused) > 0 || len(p.Changed()) != 1 {
		t.Fatalf("refused %v, changed %d", p.Refused, len(p.Changed()))
	}
	if err := p.Write(context.Background()); err != nil {
		t.Fatal(err)
	}
	written := filepath.Join(dir, "modules", "render-worker", "remotion_grants.tf")
	config, err := os.ReadFile(written)
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Contains(config, []byte("= aws_iam_role.worker.name")) {
		t.Errorf("it does not refer to the role:\n%s", config)
	}
	before, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	after := filepath.Join(dir, "after.plan.json")
	if err := os.WriteFile(after, applied(t, before, config, `module.worker["blue"]`, "worker"), 0o600); err != nil {
		t.Fatal(err)
	}
	o, err := options(after)
	if err != nil {
		t.Fatal(err)
	}
	list, err := doctor.Fix(context.Background(), o)
	if err != nil {
		t.Fatal(err)
	}
	for _, x := range list {
		if x.Change != nil || x.Before.Met() != x.Before.Total() {
			t.Errorf("%s: %s: %s", x.Principal.ARN, x.Outcome(), x.Findings[0].Reason)
		}
	}
	// A second time the same is said, and nothing written.
	if _, again := plan(t, path, ""); len(again.Changed()) > 0 || len(again.Refused) > 0 {
		t.Errorf("a second time: %d changed, %v", len(again.Changed()), again.Refused)
	}
}
