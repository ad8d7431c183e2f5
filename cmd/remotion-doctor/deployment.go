package main

import (
	"slices"
	"strings"

	"github.com/spf13/pflag"

	"remotion-doctor/checks"
	"remotion-doctor/checks/remotion"
	"remotion-doctor/iam/policy"
)

// deploymentFlags say how Remotion is used beyond what its documented policies
// cover.
type deploymentFlags struct {
	outputBucket, outputAccount string
	customRole                  string
	customLayers, kmsKeys       []string
	rendererFunction            string
	insights, vpc               bool
	privacy                     string
	features                    []string
}

var privacies = []string{"public", "private", "no-acl"}

func (f *deploymentFlags) add(fs *pflag.FlagSet) {
	fs.StringVar(&f.outputBucket, "output-bucket", "", "`NAME` of another bucket that outputs are written to (outName)")
	fs.StringVar(&f.outputAccount, "output-account", "", "account `ID` that the output bucket belongs to, if another")
	fs.StringVar(&f.privacy, "privacy", "", "of the outputs: `"+strings.Join(privacies, "|")+"` (default public)")
	fs.StringVar(&f.customRole, "custom-role", "", "`ARN` of the role that functions are deployed with (customRoleArn)")
	fs.StringArrayVar(&f.customLayers, "custom-layer", nil, "`ARN` of a layer version (customLayerArns); repeatable")
	fs.BoolVar(&f.insights, "insights", false, "Lambda Insights is enabled (enableLambdaInsights)")
	fs.BoolVar(&f.vpc, "vpc", false, "functions are deployed into a VPC (vpcSubnetIds)")
	fs.StringArrayVar(&f.kmsKeys, "kms-key", nil, "`ARN` of the KMS key that encrypts the bucket; repeatable")
	fs.StringVar(&f.rendererFunction, "renderer-function", "", "`NAME` of the function that renders the chunks (rendererFunctionName)")
	fs.StringSliceVar(&f.features, "feature", nil, "what else is used, `NAME[,NAME]`: "+strings.Join(remotion.Pack().SwitchedFeatures(), ", "))
}

// deployment checks the flags. bucket is the forced one, function the one in
// use.
func (f *deploymentFlags) deployment(bucket, function string) (checks.Deployment, error) {
	d := checks.Deployment{Privacy: f.privacy}
	if err := f.validate(); err != nil {
		return d, err
	}
	for _, named := range []struct{ feature, value string }{
		{"bucket", bucket},
		{"render-function", function},
		{"output-bucket", f.outputBucket},
		{"output-account", f.outputAccount},
		{"custom-role", f.customRole},
		{"renderer-function", f.rendererFunction},
	} {
		if named.value != "" {
			d.Uses(named.feature, named.value)
		}
	}
	for _, layer := range f.customLayers {
		d.Uses("custom-layer", layer)
	}
	for _, key := range f.kmsKeys {
		d.Uses("kms-key", key)
	}
	if f.insights {
		d.Uses("insights", "")
	}
	if f.vpc {
		d.Uses("vpc", "")
	}
	if f.privacy == "no-acl" || f.privacy == "private" {
		d.Uses("private-objects", "")
	}
	for _, name := range f.features {
		feature, ok := remotion.Pack().FeatureNamed(name)
		if !ok || feature.Flag != "" {
			return d, usage("there are "+strings.Join(remotion.Pack().SwitchedFeatures(), ", "), "--feature %q is not known", name)
		}
		if !d.Has(feature.Name) {
			d.Uses(feature.Name, "")
		}
	}
	return d, nil
}

func (f *deploymentFlags) validate() error {
	if f.privacy != "" && !slices.Contains(privacies, f.privacy) {
		return usage("", "--privacy %q is not one of %s", f.privacy, strings.Join(privacies, ", "))
	}
	if f.outputAccount != "" && (len(f.outputAccount) != 12 || strings.Trim(f.outputAccount, "0123456789") != "") {
		return usage("an account's id has twelve digits", "--output-account %q is not an account", f.outputAccount)
	}
	if f.outputAccount != "" && f.outputBucket == "" {
		return usage("name the bucket with --output-bucket", "--output-account says whose the output bucket is, and there is none")
	}
	for _, arn := range []struct {
		flag, service, kind, example string
		values                       []string
	}{
		{"custom-role", "iam", "role", "arn:aws:iam::123456789012:role/name", nonEmpty(f.customRole)},
		{"custom-layer", "lambda", "layer", "arn:aws:lambda:us-east-1:123456789012:layer:name:1", f.customLayers},
		{"kms-key", "kms", "key", "arn:aws:kms:us-east-1:123456789012:key/1234abcd-12ab-34cd-56ef-1234567890ab", f.kmsKeys},
	} {
		for _, v := range arn.values {
			a, ok := policy.ParseARN(v)
			if !ok || a.Service != arn.service || a.Type() != arn.kind {
				return usage("it looks like "+arn.example, "--%s %q is not the ARN of a %s", arn.flag, v, arn.kind)
			}
		}
	}
	return nil
}

func nonEmpty(s string) []string {
	if s == "" {
		return nil
	}
	return []string{s}
}
