namespace GourmetGram.Tests.Integration.Fixtures;

/// <summary>
/// Remembers the rows of a PostgreSQL database in a schema beside them, and puts them back, which is faster than another copy of the
/// database.
/// </summary>
internal static class DatabaseSnapshot
{
    /// <summary>What tests do not change. One that does leaves a database that is not used again.</summary>
    private const string Structure = """
        SELECT md5(string_agg(what, ',' ORDER BY what)) FROM (
            SELECT c.relname || '.' || a.attname || ':' || a.atttypid FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid
            WHERE c.relnamespace = 'public'::regnamespace AND a.attnum > 0
            UNION ALL SELECT proname::text FROM pg_proc WHERE pronamespace = 'public'::regnamespace
            UNION ALL SELECT tgname::text FROM pg_trigger WHERE NOT tgisinternal
        ) AS parts (what)
        """;

    /// <summary>Remembers the rows of all tables, and the next values of all sequences.</summary>
    public static Task TakeAsync(string connectionString) =>
        PostgresServer.ExecuteAsync(
            $$"""
            DROP SCHEMA IF EXISTS snapshot CASCADE;
            CREATE SCHEMA snapshot;
            CREATE TABLE snapshot.about AS SELECT ({{Structure}}) AS structure;
            CREATE TABLE snapshot.sequences (name text, value bigint, is_called boolean);
            DO $do$
            DECLARE name text; has_rows boolean;
            BEGIN
                FOR name IN SELECT tablename FROM pg_tables WHERE schemaname = 'public' LOOP
                    EXECUTE format('SELECT EXISTS (SELECT FROM public.%I)', name) INTO has_rows;
                    IF has_rows THEN
                        EXECUTE format('CREATE TABLE snapshot.%I AS TABLE public.%I', 'rows of ' || name, name);
                    END IF;
                END LOOP;
                FOR name IN SELECT sequencename FROM pg_sequences WHERE schemaname = 'public' LOOP
                    EXECUTE format('INSERT INTO snapshot.sequences SELECT %1$L, last_value, is_called FROM public.%1$I', name);
                END LOOP;
            END $do$
            """,
            connectionString
        );

    /// <summary>Puts back what <see cref="TakeAsync"/> remembered. Transactions that are still open are ended.</summary>
    /// <returns>False when the tables are no longer those that were remembered; nothing is put back then.</returns>
    public static async Task<bool> TryRestoreAsync(string connectionString)
    {
        var same = await PostgresServer.ExecuteAsync($"SELECT structure = ({Structure}) FROM snapshot.about", connectionString);
        if (same is not true)
            return false;
        // Where a test wrote much, the table is emptied as a whole, because deleted rows would stay in it.
        await PostgresServer.ExecuteAsync(
            """
            SET session_replication_role = replica;
            DO $do$
            DECLARE name text; large text;
            BEGIN
                PERFORM pg_terminate_backend(pid, 10000) FROM pg_stat_activity
                WHERE datname = current_database() AND pid <> pg_backend_pid() AND state <> 'idle';
                SELECT string_agg(oid::regclass::text, ', ') INTO large FROM pg_class
                WHERE relnamespace = 'public'::regnamespace AND relkind = 'r' AND pg_relation_size(oid) > 1000000;
                IF large IS NOT NULL THEN
                    EXECUTE 'TRUNCATE ' || large || ' CASCADE';
                END IF;
                FOR name IN SELECT tablename FROM pg_tables WHERE schemaname = 'public' LOOP
                    EXECUTE format('DELETE FROM public.%I', name);
                    IF to_regclass(format('snapshot.%I', 'rows of ' || name)) IS NOT NULL THEN
                        EXECUTE format(
                            'INSERT INTO public.%I OVERRIDING SYSTEM VALUE SELECT * FROM snapshot.%I', name, 'rows of ' || name
                        );
                    END IF;
                END LOOP;
                PERFORM setval(format('public.%I', sequences.name), value, is_called) FROM snapshot.sequences;
            END $do$
            """,
            connectionString
        );
        return true;
    }
}
