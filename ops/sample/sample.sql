-- The sample database of ops/quickstart: every kind of thing that a backup can meet, and about 200 MB.
\set ON_ERROR_STOP on
\ir types.sql
\ir bulk.sql
