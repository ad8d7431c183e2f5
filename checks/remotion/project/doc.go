// Package project looks at the Remotion project in a folder: which release of
// Remotion Lambda is installed there, and which variables its .env file sets.
package project
