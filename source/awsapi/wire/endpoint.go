package wire

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"os"
	"regexp"
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
)

// The configuration's sources say these of endpoints; the SDK's clients ask them so.
type (
	hasEndpoint interface {
		GetServiceBaseEndpoint(context.Context, string) (string, bool, error)
	}
	hasFIPS interface {
		GetUseFIPSEndpoint(context.Context) (aws.FIPSEndpointState, bool, error)
	}
	hasDualStack interface {
		GetUseDualStackEndpoint(context.Context) (aws.DualStackEndpointState, bool, error)
	}
)

// endpoint is where a service is asked: the configured endpoint, that of the
// service before that of all; else the one of the Region. It reports whether it is a
// configured one.
// Source: AWS SDKs and Tools Reference Guide, "Service-specific endpoints" and
// "Dual-stack and FIPS endpoints".
func endpoint(ctx context.Context, cfg *aws.Config, s Service, region string) (at *url.URL, own bool, err error) {
	configured, err := configuredEndpoint(ctx, cfg, s.ID)
	if err != nil {
		return nil, false, err
	}
	fips, dualStack := wantsFIPS(ctx, cfg), wantsDualStack(ctx, cfg)
	switch {
	case configured != "" && (fips || dualStack):
		return nil, true, errors.New("FIPS and dual-stack endpoints are not supported together with a configured endpoint")
	case configured != "":
		at, err := url.Parse(configured)
		return at, true, err
	case region == "":
		return nil, false, errMissingRegion
	case !label.MatchString(region): // it becomes part of a host's name
		return nil, false, fmt.Errorf("%q is no Region", region)
	}
	return &url.URL{Scheme: "https", Host: s.host(PlaceOf(region, fips, dualStack)), Path: "/"}, false, nil
}

// errMissingRegion is worded as the SDK's clients word it.
var errMissingRegion = errors.New("endpoint rule error, Invalid Configuration: Missing Region")

var label = regexp.MustCompile(`^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$`)

func configuredEndpoint(ctx context.Context, cfg *aws.Config, id string) (string, error) {
	_, all := os.LookupEnv("AWS_ENDPOINT_URL")
	_, own := os.LookupEnv("AWS_ENDPOINT_URL_" + strings.ReplaceAll(strings.ToUpper(id), " ", "_"))
	if !all || own {
		for _, source := range cfg.ConfigSources {
			if s, ok := source.(hasEndpoint); ok {
				if at, found, err := s.GetServiceBaseEndpoint(ctx, id); found || err != nil {
					return at, err
				}
			}
		}
	}
	return aws.ToString(cfg.BaseEndpoint), nil
}

// A Place is where in AWS a service is asked, and how.
type Place struct {
	Region          string
	Partition       string // aws-us-gov
	Suffix          string // of the partition's hosts: amazonaws.com
	DualStackSuffix string
	FIPS, DualStack bool
}

// Host is the name that most services' hosts have.
func (p Place) Host(service string) string {
	if p.FIPS {
		service += "-fips"
	}
	if p.DualStack {
		return service + "." + p.Region + "." + p.DualStackSuffix
	}
	return service + "." + p.Region + "." + p.Suffix
}

// A partition holds the endpoints of its Regions, which begin alike.
type partition struct{ regions, home, name, suffix, dualStack string }

// partitions are those of AWS; the first that fits counts.
// Source: the SDK's partitions.json (aws-sdk-go-v2 v1.47.8, codegen), home being
// its implicitGlobalRegion.
var partitions = []partition{
	{"cn-", "cn-northwest-1", "aws-cn", "amazonaws.com.cn", "api.amazonwebservices.com.cn"},
	{"us-gov-", "us-gov-west-1", "aws-us-gov", "amazonaws.com", "api.aws"},
	{"us-isob-", "us-isob-east-1", "aws-iso-b", "sc2s.sgov.gov", "api.aws.scloud"},
	{"us-isof-", "us-isof-south-1", "aws-iso-f", "csp.hci.ic.gov", "api.aws.hci.ic.gov"},
	{"us-iso-", "us-iso-east-1", "aws-iso", "c2s.ic.gov", "api.aws.ic.gov"},
	{"eu-isoe-", "eu-isoe-west-1", "aws-iso-e", "cloud.adc-e.uk", "api.cloud-aws.adc-e.uk"},
	{"eusc-", "eusc-de-east-1", "aws-eusc", "amazonaws.eu", "api.amazonwebservices.eu"},
	{"", "us-east-1", "aws", "amazonaws.com", "api.aws"},
}

func partitionOf(region string) partition {
	i := slices.IndexFunc(partitions, func(p partition) bool { return strings.HasPrefix(region, p.regions) })
	return partitions[i] // the last one fits all
}

// PlaceOf is the place of a Region.
func PlaceOf(region string, fips, dualStack bool) Place {
	p := partitionOf(region)
	return Place{Region: region, Partition: p.name, Suffix: p.suffix, DualStackSuffix: p.dualStack, FIPS: fips, DualStack: dualStack}
}

func (s Service) host(p Place) string {
	if s.Host == nil {
		return p.Host(s.Name)
	}
	return s.Host(p)
}

func wantsFIPS(ctx context.Context, cfg *aws.Config) bool {
	for _, source := range cfg.ConfigSources {
		if s, ok := source.(hasFIPS); ok {
			if state, found, err := s.GetUseFIPSEndpoint(ctx); found && err == nil {
				return state == aws.FIPSEndpointStateEnabled
			}
		}
	}
	return false
}

func wantsDualStack(ctx context.Context, cfg *aws.Config) bool {
	for _, source := range cfg.ConfigSources {
		if s, ok := source.(hasDualStack); ok {
			if state, found, err := s.GetUseDualStackEndpoint(ctx); found && err == nil {
				return state == aws.DualStackEndpointStateEnabled
			}
		}
	}
	return false
}
