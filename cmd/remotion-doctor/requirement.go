package main

import (
	"strings"

	"remotion-doctor/audit"
	"remotion-doctor/doctor"
	"remotion-doctor/internal/asked"
)

// first is the first of some texts, empty if there is none.
func first(texts []string) string { return strings.Join(texts[:min(len(texts), 1)], "") }

// options reads everything about the targets and the requirement that needs no
// source.
func (a *app) options(t *asked.Targets, f *asked.Requirement) (*doctor.Options, error) {
	o := a.blank()
	o.ServiceAccount = t.ServiceAccount
	if err := f.Apply(o, a.getenv("REMOTION_AWS_REGION")); err != nil {
		return nil, err
	}
	for _, target := range t.List() {
		o.Targets = append(o.Targets, doctor.Target{Target: target, Requirements: f.Of(target)})
	}
	return o, nil
}

// blank are the options that every run has.
func (a *app) blank() *doctor.Options {
	return &doctor.Options{Tool: audit.Tool{Name: "remotion-doctor", Version: version}, Now: a.now}
}
