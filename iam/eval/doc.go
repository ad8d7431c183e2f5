// Package eval decides requests offline: IAM's evaluation logic over the
// policies of an account.
//
// An [Engine] answers as authorization does ([Engine.Evaluate]) and as the
// policy simulator does ([Engine.SimulatePrincipalPolicy],
// [SimulateCustomPolicy]); the two are known to differ, and ARCHITECTURE.md
// lists where.
package eval
