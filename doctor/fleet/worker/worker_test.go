package worker_test

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"remotion-doctor/audit"
	"remotion-doctor/doctor"
	"remotion-doctor/doctor/fleet"
	"remotion-doctor/doctor/fleet/roster"
	"remotion-doctor/doctor/fleet/worker"
	"remotion-doctor/iam/account"
	"remotion-doctor/iam/managed"
	"remotion-doctor/localaws"
	"remotion-doctor/source/awsapi"
)

const (
	home     = "100000000000"
	deniedID = "200000000003"
)

// member is a small account: a role to read it with, and one that renders.
func member(t *testing.T, id, actions string) *account.Snapshot {
	t.Helper()
	text := strings.NewReplacer("ID", id, "HOME", home, "ACTIONS", actions).Replace(`{"Version":1,"AccountId":"ID","Partition":"aws","AuthorizationDetails":{"RoleDetailList":[
		{"RoleName":"reader","RoleId":"AROAREADERID","Path":"/","Arn":"arn:aws:iam::ID:role/reader","AssumeRolePolicyDocument":{"Version":"2012-10-17","Statement":
			{"Effect":"Allow","Principal":{"AWS":"arn:aws:iam::HOME:root"},"Action":"sts:AssumeRole","Condition":{"StringEquals":{"sts:ExternalId":"x-1"}}}}},
		{"RoleName":"api","RoleId":"AROAAPIID","Path":"/","Arn":"arn:aws:iam::ID:role/api","AssumeRolePolicyDocument":{"Version":"2012-10-17","Statement":
			{"Effect":"Allow","Principal":{"Service":"lambda.amazonaws.com"},"Action":"sts:AssumeRole"}},
		 "RolePolicyList":[{"PolicyName":"video","PolicyDocument":{"Version":"2012-10-17","Statement":[
			{"Effect":"Allow","Action":ACTIONS,"Resource":"*"},{"Effect":"Allow","Action":"lambda:InvokeFunction","Resource":"arn:aws:lambda:*:*:function:remotion-render-*"}]}}]}]},
		"Buckets":[{"Name":"results","Region":"us-east-1"}],
		"Functions":[{"FunctionName":"api","FunctionArn":"arn:aws:lambda:us-east-1:ID:function:api","Role":"arn:aws:iam::ID:role/api"}]}`)
	s, err := account.Read([]byte(text))
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// serve serves eight accounts: of one the role cannot be assumed.
func serve(t *testing.T) (*localaws.Cloud, string) {
	t.Helper()
	list := []*account.Snapshot{member(t, home, `["s3:*","lambda:*","iam:*","logs:*","servicequotas:*"]`)}
	for i := 1; i < 8; i++ {
		list = append(list, member(t, fmt.Sprintf("2%011d", i), []string{`["s3:*"]`, `["s3:*","lambda:*","iam:*","logs:*","servicequotas:*"]`}[i%2]))
	}
	url := "" // the machine asks the server that it is in
	faults, err := localaws.ParseFaults([]string{"AssumeRole[" + deniedID + "]=denied"})
	if err != nil {
		t.Fatal(err)
	}
	c, err := localaws.NewCloud(list, localaws.CloudOptions{Options: localaws.Options{Faults: faults}, Directory: localaws.Directory{Management: home}, Machine: machine(t, &url)})
	if err != nil {
		t.Fatal(err)
	}
	s := httptest.NewServer(c)
	t.Cleanup(func() { s.CloseClientConnections(); s.Close() })
	url = s.URL
	return c, s.URL
}

var at = time.Date(2026, 11, 26, 8, 0, 0, 0, time.UTC)

func now() time.Time { return at }

func newWorker(t *testing.T, url string) *worker.Worker {
	t.Helper()
	o := awsapi.Options{EndpointURL: url, Region: "us-east-1", Isolated: true, RefusedPause: time.Hour}
	c, err := awsapi.Open(t.Context(), o)
	if err != nil {
		t.Fatal(err)
	}
	return &worker.Worker{
		Store: c.Objects("results", "fleet"), Rules: rules{c}, Now: now,
		Reach:   fleet.Reach{AWS: o, Library: managed.Embedded(), AssumeRole: "reader", ExternalID: "x-1", Above: c.Above(nil)},
		Options: fleet.Options{Options: doctor.Options{Tool: audit.Tool{Name: "remotion-doctor", Version: "test"}, Now: now, Regions: []string{"us-east-1"}}},
	}
}

type rules struct{ client *awsapi.Client }

func (r rules) PutEvaluations(ctx context.Context, token string, list []worker.Evaluation) error {
	var out []awsapi.Evaluation
	for _, e := range list {
		out = append(out, awsapi.Evaluation{ResourceType: e.ResourceType, ResourceID: e.ResourceID, Compliance: e.Compliance, Annotation: e.Annotation, Ordering: float64(e.Ordering.Unix())})
	}
	return r.client.PutEvaluations(ctx, token, out)
}

// handle answers an event, as JSON.
func handle(t *testing.T, w *worker.Worker, event string, out any) {
	t.Helper()
	got, err := w.Handle(t.Context(), json.RawMessage(event))
	if err != nil {
		t.Fatalf("%s: %v", event, err)
	}
	data, err := json.Marshal(got)
	if err == nil {
		err = json.Unmarshal(data, out)
	}
	if err != nil {
		t.Fatal(err)
	}
}

// TestRun: the events of a run, in batches, give the report of one machine, byte for
// byte, with the account that cannot be read.
func TestRun(t *testing.T) {
	t.Parallel()
	_, url := serve(t)
	w := newWorker(t, url)
	var listed worker.Listed
	handle(t, w, `{"action":"list","run":"2026-11-26","organization":true,"regions":["us-east-1"]}`, &listed)
	if listed.Accounts != 8 || listed.Key != "2026-11-26/accounts.json" {
		t.Fatalf("listed %+v", listed)
	}
	data, err := w.Store.Get(t.Context(), listed.Key)
	if err != nil {
		t.Fatal(err)
	}
	var items []json.RawMessage
	if err := json.Unmarshal(data, &items); err != nil {
		t.Fatal(err)
	}
	var records []worker.Record
	for batch := range slices.Chunk(items, 3) {
		event, err := json.Marshal(map[string]any{"Items": batch, "BatchInput": map[string]any{"action": "account", "run": "2026-11-26", "regions": []string{"us-east-1"}}})
		if err != nil {
			t.Fatal(err)
		}
		for range 2 { // the same event may arrive twice
			var audited worker.Audited
			handle(t, w, string(event), &audited)
			if len(records) < len(items) {
				records = append(records, audited.Accounts...)
				break
			}
		}
	}
	for _, r := range records {
		if failed := r.ID == deniedID; (r.Status == audit.AccountUnread) != failed || failed && !strings.Contains(r.Why, "assuming") {
			t.Errorf("record %+v", r)
		}
	}
	var merged worker.Merged
	handle(t, w, `{"action":"merge","run":"2026-11-26"}`, &merged)
	if merged.Accounts != 8 || merged.Audited != 7 || merged.Failed != 1 || merged.ExitCode != 3 || merged.Report != "s3://results/fleet/2026-11-26/report.json" {
		t.Errorf("merged %+v", merged)
	}
	got, err := w.Store.Get(t.Context(), "2026-11-26/report.json")
	if err != nil {
		t.Fatal(err)
	}
	if want := oneMachine(t, w); string(got) != want {
		t.Errorf("the report is not that of one machine:\n%.600s\n%.600s", got, want)
	}
	var index fleet.Index
	if data, err := w.Store.Get(t.Context(), "2026-11-26/index.json"); err != nil || json.Unmarshal(data, &index) != nil {
		t.Errorf("the index: %v", err)
	}
	if index.Summary.Accounts != 8 || index.Summary.Audited != 7 || index.Summary.Unread != 1 || index.Accounts[1].File != "accounts/200000000001.json" || index.Accounts[1].Digest == "" {
		t.Errorf("the index has %+v %+v", index.Summary, index.Accounts[1])
	}
	var first, second worker.Merged
	handle(t, w, `{"action":"merge","run":"2026-11-26","since":"latest"}`, &first)
	handle(t, w, `{"action":"merge","run":"2026-11-26","since":"latest"}`, &second)
	if first.Since != nil || second.Since != nil {
		t.Errorf("a run was compared with itself: %+v %+v", first, second)
	}
	var again worker.Merged
	handle(t, w, `{"action":"merge","run":"2026-11-26","since":"2026-11-26"}`, &again)
	if again.Since == nil || again.Changed || !strings.Contains(again.Text, "0 broken") {
		t.Errorf("merged again %+v", again)
	}
}

// oneMachine is the report of the same accounts by one program.
func oneMachine(t *testing.T, w *worker.Worker) string {
	t.Helper()
	r := w.Reach
	r.Regions = []string{"us-east-1"}
	places, err := r.Organization(t.Context(), roster.Filter{})
	if err != nil {
		t.Fatal(err)
	}
	// A worker has no credentials for the organization's policies of an account.
	var list []roster.Account
	for _, p := range places {
		list = append(list, roster.Account{ID: p.ID, Name: p.Name, Unit: p.Unit, Status: p.Status, Own: p.Own})
	}
	dir := t.TempDir()
	d, err := fleet.OpenDir(dir, fleet.DirOptions{Now: now})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := fleet.Do(t.Context(), r.Listed(list), w.Options, fleet.Plan{Abreast: 4, Dir: d}); err != nil {
		t.Fatal(err)
	}
	data, err := os.ReadFile(filepath.Join(dir, "report.json"))
	if err != nil {
		t.Fatal(err)
	}
	return string(data)
}

// TestMissingPart: an account that no worker answered for is in the report, and is no
// pass.
func TestMissingPart(t *testing.T) {
	t.Parallel()
	_, url := serve(t)
	w := newWorker(t, url)
	var listed worker.Listed
	handle(t, w, `{"action":"list","run":"r","accounts":["200000000001","200000000002"]}`, &listed)
	var audited worker.Audited
	handle(t, w, `{"action":"account","run":"r","id":"200000000001","regions":["us-east-1"]}`, &audited)
	var merged worker.Merged
	handle(t, w, `{"action":"merge","run":"r"}`, &merged)
	if merged.Accounts != 2 || merged.Audited != 1 || merged.Failed != 1 || merged.ExitCode != 3 {
		t.Errorf("merged %+v", merged)
	}
}

// TestRule: the events of a rule, and what AWS Config is told.
func TestRule(t *testing.T) {
	t.Parallel()
	c, url := serve(t)
	w := newWorker(t, url)
	event := func(kind, item string) string {
		invoking, err := json.Marshal(`{"messageType":"` + kind + `","notificationCreationTime":"2026-11-26T08:00:00Z"` + item + `}`)
		if err != nil {
			t.Fatal(err)
		}
		return `{"invokingEvent":` + string(invoking) + `,"ruleParameters":"{\"remotionVersion\":\"4.0.527\"}","resultToken":"token-1","accountId":"200000000002"}`
	}
	item := func(field, id, arn, status string) string {
		return `,"` + field + `":{"configurationItemCaptureTime":"2026-11-26T08:00:00.000Z","awsAccountId":"` + strings.Split(arn, ":")[4] + `","configurationItemStatus":"` + status + `","resourceType":"AWS::IAM::Role","resourceId":"` + id + `","ARN":"` + arn + `"}`
	}
	api := "arn:aws:iam::200000000002:role/api"
	for _, tt := range []struct {
		name, event, id, compliance, annotation string
	}{
		{"a change for the worse", event("ConfigurationItemChangeNotification", item("configurationItem", "AROAAPI", api, "OK")), "AROAAPI", "NON_COMPLIANT", "granted"},
		{"a role that is right", event("ConfigurationItemChangeNotification", item("configurationItem", "AROAGOOD", "arn:aws:iam::200000000001:role/api", "OK")), "AROAGOOD", "COMPLIANT", ""},
		{"too large for an event", event("OversizedConfigurationItemChangeNotification", item("configurationItemSummary", "AROAAPI", api, "OK")), "AROAAPI", "NON_COMPLIANT", "granted"},
		{"no caller", event("ConfigurationItemChangeNotification", item("configurationItem", "AROAREAD", "arn:aws:iam::200000000002:role/reader", "OK")), "AROAREAD", "NOT_APPLICABLE", "neither calls nor runs"},
		{"deleted", event("ConfigurationItemChangeNotification", item("configurationItem", "AROAGONE", api, "ResourceDeleted")), "AROAGONE", "NOT_APPLICABLE", ""},
		{"an account that cannot be read", event("ConfigurationItemChangeNotification", item("configurationItem", "AROADENIED", "arn:aws:iam::"+deniedID+":role/api", "OK")), "AROADENIED", "NON_COMPLIANT", "not known: assuming"},
		{"on schedule", event("ScheduledNotification", ""), "AROAAPI200000000002", "NON_COMPLIANT", "granted"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			before := len(c.Evaluations())
			var ruled worker.Ruled
			handle(t, w, tt.event, &ruled)
			list := c.Evaluations()[before:]
			if len(list) != 1 || ruled.Evaluations != 1 {
				t.Fatalf("%d evaluations: %+v", len(list), list)
			}
			e := list[0]
			if e.ComplianceResourceId != tt.id || e.ComplianceType != tt.compliance || !strings.Contains(e.Annotation, tt.annotation) || e.Token != "token-1" {
				t.Errorf("%+v", e)
			}
		})
	}
}

// TestRefused: an event that is none is an error, and writes nothing.
func TestRefused(t *testing.T) {
	t.Parallel()
	_, url := serve(t)
	w := newWorker(t, url)
	for event, want := range map[string]string{
		`[]`: "cannot be read", `{"action":"list"}`: "is no name", `{"action":"list","run":"../x"}`: "is no name", `{"action":"list","run":"a..b"}`: "is no name",
		`{"action":"drop","run":"r"}`: "is not list, account or merge", `{"action":"list","run":"r"}`: "no account to audit",
		`{"action":"merge","run":"none"}`: "NoSuchKey", `{"invokingEvent":"{"}`: "cannot be read", `{"invokingEvent":"{\"messageType\":\"Other\"}"}`: "has no configuration item",
	} {
		if _, err := w.Handle(t.Context(), json.RawMessage(event)); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v, want %q", event, err, want)
		}
	}
}

// machine executes what deploy/fleet/state-machine.json says, one account at a time.
func machine(t *testing.T, url *string) localaws.Machine {
	t.Helper()
	return func(ctx context.Context, name string, input json.RawMessage, say func(done, total int)) (any, error) {
		w := newWorker(t, *url)
		var in worker.Input
		if err := json.Unmarshal(input, &in); err != nil {
			return nil, err
		}
		if len(in.Regions) == 0 {
			return nil, fmt.Errorf("States.Runtime: no Regions")
		}
		event := func(v any) (any, error) {
			data, err := json.Marshal(v)
			if err != nil {
				return nil, err
			}
			return w.Handle(ctx, data)
		}
		listed, err := event(map[string]any{"action": "list", "run": name, "organization": in.Organization, "ou": in.Units, "accounts": in.Accounts, "regions": in.Regions})
		if err != nil {
			return nil, err
		}
		data, err := w.Store.Get(ctx, listed.(*worker.Listed).Key)
		if err != nil {
			return nil, err
		}
		var items []worker.Item
		if err := json.Unmarshal(data, &items); err != nil {
			return nil, err
		}
		for i, item := range items {
			say(i, len(items))
			if _, err := event(map[string]any{"Items": []worker.Item{item}, "BatchInput": map[string]any{"action": "account", "run": name, "regions": in.Regions}}); err != nil {
				return nil, err
			}
		}
		merged, err := event(map[string]any{"action": "merge", "run": name, "since": "latest"})
		return map[string]any{"merged": merged}, err
	}
}

// TestRemote: a run on Step Functions is followed, and its report is the one that the
// worker has written.
func TestRemote(t *testing.T) {
	t.Parallel()
	_, url := serve(t)
	w := newWorker(t, url)
	c, err := awsapi.Open(t.Context(), w.Reach.AWS)
	if err != nil {
		t.Fatal(err)
	}
	const arn = "arn:aws:states:us-east-1:100000000000:stateMachine:remotion-doctor-audit"
	most := 0
	r, err := worker.Remote(t.Context(), c, arn, "audit-1", worker.Input{Organization: true, Regions: []string{"us-east-1"}}, 10*time.Millisecond, func(done, total int) {
		most = max(most, total)
	})
	if err != nil {
		t.Fatal(err)
	}
	if len(r.Accounts) != 8 || r.Verdict().ExitCode != 3 || most != 8 {
		t.Errorf("%d accounts, exit code %d, %d items", len(r.Accounts), r.Verdict().ExitCode, most)
	}
	for name, want := range map[string]string{"audit-1": "Execution Already Exists", "no name": "Invalid Name"} {
		if _, err := worker.Remote(t.Context(), c, arn, name, worker.Input{Organization: true}, time.Millisecond, func(int, int) {}); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v, want %q", name, err, want)
		}
	}
	if _, err := worker.Remote(t.Context(), c, arn, "audit-2", worker.Input{Organization: true}, time.Millisecond, func(int, int) {}); err == nil || !strings.Contains(err.Error(), "it ended as FAILED") {
		t.Errorf("a run that fails: %v", err)
	}
	if _, err := worker.Remote(t.Context(), c, strings.Replace(arn, "stateMachine:", "activity:", 1), "audit-3", worker.Input{}, time.Millisecond, func(int, int) {}); err == nil || !strings.Contains(err.Error(), "Does Not Exist") {
		t.Errorf("no state machine: %v", err)
	}
}

// nowhere is a store that keeps nothing.
type nowhere struct{}

func (nowhere) Put(context.Context, string, string, []byte) error { return nil }
func (nowhere) Get(context.Context, string) ([]byte, error)       { return []byte("[]"), nil }

func (nowhere) Keys(context.Context, string) ([]string, error)                    { return nil, nil }
func (nowhere) URL(key string) string                                             { return key }
func (nowhere) PutEvaluations(context.Context, string, []worker.Evaluation) error { return nil }

// FuzzHandle: no event makes the worker panic, or write outside of its run.
func FuzzHandle(f *testing.F) {
	f.Add(`{"action":"merge","run":"r","since":"latest"}`)
	f.Add(`{"Items":[],"BatchInput":{"action":"account","run":"r"}}`)
	f.Add(`{"invokingEvent":"{\"messageType\":\"ConfigurationItemChangeNotification\",\"configurationItem\":{\"resourceType\":\"AWS::S3::Bucket\"}}","resultToken":"t"}`)
	f.Fuzz(func(t *testing.T, event string) {
		if strings.Contains(event, `"id"`) || strings.Contains(event, "organization") || strings.Contains(event, "Scheduled") || strings.Contains(event, "AWS::IAM") {
			return // it would ask AWS
		}
		w := &worker.Worker{Store: nowhere{}, Rules: nowhere{}, Now: now}
		_, _ = w.Handle(t.Context(), json.RawMessage(event))
	})
}
