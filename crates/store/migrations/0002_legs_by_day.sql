-- Legs in the order in which a statement of a whole place lists them, whatever the number of its accounts. Most legs are of
-- today, so new ones are written side by side.
CREATE INDEX leg_day ON leg (org, day, seq, n);
