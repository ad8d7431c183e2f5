package awsapi

import "context"

// A paginator reads the pages of a list, as those of the SDK do. P is a page, O
// the options of the service's client.
type paginator[P, O any] interface {
	HasMorePages() bool
	NextPage(context.Context, ...func(*O)) (P, error)
}

// collect reads all pages of a list.
func collect[P, O, T any](ctx context.Context, pages paginator[P, O], items func(P) []T) ([]T, error) {
	var out []T
	for pages.HasMorePages() {
		page, err := pages.NextPage(ctx)
		if err != nil {
			return nil, err
		}
		out = append(out, items(page)...)
	}
	return out, nil
}
