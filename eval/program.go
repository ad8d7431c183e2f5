package eval

import (
	"cmp"
	"hash/maphash"
	"slices"

	"remotion-doctor/policy"
)

// A program is one compiled policy document. It is shared by all principals
// that the document is attached to.
type program struct {
	document   *policy.Document
	statements []statement
	// table maps each action that a statement names without wildcard to all
	// the statements that match the action; its size is a power of two.
	table []actionEntry
	// buckets are the statements with wildcards that can match a service's
	// actions, sorted by service; other is for every further service.
	buckets []bucket
	other   []int32
}

type actionEntry struct {
	action     string // empty: no entry
	hash       uint64
	statements []int32
}

type bucket struct {
	service    string
	statements []int32
}

// seed is fixed for the process: hashes are never stored.
var seed = maphash.MakeSeed()

func hashAction(action string) uint64 { return maphash.String(seed, action) }

func compileProgram(doc *policy.Document) *program {
	p := &program{document: doc, statements: make([]statement, len(doc.Statements))}
	for i := range doc.Statements {
		p.statements[i] = compileStatement(doc, i)
	}
	p.fillBuckets()
	p.fillTable()
	return p
}

// fillBuckets sorts the statements that match by wildcard or NotAction.
func (p *program) fillBuckets() {
	services := map[string][]int32{}
	for i := range p.statements {
		names, bound := p.statements[i].wildServices()
		for _, name := range names {
			services[name] = append(services[name], int32(i))
		}
		if !bound {
			p.other = append(p.other, int32(i))
		}
	}
	for name, list := range services {
		for _, i := range p.other {
			if !slices.Contains(list, i) {
				list = append(list, i)
			}
		}
		slices.Sort(list)
		p.buckets = append(p.buckets, bucket{name, list})
	}
	slices.SortFunc(p.buckets, func(a, b bucket) int { return cmp.Compare(a.service, b.service) })
}

// fillTable lists, for each action that is named without wildcard, the
// statements that match it.
func (p *program) fillTable() {
	named := map[string]bool{}
	for i := range p.statements {
		for _, a := range p.statements[i].exactActions() {
			named[a] = true
		}
	}
	if len(named) == 0 {
		return
	}
	size := 2
	for size < 2*len(named) {
		size *= 2
	}
	p.table = make([]actionEntry, size)
	for action := range named {
		r := newRequest(action, "", nil)
		e := actionEntry{action: action, hash: r.hash}
		for i := range p.statements {
			if p.statements[i].matchesAction(r) {
				e.statements = append(e.statements, int32(i))
			}
		}
		slot := e.hash & uint64(size-1)
		for p.table[slot].action != "" {
			slot = (slot + 1) & uint64(size-1)
		}
		p.table[slot] = e
	}
}

// candidates returns the statements that may match the request's action, and
// whether they are known to.
func (p *program) candidates(r *request) (list []int32, matched bool) {
	if n := uint64(len(p.table)); n > 0 {
		for slot := r.hash & (n - 1); p.table[slot].action != ""; slot = (slot + 1) & (n - 1) {
			if e := &p.table[slot]; e.hash == r.hash && e.action == r.action {
				return e.statements, true
			}
		}
	}
	lo, hi := 0, len(p.buckets)
	for lo < hi {
		mid := (lo + hi) / 2
		if p.buckets[mid].service < r.service {
			lo = mid + 1
		} else {
			hi = mid
		}
	}
	if lo < len(p.buckets) && p.buckets[lo].service == r.service {
		return p.buckets[lo].statements, false
	}
	return p.other, false
}
