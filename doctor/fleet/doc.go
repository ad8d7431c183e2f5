// Package fleet audits whole accounts: Find looks for the principals of an account
// that use or run the product, Audit checks each of them in each of many accounts.
//
// Nothing is missed in silence: an account that could not be read is a section
// with the reason, and what was not looked at is counted.
package fleet
