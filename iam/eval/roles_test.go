package eval

import (
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	"remotion-doctor/iam"
	"remotion-doctor/iam/account"
)

// TestMain lets the test binary stand in for a program that audits roles, so
// that a whole process can be measured.
func TestMain(m *testing.M) {
	if path := os.Getenv("EVAL_AUDIT_ROLES"); path != "" {
		if err := auditRoles(path); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		return
	}
	os.Exit(m.Run())
}

// auditRoles reads authorization details from a file, decides the pairs of
// fixtures/bench for every role in it, and prints how many are allowed.
func auditRoles(path string) error {
	data, err := os.ReadFile("../../fixtures/bench/inputs.json")
	if err != nil {
		return err
	}
	var in benchInput
	if err := json.Unmarshal(data, &in); err != nil {
		return err
	}
	file, err := os.Open(path)
	if err != nil {
		return err
	}
	snapshot, err := account.ReadFrom(file)
	if err != nil {
		return err
	}
	e, err := New(snapshot)
	if err != nil {
		return err
	}
	allowed := 0
	for i := range snapshot.AuthorizationDetails.Roles {
		c, err := e.compile(snapshot.AuthorizationDetails.Roles[i].Arn)
		if err != nil {
			return err
		}
		for _, p := range in.Pairs {
			if c.Decide(c.Prepare(iam.Probe{Action: p.Action, Resource: p.Resource}, "")) == iam.Allowed {
				allowed++
			}
		}
	}
	fmt.Println(allowed)
	return nil
}

func (e *Engine) compile(arn string) (*Compiled, error) {
	p, err := e.Policies(arn)
	if err != nil {
		return nil, err
	}
	return Compile(arn, p), nil
}

// rolesFile writes authorization details of n roles, each with a caller policy
// of its own bucket and four AWS managed policies.
func rolesFile(tb testing.TB, n int) string {
	tb.Helper()
	in := readBenchInput(tb)
	caller, err := in.Sets["seed"][0].Policy.MarshalJSON()
	if err != nil {
		tb.Fatal(err)
	}
	var b strings.Builder
	b.WriteString(`{"UserDetailList": [], "GroupDetailList": [], "RoleDetailList": [`)
	managed := in.Sets["managed10"][:4]
	attached := make([]string, len(managed))
	for i, m := range managed {
		attached[i] = fmt.Sprintf(`{"PolicyName": %q, "PolicyArn": "arn:aws:iam::aws:policy/%s"}`, m.Name, m.Name)
	}
	for i := range n {
		if i > 0 {
			b.WriteByte(',')
		}
		own := strings.ReplaceAll(string(caller), "arn:aws:s3:::remotionlambda-*", fmt.Sprintf("arn:aws:s3:::remotionlambda-%d-*", i))
		fmt.Fprintf(&b, `{"Path": "/", "RoleName": "role%d", "RoleId": "AROA%017d", "Arn": "arn:aws:iam::123456789012:role/role%d", "CreateDate": "2026-01-01T00:00:00+00:00",
"AssumeRolePolicyDocument": {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Principal": {"Service": "lambda.amazonaws.com"}, "Action": "sts:AssumeRole"}]},
"InstanceProfileList": [], "RolePolicyList": [{"PolicyName": "remotion", "PolicyDocument": %s}], "AttachedManagedPolicies": [%s], "Tags": []}`, i, i, i, own, strings.Join(attached, ","))
	}
	b.WriteString(`], "Policies": [`)
	for i, m := range managed {
		if i > 0 {
			b.WriteByte(',')
		}
		text, err := m.Policy.MarshalJSON()
		if err != nil {
			tb.Fatal(err)
		}
		fmt.Fprintf(&b, `{"PolicyName": %q, "Arn": "arn:aws:iam::aws:policy/%s", "DefaultVersionId": "v1", "PolicyVersionList": [{"VersionId": "v1", "IsDefaultVersion": true, "Document": %s}]}`, m.Name, m.Name, text)
	}
	b.WriteString(`]}`)
	path := filepath.Join(tb.TempDir(), "roles.json")
	if err := os.WriteFile(path, []byte(b.String()), 0o600); err != nil {
		tb.Fatal(err)
	}
	return path
}

// TestManyRoles holds the answers of the process that the benchmark measures:
// of the 28 pairs those on the bucket are not granted, for every role has one
// of another name.
func TestManyRoles(t *testing.T) {
	cmd := exec.Command(os.Args[0])
	cmd.Env = append(os.Environ(), "EVAL_AUDIT_ROLES="+rolesFile(t, 3))
	out, err := cmd.CombinedOutput()
	if err != nil || strings.TrimSpace(string(out)) == "0" || len(out) > 4 {
		t.Errorf("%v: %s", err, out)
	}
}

// BenchmarkCompiledRoles holds 10,000 compiled roles at once.
func BenchmarkCompiledRoles(b *testing.B) {
	file, err := os.Open(rolesFile(b, 10_000))
	if err != nil {
		b.Fatal(err)
	}
	defer file.Close()
	snapshot, err := account.ReadFrom(file)
	if err != nil {
		b.Fatal(err)
	}
	var before, after runtime.MemStats
	for b.Loop() {
		runtime.GC()
		runtime.ReadMemStats(&before)
		e, err := New(snapshot)
		if err != nil {
			b.Fatal(err)
		}
		var all []*Compiled
		for i := range snapshot.AuthorizationDetails.Roles {
			c, err := e.compile(snapshot.AuthorizationDetails.Roles[i].Arn)
			if err != nil {
				b.Fatal(err)
			}
			all = append(all, c)
		}
		runtime.GC()
		runtime.ReadMemStats(&after)
		b.ReportMetric(float64(after.HeapAlloc-before.HeapAlloc)/(1<<20), "MiB/10000-roles")
		runtime.KeepAlive(all)
		runtime.KeepAlive(e)
	}
}
