package iamtest

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"strings"
)

// Documents are policy documents by layer, as text.
type Documents struct {
	Identity []string
	Boundary string   // empty where there is none
	SCPs     []string // a level each
}

// A Family makes policies of any size in one of the ways that cost those most
// who decide about all names of a pattern.
type Family struct {
	Name string
	Make func(n int) Documents
	Max  int // the size at which IAM's limits are reached
}

// IAM's limits.
// Source: IAM User Guide, "IAM and AWS STS quotas"; Organizations User Guide,
// "Quotas and service limits".
const (
	ManagedLimit  = 6144 // characters of a managed policy
	ManagedNumber = 10   // of them attached to one role
	SCPLimit      = 5120
	SCPLevels     = 5
)

// A Statement is one of a generated document.
type Statement struct {
	Effect      string
	Action      any
	Resource    any `json:",omitempty"`
	NotResource any `json:",omitempty"`
	Condition   any `json:",omitempty"`
}

// Document prints statements.
func Document(statements ...Statement) string {
	text, err := json.Marshal(map[string]any{"Version": "2012-10-17", "Statement": statements})
	if err != nil {
		panic(err) // strings, lists and maps of them
	}
	return string(text)
}

// Split prints statements as documents of at most so many characters each, if no
// statement is longer by itself.
func Split(statements []Statement, limit int) []string {
	var out []string
	empty := len(Document()) - len("null") + len("[]")
	for len(statements) > 0 {
		n, size := 0, empty
		for n < len(statements) {
			if size += len(Document(statements[n])) - empty + 1; n > 0 && size > limit {
				break
			}
			n++
		}
		out = append(out, Document(statements[:n]...))
		statements = statements[n:]
	}
	return out
}

func managed(statements []Statement) []string { return Split(statements, ManagedLimit) }

// words are what people name their stages and teams by.
var words = strings.Fields(`prod dev stage test qa uat demo perf sandbox ops data ml web api core auth billing
 search media video audio image print mail chat push feed news blog shop cart pay tax risk fraud legal hr crm erp bi etl`)

// word returns the i-th of as many words as are wanted.
func word(i int) string {
	if i < len(words) {
		return words[i]
	}
	return fmt.Sprintf("%s%d", words[i%len(words)], i/len(words))
}

// each makes one statement or pattern for each of n words.
func each[T any](n int, f func(i int, word string) T) []T {
	out := make([]T, n)
	for i := range out {
		out[i] = f(i, word(i))
	}
	return out
}

func on(effect, pattern string) Statement {
	return Statement{Effect: effect, Action: "s3:*", Resource: "arn:aws:s3:::" + pattern}
}

var allowAll = Statement{Effect: "Allow", Action: "*", Resource: "*"}

// Families are the ways that are known, about buckets whose names begin with a
// prefix, such as films-.
func Families(prefix string) []Family {
	return []Family{
		{"allow *-word-*, a statement each", func(n int) Documents {
			return Documents{Identity: managed(each(n, func(_ int, w string) Statement { return on("Allow", "*-"+w+"-*") }))}
		}, 600},
		{"allow *-word-*, one statement", func(n int) Documents {
			return Documents{Identity: managed([]Statement{{Effect: "Allow", Action: "s3:*", Resource: each(n, func(_ int, w string) string { return "arn:aws:s3:::*-" + w + "-*" })}})}
		}, 200},
		{"deny *-word-*, a statement each", func(n int) Documents {
			return Documents{Identity: append(managed(each(n, func(_ int, w string) Statement { return on("Deny", "*-"+w+"-*") })), Document(allowAll))}
		}, 550},
		{"allow *-word-* on a tag each", func(n int) Documents {
			return Documents{Identity: managed(each(n, func(_ int, w string) Statement {
				s := on("Allow", "*-"+w+"-*")
				s.Condition = map[string]any{"StringEquals": map[string]string{"aws:PrincipalTag/" + w: w}}
				return s
			}))}
		}, 350},
		{"deny *-word-* on a tag each", func(n int) Documents {
			return Documents{Identity: append(managed(each(n, func(_ int, w string) Statement {
				s := on("Deny", "*-"+w+"-*")
				s.Condition = map[string]any{"StringNotEquals": map[string]string{"aws:PrincipalTag/" + w: w}}
				return s
			})), Document(allowAll))}
		}, 350},
		{"question marks and stars", func(n int) Documents {
			return Documents{Identity: managed(each(n, func(i int, w string) Statement {
				return on([]string{"Allow", "Allow", "Deny"}[i%3], "*"+w+"?*-"+word(i+1)+"??*-"+word(i+2)+"/*?x")
			}))}
		}, 500},
		{"lists of names", func(n int) Documents {
			return Documents{Identity: managed(each(n, func(i int, w string) Statement {
				list := each(10, func(j int, _ string) string {
					return fmt.Sprintf("arn:aws:s3:::%s%s%d%d", prefix, w, i, j)
				})
				return Statement{Effect: "Allow", Action: []string{"s3:GetObject", "s3:ListBucket"}, Resource: append(list, list[0]+"/*")}
			}))}
		}, 90},
		{"nested prefixes", func(n int) Documents {
			return Documents{Identity: managed(each(n, func(i int, _ string) Statement {
				nested := prefix + strings.Repeat("ab", i/2%20)
				return on([]string{"Allow", "Deny"}[i%2], nested+"*"+word(i)+"*")
			}))}
		}, 450},
		{"several stars in every layer", func(n int) Documents {
			list := func(from, limit int) string {
				var s []Statement
				for i := range n {
					next := append(s, on("Allow", "*"+word(from+i)+"*-*"+word(from+i+1)+"*"), on("Deny", "*"+word(from+i)+"?*"+word(from+i+2)+"*/*x"))
					if len(Document(next...)) > limit {
						break
					}
					s = next
				}
				return Document(s...)
			}
			d := Documents{Boundary: list(3, ManagedLimit)}
			for i := range min(ManagedNumber, 1+n/10) {
				d.Identity = append(d.Identity, list(i*n, ManagedLimit))
			}
			for i := range SCPLevels {
				d.SCPs = append(d.SCPs, list(i+5, SCPLimit))
			}
			return d
		}, 40},
		{"random statements", func(n int) Documents { return Documents{Identity: managed(Random(prefix, uint64(n), n))} }, 500},
	}
}

// Random returns statements as a grammar of hard cases makes them; the same for
// the same seed.
func Random(prefix string, seed uint64, n int) []Statement {
	r := rand.New(rand.NewPCG(seed, 1))
	return each(n, func(int, string) Statement { return RandomStatement(prefix, r) })
}

// RandomStatement makes one statement that names buckets.
func RandomStatement(prefix string, r *rand.Rand) Statement {
	s := Statement{Effect: "Allow", Action: "s3:*"}
	if r.IntN(3) == 0 {
		s.Effect = "Deny"
	}
	var list []string
	for range 1 + r.IntN(3) {
		list = append(list, "arn:aws:s3:::"+RandomPattern(prefix, r))
	}
	if r.IntN(8) == 0 {
		s.NotResource = list
	} else {
		s.Resource = list
	}
	if r.IntN(4) == 0 {
		operator := []string{"StringEquals", "StringNotEquals", "StringLike", "Null"}[r.IntN(4)]
		value := word(r.IntN(20))
		if operator == "Null" {
			value = "true"
		}
		s.Condition = map[string]any{operator: map[string]string{"aws:PrincipalTag/" + word(r.IntN(10)): value}}
	}
	return s
}

// RandomPattern makes the pattern of a bucket or of its objects.
func RandomPattern(prefix string, r *rand.Rand) string {
	var b strings.Builder
	for range 1 + r.IntN(6) {
		b.WriteString([]string{"*", "?", "??", "-", "/", prefix, "useast1-", "*-", "a", "b", word(r.IntN(40))}[r.IntN(11)])
	}
	if r.IntN(2) == 0 {
		b.WriteByte('*')
	}
	return b.String()
}
