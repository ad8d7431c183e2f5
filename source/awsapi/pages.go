package awsapi

import (
	"context"

	"github.com/aws/aws-sdk-go-v2/aws"
)

// A page is a part of a list.
type page[T any] struct {
	items []T
	// found says that the answer holds the list at all; an empty one does.
	found bool
	// next is where the list goes on.
	next *string
	// truncated says that it does, in the protocols that say so.
	truncated bool
}

// listPage is a page of an operation that marks its end by IsTruncated.
func listPage[T any](items []T, truncated bool, marker *string) page[T] {
	if !truncated {
		marker = nil
	}
	return page[T]{items, items != nil, marker, truncated}
}

// tokenPage is a page of an operation that marks its end by a missing token.
func tokenPage[T any](items []T, token *string) page[T] {
	return page[T]{items: items, found: items != nil, next: token}
}

// maxListPages bounds the pages of one list: an account holds at most 10,000
// roles or buckets by the highest quotas, and a page at least a hundred of most.
const maxListPages = 10_000

// collect reads all pages of a list. An answer without the list, a truncated
// page that does not say where the next one begins, and a marker that was there
// before are errors: the paginators of the SDK take the first two for the end,
// and follow the third for ever.
// Source: IAM API Reference, "ListRolePolicies": when IsTruncated is true,
// Marker is present.
func collect[T any](ctx context.Context, operation string, read func(ctx context.Context, marker *string) (page[T], error)) ([]T, error) {
	return collectFew(ctx, operation, maxListPages, read)
}

// collectFew reads at most n pages of a list.
func collectFew[T any](ctx context.Context, operation string, n int, read func(ctx context.Context, marker *string) (page[T], error)) ([]T, error) {
	var out []T
	var marker *string
	seen := markers{}
	for range n {
		p, err := read(ctx, marker)
		if err != nil {
			return nil, err
		}
		if !p.found {
			return nil, wrongAnswer(operation, "it has no list")
		}
		out = append(out, p.items...)
		more, err := seen.next(operation, p.truncated, p.next)
		if err != nil || !more {
			return out, err
		}
		marker = p.next
	}
	if n == maxListPages {
		return nil, wrongAnswer(operation, "it has more than %d pages", n)
	}
	return out, nil
}

// markers are those of the pages so far.
type markers map[string]bool

// next reports whether another page follows, and remembers its marker.
func (m markers) next(operation string, truncated bool, marker *string) (bool, error) {
	text := aws.ToString(marker)
	switch {
	case text == "" && truncated:
		return false, wrongAnswer(operation, "it says that there is more, and does not say where")
	case text == "":
		return false, nil
	case m[text]:
		return false, wrongAnswer(operation, "the marker of the next page is one that was there before")
	}
	m[text] = true
	return true, nil
}
