package main

import (
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	awsiam "github.com/aws/aws-sdk-go-v2/service/iam"

	"remotion-doctor/checks/remotion"
	"remotion-doctor/fixtures"
	"remotion-doctor/localaws"
	"remotion-doctor/source/files"
)

// latency is that of every answer in BenchmarkCheck.
const latency = 100 * time.Millisecond

func slowAWS(b *testing.B) string {
	b.Helper()
	snapshot, err := files.SnapshotOr(fixtures.Demo, "")
	if err != nil {
		b.Fatal(err)
	}
	server, err := localaws.New(snapshot, localaws.Options{Latency: latency})
	if err != nil {
		b.Fatal(err)
	}
	s := httptest.NewServer(server)
	b.Cleanup(s.Close)
	return s.URL
}

// BenchmarkCheck runs `check --function` in two regions as a process of its
// own, beside the nine simulations in a row that Remotion's validator makes,
// against an endpoint that takes 100 ms for each answer.
func BenchmarkCheck(b *testing.B) {
	url := slowAWS(b)
	program := filepath.Join(b.TempDir(), "remotion-doctor")
	if out, err := exec.Command("go", "build", "-o", program, ".").CombinedOutput(); err != nil {
		b.Fatalf("%v: %s", err, out)
	}
	for _, function := range []string{"video-api", "studio", "complete"} {
		b.Run(function, func(b *testing.B) {
			for b.Loop() {
				cmd := exec.Command(program, "check", "--function", function, "--region", "us-east-1,eu-west-1", "--endpoint-url", url, "--fail-on", "never")
				cmd.Env = append(os.Environ(), "AWS_ACCESS_KEY_ID=a", "AWS_SECRET_ACCESS_KEY=b", "AWS_CONFIG_FILE=/dev/null", "AWS_SHARED_CREDENTIALS_FILE=/dev/null")
				if out, err := cmd.CombinedOutput(); err != nil {
					b.Fatalf("%v: %s", err, out)
				}
			}
		})
	}
	b.Run("nine-in-a-row", func(b *testing.B) {
		req, err := remotion.Pack().Required("caller", "", "aws")
		if err != nil {
			b.Fatal(err)
		}
		client := awsiam.New(awsiam.Options{Region: "us-east-1", BaseEndpoint: &url, Credentials: credentials.NewStaticCredentialsProvider("a", "b", "")})
		for b.Loop() {
			for _, s := range req.Document.Statements {
				_, err := client.SimulatePrincipalPolicy(b.Context(), &awsiam.SimulatePrincipalPolicyInput{
					PolicySourceArn: aws.String("arn:aws:iam::123456789012:role/complete-renderer"),
					ActionNames:     s.Actions, ResourceArns: s.Resources,
				})
				if err != nil {
					b.Fatal(err)
				}
			}
		}
	})
	b.Run("version", func(b *testing.B) {
		for b.Loop() {
			if err := exec.Command(program, "version").Run(); err != nil {
				b.Fatal(err)
			}
		}
	})
}
