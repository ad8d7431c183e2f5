// Package ec2 asks EC2 which instances there are and which instance profiles they
// have, by package wire.
//
// Source: Amazon EC2 API Reference, "DescribeInstances" and "Making requests to the
// Amazon EC2 API", version 2016-11-15.
package ec2

import (
	"bytes"
	"context"
	"encoding/xml"
	"net/http"
	"net/url"
	"strconv"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/aws/protocol/ec2query"

	"remotion-doctor/source/awsapi/wire"
)

// A Client asks EC2 in one Region.
type Client struct{ wire *wire.Client }

// New returns a client; an empty region is that of the configuration.
func New(cfg aws.Config, region string) *Client {
	return &Client{wire.New(cfg, wire.Service{ID: "EC2", Name: "ec2", Host: host, Errors: readError}, region)}
}

// host: in GovCloud all endpoints but the dual-stack ones are FIPS endpoints.
// Source: the rule set of service/ec2 v1.344.2.
func host(p wire.Place) string {
	if p.Partition == "aws-us-gov" && !p.DualStack {
		p.FIPS = false
	}
	return p.Host("ec2")
}

// An Instance is what is asked for of an instance.
type Instance struct {
	ID string `xml:"instanceId"`
	// ProfileARN is that of its instance profile; empty where it has none.
	ProfileARN string `xml:"iamInstanceProfile>arn"`
}

// Instances is one page of an answer.
type Instances struct {
	List []Instance
	Next string // the token of the next page; empty on the last
	// Answered reports whether the answer holds a list at all, be it empty.
	Answered bool
}

// DescribeInstances returns the instances with the ids, or a page of all; token is
// empty for the first page.
func (c *Client) DescribeInstances(ctx context.Context, token string, ids ...string) (Instances, error) {
	form := url.Values{"Action": {"DescribeInstances"}, "Version": {"2016-11-15"}}
	for i, id := range ids {
		form.Set("InstanceId."+strconv.Itoa(i+1), id)
	}
	if token != "" {
		form.Set("NextToken", token)
	}
	var out Instances
	err := c.wire.Call(ctx, wire.Request{
		Operation: "DescribeInstances",
		Header:    http.Header{"Content-Type": {"application/x-www-form-urlencoded"}},
		Body:      []byte(form.Encode()),
	}, func(body []byte) (err error) {
		out, err = readInstances(body)
		return err
	})
	return out, err
}

// readInstances reads an answer of DescribeInstances.
func readInstances(body []byte) (Instances, error) {
	var answer struct {
		XMLName      xml.Name `xml:"DescribeInstancesResponse"`
		Reservations *struct {
			Items []struct {
				Instances []Instance `xml:"instancesSet>item"`
			} `xml:"item"`
		} `xml:"reservationSet"`
		Next string `xml:"nextToken"`
	}
	if err := xml.Unmarshal(body, &answer); err != nil {
		return Instances{}, err
	}
	out := Instances{Next: answer.Next, Answered: answer.Reservations != nil}
	if answer.Reservations != nil {
		for _, r := range answer.Reservations.Items {
			out.List = append(out.List, r.Instances...)
		}
	}
	return out, nil
}

// readError reads the body of a refused request; a body that is none of EC2's says
// nothing.
func readError(_ http.Header, body []byte) wire.APIError {
	e, err := ec2query.GetErrorResponseComponents(bytes.NewReader(body))
	if err != nil {
		return wire.APIError{}
	}
	return wire.APIError{Code: e.Code, Message: e.Message, RequestID: e.RequestID}
}
