// Command remotion-doctor-lambda is the worker that AWS Step Functions and AWS Config
// call: a Lambda function on a runtime of the operating system (provided.al2023).
//
// Its environment says where it writes and how it reads accounts:
//
//	BUCKET, PREFIX     where the objects of a run are kept
//	READER_ROLE        the role to assume in each account, by its name and path
//	EXTERNAL_ID        what that role asks for
//	REGIONS            of rules that name none, with commas between them
//	REMOTION_VERSION   the release; the newest known where empty
//
// Without READER_ROLE it reads the account that it runs in.
package main

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"os"
	"strings"
	"time"

	"github.com/aws/aws-lambda-go/lambda"
	"github.com/spf13/pflag"

	"remotion-doctor/audit"
	"remotion-doctor/doctor"
	"remotion-doctor/doctor/fleet"
	"remotion-doctor/doctor/fleet/worker"
	"remotion-doctor/iam/managed"
	"remotion-doctor/internal/asked"
	"remotion-doctor/source/awsapi"
)

// version is set when a release is built.
var version = "0.1.0-dev"

func main() {
	w, err := open(context.Background(), os.Getenv)
	if err != nil {
		fmt.Fprintln(os.Stderr, "remotion-doctor-lambda:", err)
		os.Exit(1)
	}
	lambda.Start(func(ctx context.Context, event json.RawMessage) (any, error) { return w.Handle(ctx, event) })
}

// open makes the worker that the environment describes.
func open(ctx context.Context, getenv func(string) string) (*worker.Worker, error) {
	now, err := asked.Clock(getenv)
	if err != nil {
		return nil, err
	}
	o := awsapi.Options{Adaptive: true}
	c, err := awsapi.Open(ctx, o)
	if err != nil {
		return nil, err
	}
	o.Like = c
	regions := strings.FieldsFunc(cmp.Or(getenv("REGIONS"), getenv("AWS_REGION")), func(r rune) bool { return r == ',' || r == ' ' })
	return &worker.Worker{
		Store: c.Objects(getenv("BUCKET"), getenv("PREFIX")),
		Reach: fleet.Reach{AWS: o, Library: managed.Embedded(), AssumeRole: getenv("READER_ROLE"), ExternalID: getenv("EXTERNAL_ID"), Duration: time.Hour, Above: c.Above(nil)},
		Options: fleet.Options{Options: doctor.Options{
			Tool: audit.Tool{Name: "remotion-doctor", Version: version}, Now: now, Regions: regions,
			Release: doctor.Release{Version: getenv("REMOTION_VERSION")},
		}},
		Describe: describe(getenv("REMOTION_VERSION")),
		Rules:    rules{c},
		Now:      now,
	}, nil
}

// rules delivers evaluations to AWS Config.
type rules struct{ client *awsapi.Client }

// PutEvaluations implements worker.Rules.
func (r rules) PutEvaluations(ctx context.Context, token string, list []worker.Evaluation) error {
	out := make([]awsapi.Evaluation, len(list))
	for i, e := range list {
		out[i] = awsapi.Evaluation{ResourceType: e.ResourceType, ResourceID: e.ResourceID, Compliance: e.Compliance, Annotation: e.Annotation, Ordering: float64(e.Ordering.UnixMilli()) / 1000}
	}
	return r.client.PutEvaluations(ctx, token, out)
}

// describe says what `remotion-doctor audit` would have been asked for the same.
func describe(release string) func(regions []string) ([]audit.Flag, string) {
	return func(regions []string) ([]audit.Flag, string) {
		f, fs := &asked.Requirement{}, pflag.NewFlagSet("audit", pflag.ContinueOnError)
		f.AddUse(fs)
		for _, r := range regions {
			_ = fs.Set("region", r) // it takes any text
		}
		if release != "" {
			_ = fs.Set("remotion-version", release) // it takes any text
		}
		var o doctor.Options
		_ = f.Apply(&o, "") // which worker.Options hold already
		digest, _ := asked.Digest(fs, &o, version, "")
		return asked.Of(fs, nil).Requirement, digest
	}
}
