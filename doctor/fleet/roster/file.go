package roster

import (
	"bytes"
	"encoding/csv"
	"errors"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"go.yaml.in/yaml/v4"

	"remotion-doctor/audit"
)

// largest is the size of a file that is read.
const largest = 16 << 20

// ReadFile reads a list of accounts: c7n-org's accounts.yml as it is (YAML or JSON),
// or CSV with a line of names. The error is an [*audit.Problem] that names the
// place.
func ReadFile(name string) ([]Account, error) {
	file, err := os.Open(name)
	if err != nil {
		return nil, audit.Invalid("", "reading the accounts: %v", err)
	}
	defer file.Close()
	data, err := io.ReadAll(io.LimitReader(file, largest+1))
	switch {
	case err != nil:
		return nil, audit.Invalid("", "reading the accounts: %v", err)
	case len(data) > largest:
		return nil, audit.Invalid("", "%s has more than %d bytes", name, largest)
	}
	var out []Account
	if strings.EqualFold(filepath.Ext(name), ".csv") {
		out, err = parseCSV(name, data)
	} else {
		out, err = parseYAML(name, data)
	}
	if err == nil {
		err = check(name, out)
	}
	return out, err
}

// parseYAML reads c7n-org's form.
//
// Source: cloud-custodian, tools/c7n_org, CONFIG_SCHEMA: role may be a list, each of
// which is assumed with the credentials of the one before; tags are key:value.
func parseYAML(name string, data []byte) ([]Account, error) {
	var doc yaml.Node
	if err := yaml.NewDecoder(bytes.NewReader(data)).Decode(&doc); err != nil && !errors.Is(err, io.EOF) {
		return nil, audit.Invalid("", "%s: %v", name, err)
	}
	if len(doc.Content) == 0 || doc.Content[0].Kind != yaml.MappingNode {
		return nil, audit.Invalid("c7n-org's accounts.yml begins with `accounts:`", "%s: there are no accounts in it", name)
	}
	list := valueOf(doc.Content[0], "accounts")
	if list == nil || list.Kind != yaml.SequenceNode {
		return nil, audit.Invalid("c7n-org's accounts.yml begins with `accounts:`", "%s: there are no accounts in it", name)
	}
	var out []Account
	for _, n := range list.Content {
		a, err := parseAccount(name, n)
		if err != nil {
			return nil, err
		}
		out = append(out, a)
	}
	return out, nil
}

func parseAccount(name string, n *yaml.Node) (Account, error) {
	at := func(n *yaml.Node, format string, args ...any) error {
		return audit.Invalid("", "%s:%d:%d: "+format, append([]any{name, n.Line, n.Column}, args...)...)
	}
	if n.Kind != yaml.MappingNode {
		return Account{}, at(n, "an account is a mapping with account_id and role")
	}
	text := func(key string) string {
		if v := valueOf(n, key); v != nil && v.Kind == yaml.ScalarNode {
			return v.Value
		}
		return ""
	}
	a := Account{ID: text("account_id"), Name: text("name"), ExternalID: text("external_id"), Profile: text("profile"), Unit: text("org_id")}
	for key, to := range map[string]*[]string{"role": &a.Roles, "regions": &a.Regions, "tags": &a.Tags} {
		v := valueOf(n, key)
		switch {
		case v == nil:
		case v.Kind == yaml.ScalarNode && key == "role":
			*to = []string{v.Value}
		case v.Kind == yaml.SequenceNode && !slices.ContainsFunc(v.Content, func(c *yaml.Node) bool { return c.Kind != yaml.ScalarNode }):
			for _, c := range v.Content {
				*to = append(*to, c.Value)
			}
		default:
			return Account{}, at(v, "%s is no list of texts", key)
		}
	}
	for i, t := range a.Tags {
		a.Tags[i] = strings.Replace(t, ":", "=", 1)
	}
	if a.ID == "" {
		return Account{}, at(n, "account_id is missing; YAML reads a number that begins with 0 as another one: put it in quotes")
	}
	if len(a.Roles) == 0 && a.Profile == "" {
		return Account{}, audit.Invalid("role is the ARN of the role to assume, or a list of them; profile is one of the AWS CLI", "%s:%d:%d: account %s has neither role nor profile", name, n.Line, n.Column, a.ID)
	}
	return a, nil
}

func valueOf(n *yaml.Node, key string) *yaml.Node {
	for i := 0; i+1 < len(n.Content); i += 2 {
		if n.Content[i].Value == key {
			return n.Content[i+1]
		}
	}
	return nil
}

// columns are the names that a column of CSV may have.
var columns = map[string]func(a *Account, v string){
	"account_id": func(a *Account, v string) { a.ID = v }, "account": func(a *Account, v string) { a.ID = v }, "id": func(a *Account, v string) { a.ID = v },
	"name": func(a *Account, v string) { a.Name = v }, "unit": func(a *Account, v string) { a.Unit = v }, "status": func(a *Account, v string) { a.Status = v },
	"role": func(a *Account, v string) { a.Roles = split(v) }, "external_id": func(a *Account, v string) { a.ExternalID = v },
	"profile": func(a *Account, v string) { a.Profile = v },
	"regions": func(a *Account, v string) { a.Regions = split(v) }, "tags": func(a *Account, v string) { a.Tags = split(v) },
}

// split reads a list in a cell.
func split(v string) []string {
	return strings.FieldsFunc(v, func(r rune) bool { return r == ' ' || r == ';' || r == ',' })
}

func parseCSV(name string, data []byte) ([]Account, error) {
	r := csv.NewReader(bytes.NewReader(bytes.TrimPrefix(data, []byte("\xef\xbb\xbf"))))
	r.TrimLeadingSpace = true
	head, err := r.Read()
	if err != nil {
		return nil, audit.Invalid("the first line names the columns: account_id,name,role,external_id,regions", "%s: %v", name, err)
	}
	for i := range head {
		head[i] = strings.ToLower(strings.TrimSpace(head[i]))
		if columns[head[i]] == nil {
			return nil, audit.Invalid("there are account_id, name, role, external_id, profile, regions, unit, status and tags", "%s:1: column %q is not known", name, head[i])
		}
	}
	var out []Account
	for {
		row, err := r.Read()
		if errors.Is(err, io.EOF) {
			return out, nil
		}
		if err != nil {
			return nil, audit.Invalid("", "%s: %v", name, err)
		}
		var a Account
		for i, v := range row {
			columns[head[i]](&a, strings.TrimSpace(v))
		}
		line, _ := r.FieldPos(0)
		if a.ID == "" {
			return nil, audit.Invalid("", "%s:%d: the account's id is missing", name, line)
		}
		out = append(out, a)
	}
}
