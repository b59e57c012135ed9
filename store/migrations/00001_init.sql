-- The first schema. One text for both engines: TEXT keys, BIGINT milliseconds
-- since 1970-01-01 UTC (0 where there is no moment), BOOLEAN, and TEXT for JSON.
-- Names that a person wrote stand as they were written.

-- +goose Up

-- A building or estate with one directory.
CREATE TABLE properties (
    id           TEXT    NOT NULL PRIMARY KEY, -- prop_…
    name         TEXT    NOT NULL,             -- as visitors and residents read it
    zone         TEXT    NOT NULL,             -- IANA time zone of its doors
    names        TEXT    NOT NULL,             -- how residents appear: full, first_initial, initials, unit
    search_first BOOLEAN NOT NULL,             -- the list stays hidden until something is typed
    notice       TEXT    NOT NULL,             -- a line for every visitor; may be empty
    revision     BIGINT  NOT NULL              -- grows with every change that can alter a directory
);

-- One access point of a property.
CREATE TABLE doors (
    id       TEXT NOT NULL PRIMARY KEY,           -- door_…
    property TEXT NOT NULL REFERENCES properties, -- where it is
    name     TEXT NOT NULL,                       -- as residents and visitors read it
    type     TEXT NOT NULL                        -- building_entrance, communal, service, residence
);
CREATE INDEX doors_by_property ON doors (property);

-- The plate beside a door. A door has at most one.
CREATE TABLE panels (
    id    TEXT NOT NULL PRIMARY KEY,             -- panel_…
    door  TEXT NOT NULL UNIQUE REFERENCES doors, -- the door it hangs beside
    label TEXT NOT NULL                          -- what is printed on it
);

-- What is printed on a panel. The token is kept in clear: it stands on the
-- street for everybody to read, and must be printed again.
CREATE TABLE stickers (
    id      TEXT   NOT NULL PRIMARY KEY,       -- stick_…
    panel   TEXT   NOT NULL REFERENCES panels, -- where it is stuck
    token   TEXT   NOT NULL UNIQUE,            -- in the QR code
    short   TEXT   NOT NULL UNIQUE,            -- eight characters to type
    ends_at BIGINT NOT NULL                    -- from when it leads nowhere; 0 while it is good
);
CREATE INDEX stickers_by_panel ON stickers (panel);

-- The set-up that the lock of a door is known to have. No key is in it.
CREATE TABLE locks (
    door    TEXT   NOT NULL PRIMARY KEY REFERENCES doors, -- the door it locks
    version BIGINT NOT NULL,                              -- of the set-up; only a higher one replaces it
    setup   TEXT   NOT NULL                               -- JSON: doorcode.Setup
);

-- A flat, an office, a suite.
CREATE TABLE units (
    id       TEXT NOT NULL PRIMARY KEY,           -- unit_…
    property TEXT NOT NULL REFERENCES properties, -- where it is
    name     TEXT NOT NULL,                       -- "4B"
    UNIQUE (property, name)
);

-- A resident.
CREATE TABLE people (
    id        TEXT    NOT NULL PRIMARY KEY,           -- pers_…
    property  TEXT    NOT NULL REFERENCES properties, -- the one property that knows them
    given     TEXT    NOT NULL,                       -- first name; may be empty
    family    TEXT    NOT NULL,                       -- last name; may be empty
    email     TEXT    NOT NULL,                       -- lower case, for sign-in alone; may be empty
    shown     BOOLEAN NOT NULL,                       -- Show in intercom
    activated BOOLEAN NOT NULL                        -- has signed in at least once
);
CREATE INDEX people_by_property ON people (property);
CREATE UNIQUE INDEX people_by_email ON people (property, email) WHERE email <> '';

-- A person in a unit: one line of the directory.
CREATE TABLE memberships (
    id     TEXT NOT NULL PRIMARY KEY,                         -- memb_…
    entry  TEXT NOT NULL UNIQUE,                              -- how a visitor's page names the line
    person TEXT NOT NULL REFERENCES people ON DELETE CASCADE, -- who
    unit   TEXT NOT NULL REFERENCES units,                    -- where
    UNIQUE (person, unit)
);
CREATE INDEX memberships_by_unit ON memberships (unit);

-- A named bundle of doors. Not a cryptographic key.
CREATE TABLE keys (
    id       TEXT NOT NULL PRIMARY KEY,           -- key_…
    property TEXT NOT NULL REFERENCES properties, -- whose doors it opens
    name     TEXT NOT NULL                        -- for managers only
);
CREATE INDEX keys_by_property ON keys (property);

-- A door on a key.
CREATE TABLE key_doors (
    key        TEXT   NOT NULL REFERENCES keys,  -- the bundle
    door       TEXT   NOT NULL REFERENCES doors, -- the door
    hours_from BIGINT NOT NULL,                  -- minutes after midnight at the property
    hours_to   BIGINT NOT NULL,                  -- the same as hours_from: all day
    PRIMARY KEY (key, door)
);
CREATE INDEX key_doors_by_door ON key_doors (door);

-- Who holds a key, and when.
CREATE TABLE holders (
    key     TEXT   NOT NULL REFERENCES keys,                     -- what is held
    person  TEXT   NOT NULL REFERENCES people ON DELETE CASCADE, -- who holds it
    from_at BIGINT NOT NULL,                                     -- first moment; 0: has always begun
    to_at   BIGINT NOT NULL,                                     -- first moment after; 0: never ends
    PRIMARY KEY (key, person)
);
CREATE INDEX holders_by_person ON holders (person);

-- A browser in which a resident is signed in, with its session. Signing out
-- removes it.
CREATE TABLE handsets (
    id       TEXT   NOT NULL PRIMARY KEY,                         -- hset_…
    person   TEXT   NOT NULL REFERENCES people ON DELETE CASCADE, -- whose
    name     TEXT   NOT NULL,                                     -- "Firefox on Android"
    session  TEXT   NOT NULL,                                     -- hash of the session's secret; empty: none
    added_at BIGINT NOT NULL,                                     -- first sign-in
    used_at  BIGINT NOT NULL                                      -- last use, to the day
);
CREATE INDEX handsets_by_person ON handsets (person);
CREATE UNIQUE INDEX handsets_by_session ON handsets (session) WHERE session <> '';

-- A one-time link to sign in with.
CREATE TABLE links (
    hash       TEXT   NOT NULL PRIMARY KEY,                         -- of the link's secret
    person     TEXT   NOT NULL REFERENCES people ON DELETE CASCADE, -- who signs in with it
    expires_at BIGINT NOT NULL,                                     -- from when it is refused
    used_at    BIGINT NOT NULL                                      -- when it was used; 0: not yet
);
CREATE INDEX links_by_person ON links (person);

-- One visitor's browser at one door that has placed a call. What follows is
-- history: it names things by ID and outlives them, so nothing refers to them.
CREATE TABLE visits (
    id       TEXT   NOT NULL PRIMARY KEY, -- visit_…, derived from the cookie
    property TEXT   NOT NULL,             -- where
    door     TEXT   NOT NULL,             -- at which door
    panel    TEXT   NOT NULL,             -- whose sticker was scanned
    begun_at BIGINT NOT NULL              -- when it placed its first call
);

-- One visitor calling one resident.
CREATE TABLE calls (
    id          TEXT    NOT NULL PRIMARY KEY,       -- call_…
    visit       TEXT    NOT NULL REFERENCES visits, -- who calls
    property    TEXT    NOT NULL,                   -- where
    door        TEXT    NOT NULL,                   -- at which door
    panel       TEXT    NOT NULL,                   -- by which panel
    entry       TEXT    NOT NULL,                   -- the line of the directory that was chosen
    person      TEXT    NOT NULL,                   -- who is called
    unit        TEXT    NOT NULL,                   -- in which unit
    caller_kind TEXT    NOT NULL,                   -- what the visitor said they are; may be empty
    caller_line TEXT    NOT NULL,                   -- and in their own words; may be empty
    state       TEXT    NOT NULL,                   -- doorlink.State
    live        BOOLEAN NOT NULL,                   -- the state is not final
    reason      TEXT    NOT NULL,                   -- doorlink.Reason; may be empty
    handset     TEXT    NOT NULL,                   -- who answered; empty until then
    placed_at   BIGINT  NOT NULL,                   -- when it began
    since_at    BIGINT  NOT NULL,                   -- when the state began
    answered_at BIGINT  NOT NULL,                   -- when it was answered; 0: never
    until_at    BIGINT  NOT NULL,                   -- when the state ends by itself; 0 when over
    version     BIGINT  NOT NULL                    -- counts changes, from 1
);
CREATE INDEX calls_by_visit ON calls (visit, placed_at);
CREATE INDEX calls_by_person ON calls (person, placed_at);
CREATE INDEX calls_live ON calls (person) WHERE live;
CREATE INDEX calls_due ON calls (until_at) WHERE live;
CREATE INDEX calls_answered ON calls (person, since_at) WHERE answered_at > 0;

-- Who has which slot of a door's doorcodes on a day: DDC-1 section 4.10.
CREATE TABLE slots (
    door   TEXT   NOT NULL, -- whose lock
    epoch  BIGINT NOT NULL, -- of the lock's secret
    day    BIGINT NOT NULL, -- days since 1970-01-01 at the property
    slot   BIGINT NOT NULL, -- from 0
    person TEXT   NOT NULL, -- who has it, that day and for ever
    PRIMARY KEY (door, epoch, day, slot),
    UNIQUE (door, epoch, day, person)
);

-- What became of each generation of a slot: DDC-1 section 4.6. Never the
-- digits: they are derived again whenever they are needed.
CREATE TABLE codes (
    door      TEXT    NOT NULL, -- the place: door,
    epoch     BIGINT  NOT NULL, -- epoch,
    day       BIGINT  NOT NULL, -- day
    slot      BIGINT  NOT NULL, -- and slot
    gen       BIGINT  NOT NULL, -- the generation, 0 to 15
    person    TEXT    NOT NULL, -- whose slot it is
    call      TEXT    NOT NULL, -- in which call it was given; empty: it was not given
    nth       BIGINT  NOT NULL, -- which code of that call, from 1
    burnt     BOOLEAN NOT NULL, -- passed over because it would have been ambiguous
    used      BOOLEAN NOT NULL, -- known to be used up
    issued_at BIGINT  NOT NULL, -- when it was given or passed over
    shown_at  BIGINT  NOT NULL, -- when it stood on the visitor's screen; 0: not yet
    opened    TEXT    NOT NULL, -- what the visitor said: yes, no or empty
    PRIMARY KEY (door, epoch, day, slot, gen)
);
CREATE INDEX codes_by_call ON codes (call, nth) WHERE call <> '';

-- What is kept about what happened.
CREATE TABLE records (
    id        TEXT    NOT NULL PRIMARY KEY, -- rec_…
    kind      TEXT    NOT NULL,             -- doorlink.RecordKind; decides how long it is kept
    property  TEXT    NOT NULL,             -- where
    door      TEXT    NOT NULL,             -- at which door; empty for a sign-in
    door_type TEXT    NOT NULL,             -- its type at that time
    person    TEXT    NOT NULL,             -- the resident concerned
    own       BOOLEAN NOT NULL,             -- the resident's own entry, not a visitor's
    call      TEXT    NOT NULL,             -- in which call; may be empty
    state     TEXT    NOT NULL,             -- of a call: how it ended
    at        BIGINT  NOT NULL              -- when
);
CREATE INDEX records_by_property ON records (property, at);
CREATE INDEX records_by_kind ON records (kind, at);
