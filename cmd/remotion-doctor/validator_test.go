package main

import (
	"bytes"
	"encoding/json"
	"encoding/xml"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"

	"remotion-doctor/audit"
	"remotion-doctor/fixtures"
	"remotion-doctor/iam"
	"remotion-doctor/localaws"
	"remotion-doctor/source/files"
)

// TestRemotionsOwnValidator runs simulatePermissions() of the npm package
// against the local endpoint, for each principal of the demo account: it gets
// the decisions that its requests ask for, and where the doctor comes to
// another conclusion, the report says why.
//
// It needs node and the package: the folder that REMOTION_DOCTOR_NODE_MODULES
// names has it in node_modules, or REMOTION_DOCTOR_NPM=1 lets npm install it into
// a temporary folder.
func TestRemotionsOwnValidator(t *testing.T) {
	folder := npmFolder(t)
	principals := demoPrincipals(t)
	snapshot, err := files.SnapshotOr(fixtures.Demo, "")
	if err != nil {
		t.Fatal(err)
	}
	snapshot.Callers = map[string]string{}
	var keys []string
	for i, p := range principals {
		key := "AKIAVALIDATOR" + string(rune('A'+i))
		keys = append(keys, key)
		snapshot.Callers[key] = callerARN(p)
	}
	server, err := localaws.New(snapshot, localaws.Options{})
	if err != nil {
		t.Fatal(err)
	}
	w := &wire{next: server, answers: map[string][]result{}}
	s := httptest.NewServer(w)
	defer s.Close()
	results := runValidator(t, folder, s.URL, keys)

	local := offline(t, snapshot)
	differences := 0
	for i, p := range principals {
		asked, got := w.answers[keys[i]], results[keys[i]]
		if len(got) == 0 || !slices.Equal(asked, got) {
			t.Errorf("%s: Remotion reports %v, the endpoint answered %v", p.ARN, got, asked)
			continue
		}
		section := sectionOf(t, local, audit.Target{Kind: targetKind(p), Name: p.ARN}, "caller", "us-east-1")
		if section.Error != nil {
			t.Fatal(section.Error.Message)
		}
		t.Logf("%s", p.ARN)
		for _, r := range got {
			finding := findingFor(section.Findings, r.Name)
			why, same := compareWith(r, finding)
			if !same && why == "" {
				why = withoutContext(t, local, p, finding)
			}
			switch {
			case same:
			case why == "":
				t.Errorf("  %s: Remotion says %s, the doctor %s (%s), and nothing explains it", r.Name, r.Decision, finding.Status, finding.Reason)
			default:
				differences++
				t.Logf("  %-34s Remotion: %-12s doctor: %-7s %s", r.Name, r.Decision, finding.Status, why)
			}
		}
	}
	if differences == 0 {
		t.Error("the doctor agrees with Remotion's validator on everything: the demo account shows no difference any more")
	}
}

// npmFolder returns a folder with @remotion/lambda in its node_modules.
func npmFolder(t *testing.T) string {
	t.Helper()
	if _, err := exec.LookPath("node"); err != nil {
		t.Skip("node is not installed")
	}
	if folder := os.Getenv("REMOTION_DOCTOR_NODE_MODULES"); folder != "" {
		return folder
	}
	if os.Getenv("REMOTION_DOCTOR_NPM") == "" {
		t.Skip("@remotion/lambda is not there: REMOTION_DOCTOR_NPM=1 lets npm install it, REMOTION_DOCTOR_NODE_MODULES=FOLDER names where it is")
	}
	folder := t.TempDir()
	cmd := exec.Command("npm", "install", "--prefix", folder, "--no-audit", "--no-fund", "--ignore-scripts", "@remotion/lambda")
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("npm install: %v\n%s", err, out)
	}
	return folder
}

// demoPrincipals are the principals of the demo's stories, and a user.
func demoPrincipals(t *testing.T) []iam.Principal {
	t.Helper()
	snapshot, err := files.SnapshotOr(fixtures.Demo, "")
	if err != nil {
		t.Fatal(err)
	}
	local := offline(t, snapshot)
	var out []iam.Principal
	for _, target := range append(demoTargets(t), audit.Target{Kind: audit.TargetUser, Name: "deployer"}) {
		found, err := local.Resolve(t.Context(), target)
		if err != nil {
			t.Fatal(err)
		}
		out = append(out, found.Principal)
	}
	return out
}

// callerARN is the ARN that STS tells a principal, without the role's path.
func callerARN(p iam.Principal) string {
	if p.Type() == "user" {
		return p.ARN
	}
	return "arn:" + p.Partition() + ":sts::" + p.AccountID + ":assumed-role/" + p.Name() + "/session"
}

func targetKind(p iam.Principal) audit.TargetKind {
	if p.Type() == "user" {
		return audit.TargetUser
	}
	return audit.TargetRole
}

// A result is one line of Remotion's validator.
type result struct {
	Decision string `json:"decision" xml:"EvalDecision"`
	Name     string `json:"name" xml:"EvalActionName"`
}

func runValidator(t *testing.T, folder, endpoint string, keys []string) map[string][]result {
	t.Helper()
	cmd := exec.Command("node", append([]string{filepath.Join("testdata", "simulate.cjs"), folder, "us-east-1"}, keys...)...)
	cmd.Env = append(os.Environ(), "AWS_ENDPOINT_URL="+endpoint, "AWS_EC2_METADATA_DISABLED=true", "REMOTION_DISABLE_AWS_CLIENT_CACHE=1", "AWS_PROFILE=", "REMOTION_AWS_PROFILE=")
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("simulatePermissions(): %v\n%s", err, stderr.String())
	}
	var results map[string][]result
	if err := json.Unmarshal(out, &results); err != nil {
		t.Fatalf("simulatePermissions() printed %s: %v", out, err)
	}
	return results
}

// A wire keeps what the simulator answered to each access key.
type wire struct {
	next    http.Handler
	mu      sync.Mutex
	answers map[string][]result
}

func (w *wire) ServeHTTP(rw http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(r.Body)
	if err != nil {
		http.Error(rw, err.Error(), http.StatusBadRequest)
		return
	}
	r.Body = io.NopCloser(bytes.NewReader(body))
	recorder := httptest.NewRecorder()
	w.next.ServeHTTP(recorder, r)
	form, _ := url.ParseQuery(string(body)) // another protocol's body has no Action
	if form.Get("Action") == "SimulatePrincipalPolicy" {
		var answer struct {
			Results []result `xml:"SimulatePrincipalPolicyResult>EvaluationResults>member"`
		}
		_, rest, _ := strings.Cut(r.Header.Get("Authorization"), "Credential=")
		key, _, _ := strings.Cut(rest, "/")
		if err := xml.Unmarshal(recorder.Body.Bytes(), &answer); err == nil {
			w.mu.Lock()
			w.answers[key] = append(w.answers[key], answer.Results...)
			w.mu.Unlock()
		}
	}
	for name, values := range recorder.Header() {
		rw.Header()[name] = values
	}
	rw.WriteHeader(recorder.Code)
	_, _ = rw.Write(recorder.Body.Bytes())
}

// withoutContext says which condition keys a finding hangs on that Remotion's
// validator does not send.
func withoutContext(t *testing.T, local *files.Source, p iam.Principal, f audit.Finding) string {
	t.Helper()
	verdicts, err := local.Evaluate(t.Context(), p, []iam.Probe{{Action: f.Action, Resource: f.Resource}})
	if err != nil {
		t.Fatal(err)
	}
	if keys := verdicts[0].MissingContext; len(keys) > 0 {
		return "a condition holds for Remotion's requests, and its validator does not send " + strings.Join(keys, ", ")
	}
	return ""
}

// findingFor returns the worst finding about an action.
func findingFor(findings []audit.Finding, action string) audit.Finding {
	var found audit.Finding
	for _, f := range findings {
		if f.Action == action && (found.Action == "" || found.Status == audit.Pass) {
			found = f
		}
	}
	return found
}

// compareWith says whether the doctor agrees with Remotion, and else why not.
func compareWith(r result, f audit.Finding) (why string, same bool) {
	allowed := r.Decision == string(iam.Allowed)
	switch {
	case allowed == (f.Status == audit.Pass):
		return "", true
	case !allowed && f.Scope == audit.ScopeEffective:
		return "granted for this account and region; Remotion asks about the documented pattern, word by word: " + f.Granted, false
	case allowed && f.Status == audit.Blocked && f.NotGranted != "" && f.NotGranted != f.Resource:
		return f.Reason + "; Remotion does not ask about " + f.NotGranted, false
	case allowed && f.Status == audit.Partial:
		return f.Reason, false
	}
	return "", false
}
