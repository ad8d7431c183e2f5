package starter

import (
	"os"
	"strings"

	"go.yaml.in/yaml/v4"

	"remotion-doctor/iam/policy"
)

// A framework is what a serverless.yml says in plain text.
type framework struct {
	region string
	target string // its function, where it has one alone: function:RenderLambdaFunction
}

// readFramework reads a serverless.yml. What it does not say in plain text, such as
// ${opt:region}, stays empty.
func readFramework(path string) framework {
	var out framework
	var file struct {
		Provider  yaml.Node `yaml:"provider"`
		Functions yaml.Node `yaml:"functions"`
	}
	data, err := os.ReadFile(path)
	if err != nil || len(data) > 4<<20 || yaml.Unmarshal(data, &file) != nil {
		return out
	}
	if region := member(&file.Provider, "region"); region != nil && policy.IsRegion(region.Value) {
		out.region = region.Value
	}
	if f := &file.Functions; f.Kind == yaml.MappingNode && len(f.Content) == 2 && f.Content[1].Kind == yaml.MappingNode {
		if name := f.Content[0].Value; policy.IsName(name) {
			out.target = "function:" + logicalID(name)
		}
	}
	return out
}

// member is the value of a key of a mapping; nil where there is none.
func member(n *yaml.Node, key string) *yaml.Node {
	if n.Kind != yaml.MappingNode {
		return nil
	}
	for i := 0; i+1 < len(n.Content); i += 2 {
		if n.Content[i].Value == key {
			return n.Content[i+1]
		}
	}
	return nil
}

// logicalID is that of a function in the template which the framework makes.
// Source: Serverless Framework, lib/plugins/aws/lib/naming.js, getLambdaLogicalId.
func logicalID(name string) string {
	name = strings.NewReplacer("-", "Dash", "_", "Underscore").Replace(name)
	return strings.ToUpper(name[:1]) + name[1:] + "LambdaFunction"
}
