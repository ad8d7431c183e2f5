// Package remedy turns findings into the policy that grants what is missing,
// and into the obstacles that no grant removes.
//
// A grant cures only an implicit deny. What an explicit deny, a permissions
// boundary or an organization policy stops is an [audit.Obstacle], and never
// part of the policy.
package remedy
