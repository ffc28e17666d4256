-- One service's database. The owner's role migrates it; the service's own role reads and writes rows, and no more.
\set owner :service '_owner'
\set secret '/run/secrets/postgres-' :service
\set password `cat :secret`
\set secret '/run/secrets/postgres-' :service '-owner'
\set owner_password `cat :secret`

SELECT format('CREATE ROLE %I LOGIN', name) FROM (VALUES (:'service'), (:'owner')) AS wanted (name)
WHERE name NOT IN (SELECT rolname FROM pg_roles) \gexec
ALTER ROLE :"service" PASSWORD :'password';
ALTER ROLE :"owner" PASSWORD :'owner_password';

SELECT format('CREATE DATABASE %I OWNER %I', :'service', :'owner')
WHERE :'service' NOT IN (SELECT datname FROM pg_database) \gexec
REVOKE ALL ON DATABASE :"service", postgres, template1 FROM PUBLIC;
GRANT CONNECT ON DATABASE :"service" TO :"service";

\connect :"service"
REVOKE ALL ON SCHEMA public FROM PUBLIC;
GRANT ALL ON SCHEMA public TO :"owner";
GRANT USAGE ON SCHEMA public TO :"service";
ALTER DEFAULT PRIVILEGES FOR ROLE :"owner" IN SCHEMA public GRANT SELECT, INSERT, UPDATE, DELETE ON TABLES TO :"service";
ALTER DEFAULT PRIVILEGES FOR ROLE :"owner" IN SCHEMA public GRANT USAGE ON SEQUENCES TO :"service";
GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO :"service";
GRANT USAGE ON ALL SEQUENCES IN SCHEMA public TO :"service";
