// Package explain says why one request is allowed or denied: the decision of
// every layer of policies, the statements that made it, and the statements
// that would have made another one but for a single element.
//
// It asks eval, which answers as authorization does, about the request and
// about each element of each statement by itself, and so cannot come to
// another decision than eval.
package explain
