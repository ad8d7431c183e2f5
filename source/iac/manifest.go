package iac

import (
	"path/filepath"
	"strings"
)

// manifestFile says what is in a folder of the CDK.
const manifestFile = "manifest.json"

// assemblyFolder reads a cloud assembly and those within it, which are the
// stages of an app.
// Source: AWS CDK, cloud-assembly-schema, "Manifest".
func (t *Templates) assemblyFolder(dir string, depth int) error {
	path := filepath.Join(dir, manifestFile)
	data, err := readFile(path, maxPlan)
	if err != nil {
		return err
	}
	manifest, err := parseJSON(path, data)
	if err != nil {
		return err
	}
	artifacts := manifest.get("artifacts")
	if artifacts == nil {
		return nil
	}
	for _, m := range artifacts.members {
		properties := m.value.get("properties")
		switch m.value.get("type").str() {
		case "aws:cloudformation:stack":
			err = t.stack(dir, m.key, m.value, properties)
		case "cdk:cloud-assembly":
			if name := properties.get("directoryName").str(); name != "" && depth < 10 && filepath.IsLocal(name) {
				err = t.assemblyFolder(filepath.Join(dir, name), depth+1)
			}
		}
		if err != nil {
			return err
		}
	}
	return nil
}

func (t *Templates) stack(dir, id string, artifact, properties *node) error {
	name := properties.get("templateFile").str()
	if name == "" || !filepath.IsLocal(name) {
		return nil
	}
	file := filepath.Join(dir, name)
	root, err := readTemplate(file)
	if err != nil {
		return err
	}
	f := templateFile{file: file, name: id, root: root}
	if text := properties.get("stackName").str(); text != "" {
		f.name = text
	}
	// aws://ACCOUNT/REGION, with unknown-account and unknown-region.
	env := strings.TrimPrefix(artifact.get("environment").str(), "aws://")
	f.account, f.region, _ = strings.Cut(env, "/")
	f.paths = map[string]string{}
	f.constructs(artifact.get("metadata"))
	if name := artifact.get("additionalMetadataFile").str(); name != "" && filepath.IsLocal(name) {
		path := filepath.Join(dir, name)
		data, err := readFile(path, maxPlan)
		if err != nil {
			return err
		}
		metadata, err := parseJSON(path, data)
		if err != nil {
			return err
		}
		f.constructs(metadata)
	}
	if strings.HasPrefix(f.account, "unknown") {
		f.account = ""
	}
	if strings.HasPrefix(f.region, "unknown") {
		f.region = ""
	}
	t.files = append(t.files, f)
	return nil
}

// constructs reads which construct each logical id belongs to.
func (f *templateFile) constructs(metadata *node) {
	if metadata == nil {
		return
	}
	for _, m := range metadata.members {
		for _, entry := range m.value.items {
			if entry.get("type").str() == "aws:cdk:logicalId" {
				f.paths[entry.get("data").str()] = strings.TrimPrefix(m.key, "/")
			}
		}
	}
}
