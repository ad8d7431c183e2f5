package fleet

import (
	"crypto/sha256"
	"encoding/binary"
	"fmt"
	"strconv"
	"strings"

	"remotion-doctor/audit"
)

// A Shard is one of several parts of the accounts, numbered from 1. The zero
// Shard is all of them.
type Shard struct{ Number, Of int }

// ParseShard reads I/N.
func ParseShard(text string) (Shard, error) {
	number, of, ok := strings.Cut(text, "/")
	i, err1 := strconv.Atoi(number)
	n, err2 := strconv.Atoi(of)
	if !ok || err1 != nil || err2 != nil || i < 1 || n < i {
		return Shard{}, fmt.Errorf("%q is not of the form I/N with I from 1 to N", text)
	}
	return Shard{i, n}, nil
}

// An array is how a batch engine says a worker which one of how many it is.
type array struct {
	engine       string
	index, count string
}

// arrays are the variables of the engines. Their indexes begin at 0, but for
// Slurm's, which begin at SLURM_ARRAY_TASK_MIN.
//
// Source: AWS Batch User Guide, "Array job environment variables"
// (AWS_BATCH_JOB_ARRAY_INDEX, AWS_BATCH_JOB_ARRAY_SIZE); Slurm, "Job Array
// Support" (SLURM_ARRAY_TASK_ID, _COUNT, _MIN); Kubernetes, "Indexed Job for
// Parallel Processing" (JOB_COMPLETION_INDEX, which comes without a count).
var arrays = []array{
	{"AWS Batch", "AWS_BATCH_JOB_ARRAY_INDEX", "AWS_BATCH_JOB_ARRAY_SIZE"},
	{"Slurm", "SLURM_ARRAY_TASK_ID", "SLURM_ARRAY_TASK_COUNT"},
	{"Kubernetes", "JOB_COMPLETION_INDEX", ""},
}

// ChooseShard reads I/N, or auto for what AutoShard finds; an empty text is all.
func ChooseShard(text string, of int, getenv func(string) string) (Shard, error) {
	switch {
	case of < 0 || of > 0 && text != "auto":
		return Shard{}, fmt.Errorf("--shards %d goes with --shard auto, and counts from 1", of)
	case text == "":
		return Shard{}, nil
	case text == "auto":
		return AutoShard(getenv, of)
	}
	return ParseShard(text)
}

// AutoShard reads the shard from the environment of a batch engine. of is the
// number of shards where the engine gives none, 0 if it is not known.
func AutoShard(getenv func(string) string, of int) (Shard, error) {
	for _, a := range arrays {
		text := getenv(a.index)
		if text == "" {
			continue
		}
		i, err := strconv.Atoi(text)
		if err != nil {
			return Shard{}, fmt.Errorf("%s=%q is no number", a.index, text)
		}
		if first, err := strconv.Atoi(getenv("SLURM_ARRAY_TASK_MIN")); err == nil && a.engine == "Slurm" {
			i -= first
		}
		if n, err := strconv.Atoi(getenv(a.count)); a.count != "" && err == nil {
			if of != 0 && of != n {
				return Shard{}, fmt.Errorf("--shards %d contradicts %s=%d", of, a.count, n)
			}
			of = n
		}
		if of == 0 {
			return Shard{}, fmt.Errorf("%s gives %s=%s and not the number of shards: pass --shards N", a.engine, a.index, text)
		}
		return ParseShard(fmt.Sprintf("%d/%d", i+1, of))
	}
	return Shard{}, fmt.Errorf("no batch engine is known by its variables: %s, %s or %s", arrays[0].index, arrays[1].index, arrays[2].index)
}

// Holds reports whether an account is one of the shard's. It is the same on every
// machine, whatever the other accounts are.
func (s Shard) Holds(accountID string) bool {
	if s.Of <= 1 {
		return true
	}
	sum := sha256.Sum256([]byte(accountID))
	return binary.BigEndian.Uint64(sum[:])%uint64(s.Of) == uint64(s.Number-1)
}

// Among returns the shard's places.
func (s Shard) Among(places []Place) []Place {
	var out []Place
	for _, p := range places {
		if s.Holds(p.ID) {
			out = append(out, p)
		}
	}
	return out
}

// of is what a report has of the shard's accounts.
func (s Shard) of(r *audit.Report) *audit.Report {
	out := *r
	out.Sections = nil
	for i := range r.Sections {
		if s.Holds(r.Sections[i].Account()) {
			out.Sections = append(out.Sections, r.Sections[i])
		}
	}
	return &out
}

// String is I/N; empty for all.
func (s Shard) String() string {
	if s.Of <= 1 {
		return ""
	}
	return fmt.Sprintf("%d/%d", s.Number, s.Of)
}
