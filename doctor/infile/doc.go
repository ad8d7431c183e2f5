// Package infile puts remedies into the files that declare the principals: into
// a template, or into a new file next to what was read. It shows what it adds,
// writes it, and checks what is then there; what does not pass is taken back. It
// asks nobody and prints nothing by itself.
package infile
