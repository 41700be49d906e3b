"""The store's tables as ordered, named migrations. A migration, once landed, never changes: add another.

Documented for other tools in the README ("The store").
"""

from __future__ import annotations

from typing import Final

#: (name, SQL) in order; the number of a migration is its position from 1.
MIGRATIONS: Final[tuple[tuple[str, str], ...]] = (
    (
        "feedback",
        """
        CREATE TABLE feedback (
            id VARCHAR PRIMARY KEY, kind VARCHAR NOT NULL, channel VARCHAR, product VARCHAR NOT NULL,
            text VARCHAR NOT NULL, created_at TIMESTAMPTZ, author VARCHAR, rating DOUBLE, nps INTEGER,
            version VARCHAR, region VARCHAR, engagement BIGINT, url VARCHAR,
            file VARCHAR NOT NULL, sheet VARCHAR, "row" BIGINT,
            context VARCHAR, language VARCHAR, near_duplicate_of VARCHAR, duplicate_reason VARCHAR
        );
        -- Rows met again inside one run: the record they repeat and where they stand.
        CREATE TABLE duplicates (id VARCHAR NOT NULL, file VARCHAR NOT NULL, sheet VARCHAR, "row" BIGINT);
        -- One row per file and sheet taken in; the counts obey read = stored + known + duplicates + quarantined.
        CREATE TABLE ingests (
            file VARCHAR NOT NULL, sheet VARCHAR, kind VARCHAR NOT NULL, product VARCHAR NOT NULL, encoding VARCHAR,
            "read" BIGINT NOT NULL, stored BIGINT NOT NULL, known BIGINT NOT NULL, duplicates BIGINT NOT NULL,
            near_duplicates BIGINT NOT NULL, quarantined BIGINT NOT NULL, finished_at TIMESTAMPTZ NOT NULL
        );
        """,
    ),
    (
        "verdicts",
        """
        CREATE TABLE verdicts (
            feedback_id VARCHAR PRIMARY KEY, polarity VARCHAR NOT NULL,
            negative DOUBLE NOT NULL, mixed DOUBLE NOT NULL, neutral DOUBLE NOT NULL, positive DOUBLE NOT NULL,
            codes VARCHAR[] NOT NULL, families VARCHAR[] NOT NULL, stage VARCHAR,
            code_scores VARCHAR NOT NULL, judge VARCHAR NOT NULL, judged_at TIMESTAMPTZ NOT NULL
        );
        -- One row per span: the words that show a code. Offsets count code points from 0; span_end is exclusive.
        CREATE TABLE complaints (
            feedback_id VARCHAR NOT NULL, code VARCHAR NOT NULL, span_start INTEGER NOT NULL,
            span_end INTEGER NOT NULL, quote VARCHAR NOT NULL
        );
        """,
    ),
    (
        "incidents",
        """
        -- One row per rise of a keyword; the counts are those of the window at opening. cause: breach or alarm;
        -- state: open, acknowledged, closed; since: the day of the rise where one was found.
        CREATE TABLE incidents (
            id VARCHAR PRIMARY KEY, keyword VARCHAR NOT NULL, product VARCHAR NOT NULL, cause VARCHAR NOT NULL,
            state VARCHAR NOT NULL, opened_at TIMESTAMPTZ NOT NULL, due_at TIMESTAMPTZ NOT NULL, owner VARCHAR,
            acknowledged_at TIMESTAMPTZ, closed_at TIMESTAMPTZ, since DATE, n BIGINT NOT NULL, negative BIGINT NOT NULL,
            share DOUBLE, lower DOUBLE, upper DOUBLE, threshold DOUBLE NOT NULL
        );
        -- The history of an incident; kind: opened, acknowledged, owner, note, closed.
        CREATE TABLE incident_events (
            incident_id VARCHAR NOT NULL, number INTEGER NOT NULL, "at" TIMESTAMPTZ NOT NULL, kind VARCHAR NOT NULL,
            who VARCHAR, "text" VARCHAR NOT NULL
        );
        -- What became of the one message per incident, state and channel; status: sent, failed, held (quiet hours).
        CREATE TABLE notifications (
            incident_id VARCHAR NOT NULL, state VARCHAR NOT NULL, channel VARCHAR NOT NULL, status VARCHAR NOT NULL,
            attempts INTEGER NOT NULL, last_error VARCHAR, "at" TIMESTAMPTZ NOT NULL,
            PRIMARY KEY (incident_id, state, channel)
        );
        """,
    ),
    (
        "leads",
        """
        -- One row per lead. title_by: program or person; status: new, confirmed, planned, done, dismissed, merged;
        -- score, its factors, stability and rank as of the last build (NULL where the lead is not ranked);
        -- titled_people: how many people the title was made from; aspects: keys of lexicons/aspects.toml.
        CREATE TABLE leads (
            id VARCHAR PRIMARY KEY, rank INTEGER, title VARCHAR NOT NULL, title_en VARCHAR NOT NULL, title_by VARCHAR NOT NULL,
            family VARCHAR, code VARCHAR NOT NULL, aspects VARCHAR[] NOT NULL, stage VARCHAR, product VARCHAR NOT NULL,
            versions VARCHAR[] NOT NULL, records BIGINT NOT NULL, people BIGINT NOT NULL, copies BIGINT NOT NULL,
            share DOUBLE NOT NULL, first_seen TIMESTAMPTZ, last_seen TIMESTAMPTZ, mean_rating DOUBLE,
            status VARCHAR NOT NULL, reason VARCHAR, owner VARCHAR, tracker_key VARCHAR, effort DOUBLE,
            score DOUBLE, reach DOUBLE, severity DOUBLE, "value" DOUBLE, trend DOUBLE, confidence DOUBLE, stability DOUBLE,
            recent BIGINT, expected DOUBLE, merged_into VARCHAR, titled_people BIGINT NOT NULL, encoder VARCHAR NOT NULL,
            centroid FLOAT[] NOT NULL, created_at TIMESTAMPTZ NOT NULL
        );
        -- Where every complaint (a span of `complaints`) belongs; lead_id NULL: single, `how` says why.
        CREATE TABLE lead_members (
            feedback_id VARCHAR NOT NULL, code VARCHAR NOT NULL, span_start INTEGER NOT NULL, lead_id VARCHAR,
            how VARCHAR NOT NULL, aspect VARCHAR NOT NULL
        );
        CREATE TABLE lead_quotes (
            lead_id VARCHAR NOT NULL, position INTEGER NOT NULL, feedback_id VARCHAR NOT NULL, code VARCHAR NOT NULL,
            span_start INTEGER NOT NULL
        );
        -- What people did; `before` is the JSON that undoes it, empty once undone.
        CREATE TABLE lead_history (
            number INTEGER PRIMARY KEY, "at" TIMESTAMPTZ NOT NULL, lead_id VARCHAR NOT NULL, action VARCHAR NOT NULL,
            detail VARCHAR NOT NULL, before VARCHAR NOT NULL
        );
        -- Vectors of texts by model, so that a slow model reads each text once.
        CREATE TABLE vectors (model VARCHAR NOT NULL, text_hash VARCHAR NOT NULL, vector FLOAT[] NOT NULL,
            PRIMARY KEY (model, text_hash));
        """,
    ),
    (
        "keys",
        """
        -- Secrets of this store: `author_salt` keys the hashes of authors. Never exported.
        CREATE TABLE keys (name VARCHAR PRIMARY KEY, value BLOB NOT NULL);
        """,
    ),
    (
        "labels",
        """
        -- What people said of a record (`feedback label import`); one row per record and labeller, the latest counts.
        CREATE TABLE labels (
            feedback_id VARCHAR NOT NULL, labeller VARCHAR NOT NULL, polarity VARCHAR NOT NULL,
            codes VARCHAR[] NOT NULL, note VARCHAR, labelled_at TIMESTAMPTZ NOT NULL, PRIMARY KEY (feedback_id, labeller)
        );
        """,
    ),
    (
        "campaigns",
        """
        -- Groups of at least three copies, as of the last ingest of their product; hours: the middle half of their times.
        CREATE TABLE campaigns (
            product VARCHAR NOT NULL, near_duplicate_of VARCHAR NOT NULL, records BIGINT NOT NULL,
            accounts BIGINT NOT NULL, first_at TIMESTAMPTZ, last_at TIMESTAMPTZ, hours DOUBLE,
            found_at TIMESTAMPTZ NOT NULL
        );
        """,
    ),
    (
        "incident windows",
        """
        -- The window whose counts opened the incident, end exclusive; NULL for incidents opened before this migration.
        ALTER TABLE incidents ADD COLUMN window_start TIMESTAMPTZ;
        ALTER TABLE incidents ADD COLUMN window_end TIMESTAMPTZ;
        """,
    ),
)
