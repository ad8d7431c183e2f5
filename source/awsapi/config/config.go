// Package config asks AWS Config what an aggregator has recorded, by package wire.
//
// Source: AWS Config API Reference, "SelectAggregateResourceConfig", version
// 2014-11-12.
package config

import (
	"context"

	"github.com/aws/aws-sdk-go-v2/aws"

	"remotion-doctor/source/awsapi/wire"
)

// A Client asks AWS Config in one Region.
type Client struct{ wire *wire.Client }

// New returns a client; an empty region is that of the configuration.
func New(cfg aws.Config, region string) *Client {
	return &Client{wire.New(cfg, wire.Service{ID: "Config Service", Name: "config", Errors: wire.JSONErrors}, region)}
}

// Results is one page of results, each an object of the fields that were selected,
// as JSON.
type Results struct {
	Results   []string // nil where the answer holds no list
	NextToken *string
}

// MostResults is how many results a page has at most.
const MostResults = 100

// SelectAggregateResourceConfig returns a page of the results of a query over the accounts of an
// aggregator; token is nil for the first.
func (c *Client) SelectAggregateResourceConfig(ctx context.Context, aggregator, query string, token *string) (Results, error) {
	var out Results
	err := c.wire.JSON(ctx, "StarlingDoveService", "SelectAggregateResourceConfig", struct {
		Expression                  string
		ConfigurationAggregatorName string
		MaxResults                  int
		NextToken                   *string `json:",omitzero"`
	}{query, aggregator, MostResults, token}, &out)
	return out, err
}

// An Evaluation is what a rule says of a resource.
type Evaluation struct {
	ResourceType string `json:"ComplianceResourceType"`
	ResourceID   string `json:"ComplianceResourceId"`
	Compliance   string `json:"ComplianceType"` // COMPLIANT, NON_COMPLIANT or NOT_APPLICABLE
	Annotation   string `json:",omitzero"`      // up to 256 characters
	// Ordering is when the resource was as it was evaluated, in seconds since 1970.
	Ordering float64 `json:"OrderingTimestamp"`
}

// PutEvaluations delivers what a custom rule found to AWS Config; token is that of the
// event. It returns those that AWS Config did not take.
//
// Source: AWS Config API Reference, "PutEvaluations": up to 100 at a time.
func (c *Client) PutEvaluations(ctx context.Context, token string, list []Evaluation) (failed []Evaluation, err error) {
	var out struct{ FailedEvaluations []Evaluation }
	err = c.wire.JSON(ctx, "StarlingDoveService", "PutEvaluations", struct {
		Evaluations []Evaluation
		ResultToken string
	}{list, token}, &out)
	return out.FailedEvaluations, err
}

// MostEvaluations is how many evaluations a request has at most.
const MostEvaluations = 100
