package help

import (
	"fmt"
	"strings"

	"remotion-doctor/report"
)

// Topics are the pages about more than one command.
func Topics() []Topic {
	return []Topic{
		{"exit-codes", "what the exit code says", func() string { return exitCodes }},
		{"environment", "the variables that are read", environment},
		{"formats", "the forms of a report, and the endings of their files", formats},
	}
}

const exitCodes = `The exit code is the same for every format:

  0  every requirement is met; of explain, the request is allowed
  1  at least one requirement is not met, or not decided; the request is not allowed
  2  bad usage, or an input that cannot be read: the message names the place
  3  the work could not be completed: AWS cannot be reached, refuses, throttles, or
     the time is up. What is known is printed

If more than one applies, 2 comes before 3, 3 before 1, and 1 before 0.

--fail-on says which findings end with 1: "unknown" (everything but a pass, the default), "partial" (all but what is unknown), "fail" (only what is missing or blocked) or "never". It never hides 2 or 3. Findings that a waiver or a baseline covers do not count.`

// variables are the environment variables that the program reads, with what for.
var variables = [][2]string{
	{"AWS_PROFILE, AWS_REGION, AWS_ACCESS_KEY_ID, …", "credentials and Region, as in the AWS CLI"},
	{"AWS_ENDPOINT_URL", "another endpoint of AWS, as in the AWS CLI"},
	{"REMOTION_AWS_PROFILE, REMOTION_AWS_ACCESS_KEY_ID, REMOTION_AWS_SECRET_ACCESS_KEY", "credentials that Remotion prefers to those of AWS_; so does the doctor for --caller"},
	{"REMOTION_AWS_REGION", "the Region, where --region and the configuration name none"},
	{"NO_COLOR, CLICOLOR, CLICOLOR_FORCE, TERM", "whether to use colour and progress"},
	{"FORCE_HYPERLINK", "1 makes links in the table, 0 none (default: where the terminal is known to have them)"},
	{"SOURCE_DATE_EPOCH", "the time in every output, in seconds since 1970: equal input gives equal bytes"},
	{"XDG_STATE_HOME", "where fix --apply keeps its journals"},
	{"GITHUB_BASE_REF, CI_MERGE_REQUEST_TARGET_BRANCH_NAME, BITBUCKET_PR_DESTINATION_BRANCH, SYSTEM_PULLREQUEST_TARGETBRANCH", "the branch that a pull request is for: waivers and baselines of the configuration are taken from it"},
	{"AWS_BATCH_JOB_ARRAY_INDEX, SLURM_ARRAY_TASK_ID, JOB_COMPLETION_INDEX", "the shard, with --shard auto"},
	{"GOGC, GOMEMLIMIT", "how much memory is used before it is tidied up"},
}

func environment() string {
	var b strings.Builder
	b.WriteString("Flags come before the environment, the environment before the configuration file.\n\n")
	for _, v := range variables {
		fmt.Fprintf(&b, "  %s\n", v[0])
		fmt.Fprintf(&b, "      %s\n", v[1])
	}
	return b.String()
}

func formats() string {
	var b strings.Builder
	b.WriteString("Forms of a report, for --format and for --output FORM=FILE:\n\n")
	endings := report.Endings()
	for _, f := range report.Formats() {
		fmt.Fprintf(&b, "  %-10s%s\n", f, f.Use())
		var list []string
		for _, e := range endings {
			if e.Forms[0] == string(f) {
				list = append(list, e.Text)
			}
		}
		if len(list) > 0 {
			fmt.Fprintf(&b, "            files that end in %s\n", strings.Join(list, ", "))
		}
	}
	b.WriteString("\n--output may be repeated, and decides by the ending of the file where it names no form:\n\n  remotion-doctor check --role my-role --output report.html --output report.json\n\nThe schema of JSON: `remotion-doctor report schema`.")
	return b.String()
}
