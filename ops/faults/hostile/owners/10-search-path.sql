-- Operators and functions that stand before PostgreSQL's own in a search path, for every type that a catalog query compares.
CREATE SCHEMA ahead;
DO $$
DECLARE t text; o text; r text;
BEGIN
  FOREACH t IN ARRAY ARRAY['text', 'name', 'oid', 'int4', 'int8', 'int2', '"char"', 'bool', 'regclass', 'regtype', 'oidvector'] LOOP
    FOREACH o IN ARRAY ARRAY['=', '<>', '~', '!~', '<', '>', '||', '&', '|', '#', '+', '-', '/', '*', '<<', '~~', '!~~'] LOOP
      r := CASE WHEN o IN ('||') THEN 'text' WHEN o IN ('&', '|', '#', '+', '-', '/', '*', '<<') THEN t ELSE 'bool' END;
      EXECUTE format('CREATE FUNCTION ahead.f_%s(%s, %s) RETURNS %s LANGUAGE plpgsql AS ''BEGIN PERFORM trap.sprung(''''operator %s for %s''''); RETURN NULL; END''',
        md5(o || t), t, t, r, o, t);
      EXECUTE format('CREATE OPERATOR ahead.%s (LEFTARG = %s, RIGHTARG = %s, FUNCTION = ahead.f_%s)', o, t, t, md5(o || t));
    END LOOP;
  END LOOP;
END $$;
DO $$
DECLARE f record;
BEGIN
  -- PostgreSQL's own functions by name and arguments, as far as plpgsql can stand in for them.
  FOR f IN SELECT p.proname, pg_get_function_identity_arguments(p.oid) AS args, pg_get_function_result(p.oid) AS result, p.oid
           FROM pg_proc p WHERE p.pronamespace = 'pg_catalog'::regnamespace AND p.prokind = 'f' AND NOT p.proretset AND p.provariadic = 0
             AND p.proname IN ('current_setting', 'set_config', 'current_database', 'pg_relation_size', 'pg_database_size', 'pg_encoding_to_char',
               'pg_get_userbyid', 'array_position', 'pg_is_in_recovery', 'has_table_privilege', 'has_schema_privilege',
               'has_database_privilege', 'row_security_active', 'quote_ident', 'pg_export_snapshot', 'pg_backend_pid', 'shobj_description',
               'md5', 'lo_open', 'lo_lseek64', 'lo_get', 'to_regclass', 'to_regprocedure', 'getdatabaseencoding', 'pg_encoding_max_length',
               'pg_sequence_last_value', 'hashtextextended', 'length', 'lower', 'format_type', 'version', 'textin', 'substring', 'sha256')
             AND p.prorettype NOT IN ('internal'::regtype, 'cstring'::regtype) AND 'internal'::regtype <> ALL (p.proargtypes::oid[])
  LOOP
    BEGIN
      EXECUTE format('CREATE FUNCTION ahead.%I(%s) RETURNS %s LANGUAGE plpgsql AS ''BEGIN PERFORM trap.sprung(''''function %s''''); RETURN NULL; END''',
        f.proname, f.args, f.result, f.proname);
    EXCEPTION WHEN OTHERS THEN NULL;
    END;
  END LOOP;
END $$;
ALTER DATABASE app SET search_path = ahead, pg_catalog, public;
