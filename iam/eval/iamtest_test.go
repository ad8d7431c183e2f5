package eval_test

import (
	"testing"

	"remotion-doctor/iam/eval"
	"remotion-doctor/iam/iamtest"
)

func TestEvaluatorSuite(t *testing.T) {
	e, err := eval.New(iamtest.Account(t))
	if err != nil {
		t.Fatal(err)
	}
	iamtest.Run(t, e)
}
