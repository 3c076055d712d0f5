// Countersign in the browser: dialogs, lists, look-ups, drafts saved as one types, the live inbox. Every page works without it.
'use strict';
(() => {
const $ = (s, r = document) => r.querySelector(s), $$ = (s, r = document) => [...r.querySelectorAll(s)];
const body = document.body, say = JSON.parse(body.dataset.say || '{}');
const on = (type, f, capture) => document.addEventListener(type, f, capture);
// While an input method composes, its keys are not ours.
const composing = e => e.isComposing || e.keyCode === 229;
const typing = el => el.closest('input:not([type=checkbox]), select, textarea, [contenteditable]');
const ctrl = e => e.ctrlKey || e.metaKey;

/* What a clerk types becomes what is meant: 1,200 and １２００ and 1200- (red letters); 20260401, 260401, 2026.4.1, 4.1. */
function tidyNumber(text, scale) {
  let n = text.normalize('NFKC').replace(/[,，\s]/g, '').replace(/−/g, '-').replace(/^([\d.]+)-$/, '-$1');
  const m = /^(-?)(\d*)(?:\.(\d*))?$/.exec(n);
  if (!m || !(m[2] + (m[3] || ''))) return null;
  const fraction = (m[3] || '').padEnd(scale, '0');
  return m[1] + (m[2].replace(/^0+(?=\d)/, '') || '0') + (fraction ? '.' + fraction : '');
}
function tidyDate(text) {
  const n = text.normalize('NFKC').trim();
  const m = /^(\d{4})(\d\d)(\d\d)$/.exec(n) || /^(\d\d)(\d\d)(\d\d)$/.exec(n) ||
    /^(\d{4}|\d\d)[-\/.年](\d{1,2})[-\/.月](\d{1,2})日?$/.exec(n) || /^()(\d{1,2})[-\/.月](\d{1,2})日?$/.exec(n);
  if (!m) return null;
  const year = m[1] ? (m[1].length === 2 ? '20' + m[1] : m[1]) : String(new Date().getFullYear());
  const day = `${year}-${m[2].padStart(2, '0')}-${m[3].padStart(2, '0')}`, date = new Date(day + 'T00:00:00Z');
  return !isNaN(date) && date.toISOString().startsWith(day) ? day : null;
}
function tidy(el, text = el.value) {
  if (!text.trim()) return '';
  if ('scale' in el.dataset) return tidyNumber(text, +el.dataset.scale);
  return 'date' in el.dataset ? tidyDate(text) : text.trim();
}
function settle(el) {
  if (!('scale' in el.dataset || 'date' in el.dataset)) return;
  const good = tidy(el);
  if (good === null) return el.setAttribute('aria-invalid', 'true');
  el.removeAttribute('aria-invalid');
  if (good !== el.value) { el.value = good; el.dispatchEvent(new Event('input', { bubbles: true })); }
}
on('change', e => { if (e.target.tagName === 'INPUT') settle(e.target); }, true);
on('click', e => {
  const pick = e.target.closest('[data-pick]');
  if (!pick) return;
  const input = pick.previousElementSibling, day = document.createElement('input');
  day.type = 'date'; day.className = 'seen'; day.tabIndex = -1; day.value = tidy(input) || '';
  pick.before(day);
  day.onchange = () => { input.value = day.value; day.remove(); settle(input); input.dispatchEvent(new Event('input', { bubbles: true })); input.focus(); };
  day.onblur = () => day.remove();
  day.focus(); day.showPicker?.();
});

/* Dialogs, menus, messages */
on('click', e => {
  const opener = e.target.closest('[data-dialog]'), shut = e.target.closest('[data-shut]');
  if (opener && !ctrl(e)) {
    e.preventDefault();
    opener.closest('details')?.removeAttribute('open');
    const dialog = document.getElementById(opener.dataset.dialog);
    dialog.showModal();
    $('.fields input:not([type=hidden]), .fields select, .fields textarea', dialog)?.focus();
  }
  if (shut) (shut.closest('dialog') ? shut.closest('dialog').close() : shut.parentElement.remove());
  if (e.target.tagName === 'DIALOG') e.target.close();
  for (const menu of $$('details.menu[open]')) if (!menu.contains(e.target)) menu.open = false;
});
on('keydown', e => {
  if (e.key === 'Escape') for (const menu of $$('details.menu[open]')) { menu.open = false; $('summary', menu).focus(); }
  if (e.key === ' ' && e.target.matches('a[role=button]')) { e.preventDefault(); e.target.click(); }
});
for (const toast of $$('.toast:not([data-stay])')) setTimeout(() => toast.remove(), 6000);

/* One press, one request. What came back from the history may be sent again. */
on('submit', e => {
  const form = e.target;
  if (form.method !== 'post') return;
  if (form.dataset.sent) return e.preventDefault();
  form.dataset.sent = '1';
  e.submitter?.classList.add('busy');
});
addEventListener('pageshow', () => { for (const form of $$('form[data-sent]')) { delete form.dataset.sent; $('.busy', form)?.classList.remove('busy'); } });
on('change', e => { if (e.target.matches('[data-auto] select, [data-auto] [type=checkbox], [data-auto] [data-date], [data-attach]')) e.target.form.requestSubmit(); });

/* Lists: J K walk, X selects, shift-click selects a range; trees fold. */
const links = () => $$('table[data-rows] tbody tr:not([hidden])').map(row => $('a, .twist', row)).filter(Boolean);
function walk(step) {
  const all = links(), row = document.activeElement.closest?.('table[data-rows] tbody tr');
  const at = row ? all.findIndex(a => row.contains(a)) : -1;
  all[at < 0 ? (step > 0 ? 0 : all.length - 1) : Math.min(all.length - 1, Math.max(0, at + step))]?.focus();
}
function fold(twist, open) {
  twist.setAttribute('aria-expanded', open);
  let under = Infinity;
  for (const row of $$('tr', twist.closest('tbody'))) {
    const level = +row.dataset.level || 0;
    row.hidden = level > under;
    if (!row.hidden) under = $('[aria-expanded=false]', row) ? level : Infinity;
  }
}
on('click', e => { const t = e.target.closest('.twist'); if (t) fold(t, t.getAttribute('aria-expanded') === 'false'); });
on('keydown', e => {
  if (composing(e) || ctrl(e) || e.altKey || typing(e.target) || $('dialog[open]')) return;
  const row = e.target.closest('table[data-rows] tbody tr'), twist = row && $('.twist', row);
  if (e.key === 'j' || (row && e.key === 'ArrowDown')) walk(1);
  else if (e.key === 'k' || (row && e.key === 'ArrowUp')) walk(-1);
  else if (row && e.key === 'x') $('[type=checkbox]', row)?.click();
  else if (twist && (e.key === 'ArrowLeft' || e.key === 'ArrowRight')) fold(twist, e.key === 'ArrowRight');
  else if (e.key === '/') $('[data-find]')?.focus();
  else if (e.key === '?') $('#shortcuts')?.showModal();
  else return;
  e.preventDefault();
});
let lastTick;
function chosen(form) {
  const ticks = $$('tbody [type=checkbox]', form), n = ticks.filter(t => t.checked).length, note = $('[data-chosen]', form), go = $('[data-batch-go]', form);
  if (!note) return;
  note.dataset.text ??= note.textContent;
  note.textContent = n ? say.chosen.replace('{}', n) : note.dataset.text;
  if (go) go.disabled = !n;
  const all = $('[data-all]', form);
  if (all) { all.checked = n > 0 && n === ticks.length; all.indeterminate = n > 0 && n < ticks.length; }
}
on('click', e => {
  const tick = e.target, form = tick.closest?.('form[data-batch]');
  if (!form || tick.type !== 'checkbox') return;
  const ticks = $$('tbody [type=checkbox]', form);
  if ('all' in tick.dataset) for (const t of ticks) t.checked = tick.checked;
  else if (e.shiftKey && form.contains(lastTick)) {
    const [a, b] = [ticks.indexOf(lastTick), ticks.indexOf(tick)].sort((x, y) => x - y);
    for (const t of ticks.slice(a, b + 1)) t.checked = tick.checked;
  }
  lastTick = tick;
  chosen(form);
});
for (const form of $$('form[data-batch]')) chosen(form);

/* Look-ups: a list under the input, asked of the server as one types; a code, part of a name or initials. */
let popup, owner, found = [], at = 0, timer, asked = 0;
const named = input => $('[data-named]', input.closest('td, .field'));
async function ask(input, q) {
  const reply = await fetch(`/lookup/${encodeURIComponent(input.dataset.lookup)}?q=${encodeURIComponent(q)}`, { headers: { Accept: 'application/json' } });
  return reply.ok ? reply.json() : [];
}
function close() {
  clearTimeout(timer); asked++;
  popup?.remove();
  if (owner) { owner.setAttribute('aria-expanded', 'false'); owner.removeAttribute('aria-activedescendant'); }
  popup = owner = null; found = [];
}
function mark(index) {
  at = index;
  $$('[role=option]', popup).forEach((li, i) => { li.setAttribute('aria-selected', i === at); if (i === at) li.scrollIntoView({ block: 'nearest' }); });
  owner.setAttribute('aria-activedescendant', 'option-' + at);
}
function show(input, list) {
  popup?.remove();
  owner = input; found = list;
  popup = document.createElement('ul');
  popup.className = 'popup'; popup.id = 'popup'; popup.setAttribute('role', 'listbox');
  if (!list.length) popup.innerHTML = '<li class="mute"></li>', popup.firstChild.textContent = say.none;
  list.forEach((record, i) => {
    const li = document.createElement('li');
    li.id = 'option-' + i; li.setAttribute('role', 'option');
    for (const text of [record.code, record.name, record.detail || '']) li.append(Object.assign(document.createElement('span'), { textContent: text }));
    li.onmousedown = e => { e.preventDefault(); choose(input, record); };
    popup.append(li);
  });
  (input.closest('dialog') || body).append(popup);
  const box = input.getBoundingClientRect(), below = innerHeight - box.bottom > Math.min(292, popup.offsetHeight) + 8;
  popup.style.left = Math.max(4, Math.min(box.left, innerWidth - popup.offsetWidth - 8)) + 'px';
  popup.style.top = (below ? box.bottom + 2 : box.top - popup.offsetHeight - 2) + 'px';
  input.setAttribute('aria-expanded', 'true'); input.setAttribute('aria-controls', 'popup');
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
  input.removeAttribute('aria-invalid');
  const name = named(input);
  if (name) name.textContent = record.name;
  close();
  input.dispatchEvent(new CustomEvent('picked', { bubbles: true, detail: record }));
  input.dispatchEvent(new Event('input', { bubbles: true }));
}
// A code typed or pasted without the list is looked up when the input is left: one exact or one only match is taken.
const known = new Map();
async function resolve(input) {
  const q = input.value.trim(), name = named(input);
  if (q === (input.dataset.chosen ?? input.defaultValue)) return;
  if (name) name.textContent = '';
  if (!q) { input.dataset.chosen = ''; return; }
  const key = input.dataset.lookup + ' ' + q;
  if (!known.has(key)) known.set(key, ask(input, q).catch(() => { known.delete(key); return null; }));
  const list = await known.get(key);
  if (!list || input.value.trim() !== q) return;
  const record = list.find(r => r.code === q) || (list.length === 1 && list[0]);
  if (record) return choose(input, record);
  input.setAttribute('aria-invalid', 'true');
  if (name) name.textContent = say.unknown;
}
on('input', e => {
  const input = e.target;
  if (!input.matches?.('[data-lookup]') || e.isComposing || !e.inputType) return;
  input.value.trim() ? seek(input, input.value.trim(), 120) : close();
});
on('compositionend', e => { if (e.target.matches?.('[data-lookup]') && e.target.value.trim()) seek(e.target, e.target.value.trim(), 60); });
on('focusout', e => { if (e.target.matches?.('[data-lookup]')) { if (owner === e.target) close(); else { clearTimeout(timer); asked++; } resolve(e.target); } });
on('click', e => { const b = e.target.closest('[data-seek]'); if (b) { b.previousElementSibling.focus(); seek(b.previousElementSibling, '', 0); } });
addEventListener('scroll', e => { if (popup && e.target !== popup) close(); }, true);
on('keydown', e => {
  const input = e.target;
  if (!input.matches?.('[data-lookup]') || composing(e)) return;
  if (e.key === 'F7' || (e.altKey && e.key === 'ArrowDown')) {
    e.preventDefault(); e.stopPropagation();
    const q = input.value.trim();
    return seek(input, q === (input.dataset.chosen ?? input.defaultValue) ? '' : q, 0);
  }
  if (owner !== input) return;
  if (e.key === 'ArrowDown' || e.key === 'ArrowUp') { if (found.length) mark((at + (e.key === 'ArrowDown' ? 1 : found.length - 1)) % found.length); }
  else if (e.key === 'Escape') close();
  else {
    // Enter and Tab take the marked one and then do what they do anywhere: go on to the next field.
    if ((e.key === 'Enter' || e.key === 'Tab') && !ctrl(e)) found.length ? choose(input, found[at]) : close();
    return;
  }
  e.preventDefault(); e.stopPropagation();
}, true);

/* Filling in: Enter goes on, Ctrl+Enter signs, Ctrl+S saves, and the draft saves itself. */
const fields = form => $$('input, select, textarea, button', form).filter(el => el.type !== 'hidden' && el.tabIndex >= 0 && !el.disabled && el.offsetParent && !el.closest('.head'));
function onward(form, from, step) {
  const all = fields(form), next = all[all.indexOf(from) + step];
  (next || $('[data-submit]', form))?.focus();
  if (next?.matches('input:not([type=checkbox])')) next.select();
}
on('keydown', e => {
  if (composing(e) || e.defaultPrevented) return;
  const form = e.target.closest('form');
  if (ctrl(e) && e.key === 'Enter') { const b = form && $('[data-submit]', form) || $('main [data-submit]'); if (b) { e.preventDefault(); b.focus(); b.click(); } }
  if (ctrl(e) && e.key === 's') { const fill = $('form[data-fill]'); if (fill) { e.preventDefault(); fill.saver ? fill.saver(0) : $('[data-save]', fill)?.click(); } }
  if (e.key === 'Enter' && !ctrl(e) && form && 'fill' in form.dataset && e.target.matches('input, select')) { e.preventDefault(); onward(form, e.target, e.shiftKey ? -1 : 1); }
});
function drafts(form) {
  const note = $('[data-saved]', form), url = form.dataset.autosave;
  let dirty = false, busy = false, again, delay = 0;
  const tell = (state, text) => { note.dataset.state = state; note.textContent = text; };
  async function save() {
    if (busy) return form.saver(300);
    busy = true; dirty = false;
    tell('saving', say.saving);
    try {
      const data = Object.fromEntries([...new FormData(form)].filter(([, v]) => typeof v === 'string'));
      const reply = await fetch(url, { method: 'POST', headers: { 'Content-Type': 'application/json', 'X-CSRF': body.dataset.csrf }, body: JSON.stringify(data) });
      if (!reply.ok) throw reply.status;
      const told = reply.status === 204 ? {} : await reply.json();
      for (const [name, value] of Object.entries(told.hidden || {})) { const el = form.elements[name]; if (el) el.value = value; }
      if (told.url) history.replaceState(null, '', told.url);
      delay = 0;
      tell('saved', say.saved.replace('{}', told.at || new Date().toTimeString().slice(0, 5)));
    } catch {
      dirty = true;
      tell('failed', say.unsaved);
      form.saver(delay = Math.min(30000, (delay || 1000) * 2));
    }
    busy = false;
  }
  form.saver = wait => { clearTimeout(again); again = setTimeout(save, wait); };
  form.addEventListener('input', () => { dirty = true; form.saver(800); });
  form.addEventListener('submit', () => { dirty = false; clearTimeout(again); });
  addEventListener('beforeunload', e => { if (dirty || busy) e.preventDefault(); });
}
for (const form of $$('form[data-autosave]')) drafts(form);
const bad = $('[data-fill] [aria-invalid=true]');
if (bad) bad.focus();

/* What waits comes by itself. Hidden tabs hold no connection: a browser allows six for all of them. */
let events;
async function refresh() {
  const live = $('[data-live]');
  if (!live) return;
  const reply = await fetch(location.href, { headers: { 'X-Fragment': live.dataset.live } }).catch(() => null);
  if (!reply?.ok) return;
  const text = await reply.text(), active = document.activeElement;
  const row = live.contains(active) && active.closest('[data-key]'), key = row && row.dataset.key, tick = active.type === 'checkbox';
  const ticked = new Set($$('tbody :checked', live).map(t => t.value));
  live.innerHTML = text;
  for (const t of $$('tbody [type=checkbox]', live)) t.checked = ticked.has(t.value);
  if (key) { const same = $(`[data-key="${CSS.escape(key)}"]`, live); (same && (tick && $('[type=checkbox]', same) || $('a', same)) || $('a', live))?.focus(); }
  for (const form of $$('form[data-batch]', live)) chosen(form);
}
function listen() {
  if (document.hidden) { events?.close(); events = null; return; }
  if (events || !body.dataset.events) return;
  events = new EventSource(body.dataset.events);
  events.addEventListener('inbox', e => {
    const told = JSON.parse(e.data || '{}');
    for (const el of $$('[data-count=inbox]')) if ('inbox' in told) el.textContent = told.inbox || '';
    refresh();
  });
}
on('visibilitychange', () => { listen(); if (!document.hidden) refresh(); });
listen();

window.Countersign = { $, $$, say, tidy, settle, resolve, composing, ctrl, onward };
})();
