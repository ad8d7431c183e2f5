package main

import (
	"bytes"
	"flag"
	"net/http/httptest"
	"os"
	"strings"
	"testing"
	"time"

	"remotion-doctor/audit"
	"remotion-doctor/fixtures"
	"remotion-doctor/iam"
	"remotion-doctor/internal/asked"
	"remotion-doctor/localaws"
	"remotion-doctor/report"
	"remotion-doctor/source/awsapi"
	"remotion-doctor/source/files"
)

var update = flag.Bool("update", false, "rewrite the golden files")

// TestDemoJSON holds the whole way from target to JSON to a golden report.
func TestDemoJSON(t *testing.T) {
	var out bytes.Buffer
	a := &app{
		stdout: &out, stderr: &bytes.Buffer{}, getenv: func(string) string { return "" },
		now: func() time.Time { return time.Date(2026, 11, 23, 0, 0, 0, 0, time.UTC) },
	}
	if err := a.demo(t.Context(), &outputFlags{format: "json", failOn: "never", color: asked.Color{When: "auto"}}); err != nil {
		t.Fatal(err)
	}
	if err := validateReport(out.Bytes()); err != nil {
		t.Errorf("the demo's report is not as the schema says: %v", err)
	}
	const path = "testdata/demo.json"
	if *update {
		if err := os.WriteFile(path, out.Bytes(), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(out.Bytes(), want) {
		t.Errorf("the demo's report differs from %s; run with -update and look at the difference", path)
	}
}

// TestFirstTenLines: at 80 columns the verdict, what works and what fails, the
// cause and the command stand in the first twelve lines of each target that
// fails, and in ten of the first.
func TestFirstTenLines(t *testing.T) {
	t.Parallel()
	r := reportIn(t, "testdata/demo.json")
	sections := r.Sections
	for i := range sections {
		if len(sections[i].Next) == 0 {
			continue
		}
		r.Sections, r.Notes = sections[i:i+1], nil
		var out bytes.Buffer
		if err := report.Table(&out, r, report.Options{Width: 80}); err != nil {
			t.Fatal(err)
		}
		lines := strings.Split(out.String(), "\n")
		most := 12
		if i == 0 {
			most = 10
		}
		head := strings.Join(lines[:most], "\n")
		for _, want := range []string{"✗ ", "\nworks ", "\ncause ", "remotion-doctor "} {
			if !strings.Contains(head, want) {
				t.Errorf("%s: the first %d lines lack %q:\n%s", sections[i].Target.Name, most, want, head)
			}
		}
	}
}

// TestDemoFits: at 80 columns the demo fits on two screens of 40 lines, begins
// with all targets, what fails first, and ends with what to look at next.
func TestDemoFits(t *testing.T) {
	t.Parallel()
	f, err := os.Open("testdata/demo.json")
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	r, err := report.ReadJSON(f)
	if err != nil {
		t.Fatal(err)
	}
	var out bytes.Buffer
	if err := report.Table(&out, r, report.Options{Width: 80, Details: 1}); err != nil {
		t.Fatal(err)
	}
	lines := strings.Split(strings.TrimSpace(out.String()), "\n")
	if len(lines) > 80 {
		t.Errorf("%d lines:\n%s", len(lines), out.String())
	}
	head, tail := strings.Join(lines[:14], "\n"), strings.Join(lines[len(lines)-10:], "\n")
	for i := range r.Sections {
		if name := r.Sections[i].Target.Name; !strings.Contains(head, name) {
			t.Errorf("the first lines do not name %s:\n%s", name, head)
		}
	}
	for _, want := range []string{"next: `remotion-doctor demo --verbose`", "remotion-doctor serve", "check --function"} {
		if !strings.Contains(tail, want) {
			t.Errorf("the last lines lack %q:\n%s", want, tail)
		}
	}
}

// TestEnginesAgree: for every demo principal the policy simulator, over HTTP,
// and the offline evaluator come to the same status for every grant.
func TestEnginesAgree(t *testing.T) {
	snapshot, err := files.SnapshotOr(fixtures.Demo, "")
	if err != nil {
		t.Fatal(err)
	}
	server, err := localaws.New(snapshot, localaws.Options{})
	if err != nil {
		t.Fatal(err)
	}
	s := httptest.NewServer(server)
	defer s.Close()
	client, err := awsapi.Open(t.Context(), awsapi.Options{EndpointURL: s.URL, Region: "us-east-1", Isolated: true})
	if err != nil {
		t.Fatal(err)
	}
	local := offline(t, snapshot)
	targets := append(demoTargets(t), audit.Target{Kind: audit.TargetUser, Name: "deployer"}, audit.Target{Kind: audit.TargetRole, Name: "remotion-lambda-role"})
	for _, target := range targets {
		for _, requirement := range []string{"caller", "renderer"} {
			for _, regions := range [][]string{{"us-east-1"}, {"us-east-1", "eu-west-1"}} {
				asked := sectionOf(t, client, target, requirement, regions...)
				computed := sectionOf(t, local, target, requirement, regions...)
				if asked.Error != nil || computed.Error != nil || len(asked.Findings) == 0 {
					t.Fatalf("%s: %v, %v", target, asked.Error, computed.Error)
				}
				for i, f := range asked.Findings {
					g := computed.Findings[i]
					// What only the simulator says of an organization is not certain.
					if f.Status == audit.Unknown && g.Status == audit.Blocked && g.Layer == iam.LayerSCP && f.Gap != nil && f.Gap.Layer == iam.LayerSCP {
						continue
					}
					if f.Status != g.Status || f.Layer != g.Layer {
						t.Errorf("%s %v: %s on %s: AWS says %s (%s), offline %s (%s)", target, regions, f.Action, f.Resource, f.Status, f.Reason, g.Status, g.Reason)
					}
				}
			}
		}
	}
}

// demoTargets are the stories of the demo account.
func demoTargets(t *testing.T) []audit.Target {
	t.Helper()
	var out []audit.Target
	for _, story := range fixtures.DemoTargets() {
		target, ok := audit.ParseTarget(story)
		if !ok {
			t.Fatalf("%q is no target", story)
		}
		out = append(out, target)
	}
	return out
}
