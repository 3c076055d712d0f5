-- What a statement or a trace says of each leg stands in indexes, so that a batch with thousands of legs is followed without
-- reading as many journal rows and slips, which lie far apart.
DROP INDEX leg_statement;
CREATE INDEX leg_statement ON leg (org, account, day, seq, n, state, side, amount, reversal, line);
CREATE INDEX journal_line ON journal (org, seq, slip, at, actor);
CREATE INDEX slip_line ON slip (org, id, party, number, kind);
