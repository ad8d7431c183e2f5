package request

import (
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
	// MoreTags says that there may be others than Tags.
	MoreTags bool
	// Organization is the one that the principal's account is in.
	Organization Organization
	// Region is where requests go whose resource names no region.
	Region string
	// Now is the time of the request: a role's credentials are issued then. The
	// zero time leaves it open.
	Now time.Time
}

// An Organization is what is known of an account's organization.
type Organization struct {
	ID string // o-…
	// Management is the account that its policies do not restrict; empty where
	// it is not known.
	Management string
	// None says that the account is in no organization.
	None bool
}

// Context returns what is known of a request. owner is the account of the
// resource; empty for the one in its ARN, else the principal's own.
func (f *Facts) Context(action, resource, owner string) iam.Context {
	return append(f.Fixed(), f.About(action, resource, owner)...)
}

// Fixed returns what is the same for all requests of the principal.
func (f *Facts) Fixed() iam.Context {
	out := &builder{}
	out.sdk(f.Principal)
	out.append(OfPrincipal(f.Principal, f.UniqueID))
	out.principal(f)
	out.host(f)
	return out.context
}

// About returns what follows from the action and the resource. owner is as for
// [Facts.Context].
func (f *Facts) About(action, resource, owner string) iam.Context {
	out := &builder{}
	out.resource(f, action, resource, owner)
	return out.context
}

// AboutAny returns what follows from the action for all resources of an owner,
// which may be empty where it is not known.
func (f *Facts) AboutAny(action, owner string) iam.Context {
	out := &builder{}
	out.owner(f, action, owner)
	return out.context
}

// Added returns what the principal's requests carry next to what follows from its
// ARN: what the policy simulator does not know by itself.
func (f *Facts) Added() iam.Context {
	out := &builder{}
	out.sdk(f.Principal)
	out.principal(f)
	out.host(f)
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
