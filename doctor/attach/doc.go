// Package attach brings the remedies of package doctor into an AWS account and
// takes them back: it plans the writes, refuses what must not be written, waits
// until IAM knows the change, and checks again. It asks nobody and prints
// nothing by itself; the writes are those of package change.
package attach
