// What the browser adds: dialogs, lists, look-ups, drafts saved as one types, the live inbox.
'use strict';
(() => {
const $ = (s, r = document) => r.querySelector(s), $$ = (s, r = document) => [...r.querySelectorAll(s)];
const body = document.body, say = JSON.parse(body.dataset.say || '{}');
const on = (type, f, capture) => document.addEventListener(type, f, capture);
// While an input method composes, its keys are not ours.
const composing = e => e.isComposing || e.keyCode === 229, ctrl = e => e.ctrlKey || e.metaKey;
const make = (tag, given) => Object.assign(document.createElement(tag), given), BOX = '[type=checkbox]';
const touched = el => el.dispatchEvent(new Event('input', { bubbles: true }));

/* One table of the server says which keys there are, where they hold and what they are called; nothing else is bound. */
const KEYS = JSON.parse(body.dataset.keys || '{}');
const combo = e => [ctrl(e) && 'Ctrl', e.altKey && 'Alt', e.shiftKey && (ctrl(e) || e.altKey || e.key.length > 1) && 'Shift', e.key.length === 1 ? e.key.toUpperCase() : e.key].filter(Boolean).join('+');
const keyed = (place, e) => KEYS[place]?.[combo(e)];

/* Dialogs, menus, messages */
const menus = () => $$('details.menu[open]');
on('click', e => {
  const opener = e.target.closest('[data-dialog]'), shut = e.target.closest('[data-shut]');
  if (opener && !ctrl(e)) {
    e.preventDefault();
    opener.closest('details')?.removeAttribute('open');
    const dialog = document.getElementById(opener.dataset.dialog);
    dialog.showModal();
    $('.fields input, .fields select, .fields textarea', dialog)?.focus();
  }
  if (shut) shut.closest('dialog') ? shut.closest('dialog').close() : shut.parentElement.remove();
  if (e.target.tagName === 'DIALOG') e.target.close();
  for (const menu of menus()) if (!menu.contains(e.target)) menu.open = false;
});
on('keydown', e => {
  if (e.key === 'Escape') for (const menu of menus()) { menu.open = false; menu.firstElementChild.focus(); }
  if (e.key === ' ' && e.target.role === 'button') { e.preventDefault(); e.target.click(); }
});
for (const toast of $$('.toast:not([data-stay])')) setTimeout(() => toast.remove(), 6000);

/* A printed form is shown where the browser shows such files. */
for (const sheet of $$('[data-sheet]')) if (navigator.pdfViewerEnabled) { sheet.src = sheet.dataset.sheet; sheet.hidden = false; }

/* One press, one request; none where the server cannot be reached: what was typed stays on the page and may be sent again. What came back from the history may be sent again. */
const told = (form, text) => { const toast = make('div', { className: 'toast', role: 'alert', textContent: text }); (form.closest('dialog') || $('.toasts') || form).append(toast); setTimeout(() => toast.remove(), 10000); };
const there = () => fetch($('link[rel=icon]').href, { method: 'HEAD', cache: 'no-store', signal: AbortSignal.timeout?.(10000) });
on('submit', e => {
  const form = e.target, { dataset } = form, button = e.submitter;
  if (form.method !== 'post' || 'many' in dataset || e.defaultPrevented) return;
  if (dataset.sent === 'known') { dataset.sent = '1'; return; }
  e.preventDefault();
  if (dataset.sent) return;
  dataset.sent = '1';
  button?.classList.add('busy');
  there().then(() => { dataset.sent = 'known'; form.requestSubmit(button); }, () => { delete dataset.sent; button?.classList.remove('busy'); told(form, say.away); });
});
addEventListener('pageshow', () => { for (const el of $$('[data-sent], .busy')) { delete el.dataset.sent; el.classList.remove('busy'); } });
on('change', e => { if (e.target.matches('[data-auto] select, [data-auto] [type=checkbox], [data-auto] :is([data-date], [data-time])')) e.target.form.requestSubmit(); });

// Of a row of tabs wider than the page, the one that is open is to be seen.
for (const tab of $$('.tabs [aria-current]')) tab.parentElement.scrollLeft = tab.offsetLeft + tab.offsetWidth / 2 - innerWidth / 2;

/* Lists: J K walk, X selects, Shift selects a range; trees fold, and what was opened stays open here. */
function walk(row, step) {
  const all = $$('[data-rows] tbody tr:not([hidden])').filter(r => $('a', r)?.checkVisibility()), at = all.indexOf(row);
  const next = all[at < 0 ? (step > 0 ? 0 : all.length - 1) : at + step];
  if (next) $('a', next).focus();
}
// Ticks this row and the one it goes to.
function extend(row, step) {
  const tick = row && $(BOX, row);
  if (!tick) return false;
  if (!tick.checked) tick.click();
  walk(row, step);
  const next = document.activeElement.closest('tr'), other = next && $(BOX, next);
  if (other && !other.checked) other.click();
  return true;
}
function fold(twist, open) {
  twist.setAttribute('aria-expanded', open);
  let under = Infinity;
  for (const row of $$('tr', twist.closest('tbody'))) {
    const level = +row.dataset.level;
    row.hidden = level > under;
    if (!row.hidden) under = $('[aria-expanded=false]', row) ? level : Infinity;
  }
}
const FOLDS = 'folds:' + location.pathname;
const opened = () => new Set(JSON.parse(localStorage.getItem(FOLDS) || '[]'));
const idOf = twist => twist.closest('tr').dataset.id;
// What is under a branch of a large tree comes when it is opened; where it does not come, the branch has a page of its own.
async function bring(row) {
  const url = row.dataset.more;
  delete row.dataset.more;
  row.setAttribute('aria-busy', true);
  const reply = await fetch(url, { headers: { 'X-Fragment': 'branch' } }).catch(() => null), text = reply?.ok && await reply.text();
  row.removeAttribute('aria-busy');
  if (!text && text !== '') { location.assign($('a', row).href); return; }
  const inside = make('template', { innerHTML: text }).content, twists = $$('.twist', inside);
  row.after(inside);
  return again(twists);
}
async function again(twists) { const all = opened(); for (const t of twists) if (all.has(idOf(t))) { const row = t.closest('tr'); if (row.dataset.more) await bring(row); fold(t, true); } }
async function turn(twist, open) {
  const row = twist.closest('tr'), tree = twist.closest('[data-fold]');
  if (open && row.dataset.more) await bring(row);
  fold(twist, open);
  if (!tree) return;
  const all = opened(), id = idOf(twist);
  open ? all.add(id) : all.delete(id);
  try { localStorage.setItem(FOLDS, JSON.stringify([...all].slice(-200))); } catch { /* A full or closed cupboard: nothing is remembered. */ }
}
for (const tree of $$('[data-fold]')) again($$('.twist', tree));
on('click', e => { const t = e.target.closest('.twist'); if (t) turn(t, t.ariaExpanded === 'false'); });
const listing = {
  row_down: row => walk(row, 1),
  row_up: row => walk(row, -1),
  row_next: row => row && (walk(row, 1), true),
  row_back: row => row && (walk(row, -1), true),
  row_select: row => row && ($(BOX, row)?.click(), true),
  row_extend_down: row => extend(row, 1),
  row_extend_up: row => extend(row, -1),
  row_all: row => { const form = row?.closest('[data-batch]'), all = form && $('[data-all]', form); if (all) { all.checked = false; all.click(); } return !!all; },
  row_open: (row, twist) => twist && (turn(twist, true), true),
  row_fold: (row, twist) => twist && (turn(twist, false), true),
  find: () => $('[data-find]')?.select(),
};
on('keydown', e => {
  if (composing(e) || e.defaultPrevented) return;
  if (keyed('page', e) === 'go' && !$('dialog[open]')) { e.preventDefault(); $('[data-find]')?.select(); return; }
  if (keyed('page', e) === 'help' && (e.key.length > 1 || !e.target.closest('input:not([type=checkbox]), select, textarea'))) { e.preventDefault(); $('#shortcuts')?.showModal(); return; }
  if (e.target.closest('input:not([type=checkbox]), select, textarea') || $('dialog[open]')) return;
  const row = e.target.closest('[data-rows] tbody tr');
  if (e.key === ' ' && (!row || !$(BOX, row) || e.target.closest('button, summary'))) return;
  const act = listing[keyed('list', e)];
  if (act && (act(row, row && $('.twist', row)) ?? true)) e.preventDefault();
});
let lastTick;
// Anywhere on a row: Ctrl adds it, Shift all up to it.
on('mousedown', e => { if (e.shiftKey && e.target.closest('[data-batch] tbody')) e.preventDefault(); });
on('click', e => {
  const row = e.target.closest('[data-batch] tbody tr'), tick = row && $(BOX, row);
  if (!tick || e.target.closest('a, button, summary, input') || !(ctrl(e) || e.shiftKey || e.target.closest('.tick'))) return;
  tick.dispatchEvent(new MouseEvent('click', { bubbles: true, cancelable: true, shiftKey: e.shiftKey }));
});
function chosen(form) {
  const ticks = $$('tbody ' + BOX, form), n = ticks.filter(t => t.checked).length, note = $('[data-chosen]', form), all = $('[data-all]', form);
  if (!note) return;
  note.dataset.text ??= note.textContent;
  note.textContent = n ? say.chosen.replace('{}', n) : note.dataset.text;
  $('[data-batch-go]', form).disabled = !n;
  all.checked = n && n === ticks.length;
  all.indeterminate = n && n < ticks.length;
}
on('click', e => {
  const tick = e.target, form = tick.closest('[data-batch]');
  if (!form || tick.type !== 'checkbox') return;
  const ticks = $$('tbody ' + BOX, form), ends = [ticks.indexOf(lastTick), ticks.indexOf(tick)].sort((a, b) => a - b);
  const range = 'all' in tick.dataset ? ticks : e.shiftKey && ends[0] >= 0 ? ticks.slice(ends[0], ends[1] + 1) : [];
  for (const t of range) t.checked = tick.checked;
  lastTick = tick;
  chosen(form);
});
$$('[data-batch]').forEach(chosen);

/* What waits comes by itself. Hidden tabs hold no connection: a browser allows six. */
let events;
async function refresh() {
  const live = $('[data-live]');
  const reply = live && await fetch(location.href, { headers: { 'X-Fragment': live.dataset.live } }).catch(() => null);
  if (!reply?.ok) return;
  const text = await reply.text(), active = document.activeElement, key = live.contains(active) && active.closest('[data-key]')?.dataset.key;
  const ticked = new Set($$('tbody :checked', live).map(t => t.value));
  const aside = $('.scroll', live)?.scrollLeft;
  live.innerHTML = text;
  if (aside) $('.scroll', live)?.scrollTo(aside, 0);
  for (const t of $$('tbody ' + BOX, live)) t.checked = ticked.has(t.value);
  if (key) { const same = $(`[data-key="${CSS.escape(key)}"]`, live) || live; (active.type && $(BOX, same) || $('a', same))?.focus(); }
  $$('[data-batch]', live).forEach(chosen);
}
function listen() {
  if (document.hidden) { events?.close(); events = null; }
  if (document.hidden || events || !body.dataset.events) return;
  // A drawing with counts follows every step, not only this person's.
  events = new EventSource(body.dataset.events + ($('[data-live=flow]') ? '?wide=1' : ''));
  events.addEventListener('flow', refresh);
  events.addEventListener('inbox', e => {
    const told = JSON.parse(e.data || '{}');
    if ('inbox' in told) for (const el of $$('[data-count=inbox]')) el.textContent = told.inbox || '';
    refresh();
  });
  events.addEventListener('bell', e => {
    const told = JSON.parse(e.data || '{}');
    for (const el of $$('[data-count=bell]')) el.textContent = told.unread || '';
    if ($('[data-live=home]')) refresh();
  });
}
on('visibilitychange', () => { listen(); if (!document.hidden) refresh(); });
listen();

window.Countersign = { $, $$, on, say, body, make, composing, ctrl, touched, keyed };
})();
