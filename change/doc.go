// Package change writes to AWS what a remedy plans, so that it can always be
// taken back.
//
// A [Plan] is a list of [Step], each one call of IAM's API with the state that
// it needs before and the state that it leaves. A [Journal] has each step
// before its call and the outcome after it, and nothing in it is overwritten.
// [Store.Apply] writes a plan; [Look] finds by the journal and by what AWS
// shows now which steps happened, and [Back.Run] takes those back and checks
// that what was there is there again, byte for byte.
//
// The law: undo after apply is the identity, also where a write fails, its
// answer is lost, or the process dies; but for the ids and dates that AWS gives
// anew.
package change
