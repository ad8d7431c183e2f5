// Package worker audits accounts for an engine that calls it with events: AWS Step
// Functions, which fans out over the accounts of an organization, and AWS Config,
// which asks when a role changes.
//
// An event is answered once and for all: an account that fails is a record with the
// reason, never an error, so that it does not end the run of the others. The same
// event may arrive twice; it then writes the same objects.
package worker
