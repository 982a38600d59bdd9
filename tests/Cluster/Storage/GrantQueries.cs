namespace Lethe.ClusterTests.Storage;

/// <summary>What the catalogs of PostgreSQL say about rights.</summary>
internal static class GrantQueries
{
    /// <summary>
    /// Every right in the current database that is not its object's owner's: of PUBLIC and of every role, outside the system's
    /// schemas; of our roles, everywhere. One line per role and object; a right that may be given on has a star.
    /// </summary>
    public const string Grants = """
        WITH acl (kind, object, system, owner, grantee, privilege, given_on) AS (
            SELECT 'database', '-', false, d.datdba, a.grantee, a.privilege_type, a.is_grantable
            FROM pg_database d CROSS JOIN LATERAL aclexplode(coalesce(d.datacl, acldefault('d', d.datdba))) a
            WHERE d.datname = current_database()
            UNION ALL
            SELECT 'schema', n.nspname, n.nspname ~ '^pg_|^information_schema$', n.nspowner, a.grantee, a.privilege_type, a.is_grantable
            FROM pg_namespace n CROSS JOIN LATERAL aclexplode(coalesce(n.nspacl, acldefault('n', n.nspowner))) a
            UNION ALL
            SELECT CASE c.relkind WHEN 'r' THEN 'table' WHEN 'S' THEN 'sequence' WHEN 'v' THEN 'view' ELSE 'relation' END,
                n.nspname || '.' || c.relname, n.nspname ~ '^pg_|^information_schema$', c.relowner, a.grantee, a.privilege_type, a.is_grantable
            FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
            CROSS JOIN LATERAL aclexplode(coalesce(c.relacl, acldefault(CASE c.relkind WHEN 'S' THEN 's' ELSE 'r' END::"char", c.relowner))) a
            WHERE c.relkind IN ('r', 'v', 'm', 'S', 'p', 'f')
            UNION ALL
            SELECT 'column', n.nspname || '.' || c.relname || '.' || t.attname, n.nspname ~ '^pg_|^information_schema$', c.relowner,
                a.grantee, a.privilege_type, a.is_grantable
            FROM pg_attribute t JOIN pg_class c ON c.oid = t.attrelid JOIN pg_namespace n ON n.oid = c.relnamespace
            CROSS JOIN LATERAL aclexplode(t.attacl) a
            UNION ALL
            SELECT 'function', n.nspname || '.' || p.proname, n.nspname ~ '^pg_|^information_schema$', p.proowner, a.grantee,
                a.privilege_type, a.is_grantable
            FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace
            CROSS JOIN LATERAL aclexplode(coalesce(p.proacl, acldefault('f', p.proowner))) a
            UNION ALL -- a table's row type has no rights of its own, unless somebody gave it one
            SELECT 'type', n.nspname || '.' || t.typname, n.nspname ~ '^pg_|^information_schema$', t.typowner, a.grantee,
                a.privilege_type, a.is_grantable
            FROM pg_type t JOIN pg_namespace n ON n.oid = t.typnamespace
            CROSS JOIN LATERAL aclexplode(coalesce(t.typacl, acldefault('T', t.typowner))) a
            WHERE t.typacl IS NOT NULL OR (t.typrelid = 0 AND t.typcategory <> 'A')
            UNION ALL
            SELECT 'language', l.lanname, NOT l.lanispl, l.lanowner, a.grantee, a.privilege_type, a.is_grantable
            FROM pg_language l CROSS JOIN LATERAL aclexplode(coalesce(l.lanacl, acldefault('l', l.lanowner))) a
            UNION ALL
            SELECT 'default', coalesce(d.defaclnamespace::regnamespace::text, '-') || ':' || d.defaclobjtype::text, false, d.defaclrole, a.grantee,
                a.privilege_type, a.is_grantable
            FROM pg_default_acl d CROSS JOIN LATERAL aclexplode(d.defaclacl) a
            UNION ALL
            SELECT 'largeobject', m.oid::text, false, m.lomowner, a.grantee, a.privilege_type, a.is_grantable
            FROM pg_largeobject_metadata m CROSS JOIN LATERAL aclexplode(m.lomacl) a
            UNION ALL
            SELECT 'wrapper', w.fdwname, false, w.fdwowner, a.grantee, a.privilege_type, a.is_grantable
            FROM pg_foreign_data_wrapper w CROSS JOIN LATERAL aclexplode(w.fdwacl) a
            UNION ALL
            SELECT 'server', s.srvname, false, s.srvowner, a.grantee, a.privilege_type, a.is_grantable
            FROM pg_foreign_server s CROSS JOIN LATERAL aclexplode(s.srvacl) a
            UNION ALL
            SELECT 'tablespace', t.spcname, false, t.spcowner, a.grantee, a.privilege_type, a.is_grantable
            FROM pg_tablespace t CROSS JOIN LATERAL aclexplode(t.spcacl) a
            UNION ALL
            SELECT 'parameter', p.parname, false, 0, a.grantee, a.privilege_type, a.is_grantable
            FROM pg_parameter_acl p CROSS JOIN LATERAL aclexplode(p.paracl) a
        )
        SELECT coalesce(r.rolname, 'PUBLIC') || ' ' || acl.kind || ' ' || acl.object || ' '
            || string_agg(acl.privilege || CASE WHEN acl.given_on THEN '*' ELSE '' END, ',' ORDER BY acl.privilege)
        FROM acl LEFT JOIN pg_roles r ON r.oid = acl.grantee
        WHERE acl.grantee <> acl.owner AND (NOT acl.system OR r.rolname LIKE 'lethe\_%') AND coalesce(r.rolname, '') <> 'lethe_root'
        GROUP BY r.rolname, acl.kind, acl.object
        """;

    /// <summary>Our roles, once for each object of the current database whose rights name them, as PostgreSQL itself keeps it.</summary>
    public const string Named = """
        SELECT r.rolname
        FROM pg_shdepend d JOIN pg_roles r ON r.oid = d.refobjid
        WHERE d.refclassid = 'pg_authid'::regclass AND d.deptype = 'a' AND r.rolname LIKE 'lethe\_%' AND r.rolname <> 'lethe_root'
            AND (
                d.dbid = (SELECT oid FROM pg_database WHERE datname = current_database())
                OR (d.dbid = 0 AND (d.classid <> 'pg_database'::regclass OR d.objid = (SELECT oid FROM pg_database WHERE datname = current_database())))
            )
        """;

    /// <summary>What our roles own.</summary>
    public const string Owned = """
        SELECT r.rolname || ' owns something'
        FROM pg_shdepend d JOIN pg_roles r ON r.oid = d.refobjid
        WHERE d.refclassid = 'pg_authid'::regclass AND d.deptype = 'o' AND r.rolname LIKE 'lethe\_%' AND r.rolname <> 'lethe_root'
        """;

    /// <summary>Our roles and what else they could do: log in, be a superuser, make databases or roles, replicate, pass row security.</summary>
    public const string Attributes = """
        SELECT rolname || ' ' || concat_ws(
            ' ',
            left(rolcanlogin::text, 1),
            left(rolsuper::text, 1),
            left(rolcreatedb::text, 1),
            left(rolcreaterole::text, 1),
            left(rolreplication::text, 1),
            left(rolbypassrls::text, 1)
        )
        FROM pg_roles WHERE rolname LIKE 'lethe\_%' AND rolname <> 'lethe_root' ORDER BY rolname COLLATE "C"
        """;

    /// <summary>Who is a member of whom, and whether they may pass that on; the server's own roles aside.</summary>
    public const string Memberships = """
        SELECT m.rolname || ' ' || r.rolname || ' ' || left(a.admin_option::text, 1)
        FROM pg_auth_members a JOIN pg_roles r ON r.oid = a.roleid JOIN pg_roles m ON m.oid = a.member
        WHERE r.rolname !~ '^pg_' OR m.rolname !~ '^pg_'
        ORDER BY m.rolname COLLATE "C"
        """;
}
