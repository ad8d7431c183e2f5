package change_test

import (
	"bytes"
	"flag"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"os/exec"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/credentials"
	awsiam "github.com/aws/aws-sdk-go-v2/service/iam"
	"github.com/aws/aws-sdk-go-v2/service/iam/types"
	"github.com/google/go-cmp/cmp"

	"remotion-doctor/change"
	"remotion-doctor/iam"
	"remotion-doctor/iam/account"
	"remotion-doctor/iam/policy"
	"remotion-doctor/localaws"
	"remotion-doctor/remedy"
	"remotion-doctor/source/awsapi"
)

const (
	roleARN = "arn:aws:iam::123456789012:role/team/app"
	ownARN  = "arn:aws:iam::123456789012:policy/team/own"
	fullARN = "arn:aws:iam::123456789012:policy/full"
	logsARN = "arn:aws:iam::aws:policy/service-role/AWSLambdaBasicExecutionRole"
)

// grant is a document with spaces and an order of its own, which a print of it
// would not keep.
func grant(action string) account.Document {
	return account.Document{Text: `{ "Statement" : [ {"Resource": "arn:aws:s3:::a+b%41é/*",  "Action":"` + action + `", "Effect":"Allow"} ], "Version":"2012-10-17" }`}
}

func versionsOf(n int) []account.PolicyVersion {
	var out []account.PolicyVersion
	for i := 1; i <= n; i++ {
		out = append(out, account.PolicyVersion{VersionID: fmt.Sprintf("v%d", i), IsDefaultVersion: i == n, CreateDate: fmt.Sprintf("2025-01-0%dT00:00:00Z", i), Document: grant(fmt.Sprintf("sqs:Action%d", i))})
	}
	return out
}

// theAccount has a role with everything that a change may touch.
func theAccount() *account.Snapshot {
	return &account.Snapshot{
		Version: 1, AccountID: "123456789012", Partition: "aws",
		AuthorizationDetails: account.AuthorizationDetails{
			Users: []account.User{{Path: "/", UserName: "ann", Arn: "arn:aws:iam::123456789012:user/ann", UserPolicyList: []account.InlinePolicy{{PolicyName: "hers", PolicyDocument: grant("sns:Publish")}}}},
			Roles: []account.Role{{
				Path: "/team/", RoleName: "app", Arn: roleARN,
				RolePolicyList:          []account.InlinePolicy{{PolicyName: "mine", PolicyDocument: grant("sqs:SendMessage")}, {PolicyName: "own", PolicyDocument: grant("sns:Publish")}},
				AttachedManagedPolicies: []account.AttachedPolicy{{PolicyName: "own", PolicyArn: ownARN}, {PolicyName: "full", PolicyArn: fullARN}, {PolicyName: "AWSLambdaBasicExecutionRole", PolicyArn: logsARN}},
			}},
			Policies: []account.ManagedPolicy{
				{PolicyName: "own", Arn: ownARN, Path: "/team/", DefaultVersionID: "v2", PolicyVersionList: versionsOf(2), Description: "ours"},
				{PolicyName: "full", Arn: fullARN, Path: "/", DefaultVersionID: "v5", PolicyVersionList: versionsOf(5)},
				{PolicyName: "AWSLambdaBasicExecutionRole", Arn: logsARN, Path: "/service-role/", DefaultVersionID: "v1", PolicyVersionList: []account.PolicyVersion{{VersionID: "v1", IsDefaultVersion: true, Document: grant("logs:PutLogEvents")}}},
			},
		},
	}
}

func document(t testing.TB, action string) *policy.Document {
	t.Helper()
	doc, err := policy.Parse(grant(action).Text)
	if err != nil {
		t.Fatal(err)
	}
	return doc
}

// changes are the changes that the law is tested on.
var changes = map[string]func(t testing.TB) []remedy.Step{
	"new inline": func(t testing.TB) []remedy.Step {
		return []remedy.Step{{Kind: remedy.PutInline, Policy: iam.InlinePolicy(roleARN, "new"), After: document(t, "s3:GetObject")}}
	},
	"changed inline": func(t testing.TB) []remedy.Step {
		return []remedy.Step{{Kind: remedy.PutInline, Policy: iam.InlinePolicy(roleARN, "own"), After: document(t, "s3:GetObject")}}
	},
	"managed": func(t testing.TB) []remedy.Step {
		return []remedy.Step{{Kind: remedy.CreateManaged, Policy: "arn:aws:iam::123456789012:policy/new", After: document(t, "s3:GetObject")}}
	},
	"new version": func(t testing.TB) []remedy.Step {
		return []remedy.Step{{Kind: remedy.NewVersion, Policy: ownARN, After: document(t, "s3:GetObject")}}
	},
	"sixth version": func(t testing.TB) []remedy.Step {
		return []remedy.Step{{Kind: remedy.NewVersion, Policy: fullARN, After: document(t, "s3:GetObject")}}
	},
	"version with a text that is there": func(t testing.TB) []remedy.Step {
		return []remedy.Step{{Kind: remedy.NewVersion, Policy: ownARN, After: document(t, "sqs:Action1")}}
	},
	"detach": func(testing.TB) []remedy.Step {
		return []remedy.Step{{Kind: remedy.Detach, Policy: logsARN}, {Kind: remedy.Detach, Policy: ownARN}}
	},
	"replace": func(t testing.TB) []remedy.Step {
		return []remedy.Step{
			{Kind: remedy.PutInline, Policy: iam.InlinePolicy(roleARN, "new"), After: document(t, "s3:GetObject")},
			{Kind: remedy.DeleteInline, Policy: iam.InlinePolicy(roleARN, "mine")},
			{Kind: remedy.DeleteInline, Policy: iam.InlinePolicy(roleARN, "own")},
			{Kind: remedy.Detach, Policy: logsARN},
		}
	},
	"all": func(t testing.TB) []remedy.Step {
		return []remedy.Step{
			{Kind: remedy.CreateManaged, Policy: "arn:aws:iam::123456789012:policy/team/new", After: document(t, "s3:PutObject")},
			{Kind: remedy.NewVersion, Policy: fullARN, After: document(t, "s3:GetObject")},
			{Kind: remedy.PutInline, Policy: iam.InlinePolicy(roleARN, "own"), After: document(t, "s3:DeleteObject")},
			{Kind: remedy.DeleteInline, Policy: iam.InlinePolicy(roleARN, "mine")},
			{Kind: remedy.Detach, Policy: ownARN},
		}
	},
}

// An endpoint is a local AWS of one account.
type endpoint struct {
	url    string
	writes *counter
}

// serve starts an endpoint; intercept, where it is not nil, sees the writes.
func serve(t testing.TB, o localaws.Options, intercept func(n int, answer func())) *endpoint {
	t.Helper()
	server, err := localaws.New(theAccount(), o)
	if err != nil {
		t.Fatal(err)
	}
	c := &counter{Handler: server, intercept: intercept}
	h := httptest.NewServer(c)
	t.Cleanup(h.Close)
	return &endpoint{h.URL, c}
}

// A counter numbers the writes that come to a server, from 1.
type counter struct {
	http.Handler
	intercept func(n int, answer func())
	mu        sync.Mutex
	n         int
}

func (c *counter) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if c.intercept == nil {
		c.Handler.ServeHTTP(w, r)
		return
	}
	body, _ := io.ReadAll(r.Body)
	form, _ := url.ParseQuery(string(body))
	r.Body = io.NopCloser(bytes.NewReader(body))
	answer := func() { c.Handler.ServeHTTP(w, r) }
	if name := form.Get("Action"); strings.HasPrefix(name, "Get") || strings.HasPrefix(name, "List") {
		answer()
		return
	}
	c.mu.Lock()
	c.n++
	n := c.n
	c.mu.Unlock()
	c.intercept(n, answer)
}

func (e *endpoint) client(t testing.TB) *awsapi.Client {
	t.Helper()
	c, err := awsapi.Open(t.Context(), awsapi.Options{EndpointURL: e.url, Region: "us-east-1", Isolated: true, Backoff: func(int) time.Duration { return time.Millisecond }})
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// details are the account's authorization details, but for what AWS gives anew:
// version ids and dates.
func (e *endpoint) details(t testing.TB) []string {
	t.Helper()
	client := awsiam.New(awsiam.Options{Region: "us-east-1", BaseEndpoint: &e.url, Credentials: credentials.NewStaticCredentialsProvider("a", "b", "")})
	part, err := client.GetAccountAuthorizationDetails(t.Context(), &awsiam.GetAccountAuthorizationDetailsInput{})
	if err != nil {
		t.Fatal(err)
	}
	var out []string
	add := func(format string, args ...any) { out = append(out, fmt.Sprintf(format, args...)) }
	inline := func(arn *string, list []types.PolicyDetail) {
		for _, p := range list {
			add("%s inline %s %s", *arn, *p.PolicyName, policy.DecodeURL(*p.PolicyDocument))
		}
	}
	for _, r := range part.RoleDetailList {
		inline(r.Arn, r.RolePolicyList)
		for _, p := range r.AttachedManagedPolicies {
			add("%s attached %s", *r.Arn, *p.PolicyArn)
		}
	}
	for _, u := range part.UserDetailList {
		inline(u.Arn, u.UserPolicyList)
	}
	for _, p := range part.Policies {
		for _, v := range p.PolicyVersionList {
			add("%s path %s default %v %s", *p.Arn, *p.Path, v.IsDefaultVersion, policy.DecodeURL(*v.Document))
		}
	}
	slices.Sort(out)
	return out
}

// plan makes the plan of a change.
func plan(t testing.TB, c *awsapi.Client, steps []remedy.Step) *change.Plan {
	t.Helper()
	p, err := tryPlan(t, c, steps)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

func tryPlan(t testing.TB, c *awsapi.Client, steps []remedy.Step) (*change.Plan, error) {
	t.Helper()
	s, err := c.Principal(t.Context(), principal())
	if err != nil {
		t.Fatal(err)
	}
	h, err := remedy.HoldingOf(s, "role", "app")
	if err != nil {
		t.Fatal(err)
	}
	return change.Make(t.Context(), c, &remedy.Change{Kind: "role", Name: "app", ARN: roleARN, Steps: steps}, h, time.Now())
}

func principal() iam.Principal { return iam.Principal{ARN: roleARN, AccountID: "123456789012"} }

// undoAll takes back all changes of the role, newest first.
func undoAll(t testing.TB, s *change.Store, c *awsapi.Client, o change.Options) {
	t.Helper()
	open, _, err := s.Open(principal())
	if err != nil {
		t.Fatal(err)
	}
	for _, j := range open {
		b, err := change.Look(t.Context(), c, j, nil, time.Now(), o)
		if err != nil {
			t.Fatal(err)
		}
		if err := b.Run(t.Context(), s, c.Writer(), o); err != nil {
			t.Fatalf("undo: %v (conflicts %+v)", err, b.Conflicts)
		}
	}
	if open, _, err = s.Open(principal()); err != nil || len(open) > 0 {
		t.Errorf("%d changes are open after the undo, %v", len(open), err)
	}
}

// always is more often than the SDK tries.
const always = 1000

// mishaps are what may befall a write: the fault of the endpoint, once and each
// time that the SDK tries, or what is done with the process.
var mishaps = []struct {
	name, fault string
	times       []int
	kill        string
}{
	{"refused", "denied", []int{1}, ""},
	{"500", "500", []int{1, always}, ""},
	{"throttled", "throttle", []int{1}, ""},
	{"done and 500", "done-500", []int{1, always}, ""},
	{"answer lost", "lost", []int{1, always}, ""},
	{"killed before", "", nil, "before"},
	{"killed after", "", nil, "after"},
}

// TestMain lets many tests wait at a time: they wait for IAM, not for a
// processor.
func TestMain(m *testing.M) {
	flag.Parse()
	if err := flag.Set("test.parallel", "12"); err != nil {
		panic(err)
	}
	os.Exit(m.Run())
}

// TestUndoIsTheInverse is the law: after any mishap at any write, undo leads
// back to where the account was; also where IAM shows a write only later.
func TestUndoIsTheInverse(t *testing.T) {
	t.Parallel()
	for name, steps := range changes {
		for _, visible := range []time.Duration{0, 100 * time.Millisecond} {
			if visible > 0 && !slices.Contains([]string{"all", "managed", "sixth version"}, name) {
				continue
			}
			count := len(plan(t, serve(t, localaws.Options{}, nil).client(t), steps(t)).Steps)
			for _, m := range mishaps {
				if m.kill != "" && visible > 0 {
					continue // a process takes longer to start than the write to show
				}
				for n := 1; n <= count; n++ {
					t.Run(fmt.Sprintf("%s/%s/%d/%s", name, m.name, n, visible), func(t *testing.T) {
						t.Parallel()
						lawAt(t, name, m.fault, m.times, m.kill, n, visible)
					})
				}
			}
		}
	}
}

func lawAt(t *testing.T, name, fault string, often []int, kill string, n int, visible time.Duration) {
	options := change.Options{Settle: 50*time.Millisecond + 3*visible}
	store := &change.Store{Folder: t.TempDir()}
	if kill != "" {
		killed(t, name, store, kill, n, visible, options)
		return
	}
	for _, times := range often {
		e := serve(t, localaws.Options{Visible: visible, Faults: []localaws.Fault{{Operation: "write", Kind: fault, Skip: n - 1, Times: times}}}, nil)
		before := e.details(t)
		c := e.client(t)
		_, err := store.Apply(t.Context(), c.Writer(), plan(t, c, changes[name](t)), options)
		healthy := e.without()
		if err == nil && fault == "500" && times == always {
			t.Error("a write that always fails is said to be done")
		}
		undoAll(t, store, healthy.client(t), options)
		time.Sleep(visible)
		if diff := cmp.Diff(before, healthy.details(t)); diff != "" {
			t.Errorf("%d times: the account is not as it was (apply: %v):\n%s", times, err, diff)
		}
	}
}

// without returns the endpoint without its faults.
func (e *endpoint) without() *endpoint {
	e.writes.Handler.(*localaws.Server).SetFaults(nil)
	return e
}

// killed applies a change in another process, and kills that at a write.
func killed(t *testing.T, name string, store *change.Store, when string, n int, visible time.Duration, o change.Options) {
	var child *exec.Cmd
	started, dead := make(chan struct{}), make(chan struct{})
	die := func() {
		<-started
		_ = child.Process.Kill()
		_ = child.Wait()
		close(dead)
	}
	e := serve(t, localaws.Options{Visible: visible}, func(i int, answer func()) {
		switch {
		case i == n && when == "before":
			die()
		case i == n:
			answer()
			die()
		default:
			answer()
		}
	})
	before := e.details(t)
	child = exec.Command(os.Args[0], "-test.run=^TestChild$")
	child.Env = append(os.Environ(), "CHANGE_CHILD="+name, "CHANGE_URL="+e.url, "CHANGE_STORE="+store.Folder, "CHANGE_SETTLE="+o.Settle.String())
	if err := child.Start(); err != nil {
		t.Fatal(err)
	}
	close(started)
	select {
	case <-dead:
	case <-time.After(time.Minute):
		t.Fatalf("write %d never came", n)
	}
	open, _, err := store.Open(principal())
	if err != nil || len(open) != 1 {
		t.Fatalf("%d journals, %v", len(open), err)
	}
	undoAll(t, store, e.client(t), o)
	time.Sleep(visible)
	if diff := cmp.Diff(before, e.details(t)); diff != "" {
		t.Errorf("the account is not as it was:\n%s", diff)
	}
}

// TestChild is not a test but the process that [killed] kills.
func TestChild(t *testing.T) {
	name := os.Getenv("CHANGE_CHILD")
	if name == "" {
		t.Skip("this is run by other tests")
	}
	settle, err := time.ParseDuration(os.Getenv("CHANGE_SETTLE"))
	if err != nil {
		t.Fatal(err)
	}
	e := &endpoint{url: os.Getenv("CHANGE_URL")}
	c := e.client(t)
	store := &change.Store{Folder: os.Getenv("CHANGE_STORE")}
	_, err = store.Apply(t.Context(), c.Writer(), plan(t, c, changes[name](t)), change.Options{Settle: settle})
	t.Errorf("was not killed: %v", err)
}

// TestSeenOnlyByUndo: a write whose answer was lost, and that IAM shows only
// after the change has given up on it, is taken back all the same.
func TestSeenOnlyByUndo(t *testing.T) {
	t.Parallel()
	const visible = 400 * time.Millisecond
	for _, name := range []string{"new inline", "managed", "sixth version", "detach", "replace"} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			// The second write, where there is one, is also refused as done
			// already when it is tried again.
			for _, n := range []int{1, 2} {
				e := serve(t, localaws.Options{Visible: visible, Faults: []localaws.Fault{{Operation: "write", Kind: "lost", Skip: n - 1}}}, nil)
				before, c, store := e.details(t), e.client(t), &change.Store{Folder: t.TempDir()}
				_, err := store.Apply(t.Context(), c.Writer(), plan(t, c, changes[name](t)), change.Options{Settle: time.Nanosecond})
				undoAll(t, store, e.without().client(t), change.Options{Settle: 5 * visible})
				time.Sleep(visible)
				if diff := cmp.Diff(before, e.details(t)); diff != "" {
					t.Errorf("write %d: the account is not as it was (apply: %v):\n%s", n, err, diff)
				}
			}
		})
	}
}
