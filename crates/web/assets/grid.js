// <line-grid>: a table of inputs typed like a spreadsheet. Computed cells are exact: whole numbers and a scale, never floats.
'use strict';
(() => {
const { $, $$, tidy, settle, resolve, composing, ctrl, touched } = window.Countersign;

/* Decimals as [digits, scale]; expressions of names, numbers, + - * and parentheses. */
const read = text => { const n = tidy({ dataset: { scale: 0 } }, text ?? ''); if (!n) return null; const [a, b = ''] = n.split('.'); return [BigInt(a + b), b.length]; };
const up = (d, scale) => d[0] * 10n ** BigInt(scale - d[1]);
const add = (a, b, sign) => { const s = Math.max(a[1], b[1]); return [up(a, s) + sign * up(b, s), s]; };
// Half away from zero (四舍五入), as the server rounds.
function rounded(d, scale) {
  if (d[1] <= scale) return [up(d, scale), scale];
  const unit = 10n ** BigInt(d[1] - scale), half = unit / 2n;
  return [(d[0] + (d[0] < 0n ? -half : half)) / unit, scale];
}
function written(d, grouped) {
  const minus = d[0] < 0n, digits = String(minus ? -d[0] : d[0]).padStart(d[1] + 1, '0'), point = digits.length - d[1];
  const whole = digits.slice(0, point), part = digits.slice(point);
  return (minus ? '-' : '') + (grouped ? whole.replace(/\B(?=(\d{3})+$)/g, ',') : whole) + (part && '.' + part);
}
// As many digits as are always shown, and further ones only where they say something.
function shown(d, scale) {
  d = rounded(d, Math.max(d[1], scale));
  while (d[1] > scale && d[0] % 10n === 0n) d = [d[0] / 10n, d[1] - 1];
  return d;
}
// Null as soon as one name has no number.
function evaluate(text, value) {
  const tokens = text.match(/[\p{L}_][\p{L}\p{N}_.]*|\d+(?:\.\d+)?|\S/gu) || [];
  let at = 0;
  const one = () => {
    const token = tokens[at++] || '';
    if (token === '-') { const a = one(); return a && [-a[0], a[1]]; }
    if (token === '(') { const a = sum(); return tokens[at++] === ')' ? a : null; }
    return /^\d/.test(token) ? read(token) : /^[\p{L}_]/u.test(token) ? value(token) : null;
  };
  const product = () => { let a = one(); while (tokens[at] === '*') { at++; const b = one(); a = a && b && [a[0] * b[0], a[1] + b[1]]; } return a; };
  const sum = () => { let a = product(); while (/^[+-]$/.test(tokens[at])) { const sign = tokens[at++] === '+' ? 1n : -1n, b = product(); a = a && b && add(a, b, sign); } return a; };
  const result = sum();
  return at === tokens.length ? result : null;
}

/* Cells from Excel: tabs and line ends, quotes around cells that hold either. */
function block(text) {
  const rows = [[]];
  for (const m of text.replace(/\r\n?/g, '\n').replace(/\n$/, '').matchAll(/(?:"((?:[^"]|"")*)"(?=\t|\n|$)|([^\t\n]*))(\t|\n|$)/g)) {
    rows.at(-1).push(m[1] === undefined ? m[2] : m[1].replace(/""/g, '"').replace(/\n/g, ' '));
    if (m[3] === '\n') rows.push([]);
    if (!m[3]) break;
  }
  return rows;
}

const CELL = ':is(input, select, textarea)[data-f]';
customElements.define('line-grid', class extends HTMLElement {
  connectedCallback() {
    this.body = $('tbody', this);
    this.pattern = $('template', this)?.content.firstElementChild;
    if (this.pattern) for (const row of this.rows().reverse()) if (this.blank(row)) row.remove(); else break;
    this.order();
    const on = (type, f, capture) => this.addEventListener(type, f, capture);
    on('keydown', e => this.key(e));
    on('input', () => { if (!this.due) queueMicrotask(() => { this.due = 0; this.count(); }); this.due = 1; });
    on('paste', e => this.paste(e));
    on('picked', e => {
      const row = e.target.closest('tr'), of = e.target.dataset.f + '.';
      for (const out of $$('[data-fact]', row)) if (out.dataset.fact.startsWith(of)) out.textContent = e.detail.facts?.[out.dataset.fact.slice(of.length)] || '';
    });
    on('change', e => this.dots(e.target), true);
    on('focusin', e => { if (e.target.matches(CELL)) { this.was = e.target.value; this.editing = false; e.target.select?.(); } });
    on('click', e => {
      const row = e.target.closest('tbody tr');
      if (e.target.closest('.ops button')) e.preventDefault();
      if (e.target.closest('[data-copy]')) this.twin(row);
      if (e.target.closest('[data-remove]')) this.drop(row);
    });
    $('[data-grid-add]', this.closest('section'))?.addEventListener('click', e => { e.preventDefault(); this.go(this.rows().at(-1), 0); });
  }
  rows() { return [...this.body.rows]; }
  cells(row) { return $$(CELL, row); }
  blank(row) { return !$('[name$=".source"]', row).value && this.cells(row).every(c => c.type === 'checkbox' ? !c.checked : !c.value.trim()); }
  more() {
    const row = this.pattern.cloneNode(true);
    this.body.append(row);
    return row;
  }
  // Names count the lines in the order shown and stored. A grid that grows ends with one blank line.
  order() {
    if (this.pattern && !(this.body.rows.length && this.blank(this.rows().at(-1)))) this.more();
    this.rows().forEach((row, i) => {
      $('[data-n]', row).textContent = i + 1;
      for (const el of $$('[name]', row)) el.name = el.name.replace(/\d+/, i + 1);
    });
    this.count();
  }
  changed() { this.order(); touched(this); }
  twin(row) {
    const twin = row.cloneNode(true), column = this.cells(row).indexOf(document.activeElement);
    $$('select', row).forEach((select, i) => { $$('select', twin)[i].value = select.value; });
    for (const el of $$('.refusal', twin)) el.remove();
    for (const el of $$('[id]', twin)) for (const name of ['id', 'aria-invalid', 'aria-describedby']) el.removeAttribute(name);
    row.after(twin);
    this.changed();
    this.go(twin, Math.max(0, column));
  }
  drop(row) {
    const at = this.rows().indexOf(row), column = this.cells(row).indexOf(document.activeElement);
    row.remove();
    this.changed();
    this.go(this.rows()[at] || this.rows().at(-1), Math.max(0, column));
  }
  go(row, column) {
    const cell = row && this.cells(row).at(column);
    cell?.focus();
    return cell;
  }
  step(all, r, c, by) { return (c + by >= 0 && this.go(all[r], c + by)) || this.go(all[r + by], by > 0 ? 0 : -1); }
  put(cell, text) {
    if (cell.type === 'checkbox') cell.checked = /^(1|是|√|y|yes|true)$/i.test(text.trim());
    else if (cell.tagName === 'SELECT') cell.value = [...cell.options].find(o => o.value === text.trim() || o.text === text.trim())?.value ?? '';
    else { cell.value = text.trim(); settle(cell); if (cell.dataset.lookup) resolve(cell); }
  }
  // The cell above, by Ctrl+D or by "..", a habit of people who typed vouchers for years.
  fill(cell) {
    const td = cell.closest('td'), above = td.parentElement.previousElementSibling?.cells[td.cellIndex], from = above && $(CELL, above);
    if (!from) return;
    cell.value = from.value;
    cell.checked = from.checked;
    const name = $('[data-named]', td);
    if (name) { name.textContent = $('[data-named]', above).textContent; cell.dataset.chosen = from.dataset.chosen ?? from.value; }
    touched(cell);
    cell.select?.();
  }
  dots(cell) { if (cell.value === '..') { cell.value = ''; this.fill(cell); } }
  key(e) {
    const cell = e.target.closest(CELL);
    if (!cell || composing(e) || e.altKey) return;
    const row = cell.closest('tr'), all = this.rows(), r = all.indexOf(row), c = this.cells(row).indexOf(cell), key = e.key;
    if (key === 'Enter' || key === 'Tab') this.dots(cell);
    if (ctrl(e)) {
      if (key.toLowerCase() === 'd') e.shiftKey ? this.twin(row) : this.fill(cell);
      else if (key === 'Delete') this.drop(row);
      else return;
    } else if (key === 'Enter') {
      // Enter on the blank last line says that all lines are typed.
      if ((this.pattern && r === all.length - 1) || !this.step(all, r, c, 1)) $('[data-submit]', cell.form).focus();
    } else if ((key === 'ArrowDown' || key === 'ArrowUp') && cell.tagName !== 'SELECT') this.go(all[r + (key === 'ArrowUp' ? -1 : 1)], c);
    else if (key === 'ArrowLeft' || key === 'ArrowRight') {
      const by = key === 'ArrowLeft' ? -1 : 1, from = cell.selectionStart, to = cell.selectionEnd, end = cell.value.length;
      // From the edge of its text, or with all of it selected, an arrow leaves the cell.
      const leaves = from == null || (from === 0 && to === end) || (from === to && from === (by < 0 ? 0 : end));
      if (e.shiftKey || this.editing || !leaves) return;
      this.step(all, r, c, by);
    } else if (key === 'F2') { this.editing = true; cell.setSelectionRange?.(cell.value.length, cell.value.length); }
    else if (key === 'Escape' && cell.value !== this.was) { cell.value = this.was; cell.select?.(); touched(cell); }
    else return;
    e.preventDefault(); e.stopPropagation();
  }
  paste(e) {
    const cell = e.target.closest(CELL), text = e.clipboardData.getData('text/plain');
    if (!cell || !/[\t\n]/.test(text.replace(/\r?\n$/, ''))) return;
    e.preventDefault();
    const first = this.rows().indexOf(cell.closest('tr')), column = cell.closest('td').cellIndex;
    block(text).forEach((values, i) => {
      const row = this.body.rows[first + i] || (this.pattern && this.more());
      if (row) values.forEach((value, j) => { const to = row.cells[column + j] && $(CELL, row.cells[column + j]); if (to) this.put(to, value); });
    });
    this.changed();
  }
  value(row, name, depth = 0) {
    const key = name.replace(/^line\./, ''), cell = $(`[data-f="${key}"]`, row);
    if (!cell) return read(JSON.parse(row.dataset.with || '{}')[name] ?? this.closest('form').elements['h.' + key]?.value);
    if (cell.tagName !== 'OUTPUT') return read(cell.value);
    if (!cell.dataset.is) return read(cell.dataset.value);
    const d = depth < 20 ? evaluate(cell.dataset.is, inner => this.value(row, inner, depth + 1)) : null;
    return d && rounded(d, +cell.dataset.kept);
  }
  count() {
    if (this.pattern && !this.blank(this.rows().at(-1))) return this.order();
    const totals = $$('[data-total]', this), sums = {};
    for (const row of this.rows()) {
      for (const cell of $$('[data-is]', row)) { const d = this.value(row, cell.dataset.f); cell.textContent = d ? written(shown(d, +cell.dataset.scale), true) : ''; cell.dataset.value = d ? written(d) : ''; }
      for (const { dataset: { total } } of totals) { const d = this.value(row, total); if (d) sums[total] = sums[total] ? add(sums[total], d, 1n) : d; }
    }
    for (const el of totals) { const d = sums[el.dataset.total]; el.textContent = d ? written(shown(d, +el.dataset.scale), true) : ''; }
  }
});
})();
