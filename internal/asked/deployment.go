package asked

import (
	"strings"

	"github.com/spf13/pflag"

	"remotion-doctor/checks"
	"remotion-doctor/checks/remotion"
)

// DeploymentFlags say how Remotion is used beyond what its documented policies
// cover.
type DeploymentFlags struct {
	outputBucket, outputAccount string
	customRole                  string
	customLayers, kmsKeys       []string
	rendererFunction            string
	insights, vpc               bool
	privacy                     string
	features                    []string
}

// Add adds the flags.
func (f *DeploymentFlags) Add(fs *pflag.FlagSet) {
	fs.StringVar(&f.outputBucket, "output-bucket", "", "`NAME` of another bucket that outputs are written to (outName)")
	fs.StringVar(&f.outputAccount, "output-account", "", "account `ID` that the output bucket belongs to, if another")
	fs.StringVar(&f.privacy, "privacy", "", "of the outputs: `"+strings.Join(checks.Privacies(), "|")+"` (default public)")
	fs.StringVar(&f.customRole, "custom-role", "", "`ARN` of the role that functions are deployed with (customRoleArn)")
	fs.StringArrayVar(&f.customLayers, "custom-layer", nil, "`ARN` of a layer version (customLayerArns); repeatable")
	fs.BoolVar(&f.insights, "insights", false, "Lambda Insights is enabled (enableLambdaInsights)")
	fs.BoolVar(&f.vpc, "vpc", false, "functions are deployed into a VPC (vpcSubnetIds)")
	fs.StringArrayVar(&f.kmsKeys, "kms-key", nil, "`ARN` of the KMS key that encrypts the bucket; repeatable")
	fs.StringVar(&f.rendererFunction, "renderer-function", "", "`NAME` of the function that renders the chunks (rendererFunctionName)")
	fs.StringSliceVar(&f.features, "feature", nil, "what else is used, `NAME[,NAME]`: "+strings.Join(remotion.Pack().SwitchedFeatures(), ", "))
}

// Deployment reads the flags. bucket is the forced one, function the one in
// use.
func (f *DeploymentFlags) Deployment(bucket, function string) (checks.Deployment, error) {
	d := checks.Deployment{Privacy: f.privacy}
	for feature, value := range map[string]string{
		"bucket": bucket, "render-function": function, "output-bucket": f.outputBucket, "output-account": f.outputAccount,
		"custom-role": f.customRole, "renderer-function": f.rendererFunction,
	} {
		if value != "" {
			d.Uses(feature, value)
		}
	}
	for feature, values := range map[string][]string{"custom-layer": f.customLayers, "kms-key": f.kmsKeys} {
		for _, value := range values {
			d.Uses(feature, value)
		}
	}
	for feature, used := range map[string]bool{"insights": f.insights, "vpc": f.vpc, "private-objects": f.privacy == "no-acl" || f.privacy == "private"} {
		if used {
			d.Uses(feature, "")
		}
	}
	for _, name := range f.features {
		if err := remotion.Pack().Switch(&d, name); err != nil {
			return d, err
		}
	}
	return d, remotion.Pack().Valid(d)
}
