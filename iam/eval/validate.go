package eval

import (
	"encoding/base64"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"remotion-doctor/iam/policy"
)

// The enumerations of the API, in the order in which its errors list them
// (recorded cases err-ctx-type, prin-exclude-err-type).
var (
	contextTypes = []string{"binary", "ipList", "booleanList", "ip", "boolean", "numericList", "dateList", "numeric", "date", "stringList", "string", "binaryList"}
	// attachmentTypes are those of the SDK (types.AttachmentType); the order is not
	// recorded.
	attachmentTypes = []string{"user", "group", "role"}
	exclusionTypes  = []string{"scp", "permission-boundary", "aws-managed", "inline", "user-managed", "rcp"}
)

// validate checks the request as AWS does, with its codes and texts.
// Source: recorded cases err-*; botocore's model of the API for lengths.
func (in *SimulationInput) validate() error {
	checks := []func() error{
		in.checkModel, in.checkActions, in.checkContext, in.checkResources, in.checkCaller, in.checkGroups, in.checkHandling,
	}
	for _, check := range checks {
		if err := check(); err != nil {
			return err
		}
	}
	return nil
}

func (in *SimulationInput) checkModel() error {
	if in.MaxItems < 0 || in.MaxItems > 1000 {
		bound := "less than or equal to 1000"
		if in.MaxItems < 1 {
			bound = "greater than or equal to 1"
		}
		return validationError(fmt.Sprintf("Value at 'maxItems' failed to satisfy constraint: Member must have value %s", bound))
	}
	if len(in.ActionNames) == 0 {
		return validationError("Value at 'actionNames' failed to satisfy constraint: Member must not be null")
	}
	for _, a := range in.ActionNames {
		if len(a) < 3 || len(a) > 128 {
			return validationError("Value '[" + strings.Join(in.ActionNames, ", ") + "]' at 'actionNames' failed to satisfy constraint: Member must satisfy constraint: [Member must have length less than or equal to 128, Member must have length greater than or equal to 3]")
		}
	}
	for i, e := range in.ContextEntries {
		if e.ContextKeyType != "" && !slices.Contains(contextTypes, e.ContextKeyType) {
			return enumError("Value at 'contextEntries."+strconv.Itoa(i+1)+".member.contextKeyType'", contextTypes)
		}
	}
	if len(in.PermissionsBoundaryPolicyInputList) > 1 {
		return invalidInput("Only one permissions boundary policy can be given")
	}
	return nil
}

func enumError(what string, values []string) error {
	return validationError(what + " failed to satisfy constraint: Member must satisfy enum value set: [" + strings.Join(values, ", ") + "]")
}

func (in *SimulationInput) checkActions() error {
	for _, a := range in.ActionNames {
		if !strings.Contains(a, ":") {
			return invalidInput("The action is invalid since it is missing names")
		}
	}
	return nil
}

func (in *SimulationInput) checkContext() error {
	seen := map[string]bool{}
	for _, e := range in.ContextEntries {
		if e.ContextKeyName == "" && e.ContextKeyType == "" && len(e.ContextKeyValues) == 0 {
			continue // recorded case ctx-entry-empty
		}
		if err := e.check(); err != nil {
			return err
		}
		lower := strings.ToLower(e.ContextKeyName)
		if seen[lower] {
			return invalidInput("Duplicate context key: " + e.ContextKeyName + ".")
		}
		seen[lower] = true
	}
	return nil
}

func (e *SimulationContext) check() error {
	switch {
	case e.ContextKeyName == "":
		return invalidInput("ContextKeyName cannot be null or empty.")
	case e.ContextKeyType == "":
		return invalidInput("Context key " + e.ContextKeyName + " has invalid type null.")
	case len(e.ContextKeyValues) == 0:
		return invalidInput("Context values for context key " + e.ContextKeyName + " cannot be null or empty.")
	}
	element, list := strings.CutSuffix(e.ContextKeyType, "List")
	if !list && len(e.ContextKeyValues) > 1 {
		return invalidInput(fmt.Sprintf("Context key %s expected a single value, but received %d.", element, len(e.ContextKeyValues)))
	}
	form, ok := contextForms[element]
	if !ok {
		return nil
	}
	for _, v := range e.ContextKeyValues {
		if !form.valid(v) {
			return invalidInput("Invalid context value for key " + e.ContextKeyName + ": expected " + form.words + ".")
		}
	}
	return nil
}

// contextForms are the types whose values are checked; strings and booleans
// are not (recorded cases ctx-*).
var contextForms = map[string]struct {
	words string
	valid func(string) bool
}{
	"numeric": {"numeric format", func(s string) bool { _, ok := parseDecimal(s); return ok }},
	"date":    {"DateTime format", func(s string) bool { _, ok := parseDate(s); return ok }},
	"ip":      {"IP address", func(s string) bool { _, ok := parseAddress(s); return ok }},
	"binary": {"base-64 encoded binary format", func(s string) bool {
		_, err := base64.StdEncoding.Strict().DecodeString(s)
		return err == nil && !strings.ContainsAny(s, "\r\n")
	}},
}

// checkResources: six parts, a partition, a service and a resource; a star
// stands alone or not at all (recorded cases err-resource-*, resource-*).
func (in *SimulationInput) checkResources() error {
	for _, r := range in.resources() {
		a, ok := policy.ParseARN(r)
		if !ok || a.Partition == "" || a.Service == "" || a.Resource == "" {
			return invalidInput("ResourceNames are not in a valid ARN format: " + r + ".")
		}
	}
	return nil
}

// checkCaller: a caller is a user, role or group, with a resource policy or
// without one. Source: recorded case err-rp-session-caller; SDK,
// SimulateCustomPolicyInput.CallerArn ("cannot specify the ARN of an assumed
// role, federated user, or a service principal").
func (in *SimulationInput) checkCaller() error {
	if a, ok := policy.ParseARN(in.CallerArn); in.CallerArn != "" && (!ok || a.Service != "iam" || !isEntity(a)) {
		return errCaller
	}
	return nil
}

// checkGroups: with resources, actions that the simulator knows and actions
// that it does not cannot share a call (recorded case err-kind-mix).
func (in *SimulationInput) checkGroups() error {
	if len(in.resources()) == 0 {
		return nil
	}
	var known, unknown []string
	for _, a := range in.ActionNames {
		if knownAction(a) {
			known = append(known, a)
		} else {
			unknown = append(unknown, a)
		}
	}
	if len(known) == 0 || len(unknown) == 0 {
		return nil
	}
	return invalidInput("Invalid Input Actions: [" + strings.Join(known, ",") + "] and [" + strings.Join(unknown, ",") + "] require different authorization information. ")
}

// handlingOptions are the scenarios of ec2:RunInstances.
// Source: SDK, SimulatePrincipalPolicyInput.ResourceHandlingOption.
var handlingOptions = []string{
	"EC2-VPC-InstanceStore", "EC2-VPC-InstanceStore-Subnet", "EC2-VPC-EBS", "EC2-VPC-EBS-Subnet",
	"EC2-Classic-InstanceStore", "EC2-Classic-EBS",
}

// checkHandling: an option that an action does not have is refused by the name
// of the action, whether another action has it or none (recorded case
// err-handling-other-action).
func (in *SimulationInput) checkHandling() error {
	if in.ResourceHandlingOption == "" {
		return nil
	}
	known := slices.Contains(handlingOptions, in.ResourceHandlingOption)
	for _, a := range in.ActionNames {
		if !known || !strings.EqualFold(a, "ec2:RunInstances") {
			return invalidInput("Invalid input resource handling options. Action does not support resource handling options: " + a + ". Please refer to the documentation for more details: https://docs.aws.amazon.com/IAM/latest/APIReference/API_SimulateCustomPolicy.html")
		}
	}
	return nil
}
