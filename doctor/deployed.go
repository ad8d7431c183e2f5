package doctor

import (
	"cmp"
	"slices"

	"remotion-doctor/audit"
	"remotion-doctor/source"
)

// A DeploymentSource is the source of what a file is going to deploy.
type DeploymentSource interface {
	source.Source
	// Only returns the target of the deployment where it leaves no choice. The
	// error names those that there are.
	Only() (audit.Target, error)
	// Missing returns the error for a target that the deployment does not hold;
	// nil for one that it holds.
	Missing(t audit.Target) error
}

// A Deployed is the source of a deployment and the Regions that it is the same
// in; none where nobody says.
type Deployed struct {
	Source  DeploymentSource
	Regions []string
}

// Deploy gives the targets of the options the sources of deployments, each once
// for every deployment that holds it, in the order of the targets. The caller
// becomes the only target that a deployment leaves the choice of. Of several files
// none needs to have everything; the renderer is looked for where another target
// is. A target that no deployment holds does not hide the others: its section will
// say so. It is an error where it is the only one, and left out with a note where
// the options say so.
func (o *Options) Deploy(list []Deployed, several bool) error {
	var targets []Target
	var missing error
	used, found := make([]bool, len(list)), false // where a target was found
	for _, t := range o.Targets {
		held, err := t.heldBy(list, used, several && !o.onlyRenderers())
		switch {
		case err != nil && asError(err).Kind != source.KindNotFound:
			return err
		case err == nil:
			targets, found = append(targets, held...), true
		case o.SkipMissing:
			o.Skipped = append(o.Skipped, "skipped: "+messageOf(err))
		default:
			missing = cmp.Or(missing, err)
			t.Source, t.Regions = list[0].Source, list[0].Regions
			targets = append(targets, t)
		}
	}
	if missing != nil && !found {
		return missing
	}
	o.Targets = targets
	if o.Source == nil && len(list) > 0 {
		o.Source = list[0].Source
	}
	return nil
}

func (o *Options) onlyRenderers() bool {
	return !slices.ContainsFunc(o.Targets, func(t Target) bool { return t.Kind != audit.TargetRenderer })
}

// heldBy returns the target once for each deployment that holds it. The error says
// that none does, or that one leaves a choice. A renderer is looked for in all
// deployments, or in those that are used.
func (t Target) heldBy(list []Deployed, used []bool, several bool) ([]Target, error) {
	var out []Target
	var missing error
	for i := range list {
		if t.Kind == audit.TargetRenderer && several && !used[i] {
			continue
		}
		found, err := list[i].target(t)
		if err != nil && asError(err).Kind != source.KindNotFound {
			return nil, err
		}
		if missing = cmp.Or(missing, err); err == nil {
			used[i], out = true, append(out, found)
		}
	}
	if len(out) == 0 {
		return nil, missing
	}
	return out, nil
}

// target is the target in a deployment; the error says that it does not hold it.
func (d *Deployed) target(t Target) (Target, error) {
	var err error
	switch t.Kind {
	case audit.TargetCaller:
		t.Target, err = d.Source.Only()
	case audit.TargetRenderer:
	default:
		err = d.Source.Missing(t.Target)
	}
	t.Source, t.Regions = d.Source, d.Regions
	return t, err
}
