package report

import (
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/chromedp/cdproto/browser"
	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/log"
	"github.com/chromedp/cdproto/network"
	cdppage "github.com/chromedp/cdproto/page"
	"github.com/chromedp/cdproto/performance"
	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"

	"remotion-doctor/audit"
)

// chromium returns the program of a browser. Where there is none the test is
// skipped, unless REMOTION_DOCTOR_BROWSER says that it is required, as in CI.
func chromium(t testing.TB) string {
	t.Helper()
	for _, name := range []string{"chromium", "chromium-browser", "google-chrome", "google-chrome-stable"} {
		if path, err := exec.LookPath(name); err == nil {
			return path
		}
	}
	if os.Getenv("REMOTION_DOCTOR_BROWSER") == "required" {
		t.Fatal("no chromium is installed, and REMOTION_DOCTOR_BROWSER requires one")
	}
	t.Skip("no chromium is installed: the HTML report is not tested in a browser")
	return ""
}

// A tab is a page in a browser with all that went wrong in it.
type tab struct {
	testing.TB
	ctx context.Context

	pages []string // that the test itself opened

	mu       sync.Mutex
	faults   []string
	requests []string
}

// browse starts a browser that the tests of one function share.
func browse(t testing.TB) func(t testing.TB) *tab {
	t.Helper()
	options := append(slices.Clone(chromedp.DefaultExecAllocatorOptions[:]),
		chromedp.ExecPath(chromium(t)), chromedp.NoSandbox, chromedp.DisableGPU, chromedp.Flag("disable-quic", true),
		chromedp.Flag("disable-component-update", true), chromedp.UserDataDir(t.TempDir()))
	allocator, cancel := chromedp.NewExecAllocator(context.Background(), options...)
	t.Cleanup(cancel)
	parent, cancel := chromedp.NewContext(allocator)
	t.Cleanup(cancel)
	if err := chromedp.Do(parent); err != nil {
		t.Fatalf("the browser does not start: %v", err)
	}
	return func(t testing.TB) *tab {
		out := &tab{TB: t}
		ctx, cancel := chromedp.NewContext(parent, chromedp.WithListener(out.listen))
		t.Cleanup(cancel)
		if err := chromedp.Do(ctx); err != nil {
			t.Fatal(err)
		}
		out.ctx, cancel = context.WithTimeout(ctx, time.Minute)
		t.Cleanup(cancel)
		call(out, network.Enable, network.EnableParams{})
		call(out, log.Enable, cdp.Empty{})
		return out
	}
}

// call runs a command of the browser's protocol.
func call[P, R any](t *tab, cmd cdp.Command[P, R], params P) {
	t.Helper()
	if _, err := chromedp.Call(t.ctx, cmd, params); err != nil {
		t.Fatal(err)
	}
}

func (t *tab) listen(event any) {
	t.mu.Lock()
	defer t.mu.Unlock()
	switch e := event.(type) {
	case *runtime.EventExceptionThrown:
		t.faults = append(t.faults, e.ExceptionDetails.Text)
	case *runtime.EventConsoleAPICalled:
		t.faults = append(t.faults, "console."+string(e.Type))
	case *log.EventEntryAdded:
		t.faults = append(t.faults, e.Entry.Text)
	case *network.EventRequestWillBeSent:
		t.requests = append(t.requests, e.Request.URL)
	}
}

func (t *tab) run(actions ...chromedp.Action[chromedp.Void]) {
	t.Helper()
	if err := chromedp.Do(t.ctx, actions...); err != nil {
		t.Fatal(err)
	}
}

// open writes a report's page to a file and shows it.
func (t *tab) open(r *audit.Report, hash string) {
	t.Helper()
	path := filepath.Join(t.TempDir(), "report.html")
	if err := os.WriteFile(path, []byte(render(t, r, FormatHTML)), 0o600); err != nil {
		t.Fatal(err)
	}
	url := "file://" + path
	t.pages = append(t.pages, url)
	t.run(chromedp.Navigate(url + hash))
}

// eval returns the value of an expression in the page.
func eval[T any](t *tab, js string) T {
	t.Helper()
	out, err := chromedp.Run(t.ctx, chromedp.Evaluate[T](js, chromedp.EvalAwaitPromise))
	if err != nil {
		t.Fatal(err)
	}
	return out
}

// do runs a script in the page for its effect.
func do(js string) chromedp.Action[chromedp.Void] {
	return func(ctx context.Context, t *chromedp.Target) (chromedp.Void, error) {
		_, err := chromedp.Evaluate[bool](js+"; true")(ctx, t)
		return chromedp.Void{}, err
	}
}

func (t *tab) count() string { return eval[string](t, `document.getElementById('count').textContent`) }

// clean holds what must be true of every page: nothing was logged, nothing but
// the page itself was asked for.
func (t *tab) clean() {
	t.Helper()
	t.mu.Lock()
	defer t.mu.Unlock()
	for _, f := range t.faults {
		t.Errorf("the page complains: %s", f)
	}
	for _, r := range t.requests {
		if r, _, _ = strings.Cut(r, "#"); !slices.Contains(t.pages, r) && !strings.HasPrefix(r, "data:") {
			t.Errorf("the page asks for %s", r)
		}
	}
}

func TestPage(t *testing.T) {
	newTab := browse(t)
	t.Run("filter", func(t *testing.T) { testFilter(newTab(t)) })
	t.Run("links", func(t *testing.T) { testLinks(newTab(t)) })
	t.Run("copy", func(t *testing.T) { testCopy(newTab(t)) })
	t.Run("markup", func(t *testing.T) { testMarkup(newTab(t)) })
	t.Run("keyboard", func(t *testing.T) { testKeyboard(newTab(t)) })
	t.Run("access", func(t *testing.T) { testAccess(newTab(t)) })
	t.Run("no scripts", func(t *testing.T) { testNoScripts(newTab(t)) })
	t.Run("print", func(t *testing.T) { testPrint(newTab(t)) })
	t.Run("reflow", func(t *testing.T) { testReflow(newTab(t)) })
	t.Run("shortcut", func(t *testing.T) { testShortcut(newTab(t)) })
	t.Run("thousands", func(t *testing.T) { testThousands(newTab(t)) })
	t.Run("sections", func(t *testing.T) { testSections(newTab(t)) })
	for name, r := range reports(t) {
		t.Run("report "+name, func(t *testing.T) {
			tab := newTab(t)
			tab.open(r, "")
			eval[int](tab, `document.querySelectorAll('summary').forEach((s) => s.click()), 1`)
			tab.clean()
		})
	}
}

func testFilter(t *tab) {
	t.open(every(t), "")
	want := func(what, text string) {
		t.Helper()
		if got := t.count(); got != text {
			t.Errorf("%s: %s, want %s", what, got, text)
		}
	}
	want("at first what fails", "12 of 18 findings")
	t.run(chromedp.Click(chromedp.CSS(`.chip[data-status=blocked]`)))
	want("without what is blocked", "4 of 18 findings")
	t.run(chromedp.Click(chromedp.CSS(`.chip[data-status=pass]`)), chromedp.Click(chromedp.CSS(`.chip[data-status=muted]`)))
	want("with what passes or is muted", "10 of 18 findings")
	t.run(chromedp.SendKeys(chromedp.CSS(`#q`), "LAMBDA: tagresource"))
	want("searched", "1 of 18 findings")
	t.run(chromedp.Reload())
	for range 100 {
		if eval[bool](t, `document.querySelector('#list li') !== null`) {
			break
		}
		t.run(chromedp.Sleep(20 * time.Millisecond))
	}
	want("the address keeps the filter", "1 of 18 findings")
	t.run(do(`document.getElementById('q').value = '', document.getElementById('q').dispatchEvent(new Event('input'))`), do(`document.getElementById('principal').value = '1', document.getElementById('principal').dispatchEvent(new Event('change'))`))
	want("one principal", "1 of 18 findings")
	t.run(do(`document.querySelector('.matrix td.fail a').click()`), chromedp.Sleep(100*time.Millisecond))
	want("a cell of the matrix", "6 of 18 findings")
	t.clean()
}

func testLinks(t *tab) {
	r := every(t)
	id := ID(&r.Sections[0], &r.Sections[0].Findings[0]) // one that passes, which the filter hides
	t.open(r, "#f-"+id)
	t.run(chromedp.WaitReady(chromedp.CSS(`#f-` + id + ` details[open] figure`)))
	if !eval[bool](t, `document.getElementById('f-`+id+`').firstChild.open`) {
		t.Error("the link does not open its finding")
	}
	if text := eval[string](t, `document.getElementById('f-`+id+`').innerText`); !strings.Contains(text, "granted as documented") || !strings.Contains(text, `"Action": "s3:*"`) {
		t.Errorf("the finding does not quote its statement: %s", text)
	}
	blocked := ID(&r.Sections[0], &r.Sections[0].Findings[3])
	t.run(do(`location.hash = '#f-`+blocked+`'`), chromedp.WaitVisible(chromedp.CSS(`#f-`+blocked+` pre.decides mark`)))
	if text := eval[string](t, `document.querySelector('#f-`+blocked+` mark').textContent`); !strings.Contains(text, `"NoDeletes"`) {
		t.Errorf("the deciding statement is not highlighted: %s", text)
	}
	t.run(do(`location.hash = '#f-nonsense'`), chromedp.Sleep(100*time.Millisecond))
	if said := eval[string](t, `document.getElementById('said').textContent`); !strings.Contains(said, "no such finding") {
		t.Errorf("nothing is said about a link into the void: %q", said)
	}
	dead := eval[[]string](t, `[...document.querySelectorAll('a[href^="#s-"], a[href="#findings"]')].map((a) => a.hash.slice(1)).filter((id) => !document.getElementById(id))`)
	if len(dead) > 0 {
		t.Errorf("links lead nowhere: %v", dead)
	}
	t.clean()
}

func testCopy(t *tab) {
	r := every(t)
	t.open(r, "")
	for _, name := range []string{"clipboard-read", "clipboard-write"} {
		_, err := chromedp.CallBrowser(t.ctx, browser.SetPermission, browser.SetPermissionParams{Permission: &browser.PermissionDescriptor{Name: name}, Setting: browser.PermissionSettingGranted})
		if err != nil {
			t.Fatal(err)
		}
	}
	want := r.Sections[0].Remediation.Indent()
	// What is out of sight has no final place before it is scrolled to.
	t.run(do(`document.querySelector('#s-0 .copy').scrollIntoView()`), chromedp.Sleep(200*time.Millisecond), chromedp.Click(chromedp.CSS(`#s-0 .copy`)), chromedp.Sleep(100*time.Millisecond))
	if got := eval[string](t, `navigator.clipboard.readText()`); got != want {
		t.Errorf("copied %q, want %q", got, want)
	}
	if said := eval[string](t, `document.getElementById('said').textContent`); said != "Copied." {
		t.Errorf("it says %q", said)
	}
	// Where the clipboard's API is refused, the old way is taken.
	t.run(do(`navigator.clipboard.writeText = () => Promise.reject(new Error('refused')), document.execCommand = () => { window.old = document.activeElement.value; return true; }`),
		chromedp.Click(chromedp.CSS(`#s-0 .copy`)), chromedp.Sleep(100*time.Millisecond))
	if got := eval[string](t, `window.old`); got != want {
		t.Errorf("the old way copied %q", got)
	}
	t.run(do(`document.execCommand = () => false`), chromedp.Click(chromedp.CSS(`#s-0 .copy`)), chromedp.Sleep(100*time.Millisecond))
	if said := eval[string](t, `document.getElementById('said').textContent + getSelection().toString()`); !strings.Contains(said, "press Ctrl+C") || !strings.Contains(said, "Statement") {
		t.Errorf("where nothing can be copied it says %q", said)
	}
	t.clean()
}

func testMarkup(t *tab) {
	evil := `"'><img src=x onerror="window.pwned=1"></script><script>window.pwned=1</script><!--{{.}}${1}`
	r := every(t)
	r.Caller, r.Notes = evil, []string{evil}
	s := &r.Sections[0]
	s.Target.Name, s.Principal.ARN, s.Requirement.Name, s.Notes, s.Regions = evil, "arn:aws:iam::123456789012:role/"+evil, evil, []string{evil}, []string{evil}
	for i := range s.Modules {
		s.Modules[i] = audit.Module{Name: s.Modules[i].Name, Title: evil, Why: evil, Breaks: evil}
	}
	for i := range s.Findings {
		f := &s.Findings[i]
		f.Action, f.Resource, f.Reason, f.Granted, f.NotGranted, f.MissingContext, f.Effective = evil, evil, evil, evil, evil, []string{evil}, []string{evil}
		for j := range f.Statements {
			f.Statements[j].Policy, f.Statements[j].Sid = evil, evil
		}
	}
	s.Policies[0].Name, s.Policies[0].Statements[1].Text = evil, evil
	s.Excess[0].Why, s.Obstacles[0].Reason, s.Operations[4].Because = evil, evil, []string{evil}
	t.open(r, "")
	eval[int](t, `document.querySelectorAll('.chip[aria-pressed=false]').forEach((c) => c.click()), document.querySelectorAll('summary').forEach((s) => s.click()), 1`)
	t.run(chromedp.Sleep(100 * time.Millisecond))
	if eval[bool](t, `'pwned' in window || document.images.length > 0 || document.scripts.length !== document.querySelectorAll('script[type]').length + 1`) {
		t.Error("text became markup")
	}
	if !strings.Contains(eval[string](t, `document.body.innerText`), `<img src=x onerror="window.pwned=1">`) {
		t.Error("text got lost")
	}
	t.clean()
}

func testKeyboard(t *tab) {
	t.open(every(t), "")
	t.run(chromedp.KeyEvent("/"))
	if id := eval[string](t, `document.activeElement.id`); id != "q" {
		t.Errorf("/ leads to %q", id)
	}
	t.run(chromedp.Focus(chromedp.CSS(`#list summary`)), chromedp.KeyEvent(kb.Enter), chromedp.Sleep(50*time.Millisecond))
	if !eval[bool](t, `document.querySelector('#list details').open && document.querySelector('#list dl') !== null`) {
		t.Error("Enter does not open a finding")
	}
	t.run(chromedp.Focus(chromedp.CSS(`.chip`)), chromedp.KeyEvent(" "))
	if got := t.count(); got != "10 of 18 findings" {
		t.Errorf("a blank does not press a button: %s", got)
	}
	t.clean()
}

// testAccess: every control has a name, ids are unique, headings do not skip,
// and text stands out from its ground in light and dark.
func testAccess(t *tab) {
	t.open(every(t), "")
	eval[int](t, `document.querySelectorAll('summary').forEach((s) => s.click()), 1`)
	for what, js := range map[string]string{
		"controls without a name": `[...document.querySelectorAll('button, input, select, a')].filter((e) => !(e.textContent.trim() || e.labels && e.labels.length || e.getAttribute('aria-label') || e.type === 'hidden')).map((e) => e.outerHTML)`,
		"ids that are not unique": `[...document.querySelectorAll('[id]')].map((e) => e.id).filter((id, i, all) => all.indexOf(id) !== i)`,
		"pictures without a text": `[...document.querySelectorAll('svg, img')].filter((e) => !e.getAttribute('aria-label')).map((e) => e.outerHTML)`,
		"cells without a head":    `[...document.querySelectorAll('table')].filter((e) => !e.querySelector('th[scope]')).map((e) => e.outerHTML)`,
		"skipped headings":        `[...document.querySelectorAll('h1, h2, h3, h4')].map((e) => Number(e.tagName[1])).filter((n, i, all) => i > 0 && n > all[i - 1] + 1).map(String)`,
		"colour without a word":   `[...document.querySelectorAll('td.pass, td.fail, td.blocked, td.partial, td.unknown, td.works, td.fails, td.degraded, .status')].filter((e) => !/[a-z]/.test(e.textContent)).map((e) => e.outerHTML)`,
	} {
		if bad := eval[[]string](t, js); len(bad) > 0 {
			t.Errorf("%s: %v", what, bad)
		}
	}
	if lang := eval[string](t, `document.documentElement.lang`); lang != "en" {
		t.Errorf("the page's language is %q", lang)
	}
	for _, scheme := range []string{"light", "dark"} {
		call(t, emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{Features: []*emulation.MediaFeature{{Name: "prefers-color-scheme", Value: scheme}}})
		for _, bad := range eval[[]string](t, contrast) {
			t.Errorf("%s: %s", scheme, bad)
		}
	}
	t.clean()
}

// contrast lists texts whose contrast is below 4.5, as WCAG 2.1 AA demands.
const contrast = `(() => {
  const rgb = (c) => (c.match(/[\d.]+/g) || []).map(Number);
  const lum = ([r, g, b]) => [r, g, b].map((v) => v / 255).map((v) => v <= 0.03928 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4).reduce((s, v, i) => s + v * [0.2126, 0.7152, 0.0722][i], 0);
  const ground = (e) => { for (; e; e = e.parentElement) { const c = rgb(getComputedStyle(e).backgroundColor); if (c.length === 3 || c[3] > 0) return c; } return [255, 255, 255]; };
  const bad = new Set();
  for (const e of document.querySelectorAll('body *')) {
    if (![...e.childNodes].some((n) => n.nodeType === 3 && n.textContent.trim()) || ['SCRIPT', 'NOSCRIPT', 'OPTION'].includes(e.tagName)) continue;
    const [a, b] = [lum(rgb(getComputedStyle(e).color)), lum(ground(e))].sort((x, y) => y - x);
    const ratio = (a + 0.05) / (b + 0.05);
    if (ratio < 4.5) bad.add(e.tagName + '.' + e.className + ' ' + ratio.toFixed(2));
  }
  return [...bad];
})()`

func testNoScripts(t *tab) {
	call(t, emulation.SetScriptExecutionDisabled, emulation.SetScriptExecutionDisabledParams{Value: true})
	t.open(every(t), "")
	text, err := chromedp.Run(t.ctx, chromedp.TextContent(chromedp.CSS(`body`)))
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"Scripts are off", "s3:DeleteBucket", "Attach this to the role", "✗ not checked"} {
		if !strings.Contains(text, want) {
			t.Errorf("without scripts the page does not say %q", want)
		}
	}
}

// testPrint: what a printer gets holds every failing action, the columns of
// every table and what a reader opened, on numbered pages.
func testPrint(t *tab) {
	for name, r := range map[string]*audit.Report{"six roles": readReport(t, "testdata/demo.json"), "forty roles": fleet(t, 40)} {
		t.open(r, "")
		t.run(do(`document.querySelector('#list summary').click()`), chromedp.WaitReady(chromedp.CSS(`#list .detail figure`)))
		text := t.pdf()
		for i := range r.Sections {
			s := &r.Sections[i]
			for j := range s.Findings {
				if f := &s.Findings[j]; f.Status != audit.Pass && !strings.Contains(text, squeezed(f.Action)) {
					t.Errorf("%s: the print lacks %s", name, f.Action)
				}
			}
			for j := range s.Modules {
				if !strings.Contains(text, squeezed(s.Modules[j].Title)) {
					t.Errorf("%s: the print lacks the column %s", name, s.Modules[j].Title)
				}
			}
			if !strings.Contains(text, squeezed(s.Principal.ARN)) {
				t.Errorf("%s: the print lacks %s", name, s.Principal.ARN)
			}
		}
		for _, want := range []string{"1/", "Evidence"} {
			if !strings.Contains(text, want) {
				t.Errorf("%s: the print lacks %q", name, want)
			}
		}
		if eval[bool](t, `document.querySelector('#paper').children.length > 0`) {
			t.Error("after the print the page still has what is for paper")
		}
	}
	t.clean()
}

// squeezed is a text without blanks, since columns break names over lines.
func squeezed(s string) string { return strings.Join(strings.Fields(s), "") }

// pdf prints the page and returns its text without blanks. Without pdftotext the
// test is skipped.
func (t *tab) pdf() string {
	t.Helper()
	if _, err := exec.LookPath("pdftotext"); err != nil {
		t.Skip("no pdftotext is installed")
	}
	out, err := chromedp.Call(t.ctx, cdppage.PrintToPDF, cdppage.PrintToPDFParams{PreferCSSPageSize: new(true)})
	if err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(t.TempDir(), "report.pdf")
	if err := os.WriteFile(path, out.Data, 0o600); err != nil {
		t.Fatal(err)
	}
	text, err := exec.Command("pdftotext", "-raw", path, "-").Output()
	if err != nil {
		t.Fatal(err)
	}
	return squeezed(string(text))
}

// testReflow: nothing scrolls sideways on a phone, a tablet, or at 200 % zoom,
// which is half the width (WCAG 2.2, 1.4.10).
func testReflow(t *tab) {
	long := slices.IndexFunc(hostile, func(name string) bool { return strings.HasPrefix(name, "longlong") })
	for name, r := range map[string]*audit.Report{
		"every": every(t), "demo": readReport(t, "testdata/demo.json"), "forty roles": fleet(t, 40), "hostile": readReport(t, "testdata/hostile.json"),
		"long names": renamed(t, every(t), long), "long files": renamed(t, every(t), (long+len(hostile)-35)%len(hostile)),
	} {
		for _, width := range []int64{320, 390, 512, 640, 1024} {
			call(t, emulation.SetDeviceMetricsOverride, emulation.SetDeviceMetricsOverrideParams{Width: width, Height: 800, DeviceScaleFactor: 1, Mobile: width < 640})
			t.open(r, "")
			eval[int](t, `document.querySelectorAll('main > section > details > summary').forEach((s) => s.click()), document.querySelectorAll('#list summary').forEach((s, i) => i < 5 && s.click()), 1`)
			t.run(chromedp.Sleep(150 * time.Millisecond))
			if bad := eval[[]string](t, cutOff); len(bad) > 0 {
				t.Errorf("%s: at %d pixels there are texts that nobody can read: %v", name, width, bad)
			}
			if got := eval[int64](t, `document.documentElement.scrollWidth`); got > width {
				t.Errorf("%s: at %d pixels the page is %d wide: %s", name, width, got, eval[string](t, `[...document.querySelectorAll('body *')].filter((e) => !e.closest('.scroll, pre') && e.getBoundingClientRect().right > innerWidth + 1).slice(0, 5).map((e) => e.tagName + '.' + e.className + ' ' + e.textContent.slice(0, 40)).join(' | ')`))
			}
		}
	}
	t.clean()
}

// cutOff lists texts that stand beyond the box that they are in, where a reader
// cannot scroll to them.
const cutOff = `[...document.querySelectorAll('body *')].filter((e) => e.clientWidth > 1 && e.scrollWidth > e.clientWidth + 1 && !e.closest('.scroll, pre, select, svg, .away, .skip, button') && getComputedStyle(e).display !== 'inline').slice(0, 3).map((e) => e.tagName + '.' + e.className + ' ' + e.textContent.slice(0, 60))`

// testShortcut: the shortcut of one key can be switched off (WCAG 2.1.4).
func testShortcut(t *tab) {
	t.open(every(t), "")
	t.run(chromedp.Click(chromedp.CSS(`#shortcut`)), do(`document.activeElement.blur()`), chromedp.KeyEvent("/"))
	if id := eval[string](t, `document.activeElement.id`); id == "q" {
		t.Error("/ leads to the search though it is switched off")
	}
	t.clean()
}

// testThousands: with 10,000 findings the list is short at first, is searched as
// one types, and the compressed evidence is shown.
func testThousands(t *tab) {
	t.open(many(t, 10_000), "")
	if n := eval[int](t, `document.querySelectorAll('#list *').length`); n > 2_000 {
		t.Errorf("the list has %d elements at first", n)
	}
	if got := eval[string](t, `document.getElementById('q').value = '4241', document.getElementById('q').dispatchEvent(new Event('input')), document.getElementById('count').textContent`); !strings.HasPrefix(got, "1 of 10000") {
		t.Errorf("a search finds %s", got)
	}
	t.run(do(`document.getElementById('q').value = '', document.getElementById('q').dispatchEvent(new Event('input'))`))
	first := eval[string](t, `new Promise((done) => { document.querySelector('#list summary').click(); setTimeout(() => done(document.querySelector('#list details').innerText), 500); })`)
	if !strings.Contains(first, "Evidence") || !strings.Contains(first, `"NoDeletes"`) {
		t.Errorf("compressed evidence is not shown: %s", first)
	}
	t.clean()
}

// testSections: of a thousand principals the page is small, holds the title of each
// and no more, and shows all about one that is opened, followed to, or printed.
func testSections(t *tab) {
	r := fleet(t, 1000)
	if size := len(render(t, r, FormatHTML)); size > 6<<20 {
		t.Errorf("the page has %d bytes", size)
	}
	t.open(r, "#s-7")
	t.run(chromedp.WaitReady(chromedp.CSS(`#s-7[open] dl`)))
	if text := eval[string](t, `document.getElementById('s-7').innerText`); !strings.Contains(text, r.Sections[7].Principal.ARN) {
		t.Errorf("a link to a principal shows %s", text)
	}
	if n := eval[int](t, `document.querySelectorAll('main *').length`); n > 6_000 {
		t.Errorf("the page has %d elements at first", n)
	}
	if text := t.pdf(); !strings.Contains(text, squeezed("were not opened")) || !strings.Contains(text, squeezed(r.Sections[7].Principal.ARN)) || !strings.Contains(text, "role-166") {
		t.Error("the print lacks a title or what was opened, or does not say what was not")
	}
	t.run(do(`document.querySelector('#works-h ~ details summary').click()`), chromedp.WaitReady(chromedp.CSS(`#works-h ~ details table`)))
	t.run(do(`document.getElementById('unfold').click()`), chromedp.WaitReady(chromedp.CSS(`#s-999[open] dl`)))
	if n := eval[int](t, `document.querySelectorAll('details[data-block]:not([open])').length + document.querySelectorAll('.card:not(:has(dl))').length`); n > 0 {
		t.Errorf("%d parts are still folded", n)
	}
	if dead := eval[int](t, `[...document.querySelectorAll('a[href^="#s-"]')].filter((a) => !document.getElementById(a.hash.slice(1))).length`); dead > 0 {
		t.Errorf("%d links lead nowhere", dead)
	}
	t.run(do(`document.getElementById('account').value = '333344445555', document.getElementById('account').dispatchEvent(new Event('change'))`))
	if n := eval[string](t, `document.getElementById('cards-count').textContent`); n != "167 of 1000 principals" {
		t.Errorf("an account has %s", n)
	}
	t.run(do(`document.getElementById('principal').dispatchEvent(new Event('focus'))`))
	if n := eval[int](t, `document.getElementById('principal').options.length`); n != 1001 {
		t.Errorf("there are %d principals to choose from", n)
	}
	t.clean()
}

// BenchmarkOpen opens pages of more and more principals: ready-ms is until the
// first finding can be opened, thread-ms what the whole page takes of the machine.
func BenchmarkOpen(b *testing.B) {
	newTab := browse(b)
	for _, n := range []int{10, 100, 1000} {
		b.Run(strconv.Itoa(n), func(b *testing.B) {
			t := newTab(b)
			r := fleet(b, n)
			call(t, performance.Enable, performance.EnableParams{TimeDomain: performance.EnableTimeDomainThreadTicks})
			var ready, thread []float64
			for b.Loop() {
				t.run(chromedp.Navigate("about:blank"))
				before := threadTime(t)
				t.open(r, "")
				ready = append(ready, eval[float64](t, `performance.getEntriesByName('ready')[0].startTime - performance.getEntriesByType('navigation')[0].responseStart`))
				thread = append(thread, threadTime(t)-before)
			}
			slices.Sort(ready)
			slices.Sort(thread)
			b.ReportMetric(ready[len(ready)/2], "ready-ms")
			b.ReportMetric(thread[len(thread)/2], "thread-ms")
		})
	}
}

// threadTime is the time, in milliseconds, that the page's main thread has run.
func threadTime(t *tab) float64 {
	t.Helper()
	out, err := chromedp.Call(t.ctx, performance.GetMetrics, cdp.Empty{})
	if err != nil {
		t.Fatal(err)
	}
	for _, m := range out.Metrics {
		if m.Name == "TaskDuration" {
			return m.Value * 1000
		}
	}
	t.Fatal("the browser measures no time")
	return 0
}
