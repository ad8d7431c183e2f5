package iac

// A Plan is a Terraform plan or state.
type Plan struct{}

// OpenPlan reads a plan.
func OpenPlan(path string) (*Plan, error) { return &Plan{}, nil }

// Deployment returns the account as it will be after the apply.
func (p *Plan) Deployment(o Options) (*Deployment, error) { return nil, nil }
