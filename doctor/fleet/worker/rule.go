package worker

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"
	"time"

	"remotion-doctor/audit"
	"remotion-doctor/doctor/fleet"
	"remotion-doctor/doctor/fleet/roster"
)

// An Evaluation is what a rule of AWS Config says of a role or user.
type Evaluation struct {
	ResourceType, ResourceID string
	Compliance               string // COMPLIANT, NON_COMPLIANT or NOT_APPLICABLE
	Annotation               string // up to 256 characters
	Ordering                 time.Time
}

// Rules takes evaluations.
type Rules interface {
	// PutEvaluations delivers evaluations with the token of the event that asked for
	// them.
	PutEvaluations(ctx context.Context, token string, list []Evaluation) error
}

// The compliance of a resource. There is no word for what is not known: that is not
// compliant, with the reason.
// Source: AWS Config API Reference, "Evaluation": INSUFFICIENT_DATA is not accepted.
const (
	compliant     = "COMPLIANT"
	nonCompliant  = "NON_COMPLIANT"
	notApplicable = "NOT_APPLICABLE"
)

// A ruleEvent is an event of a custom rule.
// Source: AWS Config Developer Guide, "Example AWS Lambda functions and events for AWS
// Config rules".
type ruleEvent struct {
	InvokingEvent  string `json:"invokingEvent"`
	RuleParameters string `json:"ruleParameters"`
	ResultToken    string `json:"resultToken"`
	EventLeftScope bool   `json:"eventLeftScope"`
	AccountID      string `json:"accountId"`
}

// An invoking says what happened.
type invoking struct {
	MessageType string    `json:"messageType"`
	Created     time.Time `json:"notificationCreationTime"`
	Item        *resource `json:"configurationItem"`
	Summary     *resource `json:"configurationItemSummary"` // of an item that is too large for an event
	AccountID   string    `json:"awsAccountId"`
}

// A resource is what changed.
type resource struct {
	Captured  time.Time `json:"configurationItemCaptureTime"`
	AccountID string    `json:"awsAccountId"`
	Status    string    `json:"configurationItemStatus"`
	Type      string    `json:"resourceType"`
	ID        string    `json:"resourceId"`
	ARN       string    `json:"ARN"`
}

// parameters are those of the rule.
type parameters struct {
	Version string `json:"remotionVersion"`
	Regions string `json:"regions"` // with commas between them
}

// A Ruled is the answer to an event of a rule.
type Ruled struct {
	Evaluations int `json:"evaluations"`
}

// rule evaluates what an event of AWS Config names.
func (w *Worker) rule(ctx context.Context, data json.RawMessage) (*Ruled, error) {
	var e ruleEvent
	var about invoking
	var p parameters
	if err := json.Unmarshal(data, &e); err != nil {
		return nil, fmt.Errorf("the rule's event cannot be read: %w", err)
	}
	if err := json.Unmarshal([]byte(e.InvokingEvent), &about); err != nil {
		return nil, fmt.Errorf("the rule's invokingEvent cannot be read: %w", err)
	}
	if e.RuleParameters != "" {
		if err := json.Unmarshal([]byte(e.RuleParameters), &p); err != nil {
			return nil, fmt.Errorf("the rule's parameters cannot be read: %w", err)
		}
	}
	if w.Rules == nil {
		return nil, fmt.Errorf("nobody takes evaluations here")
	}
	item := about.Item
	if item == nil {
		item = about.Summary
	}
	var list []Evaluation
	switch {
	case about.MessageType == "ScheduledNotification":
		list = w.evaluated(ctx, e.AccountID, &p, nil, about.Created)
	case item == nil:
		return nil, fmt.Errorf("a message of the type %q has no configuration item", about.MessageType)
	case e.EventLeftScope || strings.HasPrefix(item.Status, "ResourceDeleted") || item.Type != "AWS::IAM::Role" && item.Type != "AWS::IAM::User":
		list = []Evaluation{{item.Type, item.ID, notApplicable, "", item.Captured}}
	default:
		list = w.evaluated(ctx, item.AccountID, &p, item, item.Captured)
	}
	return &Ruled{len(list)}, w.Rules.PutEvaluations(ctx, e.ResultToken, list)
}

// evaluated audits an account, and says what the rule says of one resource, or of all
// principals that render.
func (w *Worker) evaluated(ctx context.Context, id string, p *parameters, only *resource, at time.Time) []Evaluation {
	regions := strings.FieldsFunc(p.Regions, func(r rune) bool { return r == ',' || r == ' ' })
	if len(regions) == 0 {
		regions = w.Options.Regions
	}
	place := w.reach(regions).Listed([]roster.Account{{ID: id, Own: w.Reach.AssumeRole == ""}})[0]
	o := w.Options
	o.Regions, o.Administrators = regions, true
	if p.Version != "" {
		o.Release.Version = p.Version
	}
	var ids map[string]resource
	open := place.Open
	place.Open = func(ctx context.Context) (fleet.Account, error) {
		a, err := open(ctx)
		if err == nil {
			ids = idsIn(a)
		}
		return a, err
	}
	r := fleet.Audit(ctx, place, o)
	var out []Evaluation
	for i := range r.Sections {
		s := &r.Sections[i]
		res, known := ids[s.Principal.ARN]
		if only != nil && s.Principal.ARN == only.ARN {
			res, known = *only, true
		}
		if known && (only == nil || res.ARN == only.ARN) {
			out = worst(out, evaluation(r, s, res, at))
		}
	}
	if only != nil && len(out) == 0 {
		e := Evaluation{only.Type, only.ID, notApplicable, "it neither calls nor runs Remotion", at}
		if a := &r.Accounts[0]; a.Status != audit.AccountAudited {
			e.Compliance, e.Annotation = nonCompliant, cut("not known: "+a.Why, annotated)
		}
		return []Evaluation{e}
	}
	return out
}

// idsIn are the resources of AWS Config by their ARNs.
func idsIn(a fleet.Account) map[string]resource {
	out := map[string]resource{}
	d := &a.Snapshot.AuthorizationDetails
	for i := range d.Roles {
		out[d.Roles[i].Arn] = resource{Type: "AWS::IAM::Role", ID: d.Roles[i].RoleID, ARN: d.Roles[i].Arn}
	}
	for i := range d.Users {
		out[d.Users[i].Arn] = resource{Type: "AWS::IAM::User", ID: d.Users[i].UserID, ARN: d.Users[i].Arn}
	}
	return out
}

// worst keeps one evaluation of a resource: that which is not compliant.
func worst(list []Evaluation, e Evaluation) []Evaluation {
	for i := range list {
		if list[i].ResourceID == e.ResourceID {
			if e.Compliance == nonCompliant {
				list[i] = e
			}
			return list
		}
	}
	return append(list, e)
}

func evaluation(r *audit.Report, s *audit.Section, res resource, at time.Time) Evaluation {
	e := Evaluation{res.Type, res.ID, nonCompliant, "", at}
	v := r.Gate.Verdict(s)
	switch {
	case v.OK():
		e.Compliance = compliant
	case s.Error != nil:
		e.Annotation = cut("not known: "+s.Error.Message, annotated)
	default:
		e.Annotation = cut(cause(r, s), annotated)
	}
	return e
}

// cause is why a principal does not meet its requirement.
func cause(r *audit.Report, s *audit.Section) string {
	for i := range s.Findings {
		if f := &s.Findings[i]; r.Gate.Finding(f) {
			return fmt.Sprintf("%s (%s): %s; %d of %d granted", f.Action, f.Status, f.Reason, s.Summary.Pass, s.Summary.Total())
		}
	}
	for i := range s.Diagnoses {
		if d := &s.Diagnoses[i]; d.Severity == audit.SeverityError {
			return d.Message
		}
	}
	return "not known: it could not be checked in full"
}

// annotated is how long an annotation may be.
// Source: AWS Config API Reference, "Evaluation".
const annotated = 256

// cut is a text of at most so many characters.
func cut(text string, most int) string {
	if runes := []rune(text); len(runes) > most {
		return string(runes[:most-1]) + "…"
	}
	return text
}
