package eval

import "remotion-doctor/iam/account"

// Operation is the operation of IAM that a request is for:
// SimulatePrincipalPolicy where it names a principal, else SimulateCustomPolicy.
func (in *SimulationInput) Operation() string {
	if in.PolicySourceArn == "" {
		return "SimulateCustomPolicy"
	}
	return "SimulatePrincipalPolicy"
}

// Simulate answers a request as its operation does. open returns the account of
// the principal, and is called only where the request names one. A refusal as
// AWS words it is an [*APIError].
func Simulate(in SimulationInput, open func() (*account.Snapshot, error)) (SimulationOutput, error) {
	if in.PolicySourceArn == "" {
		return SimulateCustomPolicy(in)
	}
	s, err := open()
	if err != nil {
		return SimulationOutput{}, err
	}
	engine, err := New(s)
	if err != nil {
		return SimulationOutput{}, err
	}
	return engine.SimulatePrincipalPolicy(in)
}
