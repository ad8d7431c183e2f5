package accessdenied

import (
	"strings"

	"remotion-doctor/iam"
	"remotion-doctor/iam/actions"
	"remotion-doctor/iam/policy"
)

const (
	who    = `(?P<principal>` + principal + `|anonymous|AnonymousPrincipal|[\w.+=@-]+)`
	action = `["'` + "`" + `]?(?P<action>[a-zA-Z0-9-]+:[A-Za-z*]+)["'` + "`" + `]?`
	what   = `(?P<resource>"[^"]+"|'[^']+'|arn:(?:` + masked + `|[^\s"'])+|(?:policy|role|user|group|instance profile|service role) \S+|\*+|[\w:/.*-]+)`
	// People mask what is theirs: <account id>, [acctnum], {role}.
	masked    = `<[^<>"]{1,40}>|\[[^\[\]"]{1,40}\]|\{[^{}"]{1,40}\}`
	principal = `arn:[\w-]+:(?:sts|iam)::(?:` + masked + `|[\w*-])*:(?:` + masked + `|[^\s"',])+`
	onWhat    = `(?: on (?:this resource|the resource associated with \w+ \w+|(?:the )?resource(?:: ?| )` + what + `))?`
)

// sentences are how AWS's services say who may not do what, the most telling
// first. on resource may be missing, and the reason comes behind.
// Source: IAM User Guide, "Troubleshoot access denied error messages"; S3 User
// Guide, "Troubleshoot access denied errors"; and the services' own wordings.
var sentences = compile(
	// … is not authorized to perform CreateLogGroup with Tags. An additional
	// permission "logs:TagResource" is required: the missing action is another
	// than the attempted one.
	`(?i)additional permissions? `+action+` (?:is|are) required`,
	// CloudFormation: API: s3:CreateBucket Access Denied
	`API: `+action+` (?i:Access ?Denied|You are not authorized)`,
	// User: ARN is not authorized to perform: s3:GetObject on resource: "ARN"
	`User: `+who+` is not authorized to perform:? ?`+action+onWhat,
	// Principal: ARN is not authorized to perform …
	`(?:Principal|Role|Caller|user|role)[:=]? "?`+who+`"? (?:is not authorized|does not have authorization|does not have permissions?) to perform:? (?:the )?`+action+`(?: action)?(?: on (?:this resource|(?:the )?resource(?: with ARN)?:? `+what+`))?`,
	// ARN is not authorized to perform: kms:Decrypt on resource: …
	`(?P<principal>`+principal+`) is not authorized to perform:? ?`+action+onWhat,
	// The provided execution role does not have permissions to call CreateNetworkInterface on EC2
	`execution role does not have permissions to call (?P<operation>\w+) on (?P<service>\w+)`,
	// … is not authorized to perform: iam:PassRole (without a user)
	`[Nn]ot authorized to perform:? ?`+action+onWhat,
	// … is not authorized to perform CreateLogGroup with Tags
	`[Nn]ot authorized to perform (?P<operation>[A-Z]\w+) with Tags`,
	// CloudFormation: User doesn't have permission to call ssm:GetParameters
	`(?i:does(?:n't| not) have permissions? to (?:call|perform)):? `+action+onWhat,
	// A service on another's behalf: Your access has been denied by EC2, please
	// make sure your request credentials have permission to DescribeSecurityGroups
	`denied by (?P<service>[A-Z]\w+), .{0,80}?permissions? to (?P<operation>[A-Z]\w+)`,
	// CDK: current credentials could not be used to assume 'ARN'
	`could not be used to (?P<assume>assume) `+what,
	// because no identity-based policy allows the s3:PutObject action
	`because no [\w -]+ allows? the `+action+` action`,
	// lacks permission s3:PutObject / missing permission: …
	`(?:lacks?|missing|requires?|needs?)(?: the)?(?: required)? permissions?:? (?:to perform )?`+action+`(?: on (?:the )?(?:resource:? )?`+what+`)?`,
	// Access denied for operation 's3:GetObject' / performing s3:PutObject
	`(?i)(?:access denied|denied access|forbidden)[^.]{0,40}? (?:to|for|on|when calling|performing)(?: (?:the )?(?:operation|action))? ['"`+"`"+`]?(?P<action>[a-z0-9-]+:[A-Z]\w+)['"`+"`"+`]?`,
)

func readSentence(m *iam.DeniedMessage, text string) {
	for _, p := range sentences() {
		found := p.FindStringSubmatch(text)
		if found == nil {
			continue
		}
		group := func(name string) string {
			if i := p.SubexpIndex(name); i >= 0 {
				return found[i]
			}
			return ""
		}
		switch operation := group("operation"); {
		case group("assume") != "":
			m.Action = "sts:AssumeRole"
		case operation != "":
			m.Action = actionOf(group("service"), operation)
		default:
			m.Action = canonical(group("action"))
		}
		m.Principal = trim(group("principal"))
		m.Resource = resourceOf(m, trim(group("resource")))
		break
	}
	if m.Principal == "" {
		m.Principal = subject(text)
	}
	if m.Principal == "" {
		bystander(m, lonePrincipal(text))
	}
}

// denied is who a sentence concerns whose action could not be read.
var denied = compileOne(`User: (` + principal + `) is not authorized to perform`)

func subject(text string) string {
	found := denied().FindStringSubmatch(text)
	if found == nil {
		return ""
	}
	return trim(found[1])
}

// bystander takes the only principal of a text for the denied one, unless it is
// what the request was about: a role that is passed, or to be assumed.
func bystander(m *iam.DeniedMessage, arn string) {
	switch {
	case arn == m.Resource:
	case strings.HasPrefix(m.Action, "sts:AssumeRole") && strings.Contains(arn, ":role/"):
		if m.Resource == "" {
			m.Resource = arn
		}
	default:
		m.Principal = arn
	}
}

// canonical spells an action as policies do.
func canonical(name string) string {
	if a, ok := actions.Lookup(name); ok {
		return a.String()
	}
	return name
}

func trim(s string) string { return strings.Trim(s, `"'`+"`"+` .,;)`) }

// named are resources that IAM's own messages write without an ARN: "policy
// NAME", "user NAME".
var named = compileOne(`^(policy|role|user|group|instance profile) (\S+)$`)

// resourceOf completes a resource that is named by its kind and name.
func resourceOf(m *iam.DeniedMessage, resource string) string {
	if len(resource) > 1 && strings.Trim(resource, "*") == "" {
		return "" // masked
	}
	found := named().FindStringSubmatch(resource)
	if found == nil {
		return resource
	}
	a, ok := policy.ParseARN(m.Principal)
	if !ok {
		return resource
	}
	kind := strings.ReplaceAll(found[1], " ", "-")
	return "arn:" + a.Partition + ":iam::" + a.AccountID + ":" + kind + "/" + found[2]
}

var principalARN = compileOne(`arn:[\w-]+:(?:sts::\w+:assumed-role/[^\s"',()]+|iam::\w+:(?:user|role)/[^\s"',()]+)`)

// lonePrincipal is the only principal of a text, where it names one.
func lonePrincipal(text string) string {
	found := principalARN().FindAllString(text, 3)
	for _, f := range found {
		if f != found[0] {
			return ""
		}
	}
	if len(found) == 0 {
		return ""
	}
	return trim(found[0])
}
