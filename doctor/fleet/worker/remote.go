package worker

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"strings"
	"time"

	"remotion-doctor/audit"
	"remotion-doctor/report"
	"remotion-doctor/source"
	"remotion-doctor/source/awsapi"
)

// An Input is what the fleet's state machine is started with.
type Input struct {
	Organization bool     `json:"organization"`
	Units        []string `json:"ou"`
	Accounts     []string `json:"accounts"`
	Regions      []string `json:"regions"`
}

// Remote runs the fleet's state machine, follows it, and brings its report home. It
// calls say with how many accounts are done, of how many that are known so far.
func Remote(ctx context.Context, c *awsapi.Client, machine, name string, in Input, each time.Duration, say func(done, total int)) (*audit.Report, error) {
	for _, list := range []*[]string{&in.Units, &in.Accounts, &in.Regions} {
		if *list == nil {
			*list = []string{} // the state machine refers to each
		}
	}
	run, err := c.StartRun(ctx, machine, name, in)
	if err != nil {
		return nil, err
	}
	output, err := run.Follow(ctx, each, say)
	if err != nil {
		return nil, err
	}
	var out struct {
		Merged Merged `json:"merged"`
	}
	bucket, key, ok := "", "", false
	if err := json.Unmarshal([]byte(output), &out); err == nil {
		bucket, key, ok = strings.Cut(strings.TrimPrefix(out.Merged.Report, "s3://"), "/")
	}
	if !ok {
		return nil, &source.Error{Op: "reading the output of " + run.ARN, Kind: source.KindAnswer, Msg: fmt.Sprintf("it names no report: %.200s", output), Hint: "is it the state machine of deploy/fleet?"}
	}
	data, err := c.Objects(bucket, "").Get(ctx, key)
	if err != nil {
		return nil, err
	}
	r, _, err := report.Load("s3://"+bucket+"/"+key, bytes.NewReader(data))
	return r, err
}
