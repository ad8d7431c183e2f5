package main

import (
	"bytes"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"
	"github.com/santhosh-tekuri/jsonschema/v6"

	"remotion-doctor/doctor/fleet"
	"remotion-doctor/fixtures"
	"remotion-doctor/localaws"
	"remotion-doctor/report"
	"remotion-doctor/source/files"
)

func TestMain(m *testing.M) {
	testscript.Main(m, map[string]func(){"remotion-doctor": main})
}

// TestScripts drives the real binary. The command `aws [-snapshot=FILE]
// [FAULT …]` starts a local AWS endpoint on a snapshot, else on the demo
// account, and points AWS_ENDPOINT_URL at it; `endpoint STATUS FILE` starts one
// that answers everything with a file; `schema FILE` holds a report against the
// published schema.
func TestScripts(t *testing.T) {
	p := scriptParams()
	p.Dir, p.UpdateScripts = "testdata/script", os.Getenv("UPDATE_SCRIPTS") != ""
	testscript.Run(t, p)
}

func scriptParams() testscript.Params {
	return testscript.Params{
		Setup: func(env *testscript.Env) error {
			for _, kv := range []string{
				"HOME=" + env.WorkDir, "AWS_CONFIG_FILE=" + env.WorkDir + "/no-config", "AWS_SHARED_CREDENTIALS_FILE=" + env.WorkDir + "/no-credentials",
				"AWS_EC2_METADATA_DISABLED=true", "AWS_ACCESS_KEY_ID=AKIATEST", "AWS_SECRET_ACCESS_KEY=0123456789abcdefSECRET0123456789", "AWS_REGION=us-east-1",
			} {
				name, value, _ := strings.Cut(kv, "=")
				env.Setenv(name, value)
			}
			deploy, err := filepath.Abs("../../deploy")
			env.Setenv("DEPLOY", deploy)
			return err
		},
		Cmds: map[string]func(ts *testscript.TestScript, neg bool, args []string){
			"aws":      startAWS,
			"endpoint": startEndpoint,
			"schema":   checkSchema,
		},
	}
}

func startAWS(ts *testscript.TestScript, _ bool, args []string) {
	var o localaws.Options
	many := ""
	snapshot, err := files.SnapshotOr(fixtures.Demo, "")
	ts.Check(err)
	for _, spec := range args {
		if folder, ok := strings.CutPrefix(spec, "-snapshots="); ok {
			many = ts.MkAbs(folder)
			continue
		}
		if path, ok := strings.CutPrefix(spec, "-snapshot="); ok {
			snapshot, err = files.ReadSnapshot(ts.MkAbs(path))
			ts.Check(err)
			continue
		}
		fault, err := localaws.ParseFault(spec)
		ts.Check(err)
		o.Faults = append(o.Faults, fault)
	}
	if many != "" {
		list, err := fleet.ReadSnapshots(many)
		ts.Check(err)
		d, err := localaws.ReadDirectory(many)
		ts.Check(err)
		cloud, err := localaws.NewCloud(list, localaws.CloudOptions{Options: o, Directory: d})
		ts.Check(err)
		start(ts, cloud)
		return
	}
	server, err := localaws.New(snapshot, o)
	ts.Check(err)
	start(ts, server)
}

func startEndpoint(ts *testscript.TestScript, _ bool, args []string) {
	body := ts.ReadFile(args[0])
	start(ts, http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "text/html")
		_, _ = w.Write([]byte(body))
	}))
}

func start(ts *testscript.TestScript, h http.Handler) {
	s := httptest.NewServer(h)
	ts.Defer(s.Close)
	ts.Setenv("AWS_ENDPOINT_URL", s.URL)
}

func checkSchema(ts *testscript.TestScript, neg bool, args []string) {
	if err := validateReport([]byte(ts.ReadFile(args[0]))); (err != nil) != neg {
		ts.Fatalf("%s: %v", args[0], err)
	}
}

// validateReport holds a report against the published schema; members that the
// schema does not name are refused.
func validateReport(data []byte) error {
	schema, err := jsonschema.UnmarshalJSON(strings.NewReader(report.Schema()))
	if err != nil {
		return err
	}
	forbidOthers(schema)
	c := jsonschema.NewCompiler()
	if err := c.AddResource("report.schema.json", schema); err != nil {
		return err
	}
	compiled, err := c.Compile("report.schema.json")
	if err != nil {
		return err
	}
	v, err := jsonschema.UnmarshalJSON(bytes.NewReader(data))
	if err != nil {
		return err
	}
	return compiled.Validate(v)
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
