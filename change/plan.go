package change

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"remotion-doctor/iam"
	"remotion-doctor/iam/policy"
	"remotion-doctor/remedy"
)

// A Plan is a change of one principal's policies: what is shown, asked about,
// written and printed as commands.
type Plan struct {
	ID        string        `json:"id"`
	At        time.Time     `json:"at"`
	Principal iam.Principal `json:"principal"`
	Steps     []Step        `json:"steps"`
	Notes     []string      `json:"notes,omitzero"`
	// Deletes names what the change destroys and no undo brings back unchanged.
	Deletes []string `json:"deletes,omitzero"`
}

// Make makes the plan of a remedy's change. holding is what the remedy was
// worked out from: where the principal has something else by now, where a quota
// has no room, where a name is taken or the role is AWS's own, the error is a
// [*Refusal].
func Make(ctx context.Context, r Reader, c *remedy.Change, holding *remedy.Holding, at time.Time) (*Plan, error) {
	p, err := iam.NewPrincipal(c.ARN)
	if err != nil {
		return nil, err
	}
	if refusal := reserved(p); refusal != nil {
		return nil, refusal
	}
	if holding == nil {
		return nil, &Refusal{"refusing to write: what is attached to " + p.ARN + " could not be read, and could be overwritten", "grant iam:ListRolePolicies, iam:GetRolePolicy and iam:ListAttachedRolePolicies, or paste the output of --as cli"}
	}
	plan := &Plan{At: at.UTC().Truncate(time.Second), Principal: p}
	for i := range c.Steps {
		if err := plan.add(ctx, r, &c.Steps[i]); err != nil {
			return nil, err
		}
	}
	plan.name()
	list := things(plan.Steps)
	w, err := look(ctx, r, p, list)
	if err != nil {
		return nil, err
	}
	if what := w.changedSince(holding); what != "" {
		return nil, &Refusal{"refusing to write: " + what + " changed since it was read", "run the command again"}
	}
	follow(plan.Steps, w.states(list))
	if err := fits(plan.Steps, w); err != nil {
		return nil, err
	}
	return plan, nil
}

// add adds the writes of a remedy's step.
func (p *Plan) add(ctx context.Context, r Reader, s *remedy.Step) error {
	text := ""
	if s.After != nil {
		text = s.After.Indent()
	}
	one := map[remedy.StepKind]Operation{remedy.PutInline: PutInline, remedy.DeleteInline: DeleteInline, remedy.Detach: Detach}
	switch s.Kind {
	case remedy.CreateManaged:
		if err := free(ctx, r, s.Name()); err != nil {
			return err
		}
		p.Steps = append(p.Steps, Step{Do: CreatePolicy, Policy: s.Policy, Document: text, Path: pathOf(s.ARN())}, Step{Do: Attach, Policy: s.Policy})
		return nil
	case remedy.NewVersion:
		if err := p.room(ctx, r, s.Policy); err != nil {
			return err
		}
		p.Steps = append(p.Steps, Step{Do: CreateVersion, Policy: s.Policy, Document: text, Default: true})
		return nil
	}
	do, ok := one[s.Kind]
	if !ok {
		return fmt.Errorf("a remedy has a step of an unknown kind %q", s.Kind)
	}
	p.Steps = append(p.Steps, Step{Do: do, Policy: s.Policy, Document: text})
	return nil
}

// free refuses a name that another managed policy of the account has.
func free(ctx context.Context, r Reader, name string) error {
	arn, err := r.PolicyNamed(ctx, name)
	if err != nil && refused(err) {
		return nil // CreatePolicy, the first write, refuses the name as well
	}
	if err != nil || arn == "" {
		return err
	}
	return &Refusal{fmt.Sprintf("refusing to write: a managed policy named %s exists and is not attached here: %s", name, arn), "choose another name with --policy-name, or attach that policy yourself"}
}

// room makes room for another version of a managed policy: the oldest that is
// not the default goes.
func (p *Plan) room(ctx context.Context, r Reader, id iam.PolicyID) error {
	m, err := r.ReadPolicy(ctx, string(id))
	if err != nil {
		return err
	}
	state := managedState(m)
	if len(state.Versions) < remedy.MaxVersions {
		return nil
	}
	v := oldest(state.Versions)
	if v == nil {
		return &Refusal{"refusing to write: no version of " + string(id) + " can be deleted to make room for another", ""}
	}
	p.Steps = append(p.Steps, Step{Do: DeleteVersion, Policy: id, Version: v.ID})
	p.Deletes = append(p.Deletes, fmt.Sprintf("version %s of %s", v.ID, id))
	p.Notes = append(p.Notes, fmt.Sprintf("deletes version %s of %s, the oldest: IAM keeps %d versions; the journal keeps its document, and undo creates it again with a new number", v.ID, id, remedy.MaxVersions))
	return nil
}

// oldest is the version with the lowest number that is not the default.
func oldest(list []Version) *Version {
	var out *Version
	for i := range list {
		if v := &list[i]; !v.Default && (out == nil || number(v) < number(out)) {
			out = v
		}
	}
	return out
}

func number(v *Version) int {
	n, err := strconv.Atoi(strings.TrimPrefix(v.ID, "v"))
	if err != nil {
		return 1 << 30
	}
	return n
}

// name gives the plan its id, of its time and content, and the policies that it
// creates a description with it.
func (p *Plan) name() {
	content, _ := json.Marshal(struct {
		ARN   string
		Steps []Step
	}{p.Principal.ARN, p.Steps}) // texts and numbers always print
	sum := sha256.Sum256(content)
	p.ID = p.At.Format("20060102T150405Z") + "-" + hex.EncodeToString(sum[:4])
	for i := range p.Steps {
		if p.Steps[i].Do == CreatePolicy {
			p.Steps[i].Description = "Created by remotion-doctor, change " + p.ID
		}
	}
}

// pathOf is the path of a managed policy: / of …:policy/name.
func pathOf(arn string) string {
	a, _ := policy.ParseARN(arn)
	return strings.TrimSuffix(strings.TrimPrefix(a.Resource, "policy"), a.Name())
}

// changedSince names a policy that differs from an earlier reading; empty if
// none does.
func (w *world) changedSince(before *remedy.Holding) string {
	for _, pair := range [][2][]remedy.Held{{before.Inline, w.inline}, {before.Attached, w.attached}} {
		for i := range pair {
			for _, h := range pair[i] {
				if !slices.ContainsFunc(pair[1-i], func(o remedy.Held) bool {
					return o.ARN == h.ARN && o.Text == h.Text && (h.ARN != "" || o.Name == h.Name)
				}) {
					return "the policy " + h.Name
				}
			}
		}
	}
	return ""
}
