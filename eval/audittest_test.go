package eval_test

import (
	"testing"

	"remotion-doctor/audit/audittest"
	"remotion-doctor/eval"
)

func TestEvaluatorSuite(t *testing.T) {
	e, err := eval.New(audittest.Account(t))
	if err != nil {
		t.Fatal(err)
	}
	audittest.Run(t, e)
}
