package layers

import (
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// inputs find calls of the AWS SDK by their input: &iam.PutRolePolicyInput{.
var inputs = regexp.MustCompile(`&(iam|sts|lambda|ec2|ecs|eks|s3|organizations)\.(\w+)Input\{`)

// wired find calls by the small clients, which name the operation: .PutObject(ctx.
var wired = regexp.MustCompile(`\.((?:Put|Create|Delete|Attach|Detach|Update|SetDefault|StartExecution)\w*)\(ctx, `)

// others are what else is written, by the file that calls it: the results of a fleet,
// into its own bucket, and the evaluations of a rule of AWS Config.
var others = []string{
	"source/awsapi/objects.go PutObject",
	"source/awsapi/evaluations.go PutEvaluations",
	"source/awsapi/executions.go StartExecution",
}

// passing are calls of our own that pass such a write on.
var passing = []string{"change/", "doctor/attach/", "source/awsapi/write.go", "doctor/fleet/worker/", "cmd/remotion-doctor-lambda/"}

// reads are the operations that change nothing.
var reads = regexp.MustCompile(`^(Get|List|Describe|Simulate|Head|Decode)`)

// TestOnlyFixWrites: calls that change an account stand in source/awsapi/write.go, and
// only `fix --apply` and `fix --undo` come to them.
func TestOnlyFixWrites(t *testing.T) {
	writers := []string{"cmd/remotion-doctor/fix_write.go", "source/awsapi/write.go"}
	seen := 0
	err := filepath.WalkDir(".", func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || !strings.HasSuffix(path, ".go") || strings.HasSuffix(path, "_test.go") {
			return err
		}
		text, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		path = filepath.ToSlash(path)
		for _, call := range inputs.FindAllStringSubmatch(string(text), -1) {
			seen++
			if !reads.MatchString(call[2]) && path != "source/awsapi/write.go" {
				t.Errorf("%s writes to AWS by %s:%s", path, call[1], call[2])
			}
		}
		for _, call := range wired.FindAllStringSubmatch(string(text), -1) {
			own := slices.ContainsFunc(passing, func(p string) bool { return strings.HasPrefix(path, p) })
			if !own && !slices.Contains(others, path+" "+call[1]) {
				t.Errorf("%s writes to AWS by %s", path, call[1])
			}
		}
		if strings.Contains(string(text), ".Writer()") && !slices.Contains(writers, path) {
			t.Errorf("%s makes what writes to AWS", path)
		}
		return nil
	})
	if err != nil || seen == 0 {
		t.Fatalf("%d calls, %v", seen, err)
	}
}
