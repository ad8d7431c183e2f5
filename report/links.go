package report

import (
	"io"
	"net/url"
	"regexp"
	"strings"
)

// pages of the Service Authorization Reference, by the prefix of the service.
// Source: docs.aws.amazon.com/service-authorization/latest/reference.
var pages = map[string]string{
	"cloudwatch": "amazoncloudwatch", "ec2": "amazonec2", "iam": "awsidentityandaccessmanagementiam", "kms": "awskeymanagementservice",
	"lambda": "awslambda", "logs": "amazoncloudwatchlogs", "s3": "amazons3", "secretsmanager": "awssecretsmanager",
	"servicequotas": "servicequotas", "sns": "amazonsns", "sqs": "amazonsqs", "sts": "awssecuritytokenservice",
}

// linked is what becomes a link: a role or user, a function, an action, a page of
// the documentation. No part of it can end an escape sequence.
var linked = regexp.MustCompile(`arn:(aws|aws-cn|aws-us-gov):iam::[0-9]{12}:(role|user)/([\w+=,.@/-]+)` +
	`|arn:(aws|aws-cn|aws-us-gov):lambda:([a-z0-9-]+):[0-9]{12}:function:([\w-]+)` +
	`|\b([a-z0-9]+):[A-Z][A-Za-z0-9]{2,}\b` +
	`|https://(?:www\.remotion\.dev|docs\.aws\.amazon\.com)/[\w/.#-]*[\w#]`)

// consoles are the hosts of the console, by partition.
// Source: IAM User Guide, "AWS Management Console"; the China and GovCloud user
// guides.
var consoles = map[string]string{"aws": "console.aws.amazon.com", "aws-cn": "console.amazonaws.cn", "aws-us-gov": "console.amazonaws-us-gov.com"}

// address is where a match of linked leads; empty for nowhere.
func address(m []string) string {
	switch {
	case m[3] != "":
		name := m[3][strings.LastIndexByte(m[3], '/')+1:]
		return "https://" + consoles[m[1]] + "/iam/home#/" + m[2] + "s/details/" + url.PathEscape(name)
	case m[6] != "":
		return "https://" + m[5] + "." + consoles[m[4]] + "/lambda/home?region=" + m[5] + "#/functions/" + m[6]
	case m[7] != "":
		if page := pages[m[7]]; page != "" {
			return "https://docs.aws.amazon.com/service-authorization/latest/reference/list_" + page + ".html"
		}
		return ""
	}
	return m[0]
}

// A linker writes lines with links, for a terminal that has them (OSC 8): the
// text and its columns stay the same.
type linker struct{ w io.Writer }

// Write writes whole lines.
func (l linker) Write(p []byte) (int, error) {
	text := linked.ReplaceAllStringFunc(string(p), func(s string) string {
		to := address(linked.FindStringSubmatch(s))
		if to == "" {
			return s
		}
		return "\x1b]8;;" + to + "\x1b\\" + s + "\x1b]8;;\x1b\\"
	})
	if _, err := io.WriteString(l.w, text); err != nil {
		return 0, err
	}
	return len(p), nil
}
