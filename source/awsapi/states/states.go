// Package states asks AWS Step Functions to run a state machine and how far it is, by
// package wire.
//
// Source: AWS Step Functions API Reference, "StartExecution", "DescribeExecution",
// "ListMapRuns" and "DescribeMapRun", version 2016-11-23.
package states

import (
	"context"

	"github.com/aws/aws-sdk-go-v2/aws"

	"remotion-doctor/source/awsapi/wire"
)

// A Client asks Step Functions in one Region.
type Client struct{ wire *wire.Client }

// New returns a client; an empty region is that of the configuration.
func New(cfg aws.Config, region string) *Client {
	return &Client{wire.New(cfg, wire.Service{ID: "SFN", Name: "states", Errors: wire.JSONErrors}, region)}
}

// StartExecution starts a state machine with an input, JSON, under a name, and returns
// the ARN of the execution.
func (c *Client) StartExecution(ctx context.Context, machine, name, input string) (string, error) {
	var out struct {
		ARN string `json:"executionArn"`
	}
	err := c.call(ctx, "StartExecution", map[string]string{"stateMachineArn": machine, "name": name, "input": input}, &out)
	return out.ARN, err
}

// An Execution is how far one is.
type Execution struct {
	Status string `json:"status"` // RUNNING, SUCCEEDED, FAILED, TIMED_OUT, ABORTED or PENDING_REDRIVE
	Output string `json:"output"` // JSON, of one that has succeeded
	Error  string `json:"error"`  // of one that has failed
	Cause  string `json:"cause"`  // see Error
}

// DescribeExecution returns how far an execution is.
func (c *Client) DescribeExecution(ctx context.Context, arn string) (Execution, error) {
	var out Execution
	err := c.call(ctx, "DescribeExecution", map[string]string{"executionArn": arn}, &out)
	return out, err
}

// MapRuns is one page of the runs of a distributed map.
type MapRuns struct {
	Runs []struct {
		ARN string `json:"mapRunArn"`
	} `json:"mapRuns"` // nil where the answer holds no list
	NextToken *string `json:"nextToken"`
}

// ListMapRuns returns the runs of an execution's maps; token is nil for the first page.
func (c *Client) ListMapRuns(ctx context.Context, execution string, token *string) (MapRuns, error) {
	var out MapRuns
	err := c.call(ctx, "ListMapRuns", struct {
		Execution string  `json:"executionArn"`
		NextToken *string `json:"nextToken,omitzero"`
	}{execution, token}, &out)
	return out, err
}

// Counts are how many of something are in which state.
type Counts struct {
	Total     int `json:"total"`
	Succeeded int `json:"succeeded"`
	Failed    int `json:"failed"`
}

// DescribeMapRun returns how many items of a map's run are done; nil where the answer
// does not say.
func (c *Client) DescribeMapRun(ctx context.Context, arn string) (*Counts, error) {
	var out struct {
		Items *Counts `json:"itemCounts"`
	}
	err := c.call(ctx, "DescribeMapRun", map[string]string{"mapRunArn": arn}, &out)
	return out.Items, err
}

func (c *Client) call(ctx context.Context, operation string, in, out any) error {
	return c.wire.JSON(ctx, "AWSStepFunctions", operation, in, out)
}
