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
// becomes the only target that a deployment leaves the choice of. A target that
// a deployment does not hold is an error; with several files, which need not
// have everything, only where no target is found at all.
func (o *Options) Deploy(list []Deployed, several bool) error {
	var places []int
	var targets []Target
	var missing error
	for _, d := range list {
		for i, t := range o.Targets {
			found, err := d.target(t)
			if err != nil && !several {
				return err
			}
			missing = cmp.Or(missing, err)
			if err != nil {
				break
			}
			at, _ := slices.BinarySearch(places, i+1) // behind those of the same target
			places, targets = slices.Insert(places, at, i), slices.Insert(targets, at, found)
		}
	}
	if len(targets) == 0 {
		return missing
	}
	o.Targets = targets
	if o.Source == nil && len(list) > 0 {
		o.Source = list[0].Source
	}
	return nil
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
