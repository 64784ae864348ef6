-- Settings of the database that change how statements are read, planned, or how long they live.
ALTER DATABASE app SET client_encoding = 'LATIN1';
ALTER DATABASE app SET standard_conforming_strings = off;
ALTER DATABASE app SET constraint_exclusion = on;
ALTER DATABASE app SET enable_partition_pruning = on;
ALTER DATABASE app SET row_security = on;
ALTER DATABASE app SET quote_all_identifiers = on;
ALTER DATABASE app SET lock_timeout = '1ms';
ALTER DATABASE app SET statement_timeout = '1s';
ALTER DATABASE app SET default_transaction_isolation = 'serializable';
ALTER DATABASE app SET "DateStyle" = 'German, DMY';
ALTER DATABASE app SET "IntervalStyle" = 'sql_standard';
ALTER DATABASE app SET "TimeZone" = 'Asia/Kathmandu';
ALTER DATABASE app SET extra_float_digits = -15;
ALTER DATABASE app SET bytea_output = 'escape';
ALTER DATABASE app SET array_nulls = off;
ALTER DATABASE app SET client_min_messages = 'error';
ALTER DATABASE app SET idle_in_transaction_session_timeout = '2s';
