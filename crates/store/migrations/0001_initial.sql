-- The first schema. One source for both databases: {INT}, {TEXT} and {BLOB} are the column types of each, {HEAP} and
-- {CLUSTERED} say how SQLite keeps the rows. The organisation comes first in every key. Statements end with a semicolon
-- at the end of a line.

-- Where the journal of an organisation ends, and the next ids.
CREATE TABLE head (
    org {INT} NOT NULL,
    seq {INT} NOT NULL,
    at {INT} NOT NULL,
    hash {BLOB} NOT NULL,
    next_slip {INT} NOT NULL,
    next_account {INT} NOT NULL,
    PRIMARY KEY (org)
){CLUSTERED};

-- Every command that reached a lane, accepted or refused: a chain of hashes. `wrote` lists the digest of every row that
-- the command wrote.
CREATE TABLE journal (
    org {INT} NOT NULL,
    seq {INT} NOT NULL,
    at {INT} NOT NULL,
    actor {TEXT} NOT NULL,
    act {TEXT} NOT NULL,
    slip {INT},
    outcome {TEXT} NOT NULL,
    code {TEXT} NOT NULL,
    key {TEXT} NOT NULL,
    series {TEXT} NOT NULL,
    serial {INT} NOT NULL,
    request {TEXT} NOT NULL,
    reply {TEXT} NOT NULL,
    wrote {BLOB} NOT NULL,
    prev {BLOB} NOT NULL,
    hash {BLOB} NOT NULL,
    PRIMARY KEY (org, seq)
){HEAP};
-- A key is used up by the command that was accepted under it.
CREATE UNIQUE INDEX journal_key ON journal (org, key) WHERE outcome = 'done';
CREATE INDEX journal_slip ON journal (org, slip, seq);

-- Who did what on which slip. `since` is when the step had begun to wait for it; the moment of the signature where nothing
-- waited.
CREATE TABLE signature (
    org {INT} NOT NULL,
    seq {INT} NOT NULL,
    slip {INT} NOT NULL,
    act {TEXT} NOT NULL,
    step {TEXT} NOT NULL,
    person {TEXT} NOT NULL,
    identity {TEXT} NOT NULL,
    role {TEXT} NOT NULL,
    on_behalf_of {TEXT} NOT NULL,
    at {INT} NOT NULL,
    content {TEXT} NOT NULL,
    text {TEXT} NOT NULL,
    since {INT} NOT NULL,
    PRIMARY KEY (org, seq)
){CLUSTERED};

-- A place and key of a ledger that was ever moved, by a number that grows, so that new ones are written side by side.
CREATE TABLE account (
    org {INT} NOT NULL,
    id {INT} NOT NULL,
    ledger {TEXT} NOT NULL,
    place {TEXT} NOT NULL,
    key {TEXT} NOT NULL,
    detail {TEXT} NOT NULL,
    unit {TEXT} NOT NULL,
    seq {INT} NOT NULL,
    PRIMARY KEY (org, id)
){CLUSTERED};
-- Places of one key side by side: what moves from one to another touches one page of the index.
CREATE UNIQUE INDEX account_name ON account (org, ledger, key, detail, place);

-- Legs of entries. `entry` counts entries within the journal row, `n` legs. Days are written 20260401. `side`: 0 in,
-- 1 out. `state`: 0 draft, 1 checked, 2 posted, 3 held. `by_step` is empty when it is the step of the signature.
CREATE TABLE leg (
    org {INT} NOT NULL,
    seq {INT} NOT NULL,
    n {INT} NOT NULL,
    entry {INT} NOT NULL,
    account {INT} NOT NULL,
    side {INT} NOT NULL,
    amount {INT} NOT NULL,
    day {INT} NOT NULL,
    state {INT} NOT NULL,
    reversal {INT} NOT NULL,
    by_step {TEXT} NOT NULL,
    hold {TEXT} NOT NULL,
    hold_until {INT} NOT NULL,
    line {INT},
    PRIMARY KEY (org, seq, n)
){CLUSTERED};
CREATE INDEX leg_statement ON leg (org, account, day, seq, n);

-- Sums of legs per account, month and state.
CREATE TABLE balance (
    org {INT} NOT NULL,
    account {INT} NOT NULL,
    period {INT} NOT NULL,
    draft_in {INT} NOT NULL,
    draft_out {INT} NOT NULL,
    checked_in {INT} NOT NULL,
    checked_out {INT} NOT NULL,
    posted_in {INT} NOT NULL,
    posted_out {INT} NOT NULL,
    held_in {INT} NOT NULL,
    held_out {INT} NOT NULL,
    last_seq {INT} NOT NULL,
    PRIMARY KEY (org, account, period)
){CLUSTERED};

-- Sums of balances per place and month, as decimal text, since they may exceed 64 bits.
CREATE TABLE turnover (
    org {INT} NOT NULL,
    ledger {TEXT} NOT NULL,
    place {TEXT} NOT NULL,
    period {INT} NOT NULL,
    unit {TEXT} NOT NULL,
    draft_in {TEXT} NOT NULL,
    draft_out {TEXT} NOT NULL,
    checked_in {TEXT} NOT NULL,
    checked_out {TEXT} NOT NULL,
    posted_in {TEXT} NOT NULL,
    posted_out {TEXT} NOT NULL,
    held_in {TEXT} NOT NULL,
    held_out {TEXT} NOT NULL,
    PRIMARY KEY (org, ledger, place, period)
){CLUSTERED};

-- Versions of records of registers.
CREATE TABLE record (
    org {INT} NOT NULL,
    register {TEXT} NOT NULL,
    key {TEXT} NOT NULL,
    version {INT} NOT NULL,
    from_day {INT} NOT NULL,
    body {TEXT} NOT NULL,
    seq {INT} NOT NULL,
    n {INT} NOT NULL,
    PRIMARY KEY (org, register, key, version)
){HEAP};
CREATE UNIQUE INDEX record_seq ON record (org, seq, n);

-- Comments, copies, reminders, attachments, escalations.
CREATE TABLE note (
    org {INT} NOT NULL,
    seq {INT} NOT NULL,
    n {INT} NOT NULL,
    slip {INT} NOT NULL,
    kind {TEXT} NOT NULL,
    person {TEXT} NOT NULL,
    reader {TEXT} NOT NULL,
    at {INT} NOT NULL,
    text {TEXT} NOT NULL,
    hash {TEXT} NOT NULL,
    size {INT} NOT NULL,
    media {TEXT} NOT NULL,
    PRIMARY KEY (org, seq, n)
){HEAP};
CREATE INDEX note_slip ON note (org, slip, seq, n);
CREATE INDEX note_copy ON note (org, reader, seq) WHERE kind = 'copy';

-- The texts of every pack version that slips may have begun under, as JSON.
CREATE TABLE pack_text (
    org {INT} NOT NULL,
    version {TEXT} NOT NULL,
    name {TEXT} NOT NULL,
    texts {TEXT} NOT NULL,
    seq {INT} NOT NULL,
    PRIMARY KEY (org, version)
){HEAP};

-- Slips as they are now, without what was filled in.
CREATE TABLE slip (
    org {INT} NOT NULL,
    id {INT} NOT NULL,
    kind {TEXT} NOT NULL,
    version {TEXT} NOT NULL,
    number {TEXT} NOT NULL,
    state {TEXT} NOT NULL,
    day {INT} NOT NULL,
    begun_at {INT} NOT NULL,
    begun_by {TEXT} NOT NULL,
    party {TEXT} NOT NULL,
    amount {INT},
    first_seq {INT} NOT NULL,
    last_seq {INT} NOT NULL,
    content {TEXT} NOT NULL,
    signed {TEXT} NOT NULL,
    waiting {TEXT} NOT NULL,
    sources {TEXT} NOT NULL,
    children {TEXT} NOT NULL,
    taken {TEXT} NOT NULL,
    drawn {TEXT} NOT NULL,
    reversal {TEXT} NOT NULL,
    timers {TEXT} NOT NULL,
    PRIMARY KEY (org, id)
){HEAP};
CREATE INDEX slip_number ON slip (org, number);
-- The amount is there so that sorting by it need not read the slips.
CREATE INDEX slip_kind ON slip (org, kind, id, amount);
CREATE INDEX slip_state ON slip (org, state, id) WHERE state <> 'done';
CREATE INDEX slip_party ON slip (org, party, id) WHERE party <> '';
CREATE INDEX slip_begun_by ON slip (org, begun_by, id);
CREATE INDEX slip_under_way ON slip (org, begun_by, id) WHERE waiting <> '[]';

-- What was filled in, by field name, as canonical text.
CREATE TABLE slip_body (
    org {INT} NOT NULL,
    id {INT} NOT NULL,
    header {TEXT} NOT NULL,
    lines {TEXT} NOT NULL,
    PRIMARY KEY (org, id)
){HEAP};

-- What waits for whom, out of slip.waiting: `holder` is r:ROLE or p:LOGIN, `item` the position in slip.waiting.
CREATE TABLE todo (
    org {INT} NOT NULL,
    holder {TEXT} NOT NULL,
    due {INT} NOT NULL,
    since {INT} NOT NULL,
    slip {INT} NOT NULL,
    item {INT} NOT NULL,
    step {TEXT} NOT NULL,
    scope {TEXT} NOT NULL,
    PRIMARY KEY (org, holder, due, since, slip, item)
){CLUSTERED};
CREATE INDEX todo_step ON todo (org, step, slip);

-- What is due when, out of slip.timers.
CREATE TABLE timer (
    org {INT} NOT NULL,
    slip {INT} NOT NULL,
    name {TEXT} NOT NULL,
    due {INT} NOT NULL,
    PRIMARY KEY (org, slip, name)
){CLUSTERED};
CREATE INDEX timer_due ON timer (org, due);

-- Last number taken of each series, out of journal.serial.
CREATE TABLE series (
    org {INT} NOT NULL,
    name {TEXT} NOT NULL,
    last {INT} NOT NULL,
    PRIMARY KEY (org, name)
){CLUSTERED};

-- Stored credentials (argon2id); the journal has the digest of each.
CREATE TABLE credential (
    org {INT} NOT NULL,
    login {TEXT} NOT NULL,
    stored {TEXT} NOT NULL,
    seq {INT} NOT NULL,
    PRIMARY KEY (org, login)
){CLUSTERED};

-- Contents of attachments by their SHA-256. `sum` is a digest of the row, here and in the tables below.
CREATE TABLE content (
    org {INT} NOT NULL,
    hash {TEXT} NOT NULL,
    size {INT} NOT NULL,
    bytes {BLOB} NOT NULL,
    sum {BLOB} NOT NULL,
    PRIMARY KEY (org, hash)
){HEAP};

-- Lists as people keep them: filter, order and columns, for oneself or for all who hold a role. One without a name is the
-- list as its owner left it.
CREATE TABLE saved_view (
    org {INT} NOT NULL,
    id {TEXT} NOT NULL,
    owner {TEXT} NOT NULL,
    role {TEXT} NOT NULL,
    place {TEXT} NOT NULL,
    name {TEXT} NOT NULL,
    body {TEXT} NOT NULL,
    updated {INT} NOT NULL,
    sum {BLOB} NOT NULL,
    PRIMARY KEY (org, id)
){HEAP};
CREATE INDEX saved_view_place ON saved_view (org, place, owner);

-- Slips that people want to keep in sight; one that is watched no more stays with watching = 0, so that what was copied to
-- its owner before is out of sight too.
CREATE TABLE watch (
    org {INT} NOT NULL,
    login {TEXT} NOT NULL,
    slip {INT} NOT NULL,
    watching {INT} NOT NULL,
    since {INT} NOT NULL,
    sum {BLOB} NOT NULL,
    PRIMARY KEY (org, login, slip)
){HEAP};
CREATE INDEX watch_slip ON watch (org, slip);

-- Half-filled forms.
CREATE TABLE draft (
    org {INT} NOT NULL,
    login {TEXT} NOT NULL,
    id {TEXT} NOT NULL,
    step {TEXT} NOT NULL,
    slip {INT},
    sources {TEXT} NOT NULL,
    body {TEXT} NOT NULL,
    updated {INT} NOT NULL,
    sum {BLOB} NOT NULL,
    PRIMARY KEY (org, login, id)
){HEAP};

-- Sessions by the SHA-256 of their token.
CREATE TABLE session (
    org {INT} NOT NULL,
    token {TEXT} NOT NULL,
    login {TEXT} NOT NULL,
    created {INT} NOT NULL,
    seen {INT} NOT NULL,
    expires {INT} NOT NULL,
    confirmed {INT} NOT NULL,
    agent {TEXT} NOT NULL,
    address {TEXT} NOT NULL,
    sum {BLOB} NOT NULL,
    PRIMARY KEY (org, token)
){CLUSTERED};
CREATE INDEX session_login ON session (org, login);

-- Further ways to sign in: authenticator apps, recovery codes, passkeys, accounts elsewhere. A row counts while the last
-- `sign_in` record of its login and id has its digest. `counter` is the last time step, signature count or used codes.
CREATE TABLE factor (
    org {INT} NOT NULL,
    login {TEXT} NOT NULL,
    id {TEXT} NOT NULL,
    kind {TEXT} NOT NULL,
    name {TEXT} NOT NULL,
    body {TEXT} NOT NULL,
    created {INT} NOT NULL,
    used {INT} NOT NULL,
    counter {INT} NOT NULL,
    sum {BLOB} NOT NULL,
    PRIMARY KEY (org, login, id)
){CLUSTERED};
-- One passkey, or account elsewhere, is one person's.
CREATE UNIQUE INDEX factor_id ON factor (org, id);

-- What was asked of a browser and is to be answered once: by the SHA-256 of the secret in it.
CREATE TABLE challenge (
    org {INT} NOT NULL,
    id {TEXT} NOT NULL,
    kind {TEXT} NOT NULL,
    owner {TEXT} NOT NULL,
    login {TEXT} NOT NULL,
    body {TEXT} NOT NULL,
    expires {INT} NOT NULL,
    sum {BLOB} NOT NULL,
    PRIMARY KEY (org, id)
){CLUSTERED};
CREATE INDEX challenge_expires ON challenge (org, expires);

-- Failed attempts to sign in, by login or address.
CREATE TABLE attempt (
    org {INT} NOT NULL,
    who {TEXT} NOT NULL,
    count {INT} NOT NULL,
    first {INT} NOT NULL,
    last {INT} NOT NULL,
    locked_until {INT} NOT NULL,
    sum {BLOB} NOT NULL,
    PRIMARY KEY (org, who)
){CLUSTERED};

-- How far the outbox has followed the journal.
CREATE TABLE follower (
    org {INT} NOT NULL,
    name {TEXT} NOT NULL,
    seq {INT} NOT NULL,
    sum {BLOB} NOT NULL,
    PRIMARY KEY (org, name)
){CLUSTERED};

-- What is to be sent, and what became of it. `id` never changes, so that a receiver can tell what it has already; `state`
-- is waiting, sent or dead. A delivery is one node's until `leased_until`.
CREATE TABLE delivery (
    org {INT} NOT NULL,
    id {TEXT} NOT NULL,
    channel {TEXT} NOT NULL,
    target {TEXT} NOT NULL,
    kind {TEXT} NOT NULL,
    person {TEXT} NOT NULL,
    address {TEXT} NOT NULL,
    seq {INT} NOT NULL,
    slip {INT},
    title {TEXT} NOT NULL,
    body {TEXT} NOT NULL,
    state {TEXT} NOT NULL,
    tries {INT} NOT NULL,
    due {INT} NOT NULL,
    leased_until {INT} NOT NULL,
    leased_by {TEXT} NOT NULL,
    created {INT} NOT NULL,
    finished {INT} NOT NULL,
    result {TEXT} NOT NULL,
    sum {BLOB} NOT NULL,
    PRIMARY KEY (org, id)
){HEAP};
CREATE INDEX delivery_due ON delivery (org, target, state, due);
CREATE INDEX delivery_state ON delivery (org, state, created);
CREATE INDEX delivery_created ON delivery (org, created);

-- Each try of a delivery.
CREATE TABLE delivery_try (
    org {INT} NOT NULL,
    id {TEXT} NOT NULL,
    n {INT} NOT NULL,
    at {INT} NOT NULL,
    millis {INT} NOT NULL,
    ok {INT} NOT NULL,
    answer {TEXT} NOT NULL,
    sum {BLOB} NOT NULL,
    PRIMARY KEY (org, id, n)
){HEAP};

-- What a person is told: a page of its own, and the source of digests. `read_at` is 0 until he has read it; `digest` is
-- the delivery that sums it up, if one does.
CREATE TABLE notice (
    org {INT} NOT NULL,
    login {TEXT} NOT NULL,
    seq {INT} NOT NULL,
    n {INT} NOT NULL,
    at {INT} NOT NULL,
    kind {TEXT} NOT NULL,
    slip {INT} NOT NULL,
    number {TEXT} NOT NULL,
    slip_kind {TEXT} NOT NULL,
    step {TEXT} NOT NULL,
    person {TEXT} NOT NULL,
    text {TEXT} NOT NULL,
    shown {INT} NOT NULL,
    read_at {INT} NOT NULL,
    digest {TEXT} NOT NULL,
    sum {BLOB} NOT NULL,
    PRIMARY KEY (org, login, seq, n)
){HEAP};
CREATE INDEX notice_seq ON notice (org, seq);
CREATE INDEX notice_unread ON notice (org, login) WHERE read_at = 0 AND shown = 1;
CREATE INDEX notice_digest ON notice (org, digest) WHERE digest <> '';

-- How each person wants to be told.
CREATE TABLE preference (
    org {INT} NOT NULL,
    login {TEXT} NOT NULL,
    body {TEXT} NOT NULL,
    updated {INT} NOT NULL,
    sum {BLOB} NOT NULL,
    PRIMARY KEY (org, login)
){HEAP};

-- Backups and restore drills: asked for, under way, done or failed. `id` names the occasion, so that one node alone takes it.
CREATE TABLE backup_run (
    org {INT} NOT NULL,
    id {TEXT} NOT NULL,
    kind {TEXT} NOT NULL,
    state {TEXT} NOT NULL,
    asked_by {TEXT} NOT NULL,
    at {INT} NOT NULL,
    finished {INT} NOT NULL,
    file {TEXT} NOT NULL,
    size {INT} NOT NULL,
    seq {INT} NOT NULL,
    told {TEXT} NOT NULL,
    sum {BLOB} NOT NULL,
    PRIMARY KEY (org, id)
){HEAP};
CREATE INDEX backup_run_at ON backup_run (org, at);
