// Package managed holds the documents of AWS's own managed policies, for
// templates and snapshots that name them only by their ARN.
//
// The documents are embedded as they were on [Date]; AWS changes some of them
// every week. A [Library] that the user gives comes before them.
package managed

import (
	"bytes"
	"compress/gzip"
	_ "embed"
	"io"
	"iter"
	"strings"
	"sync"
)

// data is a compressed text: a first line "# DATE SOURCE", then for each policy
// a line "ARN VERSION DOCUMENT". See managed/generate.
//
//go:embed policies.gz
var data []byte

// A Document is the default version of a managed policy.
type Document struct {
	ARN     string
	Version string
	Text    string
	// Embedded says that it is the one of [Date], which AWS may have changed
	// since.
	Embedded bool
}

// A Library is a set of managed policies by ARN, or by name where only that
// is known. The nil Library is empty.
type Library struct {
	source   string
	byARN    map[string]Document
	byName   map[string]Document
	fallback func() *Library
}

// Embedded returns the library that is part of the program. It is read from
// its compressed form when the first policy is looked up.
func Embedded() *Library { return &Library{fallback: embedded} }

var embedded = sync.OnceValue(func() *Library {
	l := newLibrary("")
	text, err := inflate(data)
	if err != nil {
		return l // TestEmbedded holds that this does not happen
	}
	header, rest, _ := strings.Cut(text, "\n")
	l.source = strings.TrimPrefix(header, "# ")
	for line := range strings.Lines(rest) {
		arn, rest, _ := strings.Cut(strings.TrimSuffix(line, "\n"), " ")
		version, document, _ := strings.Cut(rest, " ")
		l.add(Document{arn, version, document, true})
	}
	return l
})

func inflate(data []byte) (string, error) {
	z, err := gzip.NewReader(bytes.NewReader(data))
	if err != nil {
		return "", err
	}
	var b strings.Builder
	b.Grow(4 << 20)
	_, err = io.Copy(&b, z)
	return b.String(), err
}

// Date returns the day on which the embedded documents were read.
func Date() string {
	date, _, _ := strings.Cut(embedded().source, " ")
	return date
}

func newLibrary(source string) *Library {
	return &Library{source: source, byARN: map[string]Document{}, byName: map[string]Document{}}
}

func (l *Library) add(d Document) { l.byARN[d.ARN] = d }

// Len returns the number of documents.
func (l *Library) Len() int {
	if l == nil {
		return 0
	}
	n := len(l.byARN) + len(l.byName)
	if l.fallback != nil {
		n += l.fallback().Len()
	}
	return n
}

// All returns every document once, in no order.
func (l *Library) All() iter.Seq[Document] {
	return func(yield func(Document) bool) {
		if l == nil {
			return
		}
		for _, m := range []map[string]Document{l.byARN, l.byName} {
			for _, d := range m {
				if !yield(d) {
					return
				}
			}
		}
		if l.fallback != nil {
			l.fallback().All()(yield)
		}
	}
}

// Lookup returns the document of a managed policy. In partitions other than
// aws, whose policies are not embedded, AWS's policy of the same name is
// returned with the partition replaced, and approximate is true.
func (l *Library) Lookup(arn string) (d Document, approximate, ok bool) {
	if l == nil {
		return Document{}, false, false
	}
	if d, ok := l.byARN[arn]; ok {
		return d, false, true
	}
	if d, ok := l.byName[arn[strings.LastIndexByte(arn, '/')+1:]]; ok {
		d.ARN = arn
		return d, false, true
	}
	if l.fallback != nil {
		return l.fallback().Lookup(arn)
	}
	partition, rest, found := strings.Cut(strings.TrimPrefix(arn, "arn:"), ":")
	if d, ok := l.byARN["arn:aws:"+rest]; ok && found && partition != "aws" {
		d.ARN, d.Text = arn, strings.ReplaceAll(d.Text, "arn:aws:", "arn:"+partition+":")
		return d, true, true
	}
	return Document{}, false, false
}

// AWSOwned reports whether an ARN is that of a policy which AWS manages.
func AWSOwned(arn string) bool { return strings.Contains(arn, ":iam::aws:policy/") }

// names are the embedded policies by name.
var names = sync.OnceValue(func() map[string]string {
	out := map[string]string{}
	for arn := range embedded().byARN {
		out[arn[strings.LastIndexByte(arn, '/')+1:]] = arn
	}
	return out
})

// ARN returns the ARN of an embedded policy by its name, whatever its path.
func ARN(name string) (arn string, ok bool) {
	arn, ok = names()[name]
	return arn, ok
}
