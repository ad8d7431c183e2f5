// Package eks asks EKS about clusters and their pod identity associations, by
// package wire.
//
// Source: Amazon EKS API Reference, "ListClusters", "ListPodIdentityAssociations"
// and "DescribePodIdentityAssociation", version 2017-11-01.
package eks

import (
	"context"
	"encoding/json"
	"net/http"
	"net/url"

	"github.com/aws/aws-sdk-go-v2/aws"

	"remotion-doctor/source/awsapi/wire"
)

// A Client asks EKS in one Region.
type Client struct{ wire *wire.Client }

// New returns a client; an empty region is that of the configuration.
func New(cfg aws.Config, region string) *Client {
	return &Client{wire.New(cfg, wire.Service{ID: "EKS", Name: "eks", Host: host, Errors: wire.JSONErrors}, region)}
}

// host: FIPS endpoints without dual-stack have names of their own, and in GovCloud
// none.
// Source: the rule set of service/eks v1.105.5.
func host(p wire.Place) string {
	switch {
	case !p.FIPS || p.DualStack:
	case p.Partition == "aws":
		return "fips.eks." + p.Region + "." + p.Suffix
	case p.Partition == "aws-us-gov":
		p.FIPS = false
	}
	return p.Host("eks")
}

// Clusters is one page of the names of clusters.
type Clusters struct {
	Clusters  []string `json:"clusters"` // nil where the answer holds no list
	NextToken *string  `json:"nextToken"`
}

// Associations is one page of a cluster's associations. The list does not tell
// their roles.
type Associations struct {
	Associations []Association `json:"associations"` // nil where the answer holds no list
	NextToken    *string       `json:"nextToken"`
}

// An Association gives the pods of a service account a role.
type Association struct {
	ID             string `json:"associationId"`
	Namespace      string `json:"namespace"`
	ServiceAccount string `json:"serviceAccount"`
	RoleARN        string `json:"roleArn"`
}

// ListClusters returns a page of clusters; token is nil for the first.
func (c *Client) ListClusters(ctx context.Context, token *string) (Clusters, error) {
	var out Clusters
	err := c.get(ctx, "ListClusters", asQuery("nextToken", token), &out, "clusters")
	return out, err
}

// ListPodIdentityAssociations returns a page of a cluster's associations, of one
// service account where namespace and account are given; token is nil for the first.
func (c *Client) ListPodIdentityAssociations(ctx context.Context, cluster, namespace, serviceAccount string, token *string) (Associations, error) {
	query := asQuery("nextToken", token)
	if serviceAccount != "" {
		query.Set("namespace", namespace)
		query.Set("serviceAccount", serviceAccount)
	}
	var out Associations
	err := c.get(ctx, "ListPodIdentityAssociations", query, &out, "clusters", cluster, "pod-identity-associations")
	return out, err
}

// DescribePodIdentityAssociation returns an association; nil where the answer holds
// none.
func (c *Client) DescribePodIdentityAssociation(ctx context.Context, cluster, id string) (*Association, error) {
	var out struct {
		Association *Association `json:"association"`
	}
	err := c.get(ctx, "DescribePodIdentityAssociation", nil, &out, "clusters", cluster, "pod-identity-associations", id)
	return out.Association, err
}

func (c *Client) get(ctx context.Context, operation string, query url.Values, out any, path ...string) error {
	return c.wire.Call(ctx, wire.Request{Operation: operation, Method: http.MethodGet, Path: path, Query: query},
		func(body []byte) error { return json.Unmarshal(body, out) })
}

func asQuery(name string, value *string) url.Values {
	out := url.Values{}
	if value != nil {
		out.Set(name, *value)
	}
	return out
}
