package localaws

import (
	"encoding/xml"
	"net/http"
	"strings"

	"remotion-doctor/iam/account"
)

// s3 answers the reads of S3's REST protocol, with the bucket in the path.
func (s *Server) s3(w http.ResponseWriter, r *http.Request, id string) {
	bucket := strings.Trim(r.URL.Path, "/")
	operation := s3Operation(r, bucket)
	fail := func(e apiError) { writeS3Error(w, e, bucket, id) }
	if _, stopped := s.stop(w, r, operation, fail); stopped {
		return
	}
	if s.object(w, r, operation, fail) {
		return
	}
	if operation == "ListBuckets" {
		s.listBuckets(w)
		return
	}
	b, err := s.snapshot.Bucket(bucket)
	if err != nil {
		fail(apiError{"NoSuchBucket", 404, "The specified bucket does not exist"})
		return
	}
	switch operation {
	case "GetBucketPolicy":
		doc, ok := s.snapshot.BucketPolicies[bucket]
		if !ok {
			fail(apiError{"NoSuchBucketPolicy", 404, "The bucket policy does not exist"})
			return
		}
		w.Header().Set("Content-Type", "application/json")
		_, _ = w.Write([]byte(doc.Text)) // a client that went away is no fault of ours
	case "GetBucketLocation":
		writeS3(w, "LocationConstraint", location(b))
	case "GetBucketOwnershipControls":
		if b.ObjectOwnership == "" {
			fail(apiError{"OwnershipControlsNotFoundError", 404, "The bucket ownership controls were not found"})
			return
		}
		type rule struct{ ObjectOwnership string }
		writeS3(w, "OwnershipControls", struct{ Rule rule }{rule{b.ObjectOwnership}})
	case "GetPublicAccessBlock":
		if b.PublicAccessBlock == nil {
			fail(apiError{"NoSuchPublicAccessBlockConfiguration", 404, "The public access block configuration was not found"})
			return
		}
		writeS3(w, "PublicAccessBlockConfiguration", *b.PublicAccessBlock)
	default:
		fail(apiError{"NotImplemented", 501, "A header you provided implies functionality that is not implemented"})
	}
}

// s3Operation names the operation by method and the query's subresource.
func s3Operation(r *http.Request, bucket string) string {
	q := r.URL.Query()
	switch name, key, _ := strings.Cut(bucket, "/"); {
	case key != "" && r.Method == http.MethodPut:
		return "PutObject"
	case key != "" && r.Method == http.MethodGet:
		return "GetObject"
	case name != "" && q.Get("list-type") == "2":
		return "ListObjectsV2"
	case r.Method != http.MethodGet || strings.Contains(bucket, "/"):
	case bucket == "":
		return "ListBuckets"
	case q.Has("policy"):
		return "GetBucketPolicy"
	case q.Has("location"):
		return "GetBucketLocation"
	case q.Has("ownershipControls"):
		return "GetBucketOwnershipControls"
	case q.Has("publicAccessBlock"):
		return "GetPublicAccessBlock"
	}
	return r.Method + " " + r.URL.Path
}

// location is a bucket's region as S3 words it: nothing for us-east-1.
func location(b *account.Bucket) string {
	if b.Region == "us-east-1" {
		return ""
	}
	return b.Region
}

const s3Namespace = "http://s3.amazonaws.com/doc/2006-03-01/"

func (s *Server) listBuckets(w http.ResponseWriter) {
	type bucket struct{ Name, CreationDate, BucketRegion string }
	var out struct {
		// An account without buckets has an empty list, and not none.
		Buckets struct {
			Bucket []bucket
		}
	}
	for _, name := range s.snapshot.BucketNames() {
		b, err := s.snapshot.Bucket(name)
		if err == nil {
			out.Buckets.Bucket = append(out.Buckets.Bucket, bucket{name, created, b.Region})
		}
	}
	writeS3(w, "ListAllMyBucketsResult", out)
}

func writeS3(w http.ResponseWriter, root string, v any) {
	w.Header().Set("Content-Type", "application/xml")
	start := xml.StartElement{Name: xml.Name{Local: root}, Attr: []xml.Attr{{Name: xml.Name{Local: "xmlns"}, Value: s3Namespace}}}
	var b strings.Builder
	b.WriteString(xml.Header)
	if err := xml.NewEncoder(&b).EncodeElement(v, start); err == nil {
		_, _ = w.Write([]byte(b.String()))
	}
}

func writeS3Error(w http.ResponseWriter, e apiError, bucket, id string) {
	w.Header().Set("Content-Type", "application/xml")
	w.WriteHeader(e.Status)
	body := struct {
		XMLName    xml.Name `xml:"Error"`
		Code       string
		Message    string
		BucketName string `xml:",omitempty"`
		RequestID  string `xml:"RequestId"`
	}{Code: e.Code, Message: e.Message, BucketName: bucket, RequestID: id}
	var b strings.Builder
	b.WriteString(xml.Header)
	if err := xml.NewEncoder(&b).Encode(body); err == nil {
		_, _ = w.Write([]byte(b.String()))
	}
}
