// Package excess finds what a principal may do beyond its need: actions that no
// requirement names, and resources beyond the required patterns.
//
// Every excess comes with a request that the principal's policies, all layers
// together, allow; what a boundary or an organization policy takes away again does not count.
package excess
