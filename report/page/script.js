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

  const { sections, modules, layers, strings, kinds, rows, marks, cards, perBlock, page, chunk, packed } = read('data');
  // A finding is its number; what is known of it stands in the rows.
  const [MODULE, STATUS, MUTED, ACTION, RESOURCE, WHY, DETAIL] = [0, 1, 2, 3, 4, 5, 6];
  const total = rows.length / 2;
  const sectionOf = (i) => sections[rows[2 * i]];
  const kindOf = (i) => kinds[rows[2 * i + 1]];
  const text = (i, column) => strings[kindOf(i)[column]];
  const moduleOf = (i) => modules[kindOf(i)[MODULE]];
  const kindName = (k) => strings[k[MUTED]] ? 'muted' : strings[k[STATUS]];
  const kind = (i) => kindName(kindOf(i));
  const once = (make) => { let made; return () => (made = made || make()); };
  const lower = once(() => strings.map((s) => s.toLowerCase()));
  const places = once(() => sections.map((s) => (s.name + '\n' + s.arn).toLowerCase()));
  const list = $('list'), more = $('more'), chips = [...document.querySelectorAll('.chip')];
  let found = [], shown = 0;

  // What sections are chosen by, each by a list of its own: a section has one or several of each.
  const groups = ['account', 'unit', 'region', 'operation'];
  const all = { account: '', unit: '', region: '', operation: '', principal: '' };
  const within = (s) => groups.every((g) => filter[g] === '' || [].concat(s[g] || []).includes(filter[g]));
  const filter = {
    q: '', ...all, module: '', statuses: new Set(),
    // What a finding shows is its kind's and its section's: each is looked at once.
    matcher() {
      const byKind = kinds.map((k) => this.statuses.has(kindName(k)) && (this.module === '' || modules[k[MODULE]].title === this.module));
      const bySection = sections.map((s, i) => within(s) && (this.principal === '' || i === Number(this.principal)));
      const words = this.q.split(/\s+/).filter((word) => word !== '').map((word) => ({ word,
        kinds: kinds.map((k) => [ACTION, RESOURCE, WHY].some((c) => lower()[k[c]].includes(word)) || modules[k[MODULE]].title.toLowerCase().includes(word)),
        sections: places().map((text) => text.includes(word)) }));
      return (i) => byKind[rows[2 * i + 1]] && bySection[rows[2 * i]] &&
        words.every((w) => w.kinds[rows[2 * i + 1]] || w.sections[rows[2 * i]] || (ids !== null && ids[i].startsWith(w.word)));
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
    return el('li', { id: ids && 'f-' + ids[i] }, details);
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
    const matches = filter.matcher();
    for (let i = 0; i < total; i++) if (matches(i)) found.push(i);
    list.replaceChildren();
    shown = 0;
    show(page);
    $('count').textContent = `${found.length} of ${total} findings`;
    $('q').value = $('q').value.toLowerCase().trim() === filter.q ? $('q').value : filter.q;
    for (const g of groups) if ($(g)) $(g).value = filter[g];
    if (filter.principal !== '') options();
    $('principal').value = filter.principal;
    list.dispatchEvent(new Event('filtered'));
    $('module').value = filter.module;
    for (const c of chips) c.setAttribute('aria-pressed', filter.statuses.has(c.dataset.status));
    if (remember) history.replaceState(null, '', '#' + state());
  };

  // The filter is in the address, so that a view can be passed on.
  const state = () => {
    const p = new URLSearchParams();
    if (filter.q) p.set('q', filter.q);
    for (const g of groups) if (filter[g]) p.set(g, filter[g]);
    if (filter.principal !== '') p.set('principal', filter.principal);
    if (filter.module) p.set('module', filter.module);
    p.set('status', known.filter((s) => filter.statuses.has(s)).join(','));
    return p.toString();
  };

  const visit = () => {
    const hash = location.hash.slice(1);
    if (hash.startsWith('f-')) return visitFinding(hash.slice(2));
    if (hash.startsWith('s-')) visitPrincipal(hash);
    if (!hash.includes('=')) { if (!list.children.length) { filter.statuses = standard(); apply(false); } return; }
    const p = new URLSearchParams(hash);
    filter.q = (p.get('q') || '').toLowerCase();
    for (const g of groups) filter[g] = sections.some((s) => [].concat(s[g] || []).includes(p.get(g))) ? p.get(g) : '';
    filter.principal = sections[p.get('principal')] ? p.get('principal') : '';
    filter.module = [...$('module').options].some((o) => o.value === p.get('module')) ? p.get('module') : '';
    filter.statuses = new Set((p.get('status') ?? known.join(',')).split(',').filter((s) => known.includes(s)));
    apply(false);
    if (p.has('go')) $('findings').scrollIntoView();
  };

  const visitPrincipal = async (id) => {
    await parsed;
    if (cards.length > 0 && !ours.some((n) => 's-' + cards[n].section === id)) { Object.assign(filter, all); apply(false); }
    if (cards.length > 0 && !$(id)) showCards(ours.findIndex((n) => 's-' + cards[n].section === id) + 1 - titles);
    const card = $(id);
    if (!card || !card.dataset.block) return;
    await unfold(card);
    card.open = true;
    card.scrollIntoView();
  };

  const visitFinding = async (id) => {
    const i = (await identified()).indexOf(id);
    if (i < 0) { say('This report has no such finding.'); filter.statuses = standard(); return apply(false); }
    if (!found.includes(i)) {
      Object.assign(filter, { q: '', ...all, module: '', statuses: standard() });
      filter.statuses.add(kind(i));
      apply(false);
    }
    const at = found.indexOf(i);
    if (at >= shown) show(at - shown + page);
    document.querySelectorAll('li.target').forEach((n) => n.classList.remove('target'));
    const node = list.children[at], details = node.firstChild;
    node.id = 'f-' + id;
    node.classList.add('target');
    details.open = true;
    fill(details, i);
    node.scrollIntoView();
    details.firstChild.focus({ preventScroll: true });
  };

  // A block is read when it is first looked at; in a large page it is compressed.
  const blocks = new Map();
  const unpack = async (text) => {
    const bytes = Uint8Array.from(atob(text), (c) => c.charCodeAt(0));
    const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream('gzip'));
    return JSON.parse(await new Response(stream).text());
  };
  const parsed = new Promise((done) => addEventListener('DOMContentLoaded', done));
  const block = async (id) => {
    if (!$(id)) await parsed;
    if (!blocks.has(id)) blocks.set(id, packed ? unpack($(id).textContent) : read(id));
    return blocks.get(id);
  };
  // The ids of the findings are read when one is followed, searched for or copied.
  let ids = null;
  const identified = async () => {
    const text = await block('ids');
    return ids = ids || (text ? text.split(' ') : []);
  };
  const full = async (i) => {
    const n = kindOf(i)[DETAIL];
    const [shared, list] = await Promise.all([block('shared'), block('details-' + Math.floor(n / chunk))]);
    const f = list[n % chunk];
    return { ...f, policies: shared.policies[sectionOf(i).policies],
      evidence: (f.evidence || []).map((e) => ({ ...e, verdict: shared.verdicts[e.verdict], context: shared.contexts[e.context] })) };
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
        line('Layer', f.layer ? layers[f.layer] || f.layer : ''),
        line('Scope', f.scope),
        line('Missing context', codes(f.missingContext)),
        line('Would decide', codes((f.evidence || []).flatMap((e) => (e.verdict || {}).deciders || []).map((d) => [d.key, d.operator, (d.values || []).join(', ')].filter(Boolean).join(' ') + ' (' + d.effect + ')').filter((t, n, all) => all.indexOf(t) === n))),
        line('Muted', text(i, MUTED))),
      statements(f), evidence(f),
      el('p', {}, copyButton('Copy a link to this finding', async () => location.href.split('#')[0] + '#f-' + (await identified())[i]), ' ',
        copyButton('Copy as explain command', () => `remotion-doctor explain ${quote(text(i, ACTION))} ${quote(f.notGranted || f.granted || text(i, RESOURCE))} ${s.flag}`)));
  };
  const quote = (text) => (/^[\w:./@=+,-]+$/.test(text) ? text : "'" + text.replaceAll("'", "'\\''") + "'");

  // The statements that decided, quoted from the policies where those are known.
  const statements = (f) => {
    const seen = new Set();
    const refs = [...(f.statements || []).map((r) => [r, true]), ...(f.evidence || []).flatMap((e) => ((e.verdict || {}).matched || []).map((r) => [r, false]))];
    return refs.map(([r, decides]) => {
      const key = [r.policyId || r.policy, r.layer, r.file, r.start.line, r.start.column].join('\n');
      if (seen.has(key)) return '';
      seen.add(key);
      const policy = (f.policies || []).find((p) => (r.policyId && p.policyId ? p.policyId === r.policyId : p.name === r.policy) && (!r.layer || p.layer === r.layer));
      const quoted = policy && (policy.statements.find((q) => q.index === r.index) || policy.statements.find((q) => q.start.line === r.start.line) || {}).text;
      const name = (r.effect || 'Statement') + (r.sid ? ' "' + r.sid + '"' : '') + ' in policy ' + place(r);
      const title = (decides ? 'Decides: ' : 'Matches: ') + name + (r.layer ? ' (' + (layers[r.layer] || r.layer) + ')' : '');
      return el('figure', {}, el('figcaption', {}, title),
        quoted ? el('pre', { class: decides ? 'decides ' + (r.effect === 'Allow' ? 'allow' : 'deny') : '', tabindex: '0', 'aria-label': title }, decides ? el('mark', {}, quoted) : quoted) : '');
    });
  };

  const answer = { allowed: ['✓ allowed', 'pass'], explicitDeny: ['⊘ denied', 'blocked'], implicitDeny: ['✗ not granted', 'fail'], '': ['? not decided', 'unknown'] };
  const evidence = (f) => {
    if (!f.evidence || !f.evidence.length) return '';
    const asked = f.evidence.map((e) => {
      const v = e.verdict || {}, [word, cls] = answer[v.decision] || answer[''];
      return el('tr', {},
        el('td', { class: cls }, word),
        el('td', {}, code(e.resource), e.documented ? el('small', {}, ' as documented') : ''),
        el('td', {}, e.region || ''),
        el('td', {}, [v.problem, v.unknownAction ? 'no service is known to have this action' : '', (v.layers || []).map((l) => (layers[l.layer] || l.layer) + ': ' + (answer[l.decision] || answer[''])[0]).join(', '),
          (v.blockedBy || []).length ? 'stopped by ' + v.blockedBy.map((l) => layers[l] || l).join(', ') : '', (v.missingContext || []).length ? 'not given: ' + v.missingContext.join(', ') : ''].filter(Boolean).join('; ')),
        el('td', {}, (e.context || []).map((c) => el('div', {}, code(c.key + '=' + c.values.join(','))))));
    });
    return el('figure', {}, el('figcaption', {}, 'Evidence: what was asked and answered'),
      el('div', { class: 'scroll', tabindex: '0', role: 'group', 'aria-label': 'Evidence' }, el('table', {},
        el('thead', {}, el('tr', {}, ['Answer', 'Resource', 'Region', 'Layers', 'Context'].map((h) => el('th', { scope: 'col' }, h)))), el('tbody', {}, asked))));
  };

  // The tables and cards of many principals are blocks of markup, which the program
  // escaped as it did the rest of the page. They are put in when they are opened.
  const markup = (html) => [...new DOMParser().parseFromString(html, 'text/html').body.childNodes];
  const unfold = async (details) => {
    if (details.dataset.filled) return;
    details.dataset.filled = '1';
    const [id, n] = details.dataset.block.split(' ');
    let content;
    try { content = markup((await block(id))[n]); } catch { content = [el('p', { class: 'fail' }, 'This browser cannot read this part; it is in the JSON report.')]; }
    details.append(...content);
  };
  document.addEventListener('toggle', (e) => { if (e.target.open && e.target.dataset.block) unfold(e.target); }, true);
  const folded = () => [...document.querySelectorAll('details[data-block]')];

  // The titles of many principals, those that do not pass first, of the account and principal that the filter leaves.
  let ours = cards.map((_, n) => n), titles = 0;
  const title = (n) => {
    const { section, met, brief } = cards[n];
    return el('details', { class: 'card folded', id: 's-' + section, 'data-block': `cards-${Math.floor(n / perBlock)} ${n % perBlock}` },
      el('summary', {}, el('strong', { class: met ? 'good' : 'bad' }, (met ? '✓ ' : '✗ ') + sections[section].name), ' ', el('small', {}, brief)));
  };
  const showCards = (n) => {
    const end = Math.min(ours.length, titles + n);
    const batch = document.createDocumentFragment();
    for (; titles < end; titles++) batch.append(title(ours[titles]));
    $('cards').append(batch);
    $('more-cards').hidden = titles >= ours.length;
    $('more-cards').textContent = `Show ${Math.min(page, ours.length - titles)} more of ${ours.length - titles}`;
    $('cards-count').textContent = `${ours.length} of ${cards.length} principals`;
  };
  const filterCards = () => {
    ours = cards.map((_, n) => n).filter((n) => within(sections[cards[n].section]) &&
      (filter.principal === '' || cards[n].section === Number(filter.principal)));
    titles = 0;
    $('cards').replaceChildren();
    showCards(page);
  };
  const unfoldAll = async () => {
    showCards(cards.length);
    await Promise.all(folded().map((d) => unfold(d)));
    folded().forEach((d) => { d.open = true; });
    say('Everything is open.');
  };
  const setUpCards = () => {
    if (!$('cards')) return;
    $('more-cards').addEventListener('click', () => {
      const next = titles;
      showCards(page);
      if ($('cards').children[next]) $('cards').children[next].firstChild.focus();
    });
    $('unfold').addEventListener('click', unfoldAll);
    let before = ' ';
    const follow = () => {
      const now = [...groups, 'principal'].map((g) => filter[g]).join('\n');
      if (now !== before) filterCards();
      before = now;
    };
    list.addEventListener('filtered', follow);
    showCards(page);
    follow();
  };
  // The principals to choose from are as many: they are there when somebody chooses.
  const options = once(() => {
    if (cards.length > 0) $('principal').append(...sections.map((s, i) => el('option', { value: String(i) }, s.name + ' · ' + s.against)));
    return true;
  });
  for (const event of ['focus', 'pointerdown']) $('principal').addEventListener(event, options);

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
    b.addEventListener('click', async () => copy(await text(), b));
    return b;
  };
  // What stands below this script is not there yet: its buttons are heard here.
  document.addEventListener('click', (e) => {
    const b = e.target.closest('[data-copy]');
    if (b) copy($(b.dataset.copy).textContent, b, $(b.dataset.copy));
  });

  $('q').addEventListener('input', (e) => {
    filter.q = e.target.value.toLowerCase().trim();
    apply(true);
    if (ids === null && /\b[0-9a-f]{6,}\b/.test(filter.q)) identified().then(() => apply(true));
  });
  for (const g of groups) if ($(g)) $(g).addEventListener('change', (e) => { filter[g] = e.target.value; apply(true); });
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
      left > 0 ? el('p', {}, `${left} more findings are in the JSON report.`) : '', unread()];
  };
  // What was never opened is not on paper; the paper says so.
  const unread = () => {
    if (cards.length > 0) showCards(cards.length);
    const n = folded().filter((d) => !d.dataset.filled).length;
    return n > 0 ? el('p', {}, `Of ${n} tables and principals only the title is printed: they were not opened. "Open all" opens them.`) : '';
  };
  let closed = [];
  addEventListener('beforeprint', () => {
    $('paper').replaceChildren(...paper().filter((n) => n !== ''));
    closed = [...document.querySelectorAll('main > section > details:not([open])')].filter((d) => !d.dataset.block || d.dataset.filled);
    closed.forEach((d) => { d.open = true; });
  });
  addEventListener('afterprint', () => {
    $('paper').replaceChildren();
    closed.forEach((d) => { d.open = false; });
  });
  parsed.then(setUpCards);
  visit();
  performance.mark('ready');
})();
