-- A seat is written many times. With room on its page, and no index on what changes, each write is a HOT update:
-- no index entry, and the dead row is cleaned away by the next one who passes.
ALTER TABLE "seats" SET (fillfactor = 60, autovacuum_vacuum_scale_factor = 0.05);
