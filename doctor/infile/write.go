package infile

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"slices"

	"remotion-doctor/audit"
	"remotion-doctor/change"
	"remotion-doctor/doctor"
	"remotion-doctor/internal/outfile"
	"remotion-doctor/remedy"
)

// Changed are the files that the plan changes.
func (p *Plan) Changed() []*File {
	return slices.DeleteFunc(slices.Clone(p.Files), func(f *File) bool { return f.Before != nil && bytes.Equal(f.Before, f.After) })
}

// Diff shows what the plan adds, file by file.
func (p *Plan) Diff() []remedy.DiffLine {
	var out []remedy.DiffLine
	for _, f := range p.Changed() {
		name := f.Path
		if f.Before == nil {
			name += " (new)"
		}
		out = append(out, remedy.DiffLine{Mark: '@', Text: name})
		out = append(out, remedy.Additions(string(f.Before), string(f.After))...)
	}
	return out
}

// Question asks in a sentence whether the files may be written.
func (p *Plan) Question() string {
	files := p.Changed()
	if len(files) == 1 {
		return "Write this to " + files[0].Path + "?"
	}
	return fmt.Sprintf("Write this to %d files?", len(files))
}

// Write writes the files, all or none. A file that changed since it was read is
// a [*change.Refusal].
func (p *Plan) Write(ctx context.Context) error {
	var out []outfile.File
	for _, f := range p.Changed() {
		now, err := os.ReadFile(f.Path)
		if err != nil && (f.Before != nil || !errors.Is(err, os.ErrNotExist)) {
			return err
		}
		if !bytes.Equal(now, f.Before) {
			return &change.Refusal{Msg: "refusing to write: " + f.Path + " changed since it was read", Hint: "run the command again"}
		}
		out = append(out, outfile.File{Path: f.Path, Access: outfile.Public, Content: outfile.Text(f.After)})
	}
	return outfile.Write(ctx, out...)
}

// restore puts back what the templates held.
func (p *Plan) restore(ctx context.Context) error {
	var out []outfile.File
	for _, f := range p.Changed() {
		if f.built == "" {
			out = append(out, outfile.File{Path: f.Path, Access: outfile.Public, Content: outfile.Text(f.Before)})
		}
	}
	return outfile.Write(ctx, out...)
}

// Prove checks what is there after [Plan.Write], from the files anew, and says
// in lines what passes. Where something does not that should, the templates are
// put back. What has to be built first is not proven, and said so.
func (p *Plan) Prove(ctx context.Context, reopen func() (doctor.FixOptions, error)) ([]string, error) {
	var out []string
	templates := false
	for _, f := range p.Changed() {
		if f.built == "" {
			templates = true
			continue
		}
		out = append(out, f.Path+": written, not verified in its place: "+f.built)
	}
	if !templates {
		return out, nil
	}
	lines, err := p.proof(ctx, reopen)
	if err == nil {
		return append(out, lines...), nil
	}
	if back := p.restore(ctx); back != nil {
		return nil, errors.Join(err, back)
	}
	return nil, &NotProven{err}
}

// A NotProven says that what was written did not pass, and was taken back.
type NotProven struct{ Why error }

func (e *NotProven) Error() string {
	return "the files are as they were: what was written does not pass: " + e.Why.Error()
}

func (e *NotProven) Unwrap() error { return e.Why }

// Problem is the error as the user reads it.
func (e *NotProven) Problem() audit.Problem {
	return audit.NewProblem("refused", e.Error(), "paste the output of --as by hand, and check it")
}

func (p *Plan) proof(ctx context.Context, reopen func() (doctor.FixOptions, error)) ([]string, error) {
	o, err := reopen()
	if err != nil {
		return nil, err
	}
	again, err := doctor.Fix(ctx, o)
	if err != nil {
		return nil, err
	}
	var out []string
	for _, x := range p.remedies {
		if p.builtFor(x) {
			continue
		}
		i := slices.IndexFunc(again, func(y *doctor.Remedy) bool {
			return y.Principal.ARN == x.Principal.ARN && y.Target == x.Target && y.Holding != nil && y.Holding.Declared != nil &&
				sameFile(y.Holding.Declared.Location.File, x.Change.Declared.Location.File)
		})
		if i < 0 {
			return nil, fmt.Errorf("%s is not there any more", x.Principal.ARN)
		}
		if cured, still := remedy.Cured(x.Findings, again[i].Findings); !cured {
			return nil, fmt.Errorf("%s on %s: %s", still[0].Action, still[0].Resource, still[0].Reason)
		}
		if again[i].Before.Met() < x.After.Met() {
			return nil, fmt.Errorf("%d of %d pass for %s, %d did with the policy as if attached", again[i].Before.Pass, again[i].Before.Total(), x.Principal.ARN, x.After.Pass)
		}
		x.After = again[i].Before
		out = append(out, fmt.Sprintf("%s: verified in %s: %d of %d pass", x.Principal.ARN, x.Change.Declared.Location.File, x.After.Pass, x.After.Total()))
	}
	return out, nil
}

// builtFor reports whether a remedy is in a file that has to be built.
func (p *Plan) builtFor(x *doctor.Remedy) bool {
	return !slices.ContainsFunc(p.Files, func(f *File) bool { return f.built == "" && sameFile(f.Path, x.Change.Declared.Location.File) })
}
