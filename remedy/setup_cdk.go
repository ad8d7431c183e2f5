package remedy

import (
	"bytes"
	"encoding/json"
	"fmt"
	"strings"
)

// cdk writes the set-up as a construct in TypeScript.
func (s *SetUp) cdk(changes []*Change) (string, error) {
	var b strings.Builder
	if s.Bucket != nil {
		b.WriteString("import * as cdk from 'aws-cdk-lib';\n")
	}
	b.WriteString("import * as iam from 'aws-cdk-lib/aws-iam';\n")
	if s.Bucket != nil {
		b.WriteString("import * as s3 from 'aws-cdk-lib/aws-s3';\n")
	}
	b.WriteString("import { Construct } from 'constructs';\n\n/** What Remotion Lambda needs.")
	if s.hasUser() {
		b.WriteString(" " + setUpComment)
	}
	b.WriteString(" */\nexport class RemotionLambda extends Construct {\n  constructor(scope: Construct, id: string) {\n    super(scope, id);\n")
	for i, c := range changes {
		p := &s.Principals[i]
		name := strings.ToLower(p.ID[:1]) + p.ID[1:]
		fmt.Fprintf(&b, "\n    const %s = new iam.%s(this, %s, {\n      %sName: %s,\n", name, identifier(p.Kind), script(p.ID), p.Kind, script(p.Name))
		if p.Kind == "role" {
			fmt.Fprintf(&b, "      assumedBy: new iam.ServicePrincipal(%s),\n", script(p.Service))
		}
		b.WriteString("    });\n")
		for n := range c.Steps {
			st := &c.Steps[n]
			class, property := "Policy", "policyName"
			if st.Kind != PutInline {
				class, property = "ManagedPolicy", "managedPolicyName"
			}
			var doc bytes.Buffer
			if err := json.Indent(&doc, []byte(compact(st.After)), "      ", "  "); err != nil {
				return "", err
			}
			fmt.Fprintf(&b, "    new iam.%s(this, %s, {\n      %s: %s,\n      %ss: [%s],\n      document: iam.PolicyDocument.fromJson(%s),\n    });\n",
				class, script(identifier(p.ID, st.Name())), property, script(st.Name()), p.Kind, name, doc.String())
		}
	}
	if s.Bucket != nil {
		fmt.Fprintf(&b, cdkBucket, publicComment, script(s.Bucket.ID), script(s.Bucket.Prefix))
	}
	b.WriteString("  }\n}\n")
	return b.String(), nil
}

// cdkBucket is the bucket.
// Source: AWS CDK API Reference, aws-s3, class Bucket.
const cdkBucket = `
    // %s.
    const stack = cdk.Stack.of(this);
    new s3.Bucket(this, %s, {
      bucketName: cdk.Fn.join('-', [
        %s,
        cdk.Fn.join('', cdk.Fn.split('-', stack.region)),
        cdk.Fn.select(4, cdk.Fn.split('-', cdk.Fn.select(2, cdk.Fn.split('/', stack.stackId)))),
      ]),
      objectOwnership: s3.ObjectOwnership.BUCKET_OWNER_PREFERRED,
      blockPublicAccess: new s3.BlockPublicAccess({
        blockPublicAcls: false,
        blockPublicPolicy: false,
        ignorePublicAcls: false,
        restrictPublicBuckets: false,
      }),
      accessControl: s3.BucketAccessControl.PUBLIC_READ,
      removalPolicy: cdk.RemovalPolicy.RETAIN,
    });
`
