package request

import (
	"slices"
	"strings"
	"time"

	"remotion-doctor/iam"
)

// Facts are what is known of the requests of one principal. Zero fields are not
// known, and leave open what depends on them.
type Facts struct {
	Principal iam.Principal
	// UniqueID is that of the user or role (AIDA…, AROA…).
	UniqueID string
	// Tags are those of the user or role; nil where they are not known, empty
	// where there are none.
	Tags map[string]string
	// Organization is the one that the principal's account is in.
	Organization Organization
	// Host is what the principal's credentials are given to.
	Host Host
	// Region is where requests go whose resource names no region.
	Region string
	// Now is the time of the request: a role's credentials are issued then. The
	// zero time leaves it open.
	Now time.Time
	// Known is what a pack or the user says of the context. Where both say
	// something the later entry wins, and it wins over everything else.
	Known iam.Context
}

// An Organization is what is known of an account's organization.
type Organization struct {
	ID string // o-…
	// None says that the account is in no organization.
	None bool
}

// A Host is what the credentials of a role are given to. The zero Host is not
// known: anybody who may assume the role.
type Host struct {
	Kind HostKind
	ARN  string // of the function or instance
}

// A HostKind is a kind of Host.
type HostKind uint8

// The kinds of host.
const (
	HostUnknown  HostKind = iota
	HostFunction          // a Lambda function
	HostInstance          // an EC2 instance
	HostTask              // an ECS task
	HostPod               // an EKS pod, through Pod Identity or a web identity
)

// service reports whether an AWS service got the credentials by itself, so that
// nobody passed session tags, a source identity or an MFA device.
func (h Host) service() bool {
	return h.Kind == HostFunction || h.Kind == HostInstance || h.Kind == HostTask
}

// Context returns what is known of a request. owner is the account of the
// resource; empty for the one in its ARN, else the principal's own.
func (f *Facts) Context(action, resource, owner string) iam.Context {
	out := &builder{}
	out.sdk(f.Principal)
	out.append(OfPrincipal(f.Principal, f.UniqueID))
	out.principal(f)
	out.host(f)
	out.resource(f, action, resource, owner)
	for _, e := range f.Known {
		out.replace(e)
	}
	return out.context
}

// A builder collects a context.
type builder struct{ context iam.Context }

func (b *builder) append(c iam.Context) { b.context = append(b.context, c...) }

func (b *builder) text(key string, values ...string) { b.add(key, iam.String, values...) }

func (b *builder) add(key string, typ iam.ContextType, values ...string) {
	b.context = append(b.context, iam.ContextEntry{Key: key, Type: typ, Values: values})
}

// absent says that the request carries none of the keys.
func (b *builder) absent(keys ...string) {
	for _, key := range keys {
		b.add(key, iam.String)
	}
}

func (b *builder) replace(e iam.ContextEntry) {
	b.context = slices.DeleteFunc(b.context, func(d iam.ContextEntry) bool { return strings.EqualFold(d.Key, e.Key) })
	b.context = append(b.context, e)
}
