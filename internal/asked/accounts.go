package asked

import (
	"context"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/spf13/pflag"

	"remotion-doctor/doctor/fleet"
	"remotion-doctor/doctor/fleet/roster"
	"remotion-doctor/doctor/fleet/worker"
	"remotion-doctor/iam/policy"
	"remotion-doctor/source/awsapi"
)

// Accounts are the flags that say which accounts of AWS are audited, and how each
// is reached.
type Accounts struct {
	File         string
	Profiles     []string
	Organization bool
	Aggregator   string
	Machine      string // --on-step-functions

	units, tags, statuses, only []string

	role, externalID, session string
	chain                     []string
	duration, wait            time.Duration
}

// Add adds the flags to those of a command.
func (f *Accounts) Add(fs *pflag.FlagSet) {
	fs.StringVar(&f.File, "accounts", "", "audit the accounts of `FILE`: c7n-org's accounts.yml, or CSV")
	fs.StringSliceVar(&f.Profiles, "profiles", nil, "audit the accounts of profiles of the AWS CLI, `NAME[,NAME]`")
	fs.BoolVar(&f.Organization, "organization", false, "audit the accounts of the organization")
	fs.StringVar(&f.Aggregator, "config-aggregator", "", "audit what AWS Config's aggregator `NAME` has recorded of its accounts; no role is assumed")
	fs.StringVar(&f.Machine, "on-step-functions", "", "run the audit on the state machine of deploy/fleet, `ARN`, and bring its report home")
	fs.StringSliceVar(&f.units, "ou", nil, "of the organization only the units `ID[,ID]` and those under them")
	fs.StringArrayVar(&f.tags, "account-tag", nil, "only accounts with a tag, `KEY[=VALUE]`; repeatable")
	fs.StringSliceVar(&f.statuses, "account-status", nil, "only accounts of a status, `STATUS[,STATUS]` (default: all; those that are not ACTIVE are skipped and counted)")
	fs.StringSliceVar(&f.only, "only-account", nil, "only accounts of these ids or names, `ID|PATTERN[,…]`")
	fs.StringVar(&f.role, "assume-role", "", "role to assume in each account, by its `NAME` with the path")
	fs.StringVar(&f.externalID, "external-id", "", "external `ID` that the role asks for")
	fs.StringSliceVar(&f.chain, "role-chain", nil, "roles to assume before, `ARN[,ARN]`, one with the credentials of the other")
	fs.StringVar(&f.session, "session-name", "", "`NAME` of the sessions (default remotion-doctor)")
	fs.DurationVar(&f.duration, "session-duration", 0, "`DURATION` of the credentials (default 1h); they are renewed before they end")
	fs.DurationVar(&f.wait, "assume-wait", time.Minute, "`DURATION` from the start in which a refused role is tried again: it may have been made a moment ago")
}

// Any reports whether a flag names accounts.
func (f *Accounts) Any() bool {
	return f.named() > 0
}

// named counts the flags that name accounts.
func (f *Accounts) named() int {
	n := 0
	for _, given := range []bool{f.File != "", len(f.Profiles) > 0, f.Organization, f.Aggregator != ""} {
		if given {
			n++
		}
	}
	return n
}

// chained is the longest session of a role that another role's credentials
// assume.
// Source: IAM User Guide, "Roles terms and concepts", role chaining.
const chained = time.Hour

// Validate refuses flags that do not go together.
func (f *Accounts) Validate() error {
	filtered := len(f.units)+len(f.tags) > 0
	if err := f.validFilter(); err != nil {
		return err
	}
	switch {
	case f.named() > 1:
		return usage("leave all but one out", "--accounts, --profiles, --organization and --config-aggregator exclude each other")
	case len(f.units) > 0 && !f.Organization:
		return usage("", "--ou needs --organization")
	case filtered && !f.Organization && f.File == "":
		return usage("", "--account-tag needs --organization or --accounts")
	case f.role != "" && !f.Organization && f.File == "":
		return usage("", "--assume-role needs --organization or --accounts")
	case f.Machine != "":
		return f.validMachine()
	case f.Organization && f.role == "":
		return usage("as in --assume-role remotion-doctor-reader: docs/audit.md says how to make it", "--organization needs --assume-role")
	case strings.HasPrefix(f.role, "arn:") || strings.HasPrefix(f.role, "/"):
		return usage("as in --assume-role remotion-doctor-reader, or with its path, audit/reader", "--assume-role %q is no name: the role has it in every account", f.role)
	case len(f.chain) > 0 && f.duration > chained:
		return usage("leave --session-duration out", "--session-duration %s: credentials of a chain of roles last an hour at most", f.duration)
	case f.duration != 0 && (f.duration < 15*time.Minute || f.duration > 12*time.Hour):
		return usage("", "--session-duration %s is not between 15m and 12h", f.duration)
	case f.wait < 0:
		return usage("", "--assume-wait %s is negative", f.wait)
	}
	return f.validNames()
}

// validFilter refuses what would be ignored where no accounts of AWS are named.
func (f *Accounts) validFilter() error {
	if f.named() > 0 || f.Machine != "" {
		return nil
	}
	for flag, given := range map[string]bool{
		"account-status": len(f.statuses) > 0, "external-id": f.externalID != "", "role-chain": len(f.chain) > 0, "session-name": f.session != "", "session-duration": f.duration != 0,
	} {
		if given {
			return usage("leave it out", "--%s needs --organization, --accounts or --profiles", flag)
		}
	}
	return nil
}

// Among are the places that --only-account leaves.
func (f *Accounts) Among(places []fleet.Place) ([]fleet.Place, error) {
	filter := roster.Filter{IDs: f.only}
	return some(slices.DeleteFunc(places, func(p fleet.Place) bool {
		return len(filter.Among([]roster.Account{{ID: p.ID, Name: p.Name}})) == 0
	}), nil)
}

var unitID = regexp.MustCompile(`^(r-[0-9a-z]{4,32}|ou-[0-9a-z-]+)$`)

func (f *Accounts) validNames() error {
	for _, id := range f.units {
		if !unitID.MatchString(id) {
			return usage("it looks like ou-ab12-video", "--ou %q is no id of a unit", id)
		}
	}
	for _, arn := range f.chain {
		if a, ok := policy.ParseARN(arn); !ok || a.Type() != "role" {
			return usage("it looks like arn:aws:iam::123456789012:role/name", "--role-chain %q is no role", arn)
		}
	}
	return nil
}

// Places are the accounts that the flags name.
func (f *Accounts) Places(ctx context.Context, r fleet.Reach, now time.Time) ([]fleet.Place, error) {
	r.AssumeRole, r.SessionName, r.ExternalID, r.Duration = f.role, f.session, f.externalID, f.duration
	for _, arn := range f.chain {
		r.AWS.Roles = append(r.AWS.Roles, awsapi.Role{ARN: arn, SessionName: f.session})
	}
	r.AWS.RefusedUntil = now.Add(f.wait)
	filter := roster.Filter{IDs: f.only, Units: f.units, Tags: f.tags, Statuses: f.statuses}
	switch {
	case f.Aggregator != "":
		return r.Aggregated(ctx, f.Aggregator, filter)
	case f.Organization:
		return some(r.Organization(ctx, filter))
	case len(f.Profiles) > 0:
		return r.Profiles(ctx, f.Profiles), nil
	}
	list, err := roster.ReadFile(f.File)
	if err != nil {
		return nil, err
	}
	return some(r.Listed(filter.Among(list)), nil)
}

// some refuses a filter that leaves nothing.
func some(places []fleet.Place, err error) ([]fleet.Place, error) {
	if err == nil && len(places) == 0 {
		err = usage("look at --ou, --account-tag, --account-status and --only-account", "no account is left to audit")
	}
	return places, err
}

// validMachine refuses what a state machine is not asked: it has its own role, and its
// own places.
func (f *Accounts) validMachine() error {
	a, ok := policy.ParseARN(f.Machine)
	switch {
	case !ok || a.Service != "states" || !strings.HasPrefix(a.Resource, "stateMachine:"):
		return usage("it looks like arn:aws:states:us-east-1:123456789012:stateMachine:name", "--on-step-functions %q is no state machine", f.Machine)
	case f.role != "" || f.externalID != "" || len(f.chain) > 0 || f.File != "" || len(f.Profiles) > 0 || f.Aggregator != "" || len(f.tags) > 0 || len(f.statuses) > 0:
		return usage("leave it out: the stack of the state machine says how accounts are reached", "--on-step-functions goes with --organization, --ou, --only-account and --region only")
	case f.Organization == (len(f.only) > 0):
		return usage("name either", "--on-step-functions needs --organization, or --only-account with the ids")
	}
	return f.validNames()
}

// remote are the flags that go with --on-step-functions; its stack says the rest.
var remote = []string{
	"organization", "ou", "only-account", "region", "since", "profile", "endpoint-url", "attempt-timeout", "timeout", "debug", "format", "output", "baseline",
	"waivers", "redact", "step-summary", "csv-bom", "verbose", "quiet", "color", "no-color", "remediation", "fail-on", "config", "environment", "no-config",
}

// ValidateRemote refuses flags that do not go with --on-step-functions.
func (f *Accounts) ValidateRemote(set *pflag.FlagSet) error {
	if err := f.Validate(); err != nil {
		return err
	}
	return Only(set, "on-step-functions", remote...)
}

// Input is what the state machine is started with.
func (f *Accounts) Input(regions []string) worker.Input {
	return worker.Input{Organization: f.Organization, Units: f.units, Accounts: f.only, Regions: regions}
}
