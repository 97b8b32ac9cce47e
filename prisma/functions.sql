-- What runs inside the database. Applied after the migrations at every start, since it holds no data:
-- a change here needs no migration, but has to work beside controllers of the version before.

-- Gives a controller slices of limits, in one round trip. `wants` is a list of
-- {counter, want, limit, until, expiresAt}. Of each, what is free is given up to `want`, and where plenty is
-- free a little more, so that the next requests need not ask: a sixteenth of what is then left, and
-- at most 32 times the want. Near the limit that is nothing, so nothing is stranded there.
-- Asked after `until` (the server hung meanwhile), it gives nothing: nobody would know of it.
-- Counters are locked in the order of their ids, here and wherever they are changed: no deadlocks.
-- Each statement sees what was committed before it began, so sums are read after the locks are held.
CREATE OR REPLACE FUNCTION "quota_take"("controller" TEXT, "wants" JSONB)
RETURNS TABLE ("counter" TEXT, "granted" BIGINT, "free" BIGINT, "others" BIGINT) LANGUAGE plpgsql AS $$
BEGIN
  IF now() > (SELECT min((w->>'until')::TIMESTAMPTZ) FROM jsonb_array_elements("wants") w) THEN
    RAISE EXCEPTION 'nobody waits for these leases any more';
  END IF;
  PERFORM 1 FROM "controller_presence" WHERE "controller_id" = "controller" FOR KEY SHARE;
  IF NOT FOUND THEN
    RAISE EXCEPTION 'controller % holds no leases any more', "controller" USING ERRCODE = 'CR001';
  END IF;
  IF EXISTS (
    SELECT 1 FROM jsonb_array_elements("wants") w
    WHERE NOT EXISTS (SELECT 1 FROM "quota_counter" c WHERE c."id" = w->>'counter')
  ) THEN
    -- A new counter begins with what the ledger has, so nothing may come into the ledger meanwhile.
    PERFORM pg_advisory_xact_lock_shared(7243804);
    INSERT INTO "quota_counter" ("id", "used", "expires_at")
    SELECT w."counter", "quota_used"(w."counter"), w."expiresAt" AT TIME ZONE 'utc'
    FROM jsonb_to_recordset("wants") AS w("counter" TEXT, "expiresAt" TIMESTAMPTZ)
    WHERE NOT EXISTS (SELECT 1 FROM "quota_counter" c WHERE c."id" = w."counter")
    ORDER BY w."counter"
    ON CONFLICT ("id") DO NOTHING;
  END IF;
  PERFORM 1 FROM "quota_counter" c
  WHERE c."id" IN (SELECT w->>'counter' FROM jsonb_array_elements("wants") w)
  ORDER BY c."id" FOR UPDATE;
  RETURN QUERY
  WITH want AS (
    SELECT w."counter" AS id, w."want", w."limit" FROM jsonb_to_recordset("wants")
    AS w("counter" TEXT, "want" BIGINT, "limit" BIGINT)
  ), room AS (
    SELECT want.*, greatest(0, want."limit" - c."used" - coalesce(l."total", 0)) AS room,
      coalesce(l."others", 0) AS others
    FROM want JOIN "quota_counter" c ON c."id" = want.id
    LEFT JOIN LATERAL (
      SELECT sum("amount")::BIGINT AS "total",
        (sum("amount") FILTER (WHERE "controller_id" <> "controller"))::BIGINT AS "others"
      FROM "quota_lease" WHERE "counter_id" = want.id
    ) l ON true
  ), grants AS (
    SELECT id, room.room, room.others,
      least(room.room, "want" + least(greatest(0, room.room - "want") / 16, "want" * 32)) AS amount
    FROM room
  ), given AS (
    INSERT INTO "quota_lease" AS l ("controller_id", "counter_id", "amount")
    SELECT "controller", id, amount FROM grants WHERE amount > 0
    ON CONFLICT ("controller_id", "counter_id") DO UPDATE SET "amount" = l."amount" + EXCLUDED."amount"
  )
  SELECT id, amount, grants.room - amount, grants.others FROM grants;
END $$;

-- What the ledger says was used of a counter's window, days and longer by its roll-ups.
-- The counter's id is <kind>/<subject>/<metric>/<window>/<start>.
CREATE OR REPLACE FUNCTION "quota_used"("counter" TEXT) RETURNS BIGINT LANGUAGE plpgsql STABLE AS $$
DECLARE
  part TEXT[] := string_to_array("counter", '/');
  starts TIMESTAMP;
  ends TIMESTAMP;
  used BIGINT;
BEGIN
  IF part[4] = 'now' THEN RETURN 0; END IF;
  starts := part[5]::TIMESTAMP;
  ends := starts + ('1 ' || part[4])::INTERVAL;
  IF part[4] = 'minute' THEN
    SELECT sum(CASE part[3] WHEN 'requests' THEN 1
        ELSE r."prompt_tokens" + r."completion_tokens" END)::BIGINT INTO used
    FROM "request_usage" r
    WHERE r."created_at" >= starts AND r."created_at" < ends
      AND CASE part[1] WHEN 'team' THEN r."team_id" WHEN 'user' THEN r."user_id"
        WHEN 'key' THEN r."key_id" ELSE part[2] END = part[2];
  ELSE
    SELECT sum(CASE part[3] WHEN 'tokens' THEN h."prompt_tokens" + h."completion_tokens"
        ELSE h."local_microdollars" END)::BIGINT INTO used
    FROM "usage_hour" h
    WHERE h."hour" >= starts AND h."hour" < ends
      AND CASE part[1] WHEN 'team' THEN h."team_id" WHEN 'user' THEN h."user_id"
        WHEN 'key' THEN h."key_id" ELSE part[2] END = part[2];
  END IF;
  RETURN coalesce(used, 0);
END $$;

-- Takes amounts off a controller's leases: given back, or used and in the ledger now. `uses` is a
-- list of {controller, counter, amount}. A lease that is gone already stays gone.
CREATE OR REPLACE FUNCTION "quota_release"("uses" JSONB) RETURNS VOID LANGUAGE plpgsql AS $$
BEGIN
  PERFORM 1 FROM "quota_counter" c
  WHERE c."id" IN (SELECT u->>'counter' FROM jsonb_array_elements("uses") u)
  ORDER BY c."id" FOR UPDATE;
  UPDATE "quota_lease" l SET "amount" = greatest(0, l."amount" - u."amount")
  FROM (
    SELECT "controller", "counter", sum("amount") AS "amount" FROM jsonb_to_recordset("uses")
    AS x("controller" TEXT, "counter" TEXT, "amount" BIGINT) GROUP BY 1, 2
  ) u
  WHERE l."controller_id" = u."controller" AND l."counter_id" = u."counter";
  DELETE FROM "quota_lease" l USING jsonb_to_recordset("uses") AS x("controller" TEXT, "counter" TEXT)
  WHERE l."controller_id" = x."controller" AND l."counter_id" = x."counter" AND l."amount" = 0;
END $$;

-- The audit log is append-only, also for whoever holds the controllers' password by mistake.
CREATE OR REPLACE FUNCTION "refuse_change"() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION 'the audit log is append-only';
END $$;
CREATE OR REPLACE TRIGGER "audit_entry_append_only" BEFORE UPDATE OR DELETE OR TRUNCATE ON "audit_entry"
FOR EACH STATEMENT EXECUTE FUNCTION "refuse_change"();
