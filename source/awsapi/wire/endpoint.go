package wire

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"os"
	"regexp"
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
// service before that of all; else the one of the Region.
// Source: AWS SDKs and Tools Reference Guide, "Service-specific endpoints" and
// "Dual-stack and FIPS endpoints".
func endpoint(ctx context.Context, cfg *aws.Config, s Service, region string) (*url.URL, error) {
	configured, err := configuredEndpoint(ctx, cfg, s.ID)
	if err != nil {
		return nil, err
	}
	fips, dualStack := wantsFIPS(ctx, cfg), wantsDualStack(ctx, cfg)
	switch {
	case configured != "" && (fips || dualStack):
		return nil, errors.New("FIPS and dual-stack endpoints are not supported together with a configured endpoint")
	case configured != "":
		return url.Parse(configured)
	case region == "":
		return nil, errMissingRegion
	case !label.MatchString(region): // it becomes part of a host's name
		return nil, fmt.Errorf("%q is no Region", region)
	}
	return &url.URL{Scheme: "https", Host: host(s.Name, region, fips, dualStack), Path: "/"}, nil
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

// A domain holds the endpoints of a partition.
type domain struct{ regions, name, dualStack string }

// domains are the partitions by what their Regions begin with.
// Source: the SDK's partitions.json (aws-sdk-go-v2 v1.47.8, codegen).
var domains = []domain{
	{"cn-", "amazonaws.com.cn", "api.amazonwebservices.com.cn"},
	{"us-gov-", "amazonaws.com", "api.aws"},
	{"us-isob-", "sc2s.sgov.gov", "api.aws.scloud"},
	{"us-isof-", "csp.hci.ic.gov", "api.aws.hci.ic.gov"},
	{"us-iso-", "c2s.ic.gov", "api.aws.ic.gov"},
	{"eu-isoe-", "cloud.adc-e.uk", "api.cloud-aws.adc-e.uk"},
	{"eusc-", "amazonaws.eu", "api.amazonwebservices.eu"},
	{"", "amazonaws.com", "api.aws"},
}

func host(service, region string, fips, dualStack bool) string {
	var d domain
	for _, d = range domains {
		if strings.HasPrefix(region, d.regions) {
			break
		}
	}
	if fips && (d.regions != "us-gov-" || dualStack) { // in GovCloud all endpoints are
		service += "-fips"
	}
	if dualStack {
		return service + "." + region + "." + d.dualStack
	}
	return service + "." + region + "." + d.name
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
