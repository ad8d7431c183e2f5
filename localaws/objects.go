package localaws

import (
	"io"
	"net/http"
	"slices"
	"strings"
	"sync"
)

// objects are what is written into the buckets of an account, in memory.
type objects struct {
	mu   sync.Mutex
	held map[string][]byte // by BUCKET/KEY
}

// maxKeys is how many keys a page of ListObjectsV2 has.
const maxKeys = 1000

// object answers the operations on objects, and reports whether the operation is one.
// Only the account's own buckets take some.
func (s *Server) object(w http.ResponseWriter, r *http.Request, operation string, fail func(apiError)) bool {
	switch operation {
	case "PutObject", "GetObject", "ListObjectsV2":
	default:
		return false
	}
	whole := strings.TrimPrefix(r.URL.Path, "/")
	bucket, key, _ := strings.Cut(whole, "/")
	if _, err := s.snapshot.Bucket(bucket); err != nil {
		fail(apiError{"NoSuchBucket", 404, "The specified bucket does not exist"})
		return true
	}
	s.objects.mu.Lock()
	defer s.objects.mu.Unlock()
	switch operation {
	case "PutObject":
		data, err := io.ReadAll(r.Body)
		if err != nil {
			fail(apiError{"IncompleteBody", 400, "You did not provide the number of bytes specified by the Content-Length HTTP header"})
			return true
		}
		s.objects.held[bucket+"/"+key] = data
	case "GetObject":
		data, ok := s.objects.held[bucket+"/"+key]
		if !ok {
			fail(apiError{"NoSuchKey", 404, "The specified key does not exist."})
			return true
		}
		_, _ = w.Write(data) // a client that went away is no fault of ours
	case "ListObjectsV2":
		s.objects.list(w, bucket, r.URL.Query().Get("prefix"), r.URL.Query().Get("continuation-token"))
	}
	return true
}

func (o *objects) list(w http.ResponseWriter, bucket, prefix, after string) {
	var keys []string
	for name := range o.held {
		if key, ok := strings.CutPrefix(name, bucket+"/"); ok && strings.HasPrefix(key, prefix) && key > after {
			keys = append(keys, key)
		}
	}
	slices.Sort(keys)
	type content struct{ Key string }
	out := struct {
		Name, Prefix          string
		IsTruncated           bool
		NextContinuationToken string `xml:",omitempty"`
		Contents              []content
	}{Name: bucket, Prefix: prefix, IsTruncated: len(keys) > maxKeys}
	keys = keys[:min(len(keys), maxKeys)]
	for _, k := range keys {
		out.Contents = append(out.Contents, content{k})
	}
	if out.IsTruncated {
		out.NextContinuationToken = keys[len(keys)-1]
	}
	writeS3(w, "ListBucketResult", out)
}
