package account

import (
	"bufio"
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net/url"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
)

// largeFile writes authorization details of about the given size as the AWS
// CLI prints them: indented, with documents as objects, every role with a
// trust policy, an inline policy of its own and two managed policies.
func largeFile(tb testing.TB, size int, encoded bool) string {
	tb.Helper()
	path := filepath.Join(tb.TempDir(), "account.json")
	f, err := os.Create(path)
	if err != nil {
		tb.Fatal(err)
	}
	w := bufio.NewWriter(f)
	written := 0
	for i := 0; written < size; i++ {
		open := ",\n"
		if i == 0 {
			open = "{\n    \"UserDetailList\": [],\n    \"GroupDetailList\": [],\n    \"RoleDetailList\": [\n"
		}
		n, err := w.WriteString(open + roleText(i, encoded))
		if err != nil {
			tb.Fatal(err)
		}
		written += n
	}
	if _, err = w.WriteString("\n    ],\n    \"Policies\": []\n}\n"); err == nil {
		err = w.Flush()
	}
	if err != nil {
		tb.Fatal(err)
	}
	if err := f.Close(); err != nil {
		tb.Fatal(err)
	}
	return path
}

func roleText(i int, encoded bool) string {
	var statements []any
	for n := range 6 {
		statements = append(statements, map[string]any{
			"Sid": fmt.Sprintf("Statement%d", n), "Effect": "Allow",
			"Action":    []string{"s3:GetObject", "s3:PutObject", "s3:ListBucket", "lambda:InvokeFunction"},
			"Resource":  []string{fmt.Sprintf("arn:aws:s3:::bucket-%d-%d/*", i, n), fmt.Sprintf("arn:aws:lambda:*:123456789012:function:service-%d", i)},
			"Condition": map[string]any{"StringEquals": map[string]string{"aws:RequestedRegion": "eu-west-1"}},
		})
	}
	document := func(d any) any {
		if !encoded {
			return d
		}
		text, _ := json.Marshal(d)
		return url.PathEscape(string(text))
	}
	trust := map[string]any{"Version": "2012-10-17", "Statement": []any{map[string]any{"Effect": "Allow", "Principal": map[string]string{"Service": "lambda.amazonaws.com"}, "Action": "sts:AssumeRole"}}}
	attached := func(name string) map[string]string {
		return map[string]string{"PolicyName": name, "PolicyArn": "arn:aws:iam::aws:policy/" + name}
	}
	role := map[string]any{
		"Path": "/service-role/", "RoleName": fmt.Sprintf("role-%d", i), "RoleId": fmt.Sprintf("AROA%017d", i),
		"Arn": fmt.Sprintf("arn:aws:iam::123456789012:role/service-role/role-%d", i), "CreateDate": "2026-01-01T00:00:00+00:00",
		"AssumeRolePolicyDocument": document(trust), "InstanceProfileList": []any{},
		"RolePolicyList":          []any{map[string]any{"PolicyName": "inline", "PolicyDocument": document(map[string]any{"Version": "2012-10-17", "Statement": statements})}},
		"AttachedManagedPolicies": []any{attached("AWSLambdaBasicExecutionRole"), attached("AmazonS3ReadOnlyAccess")},
		"Tags":                    []any{map[string]string{"Key": "team", "Value": "video"}},
		"RoleLastUsed":            map[string]string{"LastUsedDate": "2026-11-01T00:00:00+00:00", "Region": "eu-west-1"},
	}
	text, _ := json.MarshalIndent(role, "        ", "    ")
	return "        " + string(text)
}

// BenchmarkRead reads 100 MB of authorization details and reports the largest
// heap that the program held while it did, as the operating system counts it.
func BenchmarkRead(b *testing.B) {
	for _, form := range []string{"objects", "encoded"} {
		b.Run(form, func(b *testing.B) {
			path := largeFile(b, 100<<20, form == "encoded")
			info, err := os.Stat(path)
			if err != nil {
				b.Fatal(err)
			}
			runtime.GC()
			b.SetBytes(info.Size())
			for b.Loop() {
				readFile(b, path)
			}
			b.ReportMetric(peakRSS()/(1<<20), "peak-MiB")
		})
	}
}

func readFile(tb testing.TB, path string) *Snapshot {
	f, err := os.Open(path)
	if err != nil {
		tb.Fatal(err)
	}
	defer f.Close()
	s, err := ReadFrom(f)
	if err != nil {
		tb.Fatal(err)
	}
	return s
}

// peakRSS is the largest resident set of the process so far, in bytes; 0 where
// the system does not tell.
func peakRSS() float64 {
	status, err := os.ReadFile("/proc/self/status")
	if err != nil {
		return 0
	}
	_, rest, _ := strings.Cut(string(status), "VmHWM:")
	var kib float64
	if _, err := fmt.Sscan(rest, &kib); err != nil {
		return 0
	}
	return kib * 1024
}

// FuzzRead: no input makes the reader panic, and what it refuses it refuses
// with a place.
func FuzzRead(f *testing.F) {
	f.Add([]byte("{\n" + `"UserDetailList":[],"RoleDetailList":[` + roleText(1, true) + "]}"))
	f.Add([]byte(`{"Version":1,"AccountId":"1","AuthorizationDetails":{"RoleDetailList":[` + roleText(1, false) + `]},"BucketPolicies":{"b":{}}}`))
	f.Add([]byte(`{"RoleDetailList":[{"Arn":null,"Tags":null,"AssumeRolePolicyDocument":null}],"RoleDetailList":[]}`))
	f.Fuzz(func(t *testing.T, data []byte) {
		s, err := Read(data)
		if err != nil {
			if e, ok := err.(*ReadError); !ok || e.Pos.IsZero() {
				t.Errorf("%v has no place", err)
			}
			return
		}
		text, err := json.Marshal(s)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := ReadFrom(io.NewSectionReader(bytes.NewReader(text), 0, int64(len(text)))); err != nil {
			t.Errorf("cannot be read again: %v", err)
		}
	})
}
