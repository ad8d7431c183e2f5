package s3

import (
	"encoding/xml"
	"net/http"
	"strconv"
	"strings"

	"remotion-doctor/source/awsapi/wire"
)

// Buckets is one page of an account's buckets.
type Buckets struct {
	Names             []string // nil where the answer holds no list
	ContinuationToken *string
}

func readBuckets(body []byte) (Buckets, error) {
	var answer struct {
		XMLName xml.Name `xml:"ListAllMyBucketsResult"`
		Buckets *struct {
			List []struct{ Name string } `xml:"Bucket"`
		}
		ContinuationToken *string
	}
	if err := xml.Unmarshal(body, &answer); err != nil {
		return Buckets{}, err
	}
	out := Buckets{ContinuationToken: answer.ContinuationToken}
	if answer.Buckets != nil {
		out.Names = make([]string, 0, len(answer.Buckets.List))
		for _, b := range answer.Buckets.List {
			out.Names = append(out.Names, b.Name)
		}
	}
	return out, nil
}

func readLocation(body []byte) (string, error) {
	var answer struct {
		XMLName  xml.Name `xml:"LocationConstraint"`
		Location string   `xml:",chardata"`
	}
	err := xml.Unmarshal(body, &answer)
	return strings.TrimSpace(answer.Location), err
}

func readOwnership(body []byte) ([]string, error) {
	var answer struct {
		XMLName xml.Name `xml:"OwnershipControls"`
		Rules   []string `xml:"Rule>ObjectOwnership"`
	}
	err := xml.Unmarshal(body, &answer)
	return answer.Rules, err
}

// PublicAccessBlock is a bucket's Block Public Access; nil is a setting that the
// answer does not hold.
type PublicAccessBlock struct {
	BlockPublicACLs, IgnorePublicACLs, BlockPublicPolicy, RestrictPublicBuckets *bool
}

func readPublicAccessBlock(body []byte) (PublicAccessBlock, error) {
	var answer struct {
		XMLName xml.Name `xml:"PublicAccessBlockConfiguration"`
		ACLs    string   `xml:"BlockPublicAcls"`
		Ignore  string   `xml:"IgnorePublicAcls"`
		Policy  string   `xml:"BlockPublicPolicy"`
		Buckets string   `xml:"RestrictPublicBuckets"`
	}
	err := xml.Unmarshal(body, &answer)
	return PublicAccessBlock{setting(answer.ACLs), setting(answer.Ignore), setting(answer.Policy), setting(answer.Buckets)}, err
}

// setting reads a setting, and returns nil where the text is neither yes nor no.
func setting(text string) *bool {
	on, err := strconv.ParseBool(strings.TrimSpace(text))
	if err != nil {
		return nil
	}
	return &on
}

// readError reads the body of a refused request, and returns nothing where S3 did not
// write it.
// Source: Amazon S3 API Reference, "Error responses".
func readError(_ http.Header, body []byte) wire.APIError {
	var e struct {
		XMLName       xml.Name `xml:"Error"`
		Code, Message string
		ID            string `xml:"RequestId"`
	}
	if xml.Unmarshal(body, &e) != nil {
		return wire.APIError{}
	}
	return wire.APIError{Code: e.Code, Message: e.Message, RequestID: e.ID}
}
