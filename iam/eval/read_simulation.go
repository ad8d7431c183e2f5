package eval

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"

	"remotion-doctor/iam/policy"
)

// An InputError says where something is no request of the simulator.
type InputError struct {
	Pos policy.Position
	Err error
}

func (e *InputError) Error() string { return fmt.Sprintf("%s: %v", e.Pos, e.Err) }

// Unwrap returns the cause.
func (e *InputError) Unwrap() error { return e.Err }

// ReadSimulation reads the request JSON of SimulateCustomPolicy or
// SimulatePrincipalPolicy, as `--cli-input-json` has it. Fields that the
// operations do not have, and text behind the request, are refused. The error is
// an [*InputError].
func ReadSimulation(data []byte) (SimulationInput, error) {
	var in SimulationInput
	at := func(offset int, err error) error {
		return &InputError{policy.NewLines(string(data)).At(offset), err}
	}
	dec := json.NewDecoder(bytes.NewReader(data))
	dec.DisallowUnknownFields()
	if err := dec.Decode(&in); err != nil {
		offset := int(dec.InputOffset())
		if e, ok := errors.AsType[*json.SyntaxError](err); ok {
			offset = int(e.Offset) - 1
		}
		return in, at(offset, err)
	}
	if _, err := dec.Token(); !errors.Is(err, io.EOF) {
		return in, at(int(dec.InputOffset()), errTrailing)
	}
	return in, nil
}

var errTrailing = errors.New("text behind the request")
