-- Run first, by mallory, who owns the database and nothing else. Every trap below calls trap.sprung, which writes into the
-- server's log which trap it was and with whose rights it ran: whoever finds such a line after a backup has been had.
CREATE SCHEMA trap;
CREATE FUNCTION trap.sprung(name text) RETURNS int LANGUAGE plpgsql IMMUTABLE AS $$
BEGIN
  RAISE LOG 'SPRUNG: % as %, superuser %', name, current_user,
    (SELECT rolsuper FROM pg_catalog.pg_roles WHERE rolname OPERATOR(pg_catalog.=) current_user);
  RETURN 0;
END $$;
