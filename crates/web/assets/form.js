// Forms: what is typed becomes what is meant, exact sums, look-ups, drafts that save themselves, the calculator.
'use strict';
(() => {
const { $, $$, on, say, body, make, composing, ctrl, touched, keyed } = window.Countersign;

/* What a clerk types becomes what is meant: 1,200 and １２００ and 1200- (red letters); 20260401, 260401, 2026.4.1, 4.1. */
function tidyNumber(text, scale) {
  const m = /^(-?)(\d*)(?:\.(\d*))?$/.exec(text.replace(/[,，\s]/g, '').replace('−', '-').replace(/^([\d.]+)-$/, '-$1'));
  if (!m || !(m[2] + (m[3] || ''))) return null;
  const fraction = (m[3] || '').padEnd(scale, '0');
  return m[1] + (m[2].replace(/^0+(?=\d)/, '') || '0') + (fraction && '.' + fraction);
}
function tidyDate(text) {
  const m = /^(\d{4}|\d\d)(\d\d)(\d\d)$/.exec(text) || /^(?:(\d{4}|\d\d)[-/.年])?(\d{1,2})[-/.月](\d{1,2})日?$/.exec(text);
  if (!m) return null;
  const year = String(m[1] || new Date().getFullYear()), day = [year.padStart(4, '20'), m[2].padStart(2, '0'), m[3].padStart(2, '0')].join('-');
  const date = new Date(day + 'T00:00:00Z');
  return !isNaN(date) && date.toISOString().startsWith(day) ? day : null;
}
function tidy(el, text = el.value) {
  text = text.trim();
  if (!text) return '';
  if ('scale' in el.dataset) {
    text = text.normalize('NFKC');
    // 3件5 stays as it is typed: only the server knows how much goes into a package.
    if (el.dataset.marks?.split(' ').some(mark => text.includes(mark))) return text;
    // A sum typed into the cell: =12*3.5+2
    return tidyNumber(/^=|[-+*/÷×(].*\d/.test(text.slice(1)) || text[0] === '=' ? sum(text.replace(/^=/, ''), +(el.dataset.kept ?? el.dataset.scale)) ?? '?' : text, +el.dataset.scale);
  }
  return 'date' in el.dataset ? tidyDate(text.normalize('NFKC')) : text;
}
function settle(el) {
  if (!('scale' in el.dataset || 'date' in el.dataset)) return;
  const good = tidy(el);
  el.ariaInvalid = good === null ? 'true' : null;
  if (good !== null && good !== el.value) { el.value = good; touched(el); }
}

/* Decimals as fractions of whole numbers, never floats; expressions of names, numbers, + - * / and parentheses. */
const read = text => { const n = tidyNumber((text ?? '').trim().normalize('NFKC'), 0); if (!n) return null; const [a, b = ''] = n.split('.'); return [BigInt(a + b), 10n ** BigInt(b.length)]; };
const add = (a, b) => a[1] === b[1] ? [a[0] + b[0], a[1]] : [a[0] * b[1] + b[0] * a[1], a[1] * b[1]];
// Half away from zero (四舍五入), as the server rounds.
function rounded(d, scale) {
  const unit = 10n ** BigInt(scale), top = d[0] * unit * 2n, minus = top < 0n;
  return [((minus ? -top : top) / d[1] + 1n) / 2n * (minus ? -1n : 1n), unit];
}
// With `scale` digits, and further ones up to `kept` where they say something.
function written(d, scale, kept = scale, grouped) {
  const [units] = rounded(d, kept), minus = units < 0n, digits = String(minus ? -units : units).padStart(kept + 1, '0'), point = digits.length - kept;
  const whole = digits.slice(0, point), part = digits.slice(point, point + scale) + digits.slice(point + scale).replace(/0+$/, '');
  return (minus ? '-' : '') + (grouped ? whole.replace(/\B(?=(\d{3})+$)/g, ',') : whole) + (part && '.' + part);
}
// Null as soon as one name has no number, or a number is divided by nothing.
function evaluate(text, value = () => null) {
  const tokens = text.match(/[\p{L}_][\p{L}\p{N}_.]*|\d+(?:\.\d*)?|\.\d+|\S/gu) || [];
  let at = 0, depth = 0;
  const one = () => {
    const token = tokens[at++] || '';
    if (token === '-') { const a = one(); return a && [-a[0], a[1]]; }
    if (token === '(') { if (++depth > 50) return null; const a = total(); depth--; return tokens[at++] === ')' ? a : null; }
    return /^[\d.]/.test(token) ? read(token) : /^[\p{L}_]/u.test(token) ? value(token) : null;
  };
  const product = () => {
    let a = one();
    while (tokens[at] === '*' || tokens[at] === '/') {
      const by = tokens[at++] === '*', b = one();
      a = a && b && (by ? [a[0] * b[0], a[1] * b[1]] : b[0] && (b[0] < 0n ? [-a[0] * b[1], a[1] * -b[0]] : [a[0] * b[1], a[1] * b[0]])) || null;
    }
    return a;
  };
  const total = () => { let a = product(); while (/^[+-]$/.test(tokens[at])) { const minus = tokens[at++] === '-', b = product(); a = a && b && add(a, minus ? [-b[0], b[1]] : b); } return a; };
  const result = total();
  return at === tokens.length ? result : null;
}
// The value of a sum as text, exact to `kept` digits; null when it makes no sense.
function sum(text, kept) {
  if (text.length > 200) return null;
  const d = evaluate(text.normalize('NFKC').replace(/[×x]/g, '*').replace(/÷/g, '/').replace(/,/g, ''));
  return d && written(d, 0, kept);
}
on('change', e => { if (e.target.tagName === 'INPUT') settle(e.target); }, true);
on('click', e => {
  const pick = e.target.closest('[data-pick]');
  if (!pick) return;
  const input = pick.previousElementSibling, day = make('input', { type: 'date', className: 'seen', tabIndex: -1, value: tidy(input) || '' });
  pick.before(day);
  day.onchange = () => { input.value = day.value; input.focus(); settle(input); touched(input); };
  day.onblur = () => day.remove();
  day.focus(); day.showPicker?.();
});

/* The calculator: a strip of sums; its last result goes into the cell it was opened from. */
let strip;
function calculator(cell) {
  if (!strip) {
    strip = make('dialog', { id: 'calculator' });
    strip.setAttribute('aria-label', say.calculator);
    strip.innerHTML = '<form class="ask calc" method="dialog"><ol></ol><input inputmode="decimal" autocomplete="off"><output></output><div class="pad"></div><div class="acts"><button class="button primary" value="take"></button></div></form>';
    $('.acts button', strip).textContent = say.take;
    $('input', strip).setAttribute('aria-label', say.calculator);
    for (const key of '789÷456×123-0.=+()C⌫') $('.pad', strip).append(make('button', { type: 'button', className: 'button', textContent: key }));
    body.append(strip);
    const input = $('input', strip), out = $('output', strip);
    const show = () => { const text = sum(input.value.replace(/^=/, ''), 6); out.textContent = text === null ? '' : '= ' + text; return text; };
    const next = () => { const text = show(); if (text !== null && input.value !== text) { $('ol', strip).append(make('li', { textContent: input.value + ' = ' + text })); $('ol', strip).scrollTop = 1e6; input.value = text; show(); } };
    input.oninput = show;
    input.onkeydown = e => { if (e.key === '=' && input.value && !composing(e)) { e.preventDefault(); next(); } };
    $('.pad', strip).onclick = e => {
      const key = e.target.textContent;
      if (e.target.type !== 'button') return;
      if (key === '=') next(); else if (key === 'C') input.value = ''; else if (key === '⌫') input.value = input.value.slice(0, -1); else input.setRangeText(key, input.selectionStart, input.selectionEnd, 'end');
      show(); input.focus();
    };
    // Not when it has closed: that is told later, when the next key may have gone on to another cell. The browser gives the cursor back.
    $('form', strip).onsubmit = () => {
      const text = show(), to = strip.cell;
      if (text !== null) { to.value = text; settle(to); touched(to); }
      to.select();
    };
  }
  strip.cell = cell;
  strip.showModal();
  const input = $('input', strip);
  input.value = cell.value.replace(/^=/, '');
  input.oninput(); input.focus(); input.select();
}

/* Look-ups: a list under the input, asked of the server as one types. */
let popup, owner, found = [], at = 0, timer, asked = 0;
const named = input => $('[data-named]', input.closest('td, .field'));
const taken = input => input.value.trim() === (input.dataset.chosen ?? input.defaultValue);
async function ask(input, q) {
  const reply = await fetch(`/lookup/${input.dataset.lookup}?${new URLSearchParams({ q })}`);
  if (!reply.ok) throw reply.status;
  return reply.json();
}
function close() {
  clearTimeout(timer); asked++;
  popup?.remove();
  if (owner) { owner.ariaExpanded = 'false'; owner.removeAttribute('aria-activedescendant'); }
  popup = owner = null; found = [];
}
function mark(index) {
  at = Math.max(0, Math.min(found.length - 1, index));
  $$('[role=option]', popup).forEach((li, i) => { li.ariaSelected = i === at; if (i === at) li.scrollIntoView({ block: 'nearest' }); });
  owner.setAttribute('aria-activedescendant', 'option-' + at);
}
function show(input, list) {
  popup?.remove();
  owner = input; found = list;
  const columns = (list[0]?.about || []).map(pair => pair[0]);
  popup = make('ul', { className: 'popup', id: 'popup', role: 'listbox' });
  popup.style.setProperty('--columns', columns.length + 2);
  const row = (li, texts) => { for (const textContent of texts) li.append(make('span', { textContent })); popup.append(li); };
  if (columns.length) { const head = make('li', { className: 'mute' }); head.setAttribute('aria-hidden', 'true'); row(head, [say.code, say.name, ...columns]); }
  list.forEach((record, i) => row(
    make('li', { id: 'option-' + i, role: 'option', onmousedown: e => { e.preventDefault(); choose(input, record); } }),
    [record.code, record.name, ...(columns.length ? record.about.map(pair => pair[1]) : [record.detail || ''])]));
  if (!list.length) popup.append(say.none);
  (input.closest('dialog') || body).append(popup);
  const box = input.getBoundingClientRect(), below = innerHeight - box.bottom > popup.offsetHeight + 8;
  popup.style.left = Math.max(4, Math.min(box.left, innerWidth - popup.offsetWidth - 8)) + 'px';
  popup.style.top = (below ? box.bottom + 2 : Math.max(4, box.top - popup.offsetHeight - 2)) + 'px';
  input.ariaExpanded = 'true'; input.setAttribute('aria-controls', 'popup');
  if (list.length) mark(0);
}
function seek(input, q, wait) {
  clearTimeout(timer);
  const mine = ++asked;
  timer = setTimeout(async () => {
    const list = await ask(input, q).catch(() => []);
    if (mine === asked && document.activeElement === input) show(input, list);
  }, wait);
}
function choose(input, record) {
  input.value = input.dataset.chosen = record.code;
  input.ariaInvalid = null;
  const name = named(input);
  if (name) name.textContent = record.name;
  close();
  input.dispatchEvent(new CustomEvent('picked', { bubbles: true, detail: record }));
  touched(input);
}
// A code typed or pasted without the list is looked up on leaving: one exact or one only match is taken.
const known = new Map();
async function resolve(input) {
  if (taken(input)) return;
  const q = input.value.trim(), name = named(input), key = input.dataset.lookup + ' ' + q;
  if (name) name.textContent = '';
  input.ariaInvalid = null;
  if (!q) return input.dataset.chosen = '';
  if (!known.has(key)) known.set(key, ask(input, q).catch(() => { known.delete(key); }));
  const list = await known.get(key);
  if (!list || input.value.trim() !== q) return;
  const record = list.find(r => r.code === q) || (list.length === 1 && list[0]);
  if (record) return choose(input, record);
  input.ariaInvalid = 'true';
  if (name) name.textContent = say.unknown;
}
const typed = (input, wait) => input.value.trim() ? seek(input, input.value.trim(), wait) : close();
on('input', e => { if (e.target.matches('[data-lookup]') && e.inputType && !e.isComposing) typed(e.target, 120); });
on('compositionend', e => { if (e.target.matches('[data-lookup]')) typed(e.target, 60); });
on('focusout', e => { if (e.target.matches('[data-lookup]')) { close(); resolve(e.target); } });
on('click', e => { const b = e.target.closest('[data-seek]'), input = b?.previousElementSibling; if (b) { input.focus(); seek(input, '', 0); } });
addEventListener('scroll', e => { if (popup && e.target !== popup) close(); }, true);
const looking = {
  look_up: input => seek(input, taken(input) ? '' : input.value.trim(), 0),
  look_down: () => found.length && mark((at + 1) % found.length),
  look_above: () => found.length && mark((at + found.length - 1) % found.length),
  look_page_down: () => mark(at + 8),
  look_page_up: () => mark(at - 8),
  look_close: close,
};
on('keydown', e => {
  const input = e.target;
  if (!input.matches('[data-lookup]') || composing(e)) return;
  const act = keyed('look', e);
  if (act === 'look_take') {
    // Enter and Tab take the marked one and then do what they do anywhere: go on to the next field.
    if (owner === input) found.length ? choose(input, found[at]) : close();
    return;
  }
  if (!looking[act] || (act !== 'look_up' && owner !== input)) return;
  looking[act](input);
  e.preventDefault(); e.stopPropagation();
}, true);

/* Filling in: Enter goes on, Ctrl+Enter signs, Ctrl+S saves; the draft saves itself. */
function onward(form, from) {
  const all = $$('input, select, textarea', form).filter(el => el.type !== 'hidden' && el.offsetParent), next = all[all.indexOf(from) + 1];
  (next || $('[data-submit]', form)).focus();
  if (next?.tagName === 'INPUT') next.select();
}
const filling = {
  sign(e, form) { const b = form && $('[data-submit]', form) || $('main [data-submit]'); return b && (() => b.click()); },
  save() { const fill = $('[data-fill]'); return fill && (() => fill.saver ? fill.saver(0) : $('[data-save]', fill).click()); },
  next_field: (e, form) => form && form === $('[data-fill]') && e.target.matches('input, select') && (() => onward(form, e.target)),
  calculate: e => e.target.matches('input[data-scale]') && (() => calculator(e.target)),
  take_result: () => strip?.open && (() => $('.acts button', strip).click()),
};
on('keydown', e => {
  if (composing(e) || e.defaultPrevented) return;
  const act = filling[keyed('form', e)]?.(e, e.target.closest('form'));
  if (act) { e.preventDefault(); act(); }
});

const send = (url, values) => fetch(url, { method: 'POST', headers: { 'Content-Type': 'application/json', 'X-CSRF': body.dataset.csrf }, body: JSON.stringify(values) });
function drafts(form) {
  const note = $('[data-saved]', form), aside = 'unsaved:' + location.pathname;
  let dirty = false, busy = false, again, lost = false;
  const tell = (state, text) => { note.dataset.state = state; note.textContent = text; };
  const values = () => Object.fromEntries(new FormData(form));
  // Another window has saved or signed this draft: nothing is saved from here before the person says what is to become of it.
  function elsewhere(refusal) {
    lost = true; dirty = false; clearTimeout(again);
    tell('failed', '');
    const bar = make('div', { className: 'note held', role: 'alert' }), acts = make('span', { className: 'acts' });
    const button = (text, onclick) => acts.append(make('button', { type: 'button', className: 'button tiny', textContent: text, onclick }));
    bar.dataset.elsewhere = '';
    bar.append(make('span', { textContent: body.parentElement.lang.startsWith('zh') ? refusal.zh : refusal.en }), acts);
    button(say.keep, () => { for (const name of ['_draft', '_version']) form.elements[name].value = ''; lost = false; bar.remove(); form.saver(0); });
    button(say.other, () => location.reload());
    $('.head', form).after(bar);
  }
  async function save() {
    if (lost) return;
    if (busy) return form.saver(300);
    busy = true; dirty = false;
    tell('saving', say.saving);
    try {
      const reply = await send(form.dataset.autosave, values());
      if (reply.status === 409) { const { refusal } = await reply.json(); if (refusal?.code === 'draft_elsewhere') { busy = false; return elsewhere(refusal); } }
      if (!reply.ok) throw reply.status;
      const told = await reply.json();
      for (const name in told.hidden) if (form.elements[name]) form.elements[name].value = told.hidden[name];
      if (told.url) history.replaceState(null, '', told.url);
      sessionStorage.removeItem(aside);
      tell('saved', say.saved.replace('{}', told.at));
    } catch {
      dirty = true;
      tell('failed', say.unsaved);
      // A tab that is brought back after a crash still has this.
      try { sessionStorage.setItem(aside, JSON.stringify(values())); } catch { /* no room: the page itself still holds it */ }
      form.saver(5000);
    }
    busy = false;
  }
  form.saver = wait => { clearTimeout(again); again = setTimeout(save, wait); };
  form.addEventListener('input', () => { dirty = true; form.saver(800); });
  // Only what is really sent is no longer to be saved; see where forms are sent.
  form.addEventListener('submit', () => { if (form.dataset.sent !== 'known') return; dirty = busy = false; clearTimeout(again); sessionStorage.removeItem(aside); });
  addEventListener('online', () => { if (dirty) form.saver(0); });
  addEventListener('beforeunload', e => { if (dirty || busy) e.preventDefault(); });
  // What could not be saved before the page was left is saved now and shown.
  const left = sessionStorage.getItem(aside);
  if (left && !$('[data-refused]', form)) {
    const kept = JSON.parse(left);
    sessionStorage.removeItem(aside);
    if (kept._draft === form.elements._draft.value) send(form.dataset.autosave, kept).then(r => r.ok ? r.json() : Promise.reject()).then(told => location.replace(told.url)).catch(() => sessionStorage.setItem(aside, left));
  }
}
$$('[data-autosave]').forEach(drafts);
// A form opens at what is wrong, or at its first empty field. A finger would be met by a keyboard that nobody asked for.
const wrong = $('[data-fill] [aria-invalid=true]');
if (wrong) wrong.focus();
else if (!matchMedia('(pointer: coarse)').matches && document.activeElement === body)
  $$('[data-fill] :is(input, select, textarea):enabled:not([readonly])').find(el => el.type !== 'hidden' && el.offsetParent && !el.value)?.focus();

/* Computed fields that only the server can compute are asked for when one stops typing. */
for (const form of $$('[data-computed]')) {
  let wait, turn = 0;
  form.addEventListener('input', () => {
    if (!$('output[data-asks],input[data-marks]', form)) return;
    clearTimeout(wait);
    const mine = ++turn;
    wait = setTimeout(async () => {
      const told = await send(form.dataset.computed, Object.fromEntries(new FormData(form))).then(r => r.ok ? r.json() : null, () => null);
      if (!told || mine !== turn) return;
      for (const out of $$('.field output[data-asks]', form)) out.textContent = told.header[out.dataset.f] ?? '';
      const rows = $$('line-grid tbody tr', form).filter(row => !row.blank?.());
      rows.forEach((row, i) => {
        for (const out of $$('output[data-asks]', row)) out.textContent = told.lines[i]?.[out.dataset.f] ?? '';
        for (const input of $$('input[data-marks]', row)) input.dataset.base = told.lines[i]?.[input.dataset.f] ?? '';
        row.closest('line-grid').count(row);
      });
    }, 300);
  });
}

Object.assign(window.Countersign, { tidy, settle, resolve, read, add, written, rounded, evaluate, send, choose });
})();
