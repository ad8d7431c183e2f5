package awsapi

import (
	"context"
	"encoding/json"
	"strings"
	"time"

	"remotion-doctor/iam/policy"
	"remotion-doctor/source"
	"remotion-doctor/source/awsapi/states"
)

// A Run is an execution of the fleet's state machine.
type Run struct {
	client *states.Client
	ARN    string
}

// StartRun starts the fleet's state machine with an input, under a name. The error is an
// [*source.Error].
func (c *Client) StartRun(ctx context.Context, machine, name string, input any) (*Run, error) {
	text, err := json.Marshal(input)
	if err != nil {
		return nil, err
	}
	a, _ := policy.ParseARN(machine) // whoever calls has looked at it
	client := states.New(c.of("states"), a.Region)
	arn, err := client.StartExecution(ctx, machine, name, string(text))
	if err != nil {
		return nil, explain("starting "+machine, err)
	}
	if arn == "" {
		return nil, wrongAnswer("states:StartExecution", "it has no execution")
	}
	return &Run{client, arn}, nil
}

// Follow waits for the end of the run and returns its output. It calls say with how many
// accounts are done, of how many that are known so far.
func (r *Run) Follow(ctx context.Context, each time.Duration, say func(done, total int)) (string, error) {
	for {
		e, err := r.client.DescribeExecution(ctx, r.ARN)
		if err != nil {
			return "", explain("asking how far "+r.ARN+" is", err)
		}
		switch e.Status {
		case "":
			return "", wrongAnswer("states:DescribeExecution", "it has no status")
		case "RUNNING", "PENDING_REDRIVE":
		case "SUCCEEDED":
			return e.Output, nil
		default:
			return "", &source.Error{Op: "running " + r.ARN, Kind: source.KindOther, Msg: clean(strings.TrimSpace("it ended as " + e.Status + ": " + e.Error + " " + e.Cause)), Hint: "redrive it in the console of Step Functions, or look at its history there"}
		}
		done, total, err := r.counts(ctx)
		if err != nil {
			return "", err
		}
		say(done, total)
		select {
		case <-time.After(each):
		case <-ctx.Done():
			return "", explain("waiting for "+r.ARN, ctx.Err())
		}
	}
}

// counts are how many items of the run's maps are done, of how many.
func (r *Run) counts(ctx context.Context) (done, total int, err error) {
	runs, err := collect(ctx, "states:ListMapRuns", func(ctx context.Context, token *string) (page[string], error) {
		out, err := r.client.ListMapRuns(ctx, r.ARN, token)
		if err != nil || out.Runs == nil {
			return page[string]{}, err
		}
		list := []string{}
		for _, m := range out.Runs {
			list = append(list, m.ARN)
		}
		return tokenPage(list, out.NextToken), nil
	})
	for _, arn := range runs {
		c, err := r.client.DescribeMapRun(ctx, arn)
		if err != nil {
			return 0, 0, explain("asking how far "+arn+" is", err)
		}
		if c == nil {
			return 0, 0, wrongAnswer("states:DescribeMapRun", "it has no counts")
		}
		done, total = done+c.Succeeded+c.Failed, total+c.Total
	}
	if err != nil {
		err = explain("asking how far "+r.ARN+" is", err)
	}
	return done, total, err
}
