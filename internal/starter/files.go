package starter

import (
	"fmt"
	"strings"
)

// Options are what the user says beyond what the project shows.
type Options struct {
	CI        string   // github, gitlab or none; empty for what the project has
	Functions []string // that render, by logical id or name
	Roles     []string // in the same way
	Targets   []string // function:video-api; Run adds the functions and roles
	Regions   []string
	Action    string // OWNER/remotion-doctor@REF, as a workflow names it
	PreCommit bool   // an entry even where pre-commit is not in use yet
}

// A File is one that Plan wants.
type File struct {
	Path, Text string
	// Entry says that the file exists already in most projects: where it does, Text
	// is to be added by hand.
	Entry bool
	// Then is what is left to do by hand.
	Then string
}

// placeholder is where nobody has said yet where the action is kept.
const placeholder = "OWNER/remotion-doctor@main"

// checkout is the action that a workflow begins with, as README.md has it.
const checkout = "actions/checkout@v7"

// Plan is the files for a project.
func Plan(f *Found, o Options) []File {
	if o.Action == "" {
		o.Action = placeholder
	}
	if o.CI == "" {
		o.CI = f.CI
	}
	if f.isFramework() {
		if len(o.Targets) == 0 && f.framework.target != "" {
			o.Targets = []string{f.framework.target}
		}
		if len(o.Regions) == 0 && f.framework.region != "" {
			o.Regions = []string{f.framework.region}
		}
	}
	out := []File{{Path: "remotion-doctor.yaml", Text: configuration(f, &o), Then: configurationLeft(f, &o)}}
	switch o.CI {
	case "github":
		out = append(out, File{Path: ".github/workflows/remotion-doctor.yml", Text: github(f, &o), Then: actionLeft(&o)})
	case "gitlab":
		out = append(out, File{Path: ".gitlab-ci.yml", Text: gitlab(f), Entry: true, Then: "make the program available to the job: see docs/install.md of remotion-doctor"})
	}
	if f.PreCommit || o.PreCommit {
		out = append(out, File{Path: ".pre-commit-config.yaml", Text: preCommit(f, &o), Entry: true, Then: actionLeft(&o)})
	}
	return out
}

func actionLeft(o *Options) string {
	if o.Action == placeholder {
		return "put the place of remotion-doctor's repository for OWNER, or give --action"
	}
	return ""
}

func configurationLeft(f *Found, o *Options) string {
	switch {
	case len(o.Targets) == 0 && len(f.Templates) > 0:
		return "name what renders under targets: a function or role of the template, by its logical id"
	case len(o.Targets) == 0:
		return "name what renders under targets"
	}
	return ""
}

func configuration(f *Found, o *Options) string {
	var b strings.Builder
	b.WriteString("# What remotion-doctor checks here. `remotion-doctor config show` says what counts,\n# `remotion-doctor config schema` what there is.\n")
	if len(o.Targets) > 0 {
		b.WriteString("targets:\n")
		for _, t := range o.Targets {
			fmt.Fprintf(&b, "  - %s\n", quoted(t))
		}
	} else {
		b.WriteString("# targets:\n#   - function:video-api   # or role:my-role, renderer\n")
	}
	if len(o.Regions) > 0 {
		fmt.Fprintf(&b, "region: [%s]\n", strings.Join(o.Regions, ", "))
	} else {
		b.WriteString("# region: [us-east-1]\n")
	}
	if setting := f.recipe().setting; setting != "" {
		b.WriteString(setting + "\n")
	}
	if f.Release.Version != "" && f.Release.From == "" {
		fmt.Fprintf(&b, "remotion-version: %s\n", quoted(f.Release.Version))
	}
	b.WriteString("# waivers: remotion-doctor.waivers.yaml\n# environments:\n#   production:\n#     region: [eu-west-1]\n")
	return b.String()
}

// quoted is a YAML scalar for any text.
func quoted(s string) string {
	if s != "" && strings.Trim(s, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_./:") == "" && !strings.Contains(s, ": ") && !strings.HasSuffix(s, ":") && s[0] != '-' {
		return s
	}
	return "'" + strings.ReplaceAll(s, "'", "''") + "'"
}

// A recipe is how what is checked comes about.
type recipe struct {
	path     string   // what is checked
	setting  string   // a line of the configuration
	commands []string // what makes it out of sources
	setup    string   // steps of a GitHub workflow before them
	files    string   // what the action would not find by itself
}

// isFramework reports whether the Serverless Framework makes what is checked.
func (f *Found) isFramework() bool {
	return f.Framework && len(f.Templates) == 0 && !f.CDK && !f.Terraform
}

// recipe is that of the first of what the project has.
func (f *Found) recipe() recipe {
	switch {
	case len(f.Templates) > 0:
		return recipe{path: f.Templates[0], setting: "template: " + quoted(f.Templates[0])}
	case f.CDK:
		return recipe{
			path:     "cdk.out",
			setting:  "template: cdk.out   # made by `" + f.packages.run + " cdk synth`",
			commands: []string{f.packages.install + " && " + f.packages.run + " cdk synth --quiet"},
			setup:    f.packages.setup,
		}
	case f.Terraform:
		return recipe{
			path:     "plan.json",
			setting:  "plan: plan.json     # made by `terraform plan -out plan.bin && terraform show -json plan.bin > plan.json`",
			commands: []string{"terraform init -input=false", "terraform plan -input=false -out plan.bin", "terraform show -json plan.bin > plan.json"},
			setup:    "      - uses: hashicorp/setup-terraform@v3\n        with: { terraform_wrapper: false }\n",
		}
	case f.isFramework():
		const copied = "serverless.template.json"
		return recipe{
			path:     copied,
			setting:  "template: " + copied + "   # a copy of what `" + f.packages.run + " serverless package` makes",
			commands: []string{f.packages.install + " && " + f.packages.run + " serverless package && cp .serverless/cloudformation-template-update-stack.json " + copied},
			setup:    f.packages.setup,
			files:    copied,
		}
	}
	return recipe{}
}

// steps are those of a GitHub workflow.
func (r *recipe) steps(action string) string {
	out := r.setup
	switch len(r.commands) {
	case 0:
	case 1:
		out += "      - run: " + r.commands[0] + "\n"
	default:
		out += "      - run: |\n          " + strings.Join(r.commands, "\n          ") + "\n"
	}
	out += "      - uses: " + action + "\n"
	if r.files != "" {
		out += "        with: { files: " + r.files + " }\n"
	}
	return out
}

func github(f *Found, o *Options) string {
	r := f.recipe()
	return `# Checks before the deploy whether the roles may do what Remotion Lambda needs.
name: remotion-doctor
on: pull_request
permissions:
  contents: read
  security-events: write # findings go to code scanning
jobs:
  check:
    runs-on: ubuntu-latest
    steps:
      - uses: ` + checkout + `
        with: { fetch-depth: 0 } # waivers come from the branch that the request is for
` + r.steps(o.Action)
}

func gitlab(f *Found) string {
	before := ""
	for _, command := range f.recipe().commands {
		before += "    - " + command + "\n"
	}
	return `remotion-doctor:
  rules:
    - if: $CI_PIPELINE_SOURCE == "merge_request_event"
  variables:
    GIT_DEPTH: 0 # waivers come from the branch that the request is for
  script:
` + before + `    - remotion-doctor check --output junit=remotion-doctor.xml
  artifacts:
    when: always
    reports:
      junit: remotion-doctor.xml
`
}

func preCommit(f *Found, o *Options) string {
	repository, ref, _ := strings.Cut(o.Action, "@")
	files := ""
	if len(f.Templates) > 0 {
		files = "        files: ^" + strings.ReplaceAll(f.Templates[0], ".", `\.`) + "$\n"
	}
	return "repos:\n  - repo: https://github.com/" + repository + "\n    rev: " + ref + "\n    hooks:\n      - id: remotion-doctor\n" + files
}
