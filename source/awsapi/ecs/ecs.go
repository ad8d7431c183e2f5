// Package ecs asks ECS about task definitions, by package wire.
//
// Source: Amazon ECS API Reference, "ListTaskDefinitionFamilies" and
// "DescribeTaskDefinition", version 2014-11-13; Smithy, "AWS JSON 1.1 protocol".
package ecs

import (
	"context"

	"github.com/aws/aws-sdk-go-v2/aws"

	"remotion-doctor/source/awsapi/wire"
)

// A Client asks ECS in one Region.
type Client struct{ wire *wire.Client }

// New returns a client; an empty region is that of the configuration.
func New(cfg aws.Config, region string) *Client {
	return &Client{wire.New(cfg, wire.Service{ID: "ECS", Name: "ecs", Errors: wire.JSONErrors}, region)}
}

// Families is one page of the families that have an active task definition.
type Families struct {
	Families  []string `json:"families"` // nil where the answer holds no list
	NextToken *string  `json:"nextToken"`
}

// A TaskDefinition is what is asked for of a task definition.
type TaskDefinition struct {
	ARN              string `json:"taskDefinitionArn"`
	TaskRoleARN      string `json:"taskRoleArn"` // empty where it has none
	ExecutionRoleARN string `json:"executionRoleArn"`
}

// ListTaskDefinitionFamilies returns a page of families; token is nil for the
// first.
func (c *Client) ListTaskDefinitionFamilies(ctx context.Context, token *string) (Families, error) {
	var out Families
	err := c.call(ctx, "ListTaskDefinitionFamilies", struct {
		Status    string  `json:"status"`
		NextToken *string `json:"nextToken,omitzero"`
	}{"ACTIVE", token}, &out)
	return out, err
}

// DescribeTaskDefinition returns a task definition by its ARN, by FAMILY:REVISION,
// or the newest of a family; nil where the answer holds none.
func (c *Client) DescribeTaskDefinition(ctx context.Context, name string) (*TaskDefinition, error) {
	var out struct {
		TaskDefinition *TaskDefinition `json:"taskDefinition"`
	}
	err := c.call(ctx, "DescribeTaskDefinition", struct {
		TaskDefinition string `json:"taskDefinition"`
	}{name}, &out)
	return out.TaskDefinition, err
}

func (c *Client) call(ctx context.Context, operation string, in, out any) error {
	return c.wire.JSON(ctx, "AmazonEC2ContainerServiceV20141113", operation, in, out)
}
