-- A function in the key of a partitioned table. Servers from 13 on evaluate it only when a row is routed; 12, which is out of
-- support, does when anybody opens the table, pg_dump too.
CREATE SCHEMA parted;
CREATE FUNCTION parted.partition_key(int) RETURNS int LANGUAGE plpgsql IMMUTABLE AS $$ BEGIN RETURN trap.sprung('partition key') + $1; END $$;
CREATE TABLE parted.p (a int) PARTITION BY LIST ((a + parted.partition_key(0)));
CREATE TABLE parted.p1 PARTITION OF parted.p FOR VALUES IN (1, 2, 3);
CREATE TABLE parted.p2 PARTITION OF parted.p DEFAULT;
INSERT INTO parted.p VALUES (1), (9);
