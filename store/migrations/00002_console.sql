-- What the manager's console needs: managers and what they may do, the audit,
-- programs and what they are told, counts, and what can be set at a property.
-- Lists of words are kept in one TEXT, with blanks between.

-- +goose Up

ALTER TABLE properties ADD COLUMN languages   TEXT    NOT NULL DEFAULT '';    -- tags of the printed panel's languages
ALTER TABLE properties ADD COLUMN digits      BIGINT  NOT NULL DEFAULT 0;     -- length of doorcodes at new locks; 0: the default
ALTER TABLE properties ADD COLUMN quiet_from  BIGINT  NOT NULL DEFAULT 0;     -- quiet hours, minutes after midnight
ALTER TABLE properties ADD COLUMN quiet_to    BIGINT  NOT NULL DEFAULT 0;     -- the same as quiet_from: none
ALTER TABLE properties ADD COLUMN kept        TEXT    NOT NULL DEFAULT '';    -- JSON: days by kind of record; empty: defaults
ALTER TABLE properties ADD COLUMN counts_only BOOLEAN NOT NULL DEFAULT FALSE; -- managers do not see which unit was called
ALTER TABLE properties ADD COLUMN hook_names  BOOLEAN NOT NULL DEFAULT FALSE; -- webhooks carry names beside IDs
ALTER TABLE properties ADD COLUMN look        BIGINT  NOT NULL DEFAULT 0;     -- days after which panels are to be looked at; 0: the default, -1: never

ALTER TABLE doors ADD COLUMN needs_share BOOLEAN NOT NULL DEFAULT FALSE; -- codes only from holders of a key that may be shared
ALTER TABLE panels ADD COLUMN looked_at BIGINT NOT NULL DEFAULT 0;       -- when somebody last found it uncovered; 0: never

ALTER TABLE stickers ADD COLUMN number   BIGINT NOT NULL DEFAULT 1;  -- which sticker of its panel, from 1
ALTER TABLE stickers ADD COLUMN made_at  BIGINT NOT NULL DEFAULT 0;  -- when it was drawn up
ALTER TABLE stickers ADD COLUMN first_at BIGINT NOT NULL DEFAULT 0;  -- when it was first scanned; 0: not yet
ALTER TABLE stickers ADD COLUMN takes_over BOOLEAN NOT NULL DEFAULT FALSE; -- its first scan ends the panel's others

ALTER TABLE units ADD COLUMN rank     BIGINT  NOT NULL DEFAULT 0;     -- chosen place in the directory; 0: by name, after those
ALTER TABLE units ADD COLUMN featured BOOLEAN NOT NULL DEFAULT FALSE; -- stands on top, under its own name

ALTER TABLE keys ADD COLUMN may_share BOOLEAN NOT NULL DEFAULT FALSE; -- May Share Key
ALTER TABLE key_doors ADD COLUMN days BIGINT  NOT NULL DEFAULT 0;     -- days of the week, bit 0 Sunday; 0: every day
ALTER TABLE key_doors ADD COLUMN own  BOOLEAN NOT NULL DEFAULT TRUE;  -- Provide Doorcodes
ALTER TABLE holders ADD COLUMN resident BOOLEAN NOT NULL DEFAULT TRUE; -- status on this key, for privacy alone

ALTER TABLE codes ADD COLUMN cancelled_at BIGINT NOT NULL DEFAULT 0; -- when it was called back; 0: it was not
ALTER TABLE locks ADD COLUMN drifted_at BIGINT NOT NULL DEFAULT 0;   -- when it was first out of sync with this set-up; 0: not yet

-- A unit that the directory of one door leaves out.
CREATE TABLE hidden (
    door TEXT NOT NULL REFERENCES doors,                   -- at which door
    unit TEXT NOT NULL REFERENCES units ON DELETE CASCADE, -- which unit
    PRIMARY KEY (door, unit)
);
CREATE INDEX hidden_by_unit ON hidden (unit);

-- Somebody who signs in to the console.
CREATE TABLE managers (
    id        TEXT    NOT NULL PRIMARY KEY, -- man_…
    name      TEXT    NOT NULL,             -- as colleagues read it
    email     TEXT    NOT NULL UNIQUE,      -- lower case
    portfolio BOOLEAN NOT NULL,             -- may do everything everywhere
    added_at  BIGINT  NOT NULL              -- when they were named
);

-- What a manager may do at a property.
CREATE TABLE roles (
    manager  TEXT    NOT NULL REFERENCES managers ON DELETE CASCADE, -- who
    property TEXT    NOT NULL REFERENCES properties,                 -- where
    scope    TEXT    NOT NULL,                                       -- doorlink.KeyScope
    keys     TEXT    NOT NULL,                                       -- IDs, for the specific scope
    devices  BOOLEAN NOT NULL,                                       -- Device Management
    PRIMARY KEY (manager, property)
);
CREATE INDEX roles_by_property ON roles (property);

-- A passkey: the public half, and what its maker said about it.
CREATE TABLE passkeys (
    id         TEXT   NOT NULL PRIMARY KEY,                           -- the credential's ID, base64url
    manager    TEXT   NOT NULL REFERENCES managers ON DELETE CASCADE, -- whose
    name       TEXT   NOT NULL,                                       -- "Firefox on Linux"
    credential TEXT   NOT NULL,                                       -- JSON: passkey.Credential
    added_at   BIGINT NOT NULL,                                       -- when it was made
    used_at    BIGINT NOT NULL                                        -- last sign-in with it; 0: none
);
CREATE INDEX passkeys_by_manager ON passkeys (manager);

-- A browser in which a manager is signed in.
CREATE TABLE desk_sessions (
    hash     TEXT   NOT NULL PRIMARY KEY,                           -- of the session's secret
    manager  TEXT   NOT NULL REFERENCES managers ON DELETE CASCADE, -- who
    name     TEXT   NOT NULL,                                       -- "Firefox on Linux"
    browser  TEXT   NOT NULL,                                       -- hash of what the browser calls itself
    way      TEXT   NOT NULL,                                       -- passkey, link, sso or setup
    added_at BIGINT NOT NULL,                                       -- sign-in
    used_at  BIGINT NOT NULL                                        -- last use, to ten minutes
);
CREATE INDEX desk_sessions_by_manager ON desk_sessions (manager);

-- A one-time link with which a manager signs in.
CREATE TABLE desk_links (
    hash       TEXT   NOT NULL PRIMARY KEY,                           -- of the link's secret
    manager    TEXT   NOT NULL REFERENCES managers ON DELETE CASCADE, -- who
    expires_at BIGINT NOT NULL,                                       -- from when it is refused
    used_at    BIGINT NOT NULL                                        -- when it was used; 0: not yet
);

-- What must be remembered between two steps of a sign-in, for minutes.
CREATE TABLE ceremonies (
    hash       TEXT   NOT NULL PRIMARY KEY, -- of the secret in the browser's cookie
    state      TEXT   NOT NULL,             -- JSON, of passkey or sso
    expires_at BIGINT NOT NULL              -- from when it is refused
);

-- Who changed what. One chain for each property, and one with an empty
-- property for what concerns the whole installation: each row's hash covers the
-- hash before it, so that nothing can be taken out or altered unnoticed. The
-- chain covers only the digest of the details, so that these, which may name
-- people, can be erased without breaking it.
CREATE TABLE audit (
    property TEXT   NOT NULL, -- whose chain; may be empty
    seq      BIGINT NOT NULL, -- from 1, without gaps
    at       BIGINT NOT NULL, -- when
    manager  TEXT   NOT NULL, -- by whom; empty: by doorlink itself
    via      TEXT   NOT NULL, -- tok_… if by a program; empty: in the console
    action   TEXT   NOT NULL, -- "unit.add"
    subject  TEXT   NOT NULL, -- the ID of what was changed; may be empty
    detail   TEXT   NOT NULL, -- JSON: salt and changes; empty once erased
    digest   TEXT   NOT NULL, -- SHA-256 of detail as it was written
    hash     TEXT   NOT NULL, -- SHA-256 over the hash before and the rest of this row
    PRIMARY KEY (property, seq)
);
CREATE INDEX audit_by_time ON audit (property, at);
CREATE INDEX audit_by_subject ON audit (property, subject, seq);
CREATE INDEX audit_by_who ON audit (property, manager, via, action);

-- A program's right to use the API.
CREATE TABLE tokens (
    id       TEXT   NOT NULL PRIMARY KEY,                           -- tok_…
    hash     TEXT   NOT NULL UNIQUE,                                -- of the secret
    property TEXT   NOT NULL,                                       -- where; empty: everywhere
    name     TEXT   NOT NULL,                                       -- what it is for
    may      TEXT   NOT NULL,                                       -- doorlink.Ability, several
    manager  TEXT   NOT NULL REFERENCES managers ON DELETE CASCADE, -- who made it
    made_at  BIGINT NOT NULL,                                       -- when
    ends_at  BIGINT NOT NULL,                                       -- from when it is refused
    used_at  BIGINT NOT NULL                                        -- last use, to the minute; 0: never
);
CREATE INDEX tokens_by_property ON tokens (property);

-- What was answered to a request with an idempotency key.
CREATE TABLE repeats (
    token   TEXT   NOT NULL, -- whose request
    key     TEXT   NOT NULL, -- hash of the key it chose
    request TEXT   NOT NULL, -- hash of method, path and body
    status  BIGINT NOT NULL, -- the answer; 0 while it is being made
    body    TEXT   NOT NULL, -- the answer
    at      BIGINT NOT NULL, -- when
    PRIMARY KEY (token, key)
);

-- A webhook: an address that is told what happens.
CREATE TABLE hooks (
    id        TEXT   NOT NULL PRIMARY KEY,           -- hook_…
    property  TEXT   NOT NULL REFERENCES properties, -- about which property
    url       TEXT   NOT NULL,                       -- https://…
    secret    TEXT   NOT NULL,                       -- that signs; kept in clear, as signing needs it
    former    TEXT   NOT NULL,                       -- the secret before, which signs too until former_at
    former_at BIGINT NOT NULL,                       -- 0: no former secret
    events    TEXT   NOT NULL,                       -- which kinds, several; "*": every one
    paused_at BIGINT NOT NULL,                       -- since when nothing is sent; 0: it is
    why       TEXT   NOT NULL,                       -- why doorlink paused it; empty: a manager did, or nobody
    added_at  BIGINT NOT NULL,                       -- when
    failing_at BIGINT NOT NULL DEFAULT 0,            -- since when no delivery arrived; 0: the last one did
    tried_at  BIGINT NOT NULL DEFAULT 0,             -- last try of any delivery; 0: none
    status    BIGINT NOT NULL DEFAULT 0,             -- HTTP status of its answer; 0: none
    took      BIGINT NOT NULL DEFAULT 0,             -- milliseconds of it
    removed_at BIGINT NOT NULL DEFAULT 0             -- since when it is gone; 0: it is there
);
CREATE INDEX hooks_by_property ON hooks (property);

-- One thing to tell one webhook.
CREATE TABLE deliveries (
    id      TEXT   NOT NULL PRIMARY KEY,                      -- dlv_…: the webhook-id
    hook    TEXT   NOT NULL REFERENCES hooks ON DELETE CASCADE, -- to whom
    event   TEXT   NOT NULL,                                  -- "call.missed"
    body    TEXT   NOT NULL,                                  -- JSON, as it is sent
    at      BIGINT NOT NULL,                                  -- when it happened
    tries   BIGINT NOT NULL,                                  -- how often it was sent
    first_at BIGINT NOT NULL DEFAULT 0,                       -- first try; 0: none yet
    tried_at BIGINT NOT NULL DEFAULT 0,                       -- last try that has ended; 0: none
    next_at BIGINT NOT NULL,                                  -- when it is due, or the claim on it ends; 0: done or given up
    done_at BIGINT NOT NULL,                                  -- when it arrived; 0: it has not
    status  BIGINT NOT NULL,                                  -- HTTP status of the last answer; 0: none
    took    BIGINT NOT NULL,                                  -- milliseconds of the last try
    why     TEXT   NOT NULL                                   -- what was wrong with it; empty: nothing
);
CREATE INDEX deliveries_waiting ON deliveries (hook, next_at, id) WHERE next_at > 0;
CREATE INDEX deliveries_by_hook ON deliveries (hook, at, id);
CREATE INDEX deliveries_dead ON deliveries (hook, at, id) WHERE next_at = 0 AND done_at = 0;

-- How often a sticker was used on a day. Counts, never visits.
CREATE TABLE counts (
    panel   TEXT   NOT NULL, -- where
    sticker TEXT   NOT NULL, -- which sticker
    day     BIGINT NOT NULL, -- days since 1970-01-01 at the property
    scans   BIGINT NOT NULL, -- pages opened
    calls   BIGINT NOT NULL, -- calls placed
    codes   BIGINT NOT NULL, -- doorcodes given
    PRIMARY KEY (panel, sticker, day)
);

-- A list that was uploaded to be looked at, applied or not.
CREATE TABLE drafts (
    id       TEXT   NOT NULL PRIMARY KEY,           -- draft_…
    property TEXT   NOT NULL REFERENCES properties, -- where
    manager  TEXT   NOT NULL,                       -- who uploaded it; empty: it came by itself
    name     TEXT   NOT NULL,                       -- the file's name
    body     TEXT   NOT NULL,                       -- the file, in UTF-8
    choices  TEXT   NOT NULL,                       -- JSON: what the manager chose about it
    made_at  BIGINT NOT NULL,                       -- when
    until_at BIGINT NOT NULL,                       -- a node works on it until then; 0: none does
    done_at  BIGINT NOT NULL,                       -- when it was applied; 0: not yet
    failed   TEXT   NOT NULL                        -- why the last work on it failed, in a sentence; empty: it did not
);
CREATE INDEX drafts_by_property ON drafts (property, made_at);

-- Where a property's lists come from by themselves, and how that went.
CREATE TABLE feeds (
    property  TEXT    NOT NULL PRIMARY KEY REFERENCES properties, -- which property
    minutes   BIGINT  NOT NULL,                                   -- how often the folder is read; 0: never
    leavers   BOOLEAN NOT NULL,                                   -- people missing from the list are proposed to leave
    read_at   BIGINT  NOT NULL,                                   -- last look; 0: none
    file      TEXT    NOT NULL,                                   -- the last list's name
    digest    TEXT    NOT NULL,                                   -- the last list's SHA-256
    result    TEXT    NOT NULL                                    -- JSON: what came of it
);

-- A list that came by itself, and what came of it.
CREATE TABLE taken (
    id       TEXT   NOT NULL PRIMARY KEY,           -- take_…
    property TEXT   NOT NULL REFERENCES properties, -- whose
    at       BIGINT NOT NULL,                       -- when it was taken
    file     TEXT   NOT NULL,                       -- what it was called
    result   TEXT   NOT NULL,                       -- JSON: as of a feed
    skipped  TEXT   NOT NULL                        -- JSON: rows that changed nothing, with the reason; empty: none, or forgotten
);
CREATE INDEX taken_by_time ON taken (property, at, id);

-- Something in a list that a manager has to decide.
CREATE TABLE conflicts (
    id       TEXT   NOT NULL PRIMARY KEY,           -- conf_…
    property TEXT   NOT NULL REFERENCES properties, -- where
    subject  TEXT   NOT NULL,                       -- a digest of what is shown, so that an answer is to just that
    detail   TEXT   NOT NULL,                       -- JSON: who, and what the list says of them
    made_at  BIGINT NOT NULL,                       -- when it came up
    done_at  BIGINT NOT NULL,                       -- when it was decided; 0: not yet
    answer   TEXT   NOT NULL,                       -- what was decided
    UNIQUE (property, subject)
);

-- What a day's purge removed.
CREATE TABLE purges (
    day     BIGINT NOT NULL PRIMARY KEY, -- days since 1970-01-01 in UTC
    at      BIGINT NOT NULL,             -- when a node set about it
    done_at BIGINT NOT NULL,             -- when all was done; 0: not yet
    gone    TEXT   NOT NULL              -- JSON: what managers may read of it
);

-- Records are read by time: of a property, a door or a person. What no manager
-- may see is not in the first two, so that nobody waits for it either.
DROP INDEX records_by_property;
CREATE INDEX records_by_time ON records (property, kind, at, id) WHERE NOT (own AND door_type = 'residence');
CREATE INDEX records_by_door ON records (property, door, kind, at, id) WHERE NOT (own AND door_type = 'residence');
CREATE INDEX records_by_person ON records (person, property, kind, at, id);
