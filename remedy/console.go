package remedy

import (
	"net/url"

	"remotion-doctor/iam/policy"
)

// Steps are the change for those who click: the console's page and what to do
// there, one sentence each.
func Steps(c *Change) []string {
	if c.InFile() {
		return nil // what a file deploys is changed there
	}
	tab := "roles/details/"
	if c.Kind == "user" {
		tab = "users/details/"
	}
	link := consoleOf(c.ARN) + tab + url.PathEscape(c.Name) + "?section=permissions"
	var out []string
	last := ""
	open := func(page string) []string {
		if page == last {
			return nil
		}
		last = page
		return []string{"open " + page}
	}
	for i := range c.Steps {
		s := &c.Steps[i]
		switch s.Kind {
		case PutInline:
			if s.Before != "" {
				out = append(append(out, open(link)...), "choose the policy "+s.Name()+", Edit, JSON, and make the lines marked + and - so", "Next, Save changes")
				continue
			}
			out = append(append(out, open(link)...), "Add permissions, Create inline policy, JSON: paste the policy", "Next, name it "+s.Name()+", Create policy")
		case CreateManaged:
			out = append(append(out, open(consoleOf(c.ARN)+"policies/create")...), "JSON: paste the policy, Next, name it "+s.Name()+", Create policy")
			out = append(append(out, open(link)...), "Add permissions, Attach policies, choose "+s.Name())
		case NewVersion:
			out = append(append(out, open(consoleOf(c.ARN)+"policies/details/"+url.QueryEscape(s.ARN())+"?section=permissions")...), "Edit, JSON, and make the lines marked + and - so", "Next, Set this new version as the default, Save changes")
		case DeleteInline, Detach:
			out = append(append(out, open(link)...), "choose the policy "+s.Name()+", Remove")
		}
	}
	return out
}

// consoleOf is IAM's console in the partition of an ARN.
func consoleOf(arn string) string {
	a, _ := policy.ParseARN(arn)
	switch a.Partition {
	case "aws-cn":
		return "https://console.amazonaws.cn/iam/home?region=cn-north-1#/"
	case "aws-us-gov":
		return "https://console.amazonaws-us-gov.com/iam/home?region=us-gov-west-1#/"
	}
	return "https://console.aws.amazon.com/iam/home#/"
}
