package change_test

import (
	"encoding/json"
	"os"
	"os/exec"
	"testing"

	"github.com/google/go-cmp/cmp"

	"remotion-doctor/change"
	"remotion-doctor/iam"
	"remotion-doctor/localaws"
)

// TestCLI: the commands of a plan do with the real AWS CLI what Apply does, and
// those of its undo what undo does.
func TestCLI(t *testing.T) {
	t.Parallel()
	if _, err := exec.LookPath("aws"); err != nil {
		t.Skip("the AWS CLI is not installed")
	}
	e := serve(t, localaws.Options{}, nil)
	p := plan(t, e.client(t), changes["all"](t))
	before := e.details(t)
	store := &change.Store{Folder: t.TempDir()}
	c := e.client(t)
	j, err := store.Apply(t.Context(), c.Writer(), p, quick)
	if err != nil {
		t.Fatal(err)
	}
	applied := e.details(t)
	back := lookAt(t, c, j).Plan()

	other := serve(t, localaws.Options{}, nil)
	for _, step := range []struct {
		script string
		want   []string
	}{{p.CLI(), applied}, {back.CLI(), before}} {
		cmd := exec.Command("sh", "-e", "-c", step.script)
		cmd.Env = append(os.Environ(), "AWS_ENDPOINT_URL="+other.url, "AWS_REGION=us-east-1", "AWS_DEFAULT_REGION=us-east-1", "AWS_ACCESS_KEY_ID=a", "AWS_SECRET_ACCESS_KEY=b", "AWS_CONFIG_FILE=/dev/null", "AWS_SHARED_CREDENTIALS_FILE=/dev/null", "AWS_PAGER=")
		if out, err := cmd.CombinedOutput(); err != nil {
			t.Fatalf("%v: %s\n%s", err, out, step.script)
		}
		if diff := cmp.Diff(step.want, other.details(t)); diff != "" {
			t.Errorf("the commands do something else:\n%s", diff)
		}
	}
}

// TestPlanIsOneValue: what JSON has of a plan is the plan.
func TestPlanIsOneValue(t *testing.T) {
	t.Parallel()
	p := plan(t, serve(t, localaws.Options{}, nil).client(t), changes["all"](t))
	text, err := json.Marshal(p)
	if err != nil {
		t.Fatal(err)
	}
	var again change.Plan
	if err := json.Unmarshal(text, &again); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(p, &again); diff != "" {
		t.Error(diff)
	}
}

// TestNeeds: the writes and those that take them back, each once.
func TestNeeds(t *testing.T) {
	t.Parallel()
	p := plan(t, serve(t, localaws.Options{}, nil).client(t), changes["sixth version"](t))
	want := []iam.Probe{
		{Action: "iam:DeletePolicyVersion", Resource: fullARN},
		{Action: "iam:CreatePolicyVersion", Resource: fullARN},
		{Action: "iam:SetDefaultPolicyVersion", Resource: fullARN},
	}
	if diff := cmp.Diff(want, p.Needs()); diff != "" {
		t.Error(diff)
	}
}
