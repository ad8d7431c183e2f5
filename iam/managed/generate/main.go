// Command generate writes policies.gz of package managed.
//
// It reads managed policies from a file, plain or with .gz behind the name: one
// JSON object a line with "arn", "version" and "document", or the answer of
// `aws iam get-account-authorization-details --filter AWSManagedPolicy`.
package main

import (
	"bytes"
	"cmp"
	"compress/gzip"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"
	"time"
)

func main() {
	from := flag.String("from", "managed-policies.jsonl.gz", "file with the policies")
	to := flag.String("to", "policies.gz", "file to write")
	date := flag.String("date", time.Now().UTC().Format(time.DateOnly), "day on which they were read from AWS")
	flag.Parse()
	if err := run(*from, *to, *date); err != nil {
		fmt.Fprintln(os.Stderr, "generate:", err)
		os.Exit(1)
	}
}

type object struct {
	ARN      string          `json:"arn"`
	Version  string          `json:"version"`
	Document json.RawMessage `json:"document"`
	Policies []struct {
		Arn               string
		PolicyVersionList []struct {
			VersionID        string `json:"VersionId"`
			IsDefaultVersion bool
			Document         json.RawMessage
		}
	}
}

func run(from, to, date string) error {
	in, err := open(from)
	if err != nil {
		return err
	}
	var lines []string
	add := func(arn, version string, document []byte) error {
		var b bytes.Buffer
		if err := json.Compact(&b, document); err != nil {
			return fmt.Errorf("%s: %w", arn, err)
		}
		lines = append(lines, arn+" "+cmp.Or(version, "-")+" "+b.String())
		return nil
	}
	for dec := json.NewDecoder(in); ; {
		var o object
		err := dec.Decode(&o)
		if errors.Is(err, io.EOF) {
			break
		}
		if err == nil && o.ARN != "" {
			err = add(o.ARN, o.Version, o.Document)
		}
		for _, p := range o.Policies {
			for _, v := range p.PolicyVersionList {
				if v.IsDefaultVersion && strings.Contains(p.Arn, "::aws:policy/") && err == nil {
					err = add(p.Arn, v.VersionID, v.Document)
				}
			}
		}
		if err != nil {
			return err
		}
	}
	slices.Sort(lines)
	header := fmt.Sprintf("# %s %d AWS managed policies\n", date, len(lines))
	return write(to, header+strings.Join(lines, "\n")+"\n")
}

func open(path string) (io.Reader, error) {
	data, err := os.ReadFile(path)
	if err != nil || !strings.HasSuffix(path, ".gz") {
		return bytes.NewReader(data), err
	}
	return gzip.NewReader(bytes.NewReader(data))
}

func write(path, text string) error {
	var b bytes.Buffer
	z, err := gzip.NewWriterLevel(&b, gzip.BestCompression)
	if err != nil {
		return err
	}
	if _, err := z.Write([]byte(text)); err != nil {
		return err
	}
	if err := z.Close(); err != nil {
		return err
	}
	return os.WriteFile(path, b.Bytes(), 0o644)
}
