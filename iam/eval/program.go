package eval

import (
	"cmp"
	"hash/maphash"
	"slices"
	"strings"

	"remotion-doctor/iam/policy"
)

// A program is one compiled policy document. All principals share it that the document is attached to.
//
// Every statement is found by the actions that it concerns, in one of three
// ways: by name, where it names all of them without wildcard; by service, where
// its wildcards stand behind the name of one; or always.
type program struct {
	document   *policy.Document
	statements []statement
	// table maps the name of an action to statements; its size is a power of
	// two. The names stand one behind the other in names, the statements in
	// lists.
	table []actionEntry
	names string
	lists []int32
	// complete says that the table has also the statements that match an action
	// by a wildcard.
	complete bool
	// buckets are the statements of services, sorted by service.
	buckets []bucket
	other   []int32
}

// An actionEntry is one action; without statements it has no action.
type actionEntry struct {
	hash       uint64
	name       uint32 // where it begins in names
	length     uint16
	list, size uint32 // where its statements are in lists
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
	named := map[string][]int32{}
	services := map[string][]int32{}
	p.complete = canComplete(doc)
	for i := range doc.Statements {
		p.statements[i] = compileStatement(doc, i)
		switch names, bound := wildServices(&doc.Statements[i], !p.complete); {
		case !bound:
			p.other = append(p.other, int32(i))
		case len(names) > 0:
			for _, name := range names {
				services[name] = append(services[name], int32(i))
			}
		default:
			p.name(named, i)
		}
	}
	for name, list := range services {
		p.buckets = append(p.buckets, bucket{name, list})
	}
	slices.SortFunc(p.buckets, func(a, b bucket) int { return cmp.Compare(a.service, b.service) })
	if p.complete {
		p.completeNames(named)
	}
	p.fillTable(named)
	return p
}

// name lists a statement under each action that it names.
func (p *program) name(named map[string][]int32, i int) {
	for _, a := range p.document.Statements[i].Actions {
		if isWild(a) {
			continue
		}
		a = strings.ToLower(a)
		if list := named[a]; len(list) == 0 || list[len(list)-1] != int32(i) {
			named[a] = append(list, int32(i))
		}
	}
}

// maxNames bounds the work of completing the table: a hostile document may
// have thousands of names and thousands of wildcards.
const maxNames = 1 << 16

func canComplete(doc *policy.Document) bool {
	names, wild := 0, 0
	for i := range doc.Statements {
		s := &doc.Statements[i]
		names += len(s.Actions)
		if s.NotAction || slices.ContainsFunc(s.Actions, isWild) {
			wild += len(s.Actions)
		}
	}
	return names*wild <= maxNames
}

// completeNames lists every action that some statement names, with all the
// statements that match it, by wildcard or not.
func (p *program) completeNames(named map[string][]int32) {
	for i := range p.statements {
		if s := &p.statements[i]; s.actions != nil && !s.notAction {
			p.name(named, i)
		}
	}
	for action := range named {
		r := request{action: action}
		list := slices.DeleteFunc(named[action], func(i int32) bool { return p.statements[i].actions != nil })
		for i := range p.statements {
			if s := &p.statements[i]; s.actions != nil && s.matchesAction(&r) {
				list = append(list, int32(i))
			}
		}
		slices.Sort(list)
		named[action] = list
	}
}

// wildServices returns the services of a statement's wildcards, and false
// where they can match actions of any service. With all, those of its other
// actions are among them, if there are wildcards.
func wildServices(s *policy.Statement, all bool) (services []string, bound bool) {
	if s.NotAction {
		return nil, false
	}
	wild := slices.ContainsFunc(s.Actions, isWild)
	for _, a := range s.Actions {
		if !wild || !all && !isWild(a) {
			continue
		}
		service, _, found := strings.Cut(strings.ToLower(a), ":")
		if isWild(service) || !found && isWild(a) {
			return nil, false
		}
		services = append(services, service)
	}
	slices.Sort(services)
	return slices.Compact(services), true
}

func isWild(s string) bool { return strings.ContainsAny(s, "*?") }

func (p *program) fillTable(named map[string][]int32) {
	if len(named) == 0 {
		return
	}
	size, total := 2, 0
	for name := range named {
		total += len(name)
	}
	for size < 2*len(named) {
		size *= 2
	}
	p.table = make([]actionEntry, size)
	var names strings.Builder
	names.Grow(total)
	for name, list := range named {
		e := actionEntry{
			hash: hashAction(name), name: uint32(names.Len()), length: uint16(min(len(name), 1<<16-1)),
			list: uint32(len(p.lists)), size: uint32(len(list)),
		}
		names.WriteString(name)
		p.lists = append(p.lists, list...)
		slot := e.hash & uint64(size-1)
		for p.table[slot].size > 0 {
			slot = (slot + 1) & uint64(size-1)
		}
		p.table[slot] = e
	}
	p.names, p.lists = names.String(), slices.Clip(p.lists)
}

// named returns the statements that name the request's action.
func (p *program) named(r *request) []int32 {
	n := uint64(len(p.table))
	if n == 0 {
		return nil
	}
	for slot := r.hash & (n - 1); p.table[slot].size > 0; slot = (slot + 1) & (n - 1) {
		e := &p.table[slot]
		if e.hash == r.hash && p.names[e.name:e.name+uint32(e.length)] == r.action {
			return p.lists[e.list : e.list+e.size]
		}
	}
	return nil
}

// ofService returns the statements with wildcards in the service of the
// request's action.
func (p *program) ofService(r *request) []int32 {
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
		return p.buckets[lo].statements
	}
	return nil
}

// about returns the statements about the request's action, in their order.
func (p *program) about(r *request) []*statement {
	numbers := slices.Clone(p.named(r))
	wild := [][]int32{p.ofService(r), p.other}
	if p.complete && len(numbers) > 0 {
		wild = nil
	}
	for _, list := range wild {
		for _, i := range list {
			if p.statements[i].matchesAction(r) {
				numbers = append(numbers, i)
			}
		}
	}
	slices.Sort(numbers)
	out := make([]*statement, len(numbers))
	for i, n := range numbers {
		out[i] = &p.statements[n]
	}
	return out
}
