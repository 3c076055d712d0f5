// <line-grid>: a table of inputs that is typed like a spreadsheet. Computed cells are exact: whole numbers and a scale, never floats.
'use strict';
(() => {
const { $, $$, tidy, settle, resolve, composing, ctrl, onward } = window.Countersign;

/* Decimals as [digits, scale]; expressions of names, numbers, + - * and parentheses. */
const read = text => { const n = tidy({ dataset: { scale: 0 } }, String(text ?? '')); if (!n) return null; const [a, b = ''] = n.split('.'); return [BigInt(a + b), b.length]; };
const up = (d, scale) => d[0] * 10n ** BigInt(scale - d[1]);
const add = (a, b, sign) => { const s = Math.max(a[1], b[1]); return [up(a, s) + sign * up(b, s), s]; };
// Half away from zero (四舍五入), as the server rounds.
function rounded(d, scale) {
  if (d[1] <= scale) return [up(d, scale), scale];
  const unit = 10n ** BigInt(d[1] - scale), half = unit / 2n;
  return [(d[0] + (d[0] < 0n ? -half : half)) / unit, scale];
}
function written(d, grouped) {
  const minus = d[0] < 0n ? '-' : '', digits = String(d[0] < 0n ? -d[0] : d[0]).padStart(d[1] + 1, '0');
  const whole = digits.slice(0, digits.length - d[1]), part = digits.slice(digits.length - d[1]);
  return minus + (grouped ? whole.replace(/\B(?=(\d{3})+$)/g, ',') : whole) + (part && '.' + part);
}
// Null as soon as one name has no number: a sum is shown only when it is known.
function evaluate(text, value) {
  const tokens = text.match(/[\p{L}_][\p{L}\p{N}_.]*|\d+(?:\.\d+)?|[-+*()]|\S/gu) || [];
  let at = 0;
  const sum = () => { let a = product(); while (tokens[at] === '+' || tokens[at] === '-') { const sign = tokens[at++] === '+' ? 1n : -1n, b = product(); a = a && b && add(a, b, sign); } return a; };
  const product = () => { let a = one(); while (tokens[at] === '*') { at++; const b = one(); a = a && b && [a[0] * b[0], a[1] + b[1]]; } return a; };
  const one = () => {
    const token = tokens[at++];
    if (token === '-') { const a = one(); return a && [-a[0], a[1]]; }
    if (token === '(') { const a = sum(); return tokens[at++] === ')' ? a : null; }
    return token === undefined || /^[-+*)]|^[^\p{L}\p{N}_]/u.test(token) ? null : /^\d/.test(token) ? read(token) : value(token);
  };
  const result = sum();
  return at === tokens.length ? result : null;
}
Countersign.evaluate = (text, values, scale) => { const d = evaluate(text, name => read(values[name])); return d && written(rounded(d, scale)); };

/* Cells from Excel: tabs and line ends, quotes around cells that hold either. */
function block(text) {
  const rows = [[]];
  for (const m of text.replace(/\r\n?/g, '\n').replace(/\n$/, '').matchAll(/(?:"((?:[^"]|"")*)"(?=\t|\n|$)|([^\t\n]*))(\t|\n|$)/g)) {
    rows.at(-1).push(m[1] !== undefined ? m[1].replace(/""/g, '"').replace(/\n/g, ' ') : m[2]);
    if (m[3] === '\n') rows.push([]);
    if (m[3] === '') break;
  }
  return rows;
}

const CELL = 'input[data-f], select[data-f], textarea[data-f]';
customElements.define('line-grid', class extends HTMLElement {
  connectedCallback() {
    if (this.body) return;
    this.body = $('tbody', this);
    this.pattern = $('template', this)?.content.firstElementChild;
    this.grows = 'grows' in this.dataset && this.pattern;
    if (this.grows) { for (const row of this.rows().reverse()) if (this.blank(row)) row.remove(); else break; this.append_(); }
    this.tidyRows();
    this.addEventListener('keydown', e => this.key(e));
    this.addEventListener('input', () => this.count());
    this.addEventListener('paste', e => this.paste(e));
    this.addEventListener('picked', e => this.picked(e));
    this.addEventListener('change', e => this.dots(e.target), true);
    this.addEventListener('focusin', e => { if (e.target.matches(CELL)) { this.was = e.target.value; this.editing = false; if (e.target.type !== 'checkbox') e.target.select?.(); } });
    this.addEventListener('click', e => {
      const row = e.target.closest('tbody tr');
      if (e.target.closest('[data-copy]')) this.copy(row);
      if (e.target.closest('[data-remove]')) this.remove_(row);
    });
    const more = $('[data-grid-add]', this.closest('section') || this);
    more?.addEventListener('click', e => { e.preventDefault(); this.go(this.append_(), 0); });
  }
  rows() { return [...this.body.rows]; }
  cells(row) { return $$(CELL, row); }
  blank(row) { return !$('[name$=".source"]', row).value && this.cells(row).every(c => c.type === 'checkbox' ? !c.checked : !c.value.trim()); }
  append_() {
    const row = this.pattern.cloneNode(true);
    this.body.append(row);
    this.tidyRows();
    return row;
  }
  // Names count the lines from 1 in the order shown, which is the order they are stored in.
  tidyRows() {
    this.rows().forEach((row, i) => {
      $('[data-n]', row).textContent = i + 1;
      for (const el of $$('[name], [data-named]', row)) {
        if (el.name) el.name = el.name.replace(/^l\.\d+\./, `l.${i + 1}.`);
        if (el.dataset.named) el.dataset.named = el.dataset.named.replace(/^l\.\d+\./, `l.${i + 1}.`);
      }
      for (const button of $$('.ops button', row)) button.hidden = false;
    });
    this.count();
  }
  changed() { this.tidyRows(); this.closest('form')?.dispatchEvent(new Event('input', { bubbles: true })); }
  copy(row) {
    const twin = row.cloneNode(true);
    $$('select', row).forEach((select, i) => { $$('select', twin)[i].value = select.value; });
    for (const p of $$('.refusal', twin)) p.remove();
    for (const el of $$('[id]', twin)) { el.removeAttribute('id'); el.removeAttribute('aria-invalid'); el.removeAttribute('aria-describedby'); }
    row.after(twin);
    this.changed();
    this.go(twin, Math.max(0, this.cells(row).indexOf(document.activeElement)));
  }
  remove_(row) {
    const at = this.rows().indexOf(row), column = Math.max(0, this.cells(row).indexOf(document.activeElement));
    row.remove();
    if (this.grows && (!this.rows().length || !this.blank(this.rows().at(-1)))) this.append_();
    this.changed();
    this.go(this.rows()[at] || this.rows().at(-1), column);
  }
  go(row, column) {
    const cell = row && this.cells(row).at(column);
    if (!cell) return false;
    cell.focus();
    cell.scrollIntoView({ block: 'nearest', inline: 'nearest' });
    return true;
  }
  put(cell, text) {
    if (cell.type === 'checkbox') cell.checked = /^(1|是|√|yes|true|y)$/i.test(text.trim());
    else if (cell.tagName === 'SELECT') cell.value = [...cell.options].find(o => o.value === text.trim() || o.text === text.trim())?.value ?? '';
    else { cell.value = tidy(cell, text) ?? text.trim(); settle(cell); if (cell.dataset.lookup) resolve(cell); }
  }
  above(cell) {
    const td = cell.closest('td'), row = td.parentElement.previousElementSibling;
    return row && $(CELL, row.cells[td.cellIndex]);
  }
  fill(cell) {
    const from = this.above(cell);
    if (!from) return;
    if (cell.type === 'checkbox') cell.checked = from.checked; else cell.value = from.value;
    const names = [cell, from].map(c => $('[data-named]', c.closest('td')));
    if (names[0]) { names[0].textContent = names[1].textContent; cell.dataset.chosen = from.dataset.chosen ?? from.value; }
    cell.dispatchEvent(new Event('input', { bubbles: true }));
    cell.select?.();
  }
  // ".." is the cell above: a habit of people who typed vouchers for years.
  dots(cell) { if (cell.value === '..' && cell.matches(CELL)) { cell.value = ''; this.fill(cell); } }
  picked(e) {
    const row = e.target.closest('tr');
    for (const [name, text] of Object.entries(e.detail.set || {})) { const cell = this.cells(row).find(c => c.dataset.f === name); if (cell && !cell.value) this.put(cell, text); }
  }
  key(e) {
    const cell = e.target.closest(CELL);
    if (!cell || composing(e)) return;
    const row = cell.closest('tr'), all = this.rows(), r = all.indexOf(row), cells = this.cells(row), c = cells.indexOf(cell);
    const last = r === all.length - 1 && c === cells.length - 1, form = cell.form;
    const stop = () => { e.preventDefault(); e.stopPropagation(); };
    const beyond = () => this.grows && !this.blank(row) && this.go(this.append_(), e.key === 'ArrowDown' ? c : 0);
    if (cell.value === '..' && (e.key === 'Enter' || e.key === 'Tab')) this.dots(cell);
    if (ctrl(e)) {
      if (e.key.toLowerCase() === 'd') { stop(); e.shiftKey ? this.copy(row) : this.fill(cell); }
      if (e.key === 'Delete') { stop(); this.remove_(row); }
      return;
    }
    if (e.altKey) return;
    if (e.key === 'Enter') {
      stop();
      if (e.shiftKey) return onward(form, cell, -1);
      // Enter at the start of the blank last line says that all lines are typed.
      if (this.grows && r === all.length - 1 && this.blank(row)) return $('[data-submit]', form)?.focus();
      if (!last) return this.go(...(c < cells.length - 1 ? [row, c + 1] : [all[r + 1], 0]));
      if (!beyond()) $('[data-submit]', form)?.focus();
    } else if (e.key === 'Tab' && !e.shiftKey && last) {
      if (beyond()) stop();
    } else if (e.key === 'ArrowDown' || e.key === 'ArrowUp') {
      if (cell.tagName === 'SELECT') return;
      stop();
      if (!this.go(all[e.key === 'ArrowUp' ? r - 1 : r + 1], c) && e.key === 'ArrowDown') beyond();
    } else if (e.key === 'ArrowLeft' || e.key === 'ArrowRight') {
      const back = e.key === 'ArrowLeft', text = cell.matches('input:not([type=checkbox])');
      const whole = text && cell.selectionStart === 0 && cell.selectionEnd === cell.value.length;
      const edge = text && cell.selectionStart === cell.selectionEnd && cell.selectionStart === (back ? 0 : cell.value.length);
      if (e.shiftKey || this.editing || (text && !whole && !edge)) return;
      stop();
      this.go(...(back ? (c ? [row, c - 1] : [all[r - 1], -1]) : (c < cells.length - 1 ? [row, c + 1] : [all[r + 1], 0])));
    } else if (e.key === 'F2') {
      stop(); this.editing = true; cell.setSelectionRange?.(cell.value.length, cell.value.length);
    } else if (e.key === 'Escape' && cell.value !== this.was && cell.tagName === 'INPUT') {
      stop(); cell.value = this.was; cell.select(); cell.dispatchEvent(new Event('input', { bubbles: true }));
    }
  }
  paste(e) {
    const cell = e.target.closest(CELL), text = e.clipboardData.getData('text/plain');
    if (!cell || !/[\t\n]/.test(text.replace(/\r?\n$/, ''))) return;
    e.preventDefault();
    const first = this.rows().indexOf(cell.closest('tr')), column = cell.closest('td').cellIndex;
    block(text).forEach((values, i) => {
      const row = this.rows()[first + i] || (this.grows && this.append_());
      if (row) values.forEach((value, j) => { const to = row.cells[column + j] && $(CELL, row.cells[column + j]); if (to) this.put(to, value); });
    });
    if (this.grows && !this.blank(this.rows().at(-1))) this.append_();
    this.changed();
    cell.select?.();
  }
  value(row, name, depth = 0) {
    const key = name.replace(/^line\./, ''), cell = $$('[data-f]', row).find(el => el.dataset.f === key);
    if (!cell) { const outer = this.closest('form')?.elements[`h.${key}`]; return read(JSON.parse(row.dataset.with || '{}')[name] ?? outer?.value); }
    if (cell.tagName !== 'OUTPUT') return read(cell.value);
    if (!cell.dataset.is) return read(cell.dataset.value);
    const d = depth < 20 ? evaluate(cell.dataset.is, inner => this.value(row, inner, depth + 1)) : null;
    return d && rounded(d, +cell.dataset.scale || 0);
  }
  count() {
    const sums = {};
    for (const row of this.rows()) for (const cell of $$('[data-f]', row)) {
      const total = $(`[data-total="${cell.dataset.f}"]`, this);
      if (!cell.dataset.is && !total) continue;
      const d = this.value(row, cell.dataset.f);
      if (cell.dataset.is) { cell.textContent = d ? written(d, true) : ''; cell.dataset.value = d ? written(d) : ''; cell.classList.toggle('red', !!d && d[0] < 0n); }
      if (total && d) sums[cell.dataset.f] = sums[cell.dataset.f] ? add(sums[cell.dataset.f], d, 1n) : d;
    }
    for (const el of $$('[data-total]', this)) { const d = sums[el.dataset.total]; el.textContent = d ? written(d[1] < +el.dataset.scale ? rounded(d, +el.dataset.scale) : d, true) : ''; }
  }
});
})();
