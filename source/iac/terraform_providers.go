package iac

import (
	"fmt"
	"slices"
	"strings"

	"remotion-doctor/iam/policy"
)

// A tfProvider is a configuration of the AWS provider: resources of several
// may be in several accounts and regions.
type tfProvider struct {
	key string
	// account is its account; empty where nobody knows it.
	account string
	region  string
	// signature says providers that sign in in different ways apart; empty
	// for one that signs in as Terraform was started.
	signature string
}

// readProviders reads the configurations of providers.
// Source: Terraform, "JSON Output Format", configuration representation; AWS
// provider, "Provider configuration".
func (p *Plan) readProviders(n *node) {
	p.providers = map[string]*tfProvider{}
	if n == nil {
		return
	}
	for _, m := range n.members {
		if name := m.value.get("name").str(); name != "aws" {
			continue
		}
		e := m.value.get("expressions")
		pr := &tfProvider{key: m.key, region: e.at("region", "constant_value").str()}
		if list := e.at("allowed_account_ids", "constant_value"); list.is(listNode) && len(list.items) == 1 {
			pr.account = list.items[0].str()
		}
		if role := e.get("assume_role").elem(0).at("role_arn", "constant_value").str(); role != "" {
			a, _ := policy.ParseARN(role)
			pr.account = a.AccountID
		}
		for _, key := range []string{"assume_role", "assume_role_with_web_identity", "profile", "access_key", "shared_credentials_files", "allowed_account_ids"} {
			if v := e.get(key); v != nil {
				pr.signature += key + "=" + flat(v) + ";"
			}
		}
		p.providers[m.key] = pr
		if m.key == "aws" {
			p.region = pr.region
		}
	}
}

// flat is a node as text, to compare it.
func flat(n *node) string {
	var b strings.Builder
	b.WriteString(n.text)
	for _, i := range n.items {
		b.WriteString("," + flat(i))
	}
	for _, m := range n.members {
		b.WriteString("{" + m.key + ":" + flat(m.value) + "}")
	}
	return b.String()
}

// provider returns the provider of a resource; nil where the plan does not say.
func (p *Plan) provider(res *tfResource) *tfProvider {
	key := p.configResource(res).get("provider_config_key").str()
	if pr := p.providers[key]; pr != nil {
		return pr
	}
	// A module's own key is module.a:aws; what it inherits is the root's.
	if i := strings.LastIndexByte(key, ':'); i >= 0 {
		key = key[i+1:]
	}
	return p.providers[key]
}

// bind takes the accounts and regions from what the plan knows.
func (p *Plan) bind(o *Options) {
	found := map[string]string{}
	for _, res := range p.resources {
		if res.data && res.typ == "aws_region" && p.region == "" {
			p.region = firstOf(res.values.get("region").str(), res.values.get("name").str())
		}
		account := ""
		if res.data && res.typ == "aws_caller_identity" {
			account = res.values.get("account_id").str()
		} else if a, ok := policy.ParseARN(res.values.get("arn").str()); ok && a.Service == "iam" && len(a.AccountID) == 12 {
			account = a.AccountID
		}
		if account == "" {
			continue
		}
		if pr := p.provider(res); pr != nil {
			pr.account = firstOf(pr.account, account)
		}
		signature := ""
		if pr := p.provider(res); pr != nil {
			signature = pr.signature
		}
		if found[signature] == "" {
			found[signature] = account
		}
	}
	for _, pr := range p.providers {
		pr.account = firstOf(pr.account, found[pr.signature])
	}
	if o.AccountID == "" {
		o.AccountID = firstOf(found[""], p.onlyProviderAccount())
	}
	if o.Region == "" {
		o.Region = p.region
	}
}

// onlyProviderAccount is the account of all providers; empty where they have
// several, or one's is not known.
func (p *Plan) onlyProviderAccount() string {
	var accounts []string
	for _, pr := range p.providers {
		accounts = append(accounts, pr.account)
	}
	slices.Sort(accounts)
	if accounts = slices.Compact(accounts); len(accounts) == 1 {
		return accounts[0]
	}
	return ""
}

// account is the account of a resource. Where nobody knows that of a provider
// that signs in in its own way, a number represents it.
func (b *planBuilder) account(res *tfResource) string {
	pr := b.plan.provider(res)
	switch {
	case pr == nil || pr.account == "" && pr.signature == "":
		return b.options.account()
	case pr.account != "":
		return pr.account
	case len(b.plan.signatures()) < 2:
		return b.options.account()
	}
	number := fmt.Sprintf("%012d", slices.Index(b.plan.signatures(), pr.signature)+1)
	b.note("the account of the provider %s is not known: shown as %s", pr.key, number)
	return number
}

// signatures are the ways in which providers sign in, sorted.
func (p *Plan) signatures() []string {
	var out []string
	for _, pr := range p.providers {
		out = append(out, pr.signature)
	}
	slices.Sort(out)
	return slices.Compact(out)
}

// resourceRegion is the region of a resource; empty where the plan does not
// say.
func (b *planBuilder) resourceRegion(res *tfResource) string {
	if pr := b.plan.provider(res); pr != nil {
		return pr.region
	}
	return ""
}
