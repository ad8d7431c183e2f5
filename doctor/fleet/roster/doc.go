// Package roster says which accounts are to be audited and how each is reached:
// from a file (c7n-org's accounts.yml, CSV), from profiles of the AWS CLI, or from
// an organization.
package roster
