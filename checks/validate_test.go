package checks

import (
	"strings"
	"testing"
	"testing/fstest"

	"remotion-doctor/audit"
)

func TestValidate(t *testing.T) {
	t.Parallel()
	sound := func() *Pack {
		return &Pack{
			Name:     "Queue",
			Policies: []Policy{{Name: "worker", File: "worker.json"}},
			Files: fstest.MapFS{"worker.json": {Data: []byte(
				`{"Version":"2012-10-17","Statement":[{"Sid":"Take","Effect":"Allow","Action":"sqs:ReceiveMessage","Resource":"arn:aws:sqs:*:*:jobs-*"}]}`)}},
			Modules: []Module{{Module: audit.Module{Name: "take", Title: "Take", Why: "a", Breaks: "b"}, Policy: "worker", Contains: "sqs:ReceiveMessage"}},
		}
	}
	if err := sound().Validate(); err != nil {
		t.Fatal(err)
	}
	for _, tt := range []struct {
		spoil func(p *Pack)
		want  string
	}{
		{func(p *Pack) { p.Name = "" }, "no name"},
		{func(p *Pack) { p.Files = nil }, "no Files"},
		{func(p *Pack) { p.Files = fstest.MapFS{} }, "worker.json"},
		{func(p *Pack) { p.Files = fstest.MapFS{"worker.json": {Data: []byte(`{"Statement":`)}} }, "worker.json"},
		{func(p *Pack) { p.Policies[0].Name = "" }, "no name"},
		{func(p *Pack) { p.Modules = nil }, "belongs to no module"},
		{func(p *Pack) { p.Modules[0].Breaks = "" }, "lacks a text"},
		{func(p *Pack) { p.Modules = append(p.Modules, Module{Module: p.Modules[0].Module, Policy: "other"}) }, `the policy "other"`},
		{func(p *Pack) { p.Operations = map[string][]Operation{"other": nil} }, `the policy "other"`},
		{func(p *Pack) { p.Operations = map[string][]Operation{"worker": {{Name: "take"}}} }, "no needs"},
	} {
		p := sound()
		tt.spoil(p)
		if err := p.Validate(); err == nil || !strings.Contains(err.Error(), tt.want) {
			t.Errorf("error %v, want %q", err, tt.want)
		}
	}
}
