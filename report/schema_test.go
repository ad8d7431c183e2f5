package report

import (
	"bytes"
	"encoding/json"
	"os"
	"testing"

	"github.com/santhosh-tekuri/jsonschema/v6"
)

// compile compiles a schema. strict refuses members that the schema does not
// name, which readers are asked not to do.
func compile(t testing.TB, text []byte, strict bool) *jsonschema.Schema {
	t.Helper()
	doc, err := jsonschema.UnmarshalJSON(bytes.NewReader(text))
	if err != nil {
		t.Fatal(err)
	}
	if strict {
		forbidOthers(doc)
	}
	c := jsonschema.NewCompiler()
	if err := c.AddResource("schema.json", doc); err != nil {
		t.Fatal(err)
	}
	s, err := c.Compile("schema.json")
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func forbidOthers(v any) {
	switch v := v.(type) {
	case map[string]any:
		if _, ok := v["properties"].(map[string]any); ok {
			v["additionalProperties"] = false
		}
		for name, inner := range v {
			if name != "oneOf" { // says more of members that are named above
				forbidOthers(inner)
			}
		}
	case []any:
		for _, inner := range v {
			forbidOthers(inner)
		}
	}
}

func validate(t testing.TB, s *jsonschema.Schema, name string, data []byte) {
	t.Helper()
	v, err := jsonschema.UnmarshalJSON(bytes.NewReader(data))
	if err != nil {
		t.Fatalf("%s: %v", name, err)
	}
	if err := s.Validate(v); err != nil {
		t.Errorf("%s: %v", name, err)
	}
}

// TestSchema: every report is as the published schema says, and the schema
// knows every member.
func TestSchema(t *testing.T) {
	s := compile(t, []byte(Schema()), true)
	for name, r := range reports(t) {
		var b bytes.Buffer
		if err := JSON(&b, r); err != nil {
			t.Fatal(err)
		}
		validate(t, s, name, b.Bytes())
	}
}

func TestSchemaRefuses(t *testing.T) {
	s := compile(t, []byte(Schema()), false)
	var good bytes.Buffer
	if err := JSON(&good, every(t)); err != nil {
		t.Fatal(err)
	}
	for name, change := range map[string]func(map[string]any){
		"another version":  func(r map[string]any) { r["schemaVersion"] = "2" },
		"no sections":      func(r map[string]any) { delete(r, "sections") },
		"an odd status":    func(r map[string]any) { finding(r)["status"] = "fine" },
		"an odd decision":  func(r map[string]any) { finding(r)["layer"] = "luck" },
		"an odd digest":    func(r map[string]any) { r["digest"] = "sha256:12" },
		"half a position":  func(r map[string]any) { section(r)["location"] = map[string]any{"file": "f", "line": 3, "column": 0} },
		"a negative count": func(r map[string]any) { section(r)["summary"].(map[string]any)["pass"] = -1 },
		"an odd exit code": func(r map[string]any) { section(r)["error"] = map[string]any{"message": "m", "exitCode": 7} },
		"a missing reason": func(r map[string]any) { delete(finding(r), "reason") },
	} {
		var r map[string]any
		if err := json.Unmarshal(good.Bytes(), &r); err != nil {
			t.Fatal(err)
		}
		change(r)
		if s.Validate(r) == nil {
			t.Errorf("the schema accepts %s", name)
		}
	}
}

func section(r map[string]any) map[string]any {
	return r["sections"].([]any)[0].(map[string]any)
}

func finding(r map[string]any) map[string]any {
	return section(r)["findings"].([]any)[0].(map[string]any)
}

// TestSARIFSchema validates against the schema that OASIS publishes (SARIF
// 2.1.0, errata 01), as module github.com/owenrumney/go-sarif carries it.
func TestSARIFSchema(t *testing.T) {
	text, err := os.ReadFile("testdata/sarif/sarif-schema-2.1.0.json")
	if err != nil {
		t.Fatal(err)
	}
	s := compile(t, text, false)
	all := reports(t)
	all["many"] = many(t, 500)
	for name, r := range all {
		var b bytes.Buffer
		if err := SARIF(&b, r); err != nil {
			t.Fatal(err)
		}
		validate(t, s, name, b.Bytes())
	}
}
