package remedy

import (
	"fmt"
	"strings"

	"github.com/hashicorp/hcl/v2/hclwrite"
	"github.com/zclconf/go-cty/cty"
)

// terraform writes the set-up as a configuration of the AWS provider.
func (s *SetUp) terraform(changes []*Change) (string, error) {
	file := hclwrite.NewEmptyFile()
	for i := range s.Principals {
		p := &s.Principals[i]
		b := file.Body().AppendNewBlock("resource", []string{"aws_iam_" + p.Kind, snake(p.Name)}).Body()
		b.SetAttributeValue("name", cty.StringVal(p.Name))
		if p.Kind == "role" {
			b.SetAttributeRaw("assume_role_policy", jsonencode(p.trust()))
		}
		file.Body().AppendNewline()
	}
	var b strings.Builder
	if s.hasUser() {
		b.WriteString("# " + setUpComment + "\n")
	}
	b.Write(hclwrite.Format(file.Bytes()))
	policies, err := renderTerraform(changes)
	if err != nil {
		return "", err
	}
	b.WriteString(policies)
	if s.Bucket != nil {
		fmt.Fprintf(&b, terraformBucket, publicComment, s.Bucket.Prefix)
	}
	return b.String(), nil
}

// terraformBucket is the bucket; its settings are resources of their own.
// Source: Terraform AWS provider, aws_s3_bucket_acl: "requires
// aws_s3_bucket_ownership_controls" and public_access_block first.
const terraformBucket = `
data "aws_caller_identity" "current" {}

data "aws_region" "current" {}

# %s
resource "aws_s3_bucket" "remotion" {
  bucket = join("-", [
    "%s",
    replace(data.aws_region.current.name, "-", ""),
    substr(sha256("remotion-${data.aws_caller_identity.current.account_id}-${data.aws_region.current.name}"), 0, 10),
  ])
}

resource "aws_s3_bucket_ownership_controls" "remotion" {
  bucket = aws_s3_bucket.remotion.id

  rule {
    object_ownership = "BucketOwnerPreferred"
  }
}

resource "aws_s3_bucket_public_access_block" "remotion" {
  bucket = aws_s3_bucket.remotion.id

  block_public_acls       = false
  block_public_policy     = false
  ignore_public_acls      = false
  restrict_public_buckets = false
}

resource "aws_s3_bucket_acl" "remotion" {
  depends_on = [
    aws_s3_bucket_ownership_controls.remotion,
    aws_s3_bucket_public_access_block.remotion,
  ]

  bucket = aws_s3_bucket.remotion.id
  acl    = "public-read"
}

output "remotion_bucket" {
  value = aws_s3_bucket.remotion.id
}
`
