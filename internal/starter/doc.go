// Package starter writes the files by which a project checks its own roles: the
// configuration, a workflow for its CI system, an entry for pre-commit. It looks at
// what the project has, and never overwrites a file.
package starter
