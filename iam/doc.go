// Package iam holds the nouns of a decision by IAM: what is asked ([Probe]),
// of whom ([Principal]), the answer with its evidence ([Verdict]), the sets of
// policies that take part ([Layer]), and who can answer ([Evaluator]).
package iam
