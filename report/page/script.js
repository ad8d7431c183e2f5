'use strict';
(() => {
  // Everything foreign becomes text nodes; nothing is parsed as markup.
  const $ = (id) => document.getElementById(id);
  const read = (id) => JSON.parse($(id).textContent);
  // Control characters are dropped; what cannot be seen or changes the direction of text is written as an escape.
  const clean = (text) => text.replace(/[\u0000-\u0008\u000b-\u001f\u007f-\u009f]/g, '').replace(/\p{Default_Ignorable_Code_Point}|[\p{Cf}\u2028\u2029\u2800]/gu,
    (c) => [...Array(c.length)].map((_, i) => '\\u' + c.charCodeAt(i).toString(16).padStart(4, '0')).join(''));
  const el = (tag, props, ...children) => {
    const node = document.createElement(tag);
    for (const [name, value] of Object.entries(props || {})) {
      if (value === undefined || value === null || value === false) continue;
      if (name === 'class') node.className = value; else node.setAttribute(name, value === true ? '' : value);
    }
    node.append(...children.flat(Infinity).filter((c) => c !== null && c !== undefined && c !== '').map((c) => (typeof c === 'string' ? clean(c) : c)));
    return node;
  };

  const { sections, strings, rows, ids, marks, page, chunk, packed } = read('data');
  // A finding is its number; what is known of it stands in the rows.
  const [SECTION, MODULE, STATUS, MUTED, ACTION, RESOURCE, WHY, WIDTH] = [0, 1, 2, 3, 4, 5, 6, 7];
  const total = rows.length / WIDTH;
  const text = (i, column) => strings[rows[i * WIDTH + column]];
  const sectionOf = (i) => sections[rows[i * WIDTH + SECTION]];
  const moduleOf = (i) => sectionOf(i).modules[rows[i * WIDTH + MODULE]];
  const kind = (i) => (text(i, MUTED) ? 'muted' : text(i, STATUS));
  const once = (make) => { let made; return () => (made = made || make()); };
  const allIDs = once(() => (ids ? ids.split(' ') : []));
  const byID = once(() => new Map(allIDs().map((id, i) => [id, i])));
  const lower = once(() => strings.map((s) => s.toLowerCase()));
  const places = once(() => sections.map((s) => (s.name + '\n' + s.arn).toLowerCase()));
  const search = (i, word) => [ACTION, RESOURCE, WHY].some((c) => lower()[rows[i * WIDTH + c]].includes(word)) ||
    places()[rows[i * WIDTH + SECTION]].includes(word) || moduleOf(i).title.toLowerCase().includes(word) || allIDs()[i].startsWith(word);

  const list = $('list'), more = $('more'), chips = [...document.querySelectorAll('.chip')];
  let found = [], shown = 0;

  const filter = {
    q: '', account: '', principal: '', module: '', statuses: new Set(),
    matches(i, words) {
      return this.statuses.has(kind(i)) &&
        (this.account === '' || sectionOf(i).account === this.account) &&
        (this.principal === '' || rows[i * WIDTH + SECTION] === Number(this.principal)) &&
        (this.module === '' || moduleOf(i).title === this.module) &&
        words.every((word) => search(i, word));
    },
  };
  const known = chips.map((c) => c.dataset.status);
  const failing = known.filter((s) => s !== 'pass' && s !== 'muted');
  const standard = () => new Set(failing.length ? failing : known);

  const row = (i) => {
    const details = el('details', {},
      el('summary', {},
        el('span', { class: 'status ' + kind(i) }, marks[text(i, STATUS)] + ' ' + text(i, STATUS), text(i, MUTED) ? el('small', {}, 'muted') : ''),
        el('span', { class: 'what' }, text(i, ACTION), el('small', {}, text(i, RESOURCE))),
        el('span', { class: 'because' }, text(i, WHY), el('small', {}, ' ' + sectionOf(i).name + ' · ' + moduleOf(i).title))));
    details.addEventListener('toggle', () => fill(details, i));
    return el('li', { id: 'f-' + allIDs()[i] }, details);
  };

  const show = (n) => {
    const end = Math.min(found.length, shown + n);
    const batch = document.createDocumentFragment();
    for (; shown < end; shown++) batch.append(row(found[shown]));
    list.append(batch);
    more.hidden = shown >= found.length;
    more.textContent = `Show ${Math.min(page, found.length - shown)} more of ${found.length - shown}`;
  };

  const apply = (remember) => {
    found = [];
    const words = filter.q.split(/\s+/).filter((word) => word !== '');
    for (let i = 0; i < total; i++) if (filter.matches(i, words)) found.push(i);
    list.replaceChildren();
    shown = 0;
    show(page);
    $('count').textContent = `${found.length} of ${total} findings`;
    $('q').value = $('q').value.toLowerCase().trim() === filter.q ? $('q').value : filter.q;
    if ($('account')) $('account').value = filter.account;
    $('principal').value = filter.principal;
    $('module').value = filter.module;
    for (const c of chips) c.setAttribute('aria-pressed', filter.statuses.has(c.dataset.status));
    if (remember) history.replaceState(null, '', '#' + state());
  };

  // The filter is in the address, so that a view can be passed on.
  const state = () => {
    const p = new URLSearchParams();
    if (filter.q) p.set('q', filter.q);
    if (filter.account) p.set('account', filter.account);
    if (filter.principal !== '') p.set('principal', filter.principal);
    if (filter.module) p.set('module', filter.module);
    p.set('status', known.filter((s) => filter.statuses.has(s)).join(','));
    return p.toString();
  };

  const visit = () => {
    const hash = location.hash.slice(1);
    if (hash.startsWith('f-')) return visitFinding(hash.slice(2));
    if (!hash.includes('=')) { if (!list.children.length) { filter.statuses = standard(); apply(false); } return; }
    const p = new URLSearchParams(hash);
    filter.q = (p.get('q') || '').toLowerCase();
    filter.account = sections.some((s) => s.account === p.get('account')) ? p.get('account') : '';
    filter.principal = sections[p.get('principal')] ? p.get('principal') : '';
    filter.module = [...$('module').options].some((o) => o.value === p.get('module')) ? p.get('module') : '';
    filter.statuses = new Set((p.get('status') ?? known.join(',')).split(',').filter((s) => known.includes(s)));
    apply(false);
    if (p.has('go')) $('findings').scrollIntoView();
  };

  const visitFinding = (id) => {
    const i = byID().get(id);
    if (i === undefined) { say('This report has no such finding.'); filter.statuses = standard(); return apply(false); }
    if (!found.includes(i)) {
      Object.assign(filter, { q: '', account: '', principal: '', module: '', statuses: standard() });
      filter.statuses.add(kind(i));
      apply(false);
    }
    const at = found.indexOf(i);
    if (at >= shown) show(at - shown + page);
    document.querySelectorAll('li.target').forEach((n) => n.classList.remove('target'));
    const node = $('f-' + id), details = node.firstChild;
    node.classList.add('target');
    details.open = true;
    fill(details, i);
    node.scrollIntoView();
    details.firstChild.focus({ preventScroll: true });
  };

  // The evidence is read when it is first looked at; much of it is compressed.
  const chunks = new Map();
  const unpack = async (text) => {
    const bytes = Uint8Array.from(atob(text), (c) => c.charCodeAt(0));
    const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream('gzip'));
    return JSON.parse(await new Response(stream).text());
  };
  const parsed = new Promise((done) => addEventListener('DOMContentLoaded', done));
  const full = async (i) => {
    const n = Math.floor(i / chunk);
    if (!$('chunk-' + n)) await parsed;
    if (!chunks.has(n)) chunks.set(n, packed ? unpack($('chunk-' + n).textContent) : read('chunk-' + n));
    return (await chunks.get(n))[i % chunk];
  };

  const fill = async (details, i) => {
    if (!details.open || details.dataset.filled) return;
    details.dataset.filled = '1';
    let content;
    try { content = detail(i, await full(i)); } catch { content = el('p', { class: 'detail fail' }, 'This browser cannot read the evidence; it is in the JSON report.'); }
    details.append(content);
  };

  const line = (name, ...value) => (value.flat().some((v) => v) ? el('div', {}, el('dt', {}, name), el('dd', {}, ...value)) : '');
  const code = (text) => (text ? el('code', {}, text) : '');
  const codes = (texts) => (texts && texts.length ? el('ul', {}, texts.map((t) => el('li', {}, code(t)))) : '');
  const place = (r) => (r.file ? r.file + ':' : r.policy + ' at ') + r.start.line + ':' + r.start.column;

  const detail = (i, f) => {
    const s = sectionOf(i), m = moduleOf(i);
    return el('div', { class: 'detail' },
      el('dl', {},
        line('Principal', s.name + ' ', code(s.arn)),
        line('Needed for', [m.title, m.why].filter(Boolean).join(': ')),
        line('Without it', m.breaks),
        line('Effective', codes(f.effective)),
        line('Granted', code(f.granted)),
        line('Not granted', code(f.notGranted)),
        line('Layer', f.layer ? s.layers[f.layer] || f.layer : ''),
        line('Scope', f.scope),
        line('Missing context', codes(f.missingContext)),
        line('Would decide', codes((f.evidence || []).flatMap((e) => (e.verdict || {}).deciders || []).map((d) => [d.key, d.operator, (d.values || []).join(', ')].filter(Boolean).join(' ') + ' (' + d.effect + ')').filter((t, n, all) => all.indexOf(t) === n))),
        line('Muted', text(i, MUTED))),
      statements(f, s), evidence(f, s),
      el('p', {}, copyButton('Copy a link to this finding', () => location.href.split('#')[0] + '#f-' + allIDs()[i]), ' ',
        copyButton('Copy as explain command', () => `remotion-doctor explain ${quote(f.action)} ${quote(f.notGranted || f.granted || f.resource)} ${s.flag}`)));
  };
  const quote = (text) => (/^[\w:./@=+,-]+$/.test(text) ? text : "'" + text.replaceAll("'", "'\\''") + "'");

  // The statements that decided, quoted from the policies where those are known.
  const statements = (f, s) => {
    const seen = new Set();
    const refs = [...(f.statements || []).map((r) => [r, true]), ...(f.evidence || []).flatMap((e) => ((e.verdict || {}).matched || []).map((r) => [r, false]))];
    return refs.map(([r, decides]) => {
      const key = [r.policyId || r.policy, r.layer, r.file, r.start.line, r.start.column].join('\n');
      if (seen.has(key)) return '';
      seen.add(key);
      const policy = (s.policies || []).find((p) => (r.policyId && p.policyId ? p.policyId === r.policyId : p.name === r.policy) && (!r.layer || p.layer === r.layer));
      const quoted = policy && (policy.statements.find((q) => q.index === r.index) || policy.statements.find((q) => q.start.line === r.start.line) || {}).text;
      const name = (r.effect || 'Statement') + (r.sid ? ' "' + r.sid + '"' : '') + ' in policy ' + place(r);
      const title = (decides ? 'Decides: ' : 'Matches: ') + name + (r.layer ? ' (' + (s.layers[r.layer] || r.layer) + ')' : '');
      return el('figure', {}, el('figcaption', {}, title),
        quoted ? el('pre', { class: decides ? 'decides ' + (r.effect === 'Allow' ? 'allow' : 'deny') : '', tabindex: '0', 'aria-label': title }, decides ? el('mark', {}, quoted) : quoted) : '');
    });
  };

  const answer = { allowed: ['✓ allowed', 'pass'], explicitDeny: ['⊘ denied', 'blocked'], implicitDeny: ['✗ not granted', 'fail'], '': ['? not decided', 'unknown'] };
  const evidence = (f, s) => {
    if (!f.evidence || !f.evidence.length) return '';
    const asked = f.evidence.map((e) => {
      const v = e.verdict || {}, [word, cls] = answer[v.decision] || answer[''];
      return el('tr', {},
        el('td', { class: cls }, word),
        el('td', {}, code(e.resource), e.documented ? el('small', {}, ' as documented') : ''),
        el('td', {}, e.region || ''),
        el('td', {}, [v.problem, v.unknownAction ? 'no service is known to have this action' : '', (v.layers || []).map((l) => (s.layers[l.layer] || l.layer) + ': ' + (answer[l.decision] || answer[''])[0]).join(', '),
          (v.blockedBy || []).length ? 'stopped by ' + v.blockedBy.map((l) => s.layers[l] || l).join(', ') : '', (v.missingContext || []).length ? 'not given: ' + v.missingContext.join(', ') : ''].filter(Boolean).join('; ')),
        el('td', {}, (e.context || []).map((c) => el('div', {}, code(c.key + '=' + c.values.join(','))))));
    });
    return el('figure', {}, el('figcaption', {}, 'Evidence: what was asked and answered'),
      el('div', { class: 'scroll', tabindex: '0', role: 'group', 'aria-label': 'Evidence' }, el('table', {},
        el('thead', {}, el('tr', {}, ['Answer', 'Resource', 'Region', 'Layers', 'Context'].map((h) => el('th', { scope: 'col' }, h)))), el('tbody', {}, asked))));
  };

  const say = (text) => { $('said').textContent = text; };
  const copy = async (text, button, shown) => {
    const done = await toClipboard(text);
    if (!done && shown) getSelection().selectAllChildren(shown); // so that Ctrl+C copies it
    const before = button.dataset.label || button.textContent;
    button.dataset.label = before;
    button.textContent = done ? 'Copied' : 'Press Ctrl+C';
    say(done ? 'Copied.' : 'Copying is not allowed here; press Ctrl+C.');
    setTimeout(() => { button.textContent = before; }, 2000);
  };
  const toClipboard = async (text) => {
    try { await navigator.clipboard.writeText(text); return true; } catch { /* the old way, below */ }
    const area = el('textarea', { class: 'away', 'aria-hidden': 'true' });
    area.value = text;
    const focus = document.activeElement;
    document.body.append(area);
    area.select();
    let done = false;
    try { done = document.execCommand('copy'); } catch { /* told by done */ }
    area.remove();
    if (focus) focus.focus({ preventScroll: true });
    return done;
  };
  const copyButton = (label, text) => {
    const b = el('button', { type: 'button', class: 'copy' }, label);
    b.addEventListener('click', () => copy(text(), b));
    return b;
  };
  // What stands below this script is not there yet: its buttons are heard here.
  document.addEventListener('click', (e) => {
    const b = e.target.closest('[data-copy]');
    if (b) copy($(b.dataset.copy).textContent, b, $(b.dataset.copy));
  });

  $('q').addEventListener('input', (e) => { filter.q = e.target.value.toLowerCase().trim(); apply(true); });
  if ($('account')) $('account').addEventListener('change', (e) => { filter.account = e.target.value; apply(true); });
  $('principal').addEventListener('change', (e) => { filter.principal = e.target.value; apply(true); });
  $('module').addEventListener('change', (e) => { filter.module = e.target.value; apply(true); });
  for (const c of chips) {
    c.addEventListener('click', () => {
      const s = c.dataset.status;
      if (!filter.statuses.delete(s)) filter.statuses.add(s);
      apply(true);
    });
  }
  more.addEventListener('click', () => {
    const next = shown;
    show(page);
    if (list.children[next]) list.children[next].firstChild.firstChild.focus();
  });
  addEventListener('hashchange', visit);
  // The shortcut of one key can be switched off, and stays so where the browser remembers it.
  const remember = (value) => { try { return value === undefined ? localStorage.getItem('shortcut') : localStorage.setItem('shortcut', value); } catch { return null; } };
  $('shortcut').checked = remember() !== 'off';
  $('shortcut').addEventListener('change', (e) => remember(e.target.checked ? 'on' : 'off'));
  addEventListener('keydown', (e) => {
    if (e.key !== '/' || e.ctrlKey || e.metaKey || e.altKey || !$('shortcut').checked || /^(INPUT|SELECT|TEXTAREA)$/.test(e.target.tagName)) return;
    e.preventDefault();
    $('q').focus();
  });

  // On paper stand all findings that the filter leaves, and what is open. It is made here and now: nothing is waited for.
  const paperRows = 20000;
  const paper = () => {
    const columns = ['Result', 'Principal', 'Action', 'Resource', 'Why'];
    const body = found.slice(0, paperRows).map((i) => el('tr', {},
      el('td', { class: kind(i) }, marks[text(i, STATUS)] + ' ' + text(i, STATUS), text(i, MUTED) ? el('small', {}, text(i, MUTED)) : ''),
      el('td', {}, sectionOf(i).name), el('td', {}, code(text(i, ACTION))), el('td', {}, code(text(i, RESOURCE))), el('td', {}, text(i, WHY))));
    const left = found.length - body.length;
    return [el('table', {}, el('thead', {}, el('tr', {}, columns.map((c) => el('th', { scope: 'col' }, c)))), el('tbody', {}, body)),
      left > 0 ? el('p', {}, `${left} more findings are in the JSON report.`) : ''];
  };
  let closed = [];
  addEventListener('beforeprint', () => {
    $('paper').replaceChildren(...paper().filter((n) => n !== ''));
    closed = [...document.querySelectorAll('main > section > details:not([open])')];
    closed.forEach((d) => { d.open = true; });
  });
  addEventListener('afterprint', () => {
    $('paper').replaceChildren();
    closed.forEach((d) => { d.open = false; });
  });
  visit();
  performance.mark('ready');
})();
