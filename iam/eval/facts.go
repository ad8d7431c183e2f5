package eval

import (
	"strings"

	"remotion-doctor/iam"
	"remotion-doctor/iam/policy"
	requests "remotion-doctor/iam/request"
)

// facts are what is known of the requests of a principal, which all of them
// share.
type facts struct {
	fixed requestContext // the same for all
	s3    requestContext // of requests of S3
	// home is the account of the principal, as the values of a key.
	home []string
	// organization is aws:ResourceOrgID of what is in the same account.
	organization value
}

func newFacts(f *requests.Facts) facts {
	out := facts{home: []string{f.Principal.AccountID}}
	for _, e := range f.Fixed() {
		out.fixed.set(e)
	}
	for _, e := range f.AboutAny("s3:*", "") {
		out.s3.set(e)
	}
	for _, e := range f.AboutAny("", f.Principal.AccountID) {
		if strings.EqualFold(e.Key, "aws:ResourceOrgID") {
			out.organization = single(e.Key, strings.ToLower(e.Key), e.Values[0])
		}
	}
	return out
}

// addFacts makes a request know what is known of the principal, and who owns the resource. Without an owner that is open.
func (r *request) addFacts(f *facts, owner string) {
	r.known, r.atHome = f, owner == f.home[0]
	switch {
	case owner == "" || owner == iam.UnknownAccount:
	case r.atHome:
		r.owner = value{key: "aws:ResourceAccount", lower: "aws:resourceaccount", typ: iam.String, values: f.home}
	default:
		r.owner = single("aws:ResourceAccount", "aws:resourceaccount", owner)
	}
}

// addRegion sets the region of the resource, or of the action's service.
func (r *request) addRegion(f *requests.Facts, resource string) {
	a, _ := policy.ParseARN(resource)
	if region := f.RegionOf(r.service, a); region != "" {
		r.region = single("aws:RequestedRegion", "aws:requestedregion", region)
	}
}

// find returns the value of a key in lower case, or nil.
func (r *request) find(lower string) *value {
	if v := r.context.find(lower); v != nil {
		return v
	}
	switch {
	case lower == "":
		return nil
	case lower == r.region.lower:
		return &r.region
	case lower == r.owner.lower, lower == "s3:resourceaccount" && r.service == "s3" && r.owner.lower != "":
		return &r.owner
	case r.known == nil:
		return nil
	case r.atHome && lower == r.known.organization.lower:
		return &r.known.organization
	}
	if v := r.known.fixed.find(lower); v != nil || r.service != "s3" {
		return v
	}
	return r.known.s3.find(lower)
}

// Values returns what the request has for a condition key: nothing where it does
// not carry the key, or that is not known.
func (r *Request) Values(key string) []string {
	v := r.find(strings.ToLower(key))
	if v == nil {
		return nil
	}
	return append(v.values[:len(v.values):len(v.values)], v.others...)
}
